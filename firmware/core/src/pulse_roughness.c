/* Flashes on light that moves as far as they are high; the twin of roughness.ts. */
#include "pulse_internal.h"

#define SEARCH_TICKS 3

static int32_t roughness_level(const struct pulse_ring *ring, int32_t age)
{
	return ring->ticks8[pulse_ring_index(ring, age)] * 8;
}

static int32_t roughness_height(const struct pulse_shape *shape, const struct pulse_geometry *geometry, int32_t age)
{
	return (shape->amplitude64 * pulse_shape_template(shape, geometry, age)) >> 6;
}

/* The roughness around one flank: of the light as it is and without the flash, and what the flank alone makes. */
struct flank {
	int32_t with64;
	int32_t without64;
	int32_t own64;
};

static void roughness_measure_flank(struct flank *out, const struct pulse_shape *shape,
				    const struct pulse_detector *detector, int32_t from, int32_t to)
{
	const struct pulse_geometry *geometry = &detector->geometry;
	const struct pulse_ring *ring = &detector->ring;
	int32_t lag = geometry->guard;

	out->with64 = 0;
	out->without64 = 0;
	out->own64 = 0;
	for (int32_t age = from; age <= to; age++) {
		int32_t with64 = roughness_level(ring, age - lag) - 2 * roughness_level(ring, age) +
				 roughness_level(ring, age + lag);
		int32_t flash64 = roughness_height(shape, geometry, age - lag) -
				  2 * roughness_height(shape, geometry, age) +
				  roughness_height(shape, geometry, age + lag);

		out->with64 += pulse_int_abs(with64);
		out->without64 += pulse_int_abs(with64 - flash64);
		out->own64 += pulse_int_abs(flash64);
	}
}

static bool roughness_is_clean(const struct flank *flank)
{
	return (flank->with64 - flank->without64) * 2 >= flank->own64 && flank->without64 * 10 <= flank->own64 * 9;
}

static bool roughness_is_drowned(const struct flank *flank)
{
	return flank->with64 * 5 >= flank->own64 * 4;
}

static int32_t roughness_loss(const struct flank *newer, const struct flank *older)
{
	int32_t newer64 = newer->with64 - newer->without64;
	int32_t older64 = older->with64 - older->without64;
	/* Between two steps, far higher than a flash, light is smoother without one too, but never smooth. */
	bool is_rough = pulse_int_min(newer->without64, older->without64) > newer->own64;

	if (!is_rough && newer64 * 10 >= newer->own64 && older64 * 10 >= older->own64) {
		return newer64 + older64;
	}
	if (roughness_is_clean(newer) && roughness_is_drowned(older)) {
		return newer64;
	}
	return roughness_is_clean(older) && roughness_is_drowned(newer) ? older64 : 0;
}

static int32_t roughness_loss_at(const struct pulse_shape *shape, const struct pulse_detector *detector)
{
	const struct pulse_geometry *geometry = &detector->geometry;
	int32_t lag = geometry->guard;
	int32_t middle = shape->middle16 >> 4;
	int32_t reach = ((shape->length16 + geometry->edge16) >> 5) + 1 + lag;
	struct flank newer;
	struct flank older;

	if (middle < reach + lag || middle + reach + lag >= PULSE_RING_TICKS) {
		return 0;
	}
	roughness_measure_flank(&newer, shape, detector, middle - reach, middle - 1);
	roughness_measure_flank(&older, shape, detector, middle + 1, middle + reach);
	return roughness_loss(&newer, &older);
}

bool pulse_roughness_find(struct pulse_shape *shape, const struct pulse_detector *detector, int32_t middle_age)
{
	const struct pulse_profile *profile = &detector->profile;
	int32_t reach = (profile->length256 >> 8) + SEARCH_TICKS;
	int32_t best = 0;
	int32_t best_loss64 = 0;

	shape->length16 = profile->length256 >> 4;
	shape->amplitude64 = profile->amplitude64;
	for (int32_t age = pulse_int_max(0, middle_age - reach); age <= middle_age + reach; age++) {
		int32_t loss64;

		shape->middle16 = age * 16;
		loss64 = roughness_loss_at(shape, detector);
		if (loss64 > best_loss64) {
			best_loss64 = loss64;
			best = age;
		}
	}
	shape->middle16 = best * 16;
	return best_loss64 > 0;
}
