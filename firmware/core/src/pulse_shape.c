/* Whether a peak has the outline of a flash; the twin of shape.ts. */
#include "pulse_internal.h"

#define AMPLITUDE_64_MAX (64 * PULSE_SAMPLE_MV_MAX)
#define FAINT		 4
#define BURIED		 3

static int32_t shape_level(const struct pulse_peak *peak, int32_t age)
{
	const struct pulse_ring *ring = &peak->detector->ring;

	return ring->ticks8[pulse_ring_index(ring, age)] * 8 - pulse_contrast_base(peak->contrast, age);
}

static int32_t shape_crest_sum(const struct pulse_peak *peak, int32_t age)
{
	int32_t crest = peak->detector->geometry.crest;
	int32_t sum = 0;

	for (int32_t i = 0; i < crest; i++) {
		sum += shape_level(peak, age - (crest >> 1) + i);
	}
	return sum;
}

static int32_t shape_find_crest(const struct pulse_peak *peak)
{
	int32_t best = peak->centre_age;
	int32_t best_sum = shape_crest_sum(peak, best);

	for (int32_t age = best + 1; age < peak->centre_age + peak->detector->profile.width; age++) {
		int32_t sum = shape_crest_sum(peak, age);

		if (sum > best_sum) {
			best = age;
			best_sum = sum;
		}
	}
	return best;
}

static int32_t shape_crest_height(const struct pulse_peak *peak, int32_t crest_age)
{
	if (peak->learnt16 > 0) {
		return peak->contrast->rise64;
	}
	return pulse_int_max(peak->contrast->rise64,
		       shape_crest_sum(peak, crest_age) / peak->detector->geometry.crest);
}

static int32_t shape_mean_level(const struct pulse_peak *peak, int32_t age)
{
	int32_t count = peak->learnt16 > 0 ? pulse_int_max(1, peak->detector->profile.width >> 2) : 1;
	int32_t newest = age - (count >> 1);

	if (newest < 0 || newest + count > PULSE_RING_TICKS) {
		return shape_level(peak, age);
	}
	return pulse_ring_sum(&peak->detector->ring, newest, count) * 8 / count -
	       pulse_contrast_base(peak->contrast, age);
}

static int32_t shape_find_crossing(const struct pulse_peak *peak, int32_t crest_age, int32_t half64,
				   int32_t direction)
{
	int32_t inside64 = shape_mean_level(peak, crest_age);

	for (int32_t step = 1; step <= peak->detector->geometry.width_max; step++) {
		int32_t age = crest_age + direction * step;
		int32_t level64;

		if (age < 0 || age > PULSE_RING_TICKS - 1) {
			return -1;
		}
		level64 = shape_mean_level(peak, age);
		if (level64 < half64) {
			int32_t part16 = inside64 <= half64 ? 0 : (inside64 - half64) * 16 / (inside64 - level64);

			return (age - direction) * 16 + direction * part16;
		}
		inside64 = level64;
	}
	return -1;
}

int32_t pulse_shape_flank(int32_t inside16, int32_t edge16)
{
	/* Most ticks are beside a flank, and division is slow on small chips. */
	if (inside16 * 2 >= edge16) {
		return 64;
	}
	return inside16 * 2 <= -edge16 ? 0 : pulse_int_clamp(32 + inside16 * 64 / edge16, 0, 64);
}

int32_t pulse_shape_template(const struct pulse_shape *shape, const struct pulse_geometry *geometry, int32_t age)
{
	int32_t from16 = pulse_int_abs(age * 16 - shape->middle16);

	return pulse_shape_flank((shape->length16 >> 1) - from16, geometry->edge16);
}

static int32_t shape_newest(const struct pulse_shape *shape, const struct pulse_geometry *geometry)
{
	int32_t half16 = (shape->length16 >> 1) + (geometry->edge16 >> 1);

	return pulse_int_max(0, (pulse_int_max(0, shape->middle16 - half16) >> 4) - 1);
}

static int32_t shape_oldest(const struct pulse_shape *shape, const struct pulse_geometry *geometry)
{
	int32_t half16 = (shape->length16 >> 1) + (geometry->edge16 >> 1);

	return pulse_int_min(PULSE_RING_TICKS - 1, ((shape->middle16 + half16) >> 4) + 2);
}

static enum pulse_fit shape_fit_template(struct pulse_shape *shape, const struct pulse_peak *peak)
{
	const struct pulse_geometry *geometry = &peak->detector->geometry;
	int32_t newest = shape_newest(shape, geometry);
	int32_t oldest = shape_oldest(shape, geometry);
	int32_t product = 0;
	int32_t square = 0;
	int32_t misfit64 = 0;
	int32_t noise64;
	int32_t allowed64;

