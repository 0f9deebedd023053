/*
 * Lowest, mean and highest apparent power of the last minutes, six bytes each, so that an hour fits the memory that
 * survives deep sleep. The twin of packages/sim/src/winky/minute-ring.ts. Minutes are numbered from the boot.
 */
#ifndef KILOWINK_WINKY_MINUTES_H
#define KILOWINK_WINKY_MINUTES_H

#include <stdbool.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#define WINKY_MINUTES_KEPT 60U
/* In all three: nothing was measured. */
#define WINKY_MINUTE_EMPTY 0xffffU

struct winky_minute {
	uint16_t min_va;
	uint16_t mean_va;
	uint16_t max_va;
};

struct winky_minutes {
	struct winky_minute slots[WINKY_MINUTES_KEPT];
	/* The minute being measured, the sum and the number of its powers. */
	uint32_t minute;
	uint32_t sum_va;
	uint32_t count;
};

void winky_minutes_init(struct winky_minutes *minutes);

/* A power measured so many seconds after the boot, which never falls. */
void winky_minutes_add(struct winky_minutes *minutes, uint32_t uptime_s, uint32_t power_va);

/* The first minute that is still kept. */
uint32_t winky_minutes_oldest(const struct winky_minutes *minutes);

/* A minute; false when nothing is known of it. */
bool winky_minutes_read(const struct winky_minutes *minutes, uint32_t minute, struct winky_minute *found);

#ifdef __cplusplus
}
#endif

#endif
