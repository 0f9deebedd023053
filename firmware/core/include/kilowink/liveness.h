/*
 * Whether a sensor still does what it is for, which is when its watchdog may be fed: samples come, and whoever reports gets
 * on with it. A server that does not answer is no reason: a restart would lose the backlog it is kept for.
 */
#ifndef KILOWINK_LIVENESS_H
#define KILOWINK_LIVENESS_H

#include <stdbool.h>
#include <stdint.h>

enum liveness_part {
	LIVENESS_SAMPLING = 0,
	LIVENESS_REPORTING = 1,
	LIVENESS_PARTS,
};

struct liveness {
	uint64_t latest_ms[LIVENESS_PARTS];
	uint32_t limit_ms[LIVENESS_PARTS];
};

void liveness_init(struct liveness *liveness, uint32_t sampling_limit_ms, uint32_t reporting_limit_ms, uint64_t now_ms);

/* A part got on: a window of samples is complete; a try to report is over, whatever came of it. */
void liveness_tell(struct liveness *liveness, enum liveness_part part, uint64_t now_ms);

bool liveness_is_alive(const struct liveness *liveness, uint64_t now_ms);

#endif
