/*
 * ADC ── sampling_put() ──▶ ring ── detector's thread ──▶ measurement
 *        any context                above all transports
 *
 * The ring has one writer and one reader and no lock. What does not fit, or came too late, is counted, and fed to the
 * detector as missing, so that windows stay 5 s long whatever happens.
 */
#include <zephyr/kernel.h>
#include <zephyr/logging/log.h>
#include <zephyr/sys/atomic.h>

#include <kilowink/pulse.h>

#include "adc_source.h"
#include "measurement.h"
#include "sampling.h"
#include "sim_light.h"
#include "supervisor.h"

LOG_MODULE_REGISTER(sampling, CONFIG_KILOWINK_LOG_LEVEL);

#define RING_SIZE  CONFIG_KILOWINK_SAMPLE_RING
#define RATE_HZ	   CONFIG_KILOWINK_SAMPLE_RATE_HZ
/* The detector is woken for so many samples at a time. */
#define BATCH	   MAX(1, RATE_HZ / 40)
/* Without samples for so long the ADC is started again. */
#define SILENCE_MS 1000
#define PRIORITY   K_PRIO_PREEMPT(1)
#define STACK_SIZE 1536

BUILD_ASSERT((RING_SIZE & (RING_SIZE - 1)) == 0, "the ring's size is a power of two");

const struct adc_dt_spec adc_source_channel = ADC_DT_SPEC_GET(DT_PATH(zephyr_user));

static uint16_t ring[RING_SIZE];
static atomic_t written;
static atomic_t taken;
static atomic_t missed;
static K_SEM_DEFINE(ready, 0, 1);

static K_THREAD_STACK_DEFINE(stack, STACK_SIZE);
static struct k_thread thread;

static struct pulse_detector detector;
static struct pulse_event event;
static struct sampling_figures figures;

static struct {
	int16_t *samples_mv;
	size_t wanted;
	size_t got;
	struct k_sem done;
} trace;

void sampling_put(uint16_t raw)
{
	uint32_t at = (uint32_t)atomic_get(&written);

	if (at - (uint32_t)atomic_get(&taken) >= RING_SIZE) {
		sampling_miss(1U);
		return;
	}
	ring[at & (RING_SIZE - 1U)] = raw;
	atomic_set(&written, (atomic_val_t)(at + 1U));
	if ((at + 1U) % BATCH == 0U) {
		k_sem_give(&ready);
	}
}

void sampling_miss(uint32_t samples)
{
	(void)atomic_add(&missed, (atomic_val_t)samples);
	k_sem_give(&ready);
}

static void record(int16_t sample_mv)
{
	if (trace.got < trace.wanted) {
		trace.samples_mv[trace.got] = sample_mv;
		trace.got++;
		if (trace.got == trace.wanted) {
			k_sem_give(&trace.done);
		}
	}
}

static void feed(int16_t sample_mv)
{
	int events = pulse_feed(&detector, sample_mv, &event);

	figures.samples++;
	record(sample_mv);
	if ((events & PULSE_EVENT_WINDOW) != 0) {
		/* The window ended some samples ago. */
		uint32_t latency_ms = detector.geometry.latency_samples * 1000U / RATE_HZ;

		measurement_window(&event.window, (uint64_t)k_uptime_get() - latency_ms);
		supervisor_tell(LIVENESS_SAMPLING);
	}
}

static void feed_missing(uint32_t samples)
{
	figures.overruns += samples;
	for (uint32_t i = 0; i < samples; i++) {
		feed(PULSE_SAMPLE_MISSING);
	}
}

static int16_t to_mv(uint16_t raw)
{
	int32_t mv = raw;

	if (adc_raw_to_millivolts_dt(&adc_source_channel, &mv) != 0) {
		return PULSE_SAMPLE_MISSING;
	}
	return (int16_t)CLAMP(mv, 0, PULSE_SAMPLE_MV_MAX);
}

static void drain(void)
{
	uint32_t at = (uint32_t)atomic_get(&taken);

	while (at != (uint32_t)atomic_get(&written)) {
		int16_t sample_mv = to_mv(ring[at & (RING_SIZE - 1U)]);

		at++;
		atomic_set(&taken, (atomic_val_t)at);
		figures.latest_mv = sample_mv;
		feed(sample_mv);
	}
	feed_missing((uint32_t)atomic_set(&missed, 0));
}

static void run(void *a, void *b, void *c)
{
	ARG_UNUSED(a);
	ARG_UNUSED(b);
	ARG_UNUSED(c);
	for (;;) {
		if (k_sem_take(&ready, K_MSEC(SILENCE_MS)) == 0) {
			drain();
			continue;
		}
		/* An ADC that fails must not stop the count of windows: they say that nothing was measured. */
		feed_missing(SILENCE_MS * RATE_HZ / 1000U);
		figures.restarts++;
		LOG_WRN("no samples for %d ms: ADC started again (%d)", SILENCE_MS, adc_source_start());
	}
}

int sampling_start(void)
{
	static const struct pulse_options OPTIONS = {
		.rate_hz = RATE_HZ,
		.full_scale_mv = CONFIG_KILOWINK_FULL_SCALE_MV,
	};
	int error = pulse_init(&detector, &OPTIONS);

	if (error == 0 && !device_is_ready(adc_source_channel.dev)) {
		error = -ENODEV;
	}
	error = error == 0 ? sim_light_start() : error;
	error = error == 0 ? adc_channel_setup_dt(&adc_source_channel) : error;
	if (error != 0) {
		return error;
	}
	(void)k_sem_init(&trace.done, 0, 1);
	k_thread_create(&thread, stack, STACK_SIZE, run, NULL, NULL, NULL, PRIORITY, 0, K_NO_WAIT);
	(void)k_thread_name_set(&thread, "detector");
	return adc_source_start();
}

struct sampling_figures sampling_figures(void)
{
	return figures;
}

size_t sampling_trace(int16_t *samples_mv, size_t count)
{
	k_sem_reset(&trace.done);
	trace.samples_mv = samples_mv;
	trace.got = 0;
	trace.wanted = count;
	(void)k_sem_take(&trace.done, K_MSEC(1000U * count / RATE_HZ + 2000U));
	trace.wanted = 0;
	return trace.got;
}