	for (int32_t age = newest; age <= oldest; age++) {
		int32_t template64 = pulse_shape_template(shape, geometry, age);

		product += shape_level(peak, age) * template64;
		square += template64 * template64;
	}
	if (square < 64 || product <= 0) {
		return PULSE_FIT_NONE;
	}
	shape->amplitude64 = pulse_int_min(product / (square >> 6), AMPLITUDE_64_MAX);
	for (int32_t age = newest; age <= oldest; age++) {
		int32_t expected64 = (shape->amplitude64 * pulse_shape_template(shape, geometry, age)) >> 6;

		misfit64 += pulse_int_abs(shape_level(peak, age) - expected64);
	}
	noise64 = ((peak->detector->noise.third1024 >> 3) * (oldest - newest + 1) * 3) >> 1;
	allowed64 = (((shape->amplitude64 * shape->length16) >> 4) * geometry->misfit256_max) >> 8;
	shape->is_sharp = misfit64 * 4 <= allowed64;
	if (misfit64 * 2 <= allowed64) {
		return PULSE_FIT_EXACT;
	}
	return misfit64 <= allowed64 + noise64 ? PULSE_FIT_LIKELY : PULSE_FIT_NONE;
}

bool pulse_shape_is_faint(const struct pulse_peak *peak)
{
	return peak->contrast->rise64 < FAINT * peak->needed64;
}

static bool shape_is_buried(const struct pulse_peak *peak)
{
	int32_t learnt64 = peak->detector->profile.amplitude64;
	int32_t rise64 = peak->contrast->rise64;

	if (peak->learnt16 == 0) {
		return rise64 < BURIED * peak->needed64;
	}
	return learnt64 < BURIED * peak->needed64 && rise64 * 5 >= learnt64 * 2 && rise64 * 2 <= learnt64 * 5;
}

static enum pulse_fit shape_fit_assumed(struct pulse_shape *shape, const struct pulse_peak *peak, int32_t length16,
					int32_t own16)
{
	shape->own16 = own16;
	shape->length16 = length16;
	shape->middle16 = (2 * peak->centre_age + peak->detector->profile.width - 1) * 8;
	return shape_fit_template(shape, peak);
}

enum pulse_fit pulse_shape_measure(struct pulse_shape *shape, const struct pulse_peak *peak)
{
	const struct pulse_geometry *geometry = &peak->detector->geometry;
	int32_t learnt16 = peak->learnt16;
	int32_t crest_age = shape_find_crest(peak);
	int32_t half64 = shape_crest_height(peak, crest_age) / 2;
	int32_t newer16 = shape_find_crossing(peak, crest_age, half64, -1);
	int32_t older16 = shape_find_crossing(peak, crest_age, half64, 1);
	bool is_crossed = newer16 >= 0 && older16 >= 0;
	int32_t crossed16 = older16 - newer16;
	int32_t width16 = 16 * peak->detector->profile.width;
	bool is_bent = shape_is_buried(peak);

	if (learnt16 > 0 && is_bent) {
		int32_t own16 = is_crossed ? pulse_int_clamp(crossed16, learnt16 >> 1, 2 * learnt16) : learnt16;

		return shape_fit_assumed(shape, peak, learnt16, own16);
	}
	if (is_crossed && crossed16 >= geometry->length16_min && crossed16 <= geometry->length16_max) {
		enum pulse_fit fit;

		shape->own16 = crossed16;
		shape->length16 = crossed16;
		shape->middle16 = (older16 + newer16) >> 1;
		fit = shape_fit_template(shape, peak);
		if (fit == PULSE_FIT_EXACT || !is_bent) {
			return fit;
		}
	}
	return is_bent ? shape_fit_assumed(shape, peak, width16, width16) : PULSE_FIT_NONE;
}

void pulse_shape_remove(const struct pulse_shape *shape, struct pulse_detector *detector)
{
	const struct pulse_geometry *geometry = &detector->geometry;
	struct pulse_ring *ring = &detector->ring;
	int32_t oldest = shape_oldest(shape, geometry);

	for (int32_t age = shape_newest(shape, geometry); age <= oldest; age++) {
		int32_t index = pulse_ring_index(ring, age);
		int32_t height8 = (shape->amplitude64 * pulse_shape_template(shape, geometry, age)) >> 9;

		ring->ticks8[index] = (int16_t)pulse_int_max(0, ring->ticks8[index] - height8);
	}
}
