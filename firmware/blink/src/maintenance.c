/*
 * See maintenance.h. SMP itself needs no code of ours: its transports and groups are chosen in smp.conf. Statistics are
 * there, so that one need not log in to see how a sensor does.
 */
#include <zephyr/kernel.h>
#include <zephyr/logging/log.h>
#include <zephyr/sys/reboot.h>

#ifdef CONFIG_MCUBOOT_IMG_MANAGER
#include <zephyr/dfu/mcuboot.h>
#endif
#ifdef CONFIG_STATS
#include <zephyr/stats/stats.h>
#endif

#include "maintenance.h"
#include "measurement.h"
#include "reporting.h"
#include "sampling.h"

LOG_MODULE_REGISTER(maintenance, CONFIG_KILOWINK_LOG_LEVEL);

#ifdef CONFIG_STATS
#define STATISTICS_EVERY_S 5

STATS_SECT_START(kilowink)
STATS_SECT_ENTRY32(windows)
STATS_SECT_ENTRY32(flashes)
STATS_SECT_ENTRY32(waiting)
STATS_SECT_ENTRY32(lost)
STATS_SECT_ENTRY32(overruns)
STATS_SECT_ENTRY32(adc_restarts)
STATS_SECT_ENTRY32(reports)
STATS_SECT_ENTRY32(failed)
STATS_SECT_ENTRY32(refused)
STATS_SECT_END;

STATS_NAME_START(kilowink)
STATS_NAME(kilowink, windows)
STATS_NAME(kilowink, flashes)
STATS_NAME(kilowink, waiting)
STATS_NAME(kilowink, lost)
STATS_NAME(kilowink, overruns)
STATS_NAME(kilowink, adc_restarts)
STATS_NAME(kilowink, reports)
STATS_NAME(kilowink, failed)
STATS_NAME(kilowink, refused)
STATS_NAME_END(kilowink);

static STATS_SECT_DECL(kilowink) kilowink;

static void refresh(struct k_work *work);
static K_WORK_DELAYABLE_DEFINE(refresh_work, refresh);

static void refresh(struct k_work *work)
{
	struct sampling_figures sampling = sampling_figures();
	struct reporting_figures reporting = reporting_figures();
	const struct backlog *backlog = measurement_lock();

	ARG_UNUSED(work);
	STATS_SET(kilowink, windows, backlog->buffer.next_number);
	STATS_SET(kilowink, flashes, backlog->cumulative_count);
	STATS_SET(kilowink, waiting, backlog_waiting(backlog));
	STATS_SET(kilowink, lost, backlog->lost_windows);
	measurement_unlock();
	STATS_SET(kilowink, overruns, sampling.overruns);
	STATS_SET(kilowink, adc_restarts, sampling.restarts);
	STATS_SET(kilowink, reports, reporting.sent);
	STATS_SET(kilowink, failed, reporting.failed);
	STATS_SET(kilowink, refused, reporting.refused);
	(void)k_work_schedule(&refresh_work, K_SECONDS(STATISTICS_EVERY_S));
}

static void start_statistics(void)
{
	(void)STATS_INIT_AND_REG(kilowink, STATS_SIZE_32, "kilowink");
	(void)k_work_schedule(&refresh_work, K_NO_WAIT);
}
#else
static void start_statistics(void)
{
}
#endif

#ifdef CONFIG_MCUBOOT_IMG_MANAGER
static void go_back(struct k_work *work);
static K_WORK_DELAYABLE_DEFINE(go_back_work, go_back);

static void go_back(struct k_work *work)
{
	ARG_UNUSED(work);
	LOG_ERR("no report of this image was acknowledged: going back to the one before");
	sys_reboot(SYS_REBOOT_COLD);
}

static void start_trial(void)
{
	if (!boot_is_img_confirmed()) {
		LOG_INF("image on trial for %d s", CONFIG_KILOWINK_CONFIRM_WITHIN_S);
		(void)k_work_schedule(&go_back_work, K_SECONDS(CONFIG_KILOWINK_CONFIRM_WITHIN_S));
	}
}

static void confirm(void)
{
	int error;

	if (boot_is_img_confirmed()) {
		return;
	}
	error = boot_write_img_confirmed();
	if (error != 0) {
		LOG_ERR("image not confirmed: %d", error);
		return;
	}
	(void)k_work_cancel_delayable(&go_back_work);
	LOG_INF("image confirmed");
}
#else
static void start_trial(void)
{
}

static void confirm(void)
{
}
#endif

void maintenance_start(void)
{
	start_statistics();
	start_trial();
}

void maintenance_acknowledged(void)
{
	static bool is_confirmed;

	if (!is_confirmed) {
		is_confirmed = true;
		confirm();
	}
}
