/* Samples of the light, from the ADC to the detector, whatever the transports do meanwhile. */
#ifndef BLINK_SAMPLING_H
#define BLINK_SAMPLING_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <kilowink/pulse.h>

/* What goes wrong between the ADC and the detector, since the start. */
struct sampling_figures {
	uint32_t samples;
	/* Samples that came too late, or for which there was no room; the detector took each as missing. */
	uint32_t overruns;
	/* Times the ADC had to be started again. */
	uint32_t restarts;
	int16_t latest_mv;
};

/* Starts the ADC and the detector's thread; 0 or what the driver says. */
int sampling_start(void);

struct sampling_figures sampling_figures(void);

/*
 * Records the next samples into memory of the caller and waits until they are there; returns how many came. One at a time.
 */
size_t sampling_trace(int16_t *samples_mv, size_t count);

/* For the ADC's side, from any context: a raw reading, or that some were missed. */
void sampling_put(uint16_t raw);
void sampling_miss(uint32_t samples);

#endif
