/*
 * Samples timed by the ADC's driver: one sequence that is repeated for ever, with a callback for each reading, which runs in
 * the driver's context.
 */
#include <zephyr/kernel.h>

#include "adc_source.h"
#include "sampling.h"

#define INTERVAL_US (USEC_PER_SEC / CONFIG_KILOWINK_SAMPLE_RATE_HZ)

/* The driver's timer takes whole ticks, rounded up: a window would be longer or shorter than it says. */
BUILD_ASSERT(CONFIG_SYS_CLOCK_TICKS_PER_SEC % CONFIG_KILOWINK_SAMPLE_RATE_HZ == 0 &&
		     ((int64_t)INTERVAL_US * CONFIG_SYS_CLOCK_TICKS_PER_SEC + USEC_PER_SEC - 1) / USEC_PER_SEC ==
			     CONFIG_SYS_CLOCK_TICKS_PER_SEC / CONFIG_KILOWINK_SAMPLE_RATE_HZ,
	     "samples are a whole number of ticks apart: choose KILOWINK_SAMPLE_RATE_HZ so");

static uint16_t reading;
static struct k_poll_signal finished;

static enum adc_action take(const struct device *device, const struct adc_sequence *sequence, uint16_t index)
{
	ARG_UNUSED(device);
	ARG_UNUSED(sequence);
	ARG_UNUSED(index);
	sampling_put(reading);
	return ADC_ACTION_REPEAT;
}

int adc_source_start(void)
{
	static const struct adc_sequence_options OPTIONS = {
		.interval_us = INTERVAL_US,
		.callback = take,
	};
	static struct adc_sequence sequence = {
		.options = &OPTIONS,
		.buffer = &reading,
		.buffer_size = sizeof(reading),
	};

	k_poll_signal_init(&finished);
	(void)adc_sequence_init_dt(&adc_source_channel, &sequence);
	return adc_read_async(adc_source_channel.dev, &sequence, &finished);
}

