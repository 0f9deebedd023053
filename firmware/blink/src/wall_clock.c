/* See wall_clock.h. */
#include <zephyr/kernel.h>

#include "wall_clock.h"

/* What has to be added to the uptime. */
static int64_t offset_ms;
static struct k_spinlock lock;

void wall_clock_set(int64_t now_utc_ms)
{
	k_spinlock_key_t key = k_spin_lock(&lock);

	offset_ms = now_utc_ms - k_uptime_get();
	k_spin_unlock(&lock, key);
}

int64_t wall_clock_now(void)
{
	k_spinlock_key_t key = k_spin_lock(&lock);
	int64_t now_ms = offset_ms == 0 ? 0 : offset_ms + k_uptime_get();

	k_spin_unlock(&lock, key);
	return now_ms;
}
