/* See supervisor.h. On a board without a watchdog a sensor that stands still restarts itself, as far as it still can. */
#include <zephyr/drivers/watchdog.h>
#include <zephyr/kernel.h>
#include <zephyr/logging/log.h>
#include <zephyr/sys/reboot.h>

#include <kilowink/window_buffer.h>

#include "supervisor.h"

LOG_MODULE_REGISTER(supervisor, CONFIG_KILOWINK_LOG_LEVEL);

#define FEED_MS	    (CONFIG_KILOWINK_WATCHDOG_MS / 4)
/* Three windows of silence; the ADC is started again long before. */
#define SAMPLING_MS (3U * WINDOW_MS + 1000U)
/* The name of a server, a connection and an answer may each take their time. */
#define REPORTING_MS (60000U + 4U * CONFIG_KILOWINK_ANSWER_TIMEOUT_MS)

#if DT_NODE_EXISTS(DT_ALIAS(watchdog0)) && defined(CONFIG_WATCHDOG)
#define HAS_WATCHDOG 1
static const struct device *const watchdog = DEVICE_DT_GET(DT_ALIAS(watchdog0));
static int channel = -1;
#endif

static struct liveness liveness;
static struct k_spinlock lock;

static void feed(struct k_work *work);
static K_WORK_DELAYABLE_DEFINE(feed_work, feed);

static void feed(struct k_work *work)
{
	k_spinlock_key_t key = k_spin_lock(&lock);
	bool is_alive = liveness_is_alive(&liveness, (uint64_t)k_uptime_get());

	k_spin_unlock(&lock, key);
	ARG_UNUSED(work);
	if (!is_alive) {
		LOG_ERR("standing still");
#ifndef HAS_WATCHDOG
		sys_reboot(SYS_REBOOT_COLD);
#endif
		return;
	}
#ifdef HAS_WATCHDOG
	if (channel >= 0) {
		(void)wdt_feed(watchdog, channel);
	}
#endif
	(void)k_work_schedule(&feed_work, K_MSEC(FEED_MS));
}

void supervisor_start(void)
{
	liveness_init(&liveness, SAMPLING_MS, REPORTING_MS, (uint64_t)k_uptime_get());
#ifdef HAS_WATCHDOG
	const struct wdt_timeout_cfg timeout = {
		.window = {.min = 0, .max = CONFIG_KILOWINK_WATCHDOG_MS},
		.flags = WDT_FLAG_RESET_SOC,
	};

	channel = device_is_ready(watchdog) ? wdt_install_timeout(watchdog, &timeout) : -ENODEV;
	if (channel < 0 || wdt_setup(watchdog, WDT_OPT_PAUSE_HALTED_BY_DBG) != 0) {
		LOG_ERR("no watchdog (%d)", channel);
	}
#endif
	(void)k_work_schedule(&feed_work, K_MSEC(FEED_MS));
}

void supervisor_tell(enum liveness_part part)
{
	k_spinlock_key_t key = k_spin_lock(&lock);

	liveness_tell(&liveness, part, (uint64_t)k_uptime_get());
	k_spin_unlock(&lock, key);
}
