/*
 * Samples timed by the ADC's driver: one sequence that is repeated for ever, with a callback for each reading, which runs in
 * the driver's context.
 */
#include <zephyr/kernel.h>

#include "adc_source.h"
#include "sampling.h"

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
		.interval_us = USEC_PER_SEC / CONFIG_KILOWINK_SAMPLE_RATE_HZ,
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

BUILD_ASSERT(USEC_PER_SEC % CONFIG_KILOWINK_SAMPLE_RATE_HZ == 0, "the interval between samples is whole microseconds");
