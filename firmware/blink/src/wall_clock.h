/* The time of day, from the server's answers. Nothing that is measured depends on it: it is for logs and for people. */
#ifndef BLINK_WALL_CLOCK_H
#define BLINK_WALL_CLOCK_H

#include <stdint.h>

void wall_clock_set(int64_t now_utc_ms);

/* UTC, ms since 1970; 0 while it is not known. */
int64_t wall_clock_now(void);

#endif
