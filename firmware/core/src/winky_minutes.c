/* The gateway's minutes; see winky_minutes.h. */
#include <kilowink/winky_minutes.h>

#define POWER_VA_MAX 65534U

static void clear(struct winky_minute *slot)
{
	slot->min_va = WINKY_MINUTE_EMPTY;
	slot->mean_va = WINKY_MINUTE_EMPTY;
	slot->max_va = WINKY_MINUTE_EMPTY;
}

void winky_minutes_init(struct winky_minutes *minutes)
{
	for (uint32_t i = 0; i < WINKY_MINUTES_KEPT; i++) {
		clear(&minutes->slots[i]);
	}
	minutes->minute = 0;
	minutes->sum_va = 0;
	minutes->count = 0;
}

static void enter(struct winky_minutes *minutes, uint32_t minute)
{
	if (minute <= minutes->minute) {
		return;
	}
	for (uint32_t i = 0; i < minute - minutes->minute && i < WINKY_MINUTES_KEPT; i++) {
		clear(&minutes->slots[(minute - i) % WINKY_MINUTES_KEPT]);
	}
	minutes->minute = minute;
	minutes->sum_va = 0;
	minutes->count = 0;
}

static uint16_t bounded(uint32_t power_va)
{
	return power_va < POWER_VA_MAX ? (uint16_t)power_va : (uint16_t)POWER_VA_MAX;
}

void winky_minutes_add(struct winky_minutes *minutes, uint32_t uptime_s, uint32_t power_va)
{
	uint16_t power = bounded(power_va);
	struct winky_minute *slot;

	enter(minutes, uptime_s / 60U);
	slot = &minutes->slots[minutes->minute % WINKY_MINUTES_KEPT];
	minutes->sum_va += power;
	minutes->count += 1U;
	if (slot->mean_va == WINKY_MINUTE_EMPTY) {
		slot->min_va = power;
		slot->max_va = power;
	}
	if (power < slot->min_va) {
		slot->min_va = power;
	}
	if (power > slot->max_va) {
		slot->max_va = power;
	}
	slot->mean_va = (uint16_t)((minutes->sum_va + minutes->count / 2U) / minutes->count);
}

uint32_t winky_minutes_oldest(const struct winky_minutes *minutes)
{
	return minutes->minute < WINKY_MINUTES_KEPT ? 0 : minutes->minute - WINKY_MINUTES_KEPT + 1U;
}

bool winky_minutes_read(const struct winky_minutes *minutes, uint32_t minute, struct winky_minute *found)
{
	if (minute < winky_minutes_oldest(minutes) || minute > minutes->minute) {
		clear(found);
		return false;
	}
	*found = minutes->slots[minute % WINKY_MINUTES_KEPT];
	return found->mean_va != WINKY_MINUTE_EMPTY;
}
