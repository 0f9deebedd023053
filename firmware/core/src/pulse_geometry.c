/* Lengths that follow from the sample rate; the twin of geometry.ts. */
#include "pulse_internal.h"

static int32_t geometry_ticks(int32_t rate_hz, int32_t samples_per_tick, int32_t ms)
{
	return pulse_int_max(1, (ms * rate_hz + 500 * samples_per_tick) / (1000 * samples_per_tick));
}

static int32_t geometry_ticks16(int32_t rate_hz, int32_t samples_per_tick, int32_t ms)
{
	return 16 * ms * rate_hz / (1000 * samples_per_tick);
}

int32_t pulse_geometry_peak_wait(int32_t width)
{
	return pulse_int_max(2, (width >> 1) + 1);
}

void pulse_geometry_create(struct pulse_geometry *geometry, int32_t rate_hz)
{
	int32_t samples_per_mean = (rate_hz + 999) / 1000;
	int32_t mean_hz = rate_hz / samples_per_mean;
	int32_t box_a = pulse_int_clamp((mean_hz + 50) / 100, 1, 10);
	int32_t box_b = pulse_int_clamp((mean_hz + 60) / 120, 1, 8);
	int32_t means_per_tick = (mean_hz + 249) / 250;
	int32_t spt = samples_per_mean * means_per_tick;
	int32_t far = geometry_ticks(rate_hz, spt, 136);
	int32_t near = geometry_ticks(rate_hz, spt, 24);
	int32_t guard = geometry_ticks(rate_hz, spt, 10);
	int32_t width_max = geometry_ticks(rate_hz, spt, 150);
	bool is_smoothed = box_a > 1;
	const int32_t bank[PULSE_BANK] = {
		geometry_ticks(rate_hz, spt, 16),
		pulse_int_max(1, 40 * rate_hz / (1000 * spt)),
		geometry_ticks(rate_hz, spt, 100),
	};

	geometry->samples_per_mean = (uint8_t)samples_per_mean;
	geometry->box_a = (uint8_t)box_a;
	geometry->box_b = (uint8_t)box_b;
	geometry->means_per_tick = (uint8_t)means_per_tick;
	geometry->samples_per_tick = (uint8_t)spt;
	geometry->guard = (uint8_t)guard;
	geometry->near = (uint8_t)near;
	geometry->far = (uint8_t)far;
	for (int i = 0; i < PULSE_BANK; i++) {
		geometry->bank[i] = (uint8_t)bank[i];
		geometry->gains16[i] = (uint8_t)pulse_int_square_root(256 * bank[i] / bank[0]);
	}
	geometry->width_min = (uint8_t)geometry_ticks(rate_hz, spt, 12);
	geometry->width_max = (uint8_t)width_max;
	geometry->noise_block = (uint8_t)geometry_ticks(rate_hz, spt, 28);
	geometry->spread16 = (uint8_t)(is_smoothed ? 15 * (box_a + box_b) / (4 * means_per_tick) : 0);
	geometry->crest = is_smoothed && means_per_tick > 1 ? 3 : 1;
	geometry->edge16 = (uint8_t)pulse_int_max(16, 12 * (box_a + box_b) / means_per_tick);
	geometry->length16_min = (uint8_t)geometry_ticks16(rate_hz, spt, 8);
	geometry->slack16 = is_smoothed ? 4 : 16;
	geometry->length16_max = (uint16_t)geometry_ticks16(rate_hz, spt, 160);
	geometry->misfit256_max = is_smoothed ? 80 : 255;
	geometry->delay_samples = (uint8_t)((samples_per_mean * (box_a + box_b - 2) + samples_per_mean - 1) / 2);
	geometry->blind_samples = (uint16_t)(160 * rate_hz / 1000);
	geometry->window_samples = (uint16_t)(PULSE_WINDOW_S * rate_hz);
	geometry->latency_samples =
		(uint16_t)(spt * (far + near + guard + width_max + pulse_geometry_peak_wait(width_max) + 3));
}
