/* Reports that are answered: what to send when is core's delivery; here it is sent, and the answer proven. */
#include <string.h>

#include <zephyr/kernel.h>
#include <zephyr/logging/log.h>

#include <kilowink/delivery.h>
#include <kilowink/report.h>
#include <kilowink/v1_report.h>

#include "chance.h"
#include "identity.h"
#include "maintenance.h"
#include "measurement.h"
#include "reporting.h"
#include "settings_store.h"
#include "supervisor.h"
#include "transport.h"
#include "wall_clock.h"

LOG_MODULE_REGISTER(reporting, CONFIG_KILOWINK_LOG_LEVEL);

#define PRIORITY      K_PRIO_PREEMPT(8)
#define STACK_SIZE    CONFIG_KILOWINK_REPORTING_STACK_SIZE
/* It wakes at least so often, to say that it gets on. */
#define WAKE_MS	      5000
/* Room for whatever a server may say; an answer of version 2 is 30 bytes. */
#define ANSWER_BYTES  64
#define UP_EVERY_MS   500

static K_THREAD_STACK_DEFINE(stack, STACK_SIZE);
static struct k_thread thread;
static struct reporting_figures figures;
static struct delivery delivery;
static uint32_t windows_seen;
static atomic_t is_hastened;

static uint8_t message[REPORT_SIZE_MAX];
static uint8_t answer_bytes[ANSWER_BYTES];

#ifdef CONFIG_KILOWINK_REPORT_VERSION_1
/* As version 1 is in the field: "up" until anybody answers, then the latest windows, whatever comes back. */
static void run(void *a, void *b, void *c)
{
	ARG_UNUSED(a);
	ARG_UNUSED(b);
	ARG_UNUSED(c);
	while (transport_exchange(TRANSPORT_UP, NULL, 0, answer_bytes, sizeof(answer_bytes)) < 0) {
		supervisor_tell(LIVENESS_REPORTING);
		k_msleep(UP_EVERY_MS);
	}
	for (;;) {
		struct sensor_settings settings = settings_store_get();
		const struct backlog *backlog = measurement_lock();
		uint32_t wanted = (uint32_t)MAX(1, settings.interval_s / PULSE_WINDOW_S);
		bool is_due = backlog->buffer.next_number >= windows_seen + wanted;
		int size = 0;

		if (is_due) {
			windows_seen = backlog->buffer.next_number;
			size = v1_report_encode(&backlog->buffer, CONFIG_KILOWINK_V1_SENSOR_TYPE, (uint64_t)k_uptime_get(),
						CONFIG_KILOWINK_V1_WINDOWS, message, sizeof(message));
		}
		measurement_unlock();
		supervisor_tell(LIVENESS_REPORTING);
		if (size <= 0) {
			measurement_wait(K_MSEC(WAKE_MS));
			continue;
		}
		figures.sent++;
		figures.latest_error = transport_exchange(TRANSPORT_REPORT, message, (size_t)size, answer_bytes,
							  sizeof(answer_bytes));
		if (figures.latest_error < 0) {
			figures.failed++;
		} else {
			maintenance_acknowledged();
		}
	}
}
#else
static uint8_t window_bytes[REPORT_WINDOW_BYTES * REPORT_WINDOWS_MAX];

/* Tells the delivery of windows that were put since. With the lock held. */
static void notice_windows(const struct backlog *backlog)
{
	if (windows_seen > backlog->buffer.next_number) {
		windows_seen = 0;
	}
	for (; windows_seen < backlog->buffer.next_number; windows_seen++) {
		delivery_window(&delivery);
	}
}

/* The report to be sent now, and its size; 0 when there is none, and when to look again. */
static int next_message(const uint8_t *key, uint64_t *until_ms)
{
	struct report report = {0};
	struct backlog_span span;
	struct backlog *backlog = measurement_lock();
	enum delivery_step step;
	int size = 0;

	notice_windows(backlog);
	step = delivery_next(&delivery, backlog, (uint64_t)k_uptime_get(), &span, until_ms);
	if (step != DELIVERY_WAIT) {
		delivery_begin(&delivery, step);
		size = measurement_report(&span, &report, window_bytes);
	}
	measurement_unlock();
	if (step == DELIVERY_WAIT || size != 0) {
		return size;
	}
	identity_fill(&report);
	return report_encode(&report, key, message, sizeof(message));
}

