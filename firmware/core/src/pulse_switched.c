/* Flashes beside which a lamp is switched; the twin of switched.ts. */
#include "pulse_internal.h"

#define SEARCH_TICKS 8

/* A stretch with a flash in its middle: the light before it, how much higher it has settled after it, and its ages. */
struct stretch {
	int32_t newest;
	int32_t oldest;
	int32_t pre64;
	int32_t step64;
	/* Of its ticks above the light before it. */
	int32_t sum64;
};

static bool switched_stretch(struct stretch *out, const struct pulse_shape *shape,
			     const struct pulse_detector *detector)
{
	const struct pulse_geometry *geometry = &detector->geometry;
	const struct pulse_ring *ring = &detector->ring;
	int32_t near = geometry->near;
	int32_t reach = ((shape->length16 + geometry->edge16) >> 5) + near + geometry->guard;
	int32_t middle = shape->middle16 >> 4;
	int32_t count = 2 * reach + 1;

	out->newest = middle - reach;
	out->oldest = middle + reach;
	if (out->newest < near || out->oldest + near >= PULSE_RING_TICKS) {
		return false;
	}
	out->pre64 = pulse_ring_sum(ring, out->oldest + 1, near) * 8 / near;
	out->step64 = pulse_ring_sum(ring, out->newest - near, near) * 8 / near - out->pre64;
	out->sum64 = pulse_ring_sum(ring, out->newest, count) * 8 - count * out->pre64;
	return true;
}

/*
 * What a step and a flash of this area leave over of a stretch, as far as it takes to pass `limit64`; an area of 0 is no
 * flash.
 */
static int32_t switched_misfit(const struct stretch *stretch, const struct pulse_detector *detector,
			       const struct pulse_shape *shape, int32_t area64, int32_t limit64)
{
	const struct pulse_geometry *geometry = &detector->geometry;
	const struct pulse_ring *ring = &detector->ring;
	int32_t all16 = (stretch->oldest - stretch->newest + 1) * 16;
	int32_t since16 = pulse_int_clamp((stretch->sum64 - area64) * 16 / stretch->step64, 0, all16);
	int32_t step16 = stretch->newest * 16 - 8 + since16;
	int32_t misfit64 = 0;

	for (int32_t age = stretch->newest; age <= stretch->oldest && misfit64 <= limit64; age++) {
		int32_t part64 = pulse_shape_flank(step16 - age * 16, geometry->edge16);
		int32_t level64 = ring->ticks8[pulse_ring_index(ring, age)] * 8 - stretch->pre64;

		if (area64 > 0) {
			level64 -= (shape->amplitude64 * pulse_shape_template(shape, geometry, age)) >> 6;
		}
		misfit64 += pulse_int_abs(level64 - stretch->step64 * part64 / 64);
	}
	return misfit64;
}

bool pulse_switched_find(struct pulse_shape *shape, const struct pulse_detector *detector, int32_t middle_age)
{
	const struct pulse_profile *profile = &detector->profile;
	int32_t length16 = profile->length256 >> 4;
	int32_t area64 = (profile->amplitude64 * length16) >> 4;
	int32_t allowed64 = (area64 * 5) >> 4;
	int32_t reach = (length16 >> 4) + SEARCH_TICKS;
	int32_t best16 = 0;
	int32_t best_gain64 = area64 >> 1;

	shape->length16 = length16;
	shape->amplitude64 = profile->amplitude64;
	for (int32_t age2 = pulse_int_max(0, 2 * (middle_age - reach)); age2 <= 2 * (middle_age + reach); age2++) {
		struct stretch stretch;
		int32_t with64;
		int32_t gain64;

		shape->middle16 = age2 * 8;
		if (!switched_stretch(&stretch, shape, detector) ||
		    pulse_int_abs(stretch.step64) * 2 < shape->amplitude64) {
			continue;
		}
		with64 = switched_misfit(&stretch, detector, shape, area64, allowed64);
		if (with64 > allowed64) {
			continue;
		}
		gain64 = switched_misfit(&stretch, detector, shape, 0, INT32_MAX) - with64;
		if (gain64 > best_gain64) {
			best_gain64 = gain64;
			best16 = shape->middle16;
		}
	}
	shape->middle16 = best16;
	return best16 > 0;
}
