/* Hands the emulated ADC the samples of a trace file, one a reading; native/light_file.c reads it on the host's side. */
#include <zephyr/drivers/adc/adc_emul.h>
#include <zephyr/logging/log.h>

#include "adc_source.h"
#include "native/light_file.h"
#include "sim_light.h"

LOG_MODULE_REGISTER(sim_light, CONFIG_KILOWINK_LOG_LEVEL);

static int next(const struct device *device, unsigned int channel, void *data, uint32_t *mv)
{
	ARG_UNUSED(device);
	ARG_UNUSED(channel);
	ARG_UNUSED(data);
	*mv = (uint32_t)light_file_next();
	return 0;
}

int sim_light_start(void)
{
	long samples = light_file_open();

	if (samples < 0) {
		LOG_ERR("KILOWINK_LIGHT names no file that can be read");
		return -ENOENT;
	}
	LOG_INF("light: %ld samples", samples);
	return adc_emul_value_func_set(adc_source_channel.dev, adc_source_channel.channel_id, next, NULL);
}
