/* The thread that reports: with answers (reporting_acknowledged.c), or to whoever listens (reporting_broadcast.c). */
#ifndef BLINK_REPORTING_H
#define BLINK_REPORTING_H

#include <stdint.h>

struct reporting_figures {
	uint32_t sent;
	uint32_t failed;
	/* Answers that were refused or not proven. */
	uint32_t refused;
	int latest_error;
};

int reporting_start(void);

struct reporting_figures reporting_figures(void);

/* Reports now, as `kw report` wants. */
void reporting_hasten(void);

#endif
