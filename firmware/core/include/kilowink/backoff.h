/*
 * How long to wait before another try: longer after each failure, and never the same for two sensors, so that a house full
 * of them does not come back in step after a power cut.
 */
#ifndef KILOWINK_BACKOFF_H
#define KILOWINK_BACKOFF_H

#include <stdint.h>

struct backoff {
	uint32_t base_ms;
	uint32_t max_ms;
	/* The longest wait of the next failure. */
	uint32_t ceiling_ms;
};

/* KILOWINK_ERROR_RANGE unless 1 ≤ base_ms ≤ max_ms. */
int backoff_init(struct backoff *backoff, uint32_t base_ms, uint32_t max_ms);

/* A failure: gives the wait, between half and all of a ceiling that doubles up to max_ms. random is any 32 bits. */
uint32_t backoff_fail(struct backoff *backoff, uint32_t random);

/* A success: the next failure waits as the first one did. */
void backoff_succeed(struct backoff *backoff);

#endif
