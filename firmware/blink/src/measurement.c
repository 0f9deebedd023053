/* See measurement.h. The detector's thread writes, the reporting thread and the console read. */
#include <string.h>

#include <zephyr/logging/log.h>

#include "chance.h"
#include "measurement.h"

LOG_MODULE_REGISTER(measurement, CONFIG_KILOWINK_LOG_LEVEL);

#ifdef CONFIG_KILOWINK_BACKLOG_IN_PSRAM
#define IN_BACKLOG_MEMORY __attribute__((section(".ext_ram.bss")))
#else
#define IN_BACKLOG_MEMORY
#endif

static struct window windows[CONFIG_KILOWINK_BACKLOG_WINDOWS] IN_BACKLOG_MEMORY;
static struct backlog backlog;
static struct pulse_window latest;
static uint64_t latest_end_ms;
static bool has_latest;
static K_MUTEX_DEFINE(lock);
static K_SEM_DEFINE(news, 0, 1);

static void begin_boot(void)
{
	uint32_t boot_id;

	do {
		boot_id = chance_u32();
	} while (boot_id == 0U);
	(void)backlog_init(&backlog, windows, ARRAY_SIZE(windows), boot_id);
	LOG_INF("boot %08x", boot_id);
}

void measurement_start(void)
{
	begin_boot();
}

void measurement_window(const struct pulse_window *pulse, uint64_t end_ms)
{
	struct window window = window_from_pulse(pulse, CONFIG_KILOWINK_SAMPLE_RATE_HZ);

	(void)k_mutex_lock(&lock, K_FOREVER);
	backlog_add_late(&backlog, (uint32_t)pulse->late_count);
	if (backlog_put(&backlog, window) != 0) {
		/* Numbers or counts are used up: what follows belongs to another boot. */
		begin_boot();
		backlog_add_late(&backlog, (uint32_t)pulse->late_count);
		(void)backlog_put(&backlog, window);
	}
	latest = *pulse;
	latest_end_ms = end_ms;
	has_latest = true;
	(void)k_mutex_unlock(&lock);
	LOG_DBG("window %u: %d flashes, state %d", pulse->number, pulse->count, (int)pulse->state);
	k_sem_give(&news);
}

void measurement_wait(k_timeout_t timeout)
{
	(void)k_sem_take(&news, timeout);
}

void measurement_wake(void)
{
	k_sem_give(&news);
}

struct backlog *measurement_lock(void)
{
	(void)k_mutex_lock(&lock, K_FOREVER);
	return &backlog;
}

void measurement_unlock(void)
{
	(void)k_mutex_unlock(&lock);
}

static uint16_t clamp_u16(int32_t value)
{
	return (uint16_t)CLAMP(value, 0, UINT16_MAX);
}

int measurement_report(const struct backlog_span *span, struct report *report, uint8_t *window_bytes)
{
	uint32_t newer = backlog.buffer.next_number - 1U - span->newest;
	uint64_t age_ms = (uint64_t)k_uptime_get() - latest_end_ms + (uint64_t)newer * WINDOW_MS;

	report->age_ms = (uint32_t)MIN(age_ms, REPORT_AGE_MS_MAX);
	report->window_ms = WINDOW_MS;
	report->light_state = (uint8_t)window_light(latest.state);
	report->baseline_mv = clamp_u16(latest.baseline_mv);
	report->amplitude_mv = clamp_u16(latest.amplitude_mv);
	report->noise_100uv = clamp_u16(latest.noise_uv / 100);
	return backlog_fill(&backlog, span, report, window_bytes);
}

bool measurement_latest(struct pulse_window *pulse)
{
	bool has;

	(void)k_mutex_lock(&lock, K_FOREVER);
	*pulse = latest;
	has = has_latest;
	(void)k_mutex_unlock(&lock);
	return has;
}
