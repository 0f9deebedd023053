/* Flashes on light that moves as far as they are high; the twin of roughness.ts. */
#include "pulse_internal.h"

#define SEARCH_TICKS 8
#define LOSS_16	     4

static int32_t roughness_level(const struct pulse_ring *ring, int32_t age)
{
	return ring->ticks8[pulse_ring_index(ring, age)] * 8;
}

static int32_t roughness_height(const struct pulse_shape *shape, const struct pulse_geometry *geometry, int32_t age)
{
	return (shape->amplitude64 * pulse_shape_template(shape, geometry, age)) >> 6;
}

static int32_t roughness_loss(const struct pulse_shape *shape, const struct pulse_detector *detector)
{
	const struct pulse_geometry *geometry = &detector->geometry;
	const struct pulse_ring *ring = &detector->ring;
	int32_t lag = geometry->guard;
	int32_t middle = shape->middle16 >> 4;
	int32_t reach = ((shape->length16 + geometry->edge16) >> 5) + 1 + lag;
	int32_t loss64 = 0;

	if (middle < reach + lag || middle + reach + lag >= PULSE_RING_TICKS) {
		return 0;
	}
	for (int32_t age = middle - reach; age <= middle + reach; age++) {
		int32_t with64 = roughness_level(ring, age - lag) - 2 * roughness_level(ring, age) +
				 roughness_level(ring, age + lag);
		int32_t flash64 = roughness_height(shape, geometry, age - lag) -
				  2 * roughness_height(shape, geometry, age) +
				  roughness_height(shape, geometry, age + lag);

		loss64 += pulse_int_abs(with64) - pulse_int_abs(with64 - flash64);
	}
	return loss64;
}

bool pulse_roughness_find(struct pulse_shape *shape, const struct pulse_detector *detector, int32_t middle_age)
{
	const struct pulse_profile *profile = &detector->profile;
	int32_t best = 0;
	int32_t best_loss64 = 0;

	shape->length16 = profile->length256 >> 4;
	shape->amplitude64 = profile->amplitude64;
	for (int32_t age = middle_age - SEARCH_TICKS; age <= middle_age + SEARCH_TICKS; age++) {
		int32_t loss64;

		shape->middle16 = age * 16;
		loss64 = roughness_loss(shape, detector);
		if (loss64 > best_loss64) {
			best_loss64 = loss64;
			best = age;
		}
	}
	shape->middle16 = best * 16;
	return best_loss64 * 4 >= profile->amplitude64 * detector->geometry.guard * LOSS_16;
}
