/* The way from samples to ticks; the twin of smoother.ts. */
#include "pulse_internal.h"

static void smoother_prime(struct pulse_smoother *smoother, const struct pulse_geometry *geometry, int16_t mean8)
{
	for (int i = 0; i < 10; i++) {
		smoother->ring_a[i] = mean8;
	}
	for (int i = 0; i < 8; i++) {
		smoother->ring_b[i] = mean8;
	}
	smoother->sum_a = mean8 * geometry->box_a;
	smoother->sum_b = mean8 * geometry->box_b;
	smoother->is_primed = true;
}

bool pulse_smoother_take(struct pulse_smoother *smoother, const struct pulse_geometry *geometry, int32_t sample_mv)
{
	int16_t mean8;
	int16_t box_a8;

	smoother->mean_sum = (uint16_t)(smoother->mean_sum + sample_mv);
	smoother->mean_count++;
	if (smoother->mean_count < geometry->samples_per_mean) {
		return false;
	}
	mean8 = (int16_t)((int32_t)smoother->mean_sum * 8 / geometry->samples_per_mean);
	smoother->mean_sum = 0;
	smoother->mean_count = 0;
	if (!smoother->is_primed) {
		smoother_prime(smoother, geometry, mean8);
	}
	smoother->sum_a += mean8 - smoother->ring_a[smoother->index_a];
	smoother->ring_a[smoother->index_a] = mean8;
	smoother->index_a = (uint8_t)(smoother->index_a + 1 == geometry->box_a ? 0 : smoother->index_a + 1);
	box_a8 = (int16_t)(smoother->sum_a / geometry->box_a);
	smoother->sum_b += box_a8 - smoother->ring_b[smoother->index_b];
	smoother->ring_b[smoother->index_b] = box_a8;
	smoother->index_b = (uint8_t)(smoother->index_b + 1 == geometry->box_b ? 0 : smoother->index_b + 1);
	smoother->tick_count++;
	if (smoother->tick_count < geometry->means_per_tick) {
		return false;
	}
	smoother->tick_count = 0;
	return true;
}

int16_t pulse_smoother_tick8(const struct pulse_smoother *smoother, const struct pulse_geometry *geometry)
{
	return (int16_t)(smoother->sum_b / geometry->box_b);
}