static void take_answer(const uint8_t *key, const uint8_t *report_tag, size_t size)
{
	struct report_answer answer;
	int error = report_answer_decode(&answer, key, report_tag, answer_bytes, size);
	uint64_t now_ms = (uint64_t)k_uptime_get();

	if (error != 0) {
		figures.refused++;
		figures.latest_error = error;
		LOG_WRN("answer not taken: %d", error);
		delivery_failed(&delivery, now_ms, chance_u32());
		return;
	}
	/* An answer that was not proven may be anybody's: its clock is taken only because nothing measured depends on it. */
	wall_clock_set((int64_t)answer.server_ms);
	if (delivery_answered(&delivery, measurement_lock(), &answer, now_ms, chance_u32()) == 1) {
		maintenance_acknowledged();
	} else {
		figures.refused++;
		LOG_WRN("the server says %u", answer.status);
	}
	measurement_unlock();
}

static void report_once(const struct sensor_settings *settings, int size)
{
	const uint8_t *key = settings->has_key ? settings->key : NULL;
	int answered = transport_exchange(TRANSPORT_REPORT, message, (size_t)size, answer_bytes, sizeof(answer_bytes));

	figures.sent++;
	if (answered < 0) {
		figures.failed++;
		figures.latest_error = answered;
		LOG_DBG("no answer: %d", answered);
		delivery_failed(&delivery, (uint64_t)k_uptime_get(), chance_u32());
		return;
	}
	take_answer(key, &message[(size_t)size - REPORT_TAG_BYTES], (size_t)answered);
}

static void apply_interval(const struct sensor_settings *settings)
{
	delivery.options.live_windows = (uint16_t)MAX(1, settings->interval_s / PULSE_WINDOW_S);
}

static k_timeout_t until(uint64_t until_ms)
{
	uint64_t now_ms = (uint64_t)k_uptime_get();

	return until_ms <= now_ms ? K_NO_WAIT : K_MSEC(MIN(until_ms - now_ms, WAKE_MS));
}

static void run(void *a, void *b, void *c)
{
	ARG_UNUSED(a);
	ARG_UNUSED(b);
	ARG_UNUSED(c);
	for (;;) {
		struct sensor_settings settings = settings_store_get();
		uint64_t until_ms = UINT64_MAX;
		int size;

		apply_interval(&settings);
		if (atomic_set(&is_hastened, 0) != 0) {
			delivery_hasten(&delivery);
		}
		size = next_message(settings.has_key ? settings.key : NULL, &until_ms);
		supervisor_tell(LIVENESS_REPORTING);
		if (size > 0) {
			report_once(&settings, size);
			continue;
		}
		if (size < 0) {
			LOG_ERR("a report could not be made: %d", size);
			delivery_failed(&delivery, (uint64_t)k_uptime_get(), chance_u32());
		}
		measurement_wait(until(until_ms));
	}
}
#endif

int reporting_start(void)
{
	static const struct delivery_options OPTIONS = {
		.live_windows = 1,
		.retry_ms = CONFIG_KILOWINK_RETRY_MS,
		.retry_ms_max = CONFIG_KILOWINK_RETRY_MS_MAX,
	};
	int error = delivery_init(&delivery, &OPTIONS);

	error = error == 0 ? transport_start() : error;
	if (error != 0) {
		return error;
	}
	k_thread_create(&thread, stack, STACK_SIZE, run, NULL, NULL, NULL, PRIORITY, 0, K_NO_WAIT);
	(void)k_thread_name_set(&thread, "reporting");
	return 0;
}

struct reporting_figures reporting_figures(void)
{
	return figures;
}

void reporting_hasten(void)
{
	(void)atomic_set(&is_hastened, 1);
	measurement_wake();
}
