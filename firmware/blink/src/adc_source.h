/* Who keeps the time between samples: one of adc_sequence.c and adc_timer.c is built. */
#ifndef BLINK_ADC_SOURCE_H
#define BLINK_ADC_SOURCE_H

#include <zephyr/drivers/adc.h>

/* The ADC's channel of the photodiode: io-channels of zephyr,user in the board's overlay. */
extern const struct adc_dt_spec adc_source_channel;

/* Starts, or starts again after a failure; from then on samples are put. */
int adc_source_start(void);

#endif
