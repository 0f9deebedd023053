/*
 * The pulse detector; see pulse.h. Functions stand in the order of the TypeScript files they are the twin of:
 * geometry.ts, smoother.ts, tick-ring.ts, noise.ts, contrast.ts, shape.ts, roughness.ts, profile.ts, windows.ts,
 * pulse-detector.ts. Why things are as they are is said there and in docs/design/pulse-detector.md.
 */
#include <stddef.h>
#include <string.h>

#include <kilowink/error.h>
#include <kilowink/pulse.h>

#define THIRD_1024_START (64 << 10)
#define THIRD_1024_MIN	 64
#define THIRD_1024_MAX	 (256 << 10)
#define UPDATE_TICKS	 5
#define FIRST_UPDATES	 6
#define DOUBT_UPDATES	 40
#define UPDATES_MAX	 400
#define SURPRISE	 6
#define SURPRISE_STEPS	 8
#define REACH_256	 2972
#define THRESHOLD_64_MIN 512

#define AMPLITUDE_64_MAX (64 * PULSE_SAMPLE_MV_MAX)

#define SEARCH_TICKS 8
#define LOSS_16	     4

#define COUNT_MAX	8
#define SAMPLES_AGO_MAX (1 << 24)
#define SHORT_TRIAL	1
#define TRIALS		4

#define PEAK_64_MIN	 512
#define FAINT		 4
#define BURIED		 3
#define MOVING_COUNT_MIN 3

#define NO_FLASH UINT16_MAX

static int32_t int_min(int32_t a, int32_t b)
{
	return a < b ? a : b;
}

static int32_t int_max(int32_t a, int32_t b)
{
	return a > b ? a : b;
}

static int32_t int_abs(int32_t value)
{
	return value < 0 ? -value : value;
}

static int32_t int_clamp(int32_t value, int32_t low, int32_t high)
{
	return int_max(low, int_min(value, high));
}

/* The whole part of the square root of a number from 0 on. */
static int32_t int_square_root(int32_t value)
{
	int32_t rest = value;
	int32_t root = 0;

	for (int32_t bit = INT32_C(1) << 30; bit > 0; bit >>= 2) {
		if (rest >= root + bit) {
			rest -= root + bit;
			root = (root >> 1) + bit;
		} else {
			root >>= 1;
		}
	}
	return root;
}

/* geometry.ts */

static int32_t geometry_ticks(int32_t rate_hz, int32_t samples_per_tick, int32_t ms)
{
	return int_max(1, (ms * rate_hz + 500 * samples_per_tick) / (1000 * samples_per_tick));
}

static int32_t geometry_ticks16(int32_t rate_hz, int32_t samples_per_tick, int32_t ms)
{
	return 16 * ms * rate_hz / (1000 * samples_per_tick);
}

static int32_t geometry_peak_wait(int32_t width)
{
	return int_max(2, (width >> 1) + 1);
}

static void geometry_create(struct pulse_geometry *geometry, int32_t rate_hz)
{
	int32_t samples_per_mean = (rate_hz + 999) / 1000;
	int32_t mean_hz = rate_hz / samples_per_mean;
	int32_t box_a = int_clamp((mean_hz + 50) / 100, 1, 10);
	int32_t box_b = int_clamp((mean_hz + 60) / 120, 1, 8);
	int32_t means_per_tick = (mean_hz + 249) / 250;
	int32_t spt = samples_per_mean * means_per_tick;
	int32_t far = geometry_ticks(rate_hz, spt, 152);
	int32_t near = geometry_ticks(rate_hz, spt, 24);
	int32_t guard = geometry_ticks(rate_hz, spt, 10);
	int32_t width_max = geometry_ticks(rate_hz, spt, 150);
	bool is_smoothed = box_a > 1;

	geometry->samples_per_mean = (uint8_t)samples_per_mean;
	geometry->box_a = (uint8_t)box_a;
	geometry->box_b = (uint8_t)box_b;
	geometry->means_per_tick = (uint8_t)means_per_tick;
	geometry->samples_per_tick = (uint8_t)spt;
	geometry->guard = (uint8_t)guard;
	geometry->near = (uint8_t)near;
	geometry->far = (uint8_t)far;
	geometry->width_short = (uint8_t)int_max(1, 40 * rate_hz / (1000 * spt));
	geometry->width_long = (uint8_t)geometry_ticks(rate_hz, spt, 100);
	geometry->width_trial = (uint8_t)geometry_ticks(rate_hz, spt, 1000);
	geometry->width_min = (uint8_t)geometry_ticks(rate_hz, spt, 12);
	geometry->width_max = (uint8_t)width_max;
	geometry->noise_block = (uint8_t)geometry_ticks(rate_hz, spt, 28);
	geometry->spread16 = (uint8_t)(is_smoothed ? 15 * (box_a + box_b) / (4 * means_per_tick) : 0);
	geometry->crest = is_smoothed && means_per_tick > 1 ? 3 : 1;
	geometry->edge16 = (uint8_t)int_max(16, 12 * (box_a + box_b) / means_per_tick);
	geometry->length16_min = (uint8_t)geometry_ticks16(rate_hz, spt, 8);
	geometry->slack16 = is_smoothed ? 4 : 16;
	geometry->length16_max = (uint16_t)geometry_ticks16(rate_hz, spt, 160);
	geometry->misfit256_max = is_smoothed ? 80 : 255;
	geometry->delay_samples = (uint8_t)((samples_per_mean * (box_a + box_b - 2) + samples_per_mean - 1) / 2);
	geometry->blind_samples = (uint16_t)(160 * rate_hz / 1000);
	geometry->window_samples = (uint16_t)(PULSE_WINDOW_S * rate_hz);
	geometry->latency_samples =
		(uint16_t)(spt * (far + near + guard + width_max + geometry_peak_wait(width_max) + 3));
}

/* smoother.ts */

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

static bool smoother_take(struct pulse_smoother *smoother, const struct pulse_geometry *geometry, int32_t sample_mv)
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

static int16_t smoother_tick8(const struct pulse_smoother *smoother, const struct pulse_geometry *geometry)
{
	return (int16_t)(smoother->sum_b / geometry->box_b);
}

/* tick-ring.ts */

static void ring_push(struct pulse_ring *ring, int16_t tick8)
{
	if (ring->filled == 0) {
		for (int i = 0; i < PULSE_RING_TICKS; i++) {
			ring->ticks8[i] = tick8;
		}
	}
	if (ring->filled < PULSE_RING_TICKS) {
		ring->filled++;
	}
	ring->head = (uint8_t)(ring->head + 1 == PULSE_RING_TICKS ? 0 : ring->head + 1);
	ring->ticks8[ring->head] = tick8;
}

static int32_t ring_index(const struct pulse_ring *ring, int32_t age)
{
	int32_t index = ring->head - age;

	return index < 0 ? index + PULSE_RING_TICKS : index;
}

static int32_t ring_sum(const struct pulse_ring *ring, int32_t age, int32_t count)
{
	int32_t index = ring_index(ring, age);
	int32_t sum = 0;

	for (int32_t left = count; left > 0; left--) {
		sum += ring->ticks8[index];
		index = index == 0 ? PULSE_RING_TICKS - 1 : index - 1;
	}
	return sum;
}

/* noise.ts */

static int32_t noise_shift(uint16_t updates)
{
	if (updates < 40) {
		return 4;
	}
	if (updates < 120) {
		return 6;
	}
	return updates < 400 ? 8 : 10;
}

static int32_t noise_move(const struct pulse_noise *noise, int32_t difference1024)
{
	int32_t third1024 = noise->third1024;
	int32_t step;

	if (noise->updates == 0) {
		return difference1024;
	}
	if (noise->updates < FIRST_UPDATES) {
		return int_max(third1024, difference1024);
	}
	step = (third1024 >> noise_shift(noise->updates)) + 1;
	if (difference1024 <= third1024) {
		return third1024 - 2 * step;
	}
	return third1024 + (difference1024 > SURPRISE * third1024 ? SURPRISE_STEPS * step : step);
}

static bool noise_update(struct pulse_noise *noise, const struct pulse_ring *ring,
			 const struct pulse_geometry *geometry)
{
	int32_t block = geometry->noise_block;
	int32_t oldest = PULSE_RING_TICKS - block;
	int32_t a;
	int32_t b;
	int32_t c;

	noise->ticks_to_update--;
	if (noise->ticks_to_update > 0) {
		return false;
	}
	noise->ticks_to_update = UPDATE_TICKS;
	if (ring->filled <= oldest) {
		return false;
	}
	a = ring_sum(ring, oldest, block);
	b = ring_sum(ring, oldest - block, block);
	c = ring_sum(ring, oldest - 2 * block, block);
	noise->third1024 = int_clamp(noise_move(noise, int_abs(a - 2 * b + c) * 128 / block), THIRD_1024_MIN,
				     THIRD_1024_MAX);
	if (noise->updates < UPDATES_MAX) {
		noise->updates++;
	}
	return true;
}

static void noise_doubt(struct pulse_noise *noise, bool is_sure)
{
	noise->updates = (uint16_t)int_min(noise->updates, is_sure ? FIRST_UPDATES : DOUBT_UPDATES);
}

static int32_t noise_third(const struct pulse_detector *detector, int32_t side)
{
	const struct pulse_geometry *geometry = &detector->geometry;
	int32_t width = detector->width;
	int32_t block = geometry->noise_block;
	int32_t of_flash = ((16 * width - geometry->spread16) << 16) / (width * width) + (INT32_C(1) << 19) / side;
	int32_t ratio = of_flash * 16 * block * block / (96 * block - 10 * geometry->spread16);

	return (detector->noise.third1024 * int_square_root(ratio)) >> 10;
}

static int32_t noise_threshold(const struct pulse_detector *detector, int32_t side)
{
	return int_max(THRESHOLD_64_MIN, (noise_third(detector, side) * REACH_256) >> 12);
}

/* contrast.ts */

struct contrast {
	int32_t rise64;
	int32_t post64;
	int32_t pre64;
	int32_t post_age2;
	int32_t pre_age2;
	bool is_wide;
};

static void contrast_measure(struct contrast *out, const struct pulse_detector *detector, int32_t shift,
			     int32_t tolerance64)
{
	const struct pulse_ring *ring = &detector->ring;
	int32_t near = detector->geometry.near;
	int32_t far = detector->geometry.far;
	int32_t guard = detector->geometry.guard;
	int32_t width = detector->width;
	int32_t post_near_age = shift + far;
	int32_t centre_age = post_near_age + near + guard;
	int32_t pre_near_age = centre_age + width + guard;
	int32_t post_far = ring_sum(ring, shift, far);
	int32_t post_near = ring_sum(ring, post_near_age, near);
	int32_t pre_near = ring_sum(ring, pre_near_age, near);
	int32_t pre_far = ring_sum(ring, pre_near_age + near, far);
	bool is_post_even = int_abs(post_near * 8 / near - post_far * 8 / far) <= tolerance64;
	bool is_pre_even = int_abs(pre_near * 8 / near - pre_far * 8 / far) <= tolerance64;

	out->is_wide = is_post_even && is_pre_even;
	if (out->is_wide) {
		int32_t side = near + far;

		out->post64 = (post_near + post_far) * 8 / side;
		out->pre64 = (pre_near + pre_far) * 8 / side;
		out->post_age2 = 2 * shift + side - 1;
		out->pre_age2 = 2 * pre_near_age + side - 1;
	} else {
		out->post64 = post_near * 8 / near;
		out->pre64 = pre_near * 8 / near;
		out->post_age2 = 2 * post_near_age + near - 1;
		out->pre_age2 = 2 * pre_near_age + near - 1;
	}
	out->rise64 = ring_sum(ring, centre_age, width) * 8 / width - (out->post64 + out->pre64) / 2;
}

static int32_t contrast_base(const struct contrast *contrast, int32_t age)
{
	int32_t age2 = int_clamp(2 * age, contrast->post_age2, contrast->pre_age2);

	return contrast->post64 + (contrast->pre64 - contrast->post64) * (age2 - contrast->post_age2) /
					  (contrast->pre_age2 - contrast->post_age2);
}

/* shape.ts */

enum fit { FIT_NONE, FIT_LIKELY, FIT_EXACT };

struct shape {
	int32_t middle16;
	int32_t length16;
	int32_t amplitude64;
	int32_t own16;
};

struct peak {
	const struct pulse_detector *detector;
	const struct contrast *contrast;
	int32_t centre_age;
	int32_t learnt16;
	int32_t needed64;
};

static int32_t shape_level(const struct peak *peak, int32_t age)
{
	const struct pulse_ring *ring = &peak->detector->ring;

	return ring->ticks8[ring_index(ring, age)] * 8 - contrast_base(peak->contrast, age);
}

static int32_t shape_crest_sum(const struct peak *peak, int32_t age)
{
	int32_t crest = peak->detector->geometry.crest;
	int32_t sum = 0;

	for (int32_t i = 0; i < crest; i++) {
		sum += shape_level(peak, age - (crest >> 1) + i);
	}
	return sum;
}

static int32_t shape_find_crest(const struct peak *peak)
{
	int32_t best = peak->centre_age;
	int32_t best_sum = shape_crest_sum(peak, best);

	for (int32_t age = best + 1; age < peak->centre_age + peak->detector->width; age++) {
		int32_t sum = shape_crest_sum(peak, age);

		if (sum > best_sum) {
			best = age;
			best_sum = sum;
		}
	}
	return best;
}

static int32_t shape_crest_height(const struct peak *peak, int32_t crest_age)
{
	if (peak->learnt16 > 0) {
		return peak->contrast->rise64;
	}
	return int_max(peak->contrast->rise64,
		       shape_crest_sum(peak, crest_age) / peak->detector->geometry.crest);
}

static int32_t shape_mean_level(const struct peak *peak, int32_t age)
{
	int32_t count = peak->learnt16 > 0 ? int_max(1, peak->detector->width >> 2) : 1;
	int32_t newest = age - (count >> 1);

	if (newest < 0 || newest + count > PULSE_RING_TICKS) {
		return shape_level(peak, age);
	}
	return ring_sum(&peak->detector->ring, newest, count) * 8 / count - contrast_base(peak->contrast, age);
}

static int32_t shape_find_crossing(const struct peak *peak, int32_t crest_age, int32_t half64, int32_t direction)
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

static int32_t shape_template(const struct shape *shape, const struct pulse_geometry *geometry, int32_t age)
{
	int32_t from16 = int_abs(age * 16 - shape->middle16);

	return int_clamp(32 + ((shape->length16 >> 1) - from16) * 64 / geometry->edge16, 0, 64);
}

static int32_t shape_newest(const struct shape *shape, const struct pulse_geometry *geometry)
{
	int32_t half16 = (shape->length16 >> 1) + (geometry->edge16 >> 1);

	return int_max(0, (int_max(0, shape->middle16 - half16) >> 4) - 1);
}

static int32_t shape_oldest(const struct shape *shape, const struct pulse_geometry *geometry)
{
	int32_t half16 = (shape->length16 >> 1) + (geometry->edge16 >> 1);

	return int_min(PULSE_RING_TICKS - 1, ((shape->middle16 + half16) >> 4) + 2);
}

static enum fit shape_fit_template(struct shape *shape, const struct peak *peak)
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
		int32_t template64 = shape_template(shape, geometry, age);

		product += shape_level(peak, age) * template64;
		square += template64 * template64;
	}
	if (square < 64 || product <= 0) {
		return FIT_NONE;
	}
	shape->amplitude64 = int_min(product / (square >> 6), AMPLITUDE_64_MAX);
	for (int32_t age = newest; age <= oldest; age++) {
		int32_t expected64 = (shape->amplitude64 * shape_template(shape, geometry, age)) >> 6;

		misfit64 += int_abs(shape_level(peak, age) - expected64);
	}
	noise64 = ((peak->detector->noise.third1024 >> 3) * (oldest - newest + 1) * 3) >> 1;
	allowed64 = (((shape->amplitude64 * shape->length16) >> 4) * geometry->misfit256_max) >> 8;
	if (misfit64 * 2 <= allowed64) {
		return FIT_EXACT;
	}
	return misfit64 <= allowed64 + noise64 ? FIT_LIKELY : FIT_NONE;
}

static bool shape_is_faint(const struct peak *peak)
{
	return peak->contrast->rise64 < FAINT * peak->needed64;
}

static bool shape_is_buried(const struct peak *peak)
{
	int32_t learnt64 = peak->detector->profile.amplitude64;
	int32_t rise64 = peak->contrast->rise64;

	return learnt64 < BURIED * peak->needed64 && rise64 * 5 >= learnt64 * 2 && rise64 * 2 <= learnt64 * 5;
}

static enum fit shape_measure(struct shape *shape, const struct peak *peak)
{
	const struct pulse_geometry *geometry = &peak->detector->geometry;
	int32_t learnt16 = peak->learnt16;
	int32_t crest_age = shape_find_crest(peak);
	int32_t half64 = shape_crest_height(peak, crest_age) / 2;
	int32_t newer16 = shape_find_crossing(peak, crest_age, half64, -1);
	int32_t older16 = shape_find_crossing(peak, crest_age, half64, 1);
	bool is_crossed = newer16 >= 0 && older16 >= 0;

	if (learnt16 > 0 && shape_is_buried(peak)) {
		shape->own16 = is_crossed ? int_clamp(older16 - newer16, learnt16 >> 1, 2 * learnt16) : learnt16;
		shape->length16 = learnt16;
		shape->middle16 = (2 * peak->centre_age + peak->detector->width - 1) * 8;
		return shape_fit_template(shape, peak);
	}
	if (!is_crossed) {
		return FIT_NONE;
	}
	shape->own16 = older16 - newer16;
	shape->length16 = shape->own16;
	shape->middle16 = (older16 + newer16) >> 1;
	if (shape->length16 < geometry->length16_min || shape->length16 > geometry->length16_max) {
		return FIT_NONE;
	}
	return shape_fit_template(shape, peak);
}

static void shape_remove(const struct shape *shape, struct pulse_detector *detector)
{
	const struct pulse_geometry *geometry = &detector->geometry;
	struct pulse_ring *ring = &detector->ring;
	int32_t oldest = shape_oldest(shape, geometry);

	for (int32_t age = shape_newest(shape, geometry); age <= oldest; age++) {
		int32_t index = ring_index(ring, age);
		int32_t height8 = (shape->amplitude64 * shape_template(shape, geometry, age)) >> 9;

		ring->ticks8[index] = (int16_t)int_max(0, ring->ticks8[index] - height8);
	}
}

/* roughness.ts */

static int32_t roughness_level(const struct pulse_ring *ring, int32_t age)
{
	return ring->ticks8[ring_index(ring, age)] * 8;
}

static int32_t roughness_height(const struct shape *shape, const struct pulse_geometry *geometry, int32_t age)
{
	return (shape->amplitude64 * shape_template(shape, geometry, age)) >> 6;
}

static int32_t roughness_loss(const struct shape *shape, const struct pulse_detector *detector)
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

		loss64 += int_abs(with64) - int_abs(with64 - flash64);
	}
	return loss64;
}

static bool roughness_find(struct shape *shape, const struct pulse_detector *detector, int32_t middle_age)
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

/* profile.ts */

struct measured {
	int32_t rise64;
	int32_t amplitude64;
	int32_t length16;
	int32_t samples_ago;
	bool is_exact;
	bool is_faint;
};

static void profile_pass_tick(struct pulse_profile *profile, int32_t samples)
{
	for (int i = 0; i < PULSE_OTHERS_TO_BELIEVE - 1; i++) {
		profile->other_samples_ago[i] =
			int_min(profile->other_samples_ago[i] + samples, SAMPLES_AGO_MAX);
	}
}

static bool profile_matches(const struct pulse_profile *profile, const struct measured *flash, int32_t slack16)
{
	int32_t amplitude64 = profile->amplitude64;
	int32_t length256 = profile->length256;
	int32_t from_length256 = int_abs(flash->length16 * 16 - length256);
	bool is_order_right;

	if (profile->count == 0) {
		return false;
	}
	is_order_right = flash->rise64 * 5 >= amplitude64 * 2 && flash->amplitude64 * 2 <= amplitude64 * 5;
	if (flash->is_faint || !is_order_right) {
		return is_order_right;
	}
	if (flash->is_exact) {
		return from_length256 <= (length256 >> 1) + slack16 * 16;
	}
	return from_length256 <= length256 >> 3 &&
	       int_abs(flash->amplitude64 - amplitude64) <= amplitude64 >> 2;
}

static bool profile_believe_other(struct pulse_profile *profile, const struct measured *flash, int32_t slack16)
{
	bool is_doubtful;
	int amplitude_shift;
	int length_shift;
	bool agrees;

	if (!flash->is_exact && !flash->is_faint) {
		return false;
	}
	is_doubtful = flash->is_faint && profile->count > 0;
	amplitude_shift = flash->is_faint && !is_doubtful ? 1 : 2;
	length_shift = is_doubtful ? 2 : flash->is_faint ? 1 : 3;
	agrees = profile->other_count > 0 &&
		 int_abs(flash->amplitude64 - profile->other64) <= profile->other64 >> amplitude_shift &&
		 int_abs(flash->length16 - profile->other16) <= (profile->other16 >> length_shift) + slack16;
	if (!agrees) {
		profile->other_count = 0;
	}
	profile->other64 = flash->amplitude64;
	profile->other16 = (int16_t)flash->length16;
	if (profile->other_count == PULSE_OTHERS_TO_BELIEVE - 1) {
		profile->count = 0;
		return true;
	}
	profile->other_samples_ago[profile->other_count] = flash->samples_ago;
	profile->other_count++;
	return false;
}

static int profile_recognise(struct pulse_profile *profile, const struct measured *flash, int32_t slack16)
{
	int certain = 1;

	if (!profile_matches(profile, flash, slack16)) {
		if (!profile_believe_other(profile, flash, slack16)) {
			return 0;
		}
		certain = PULSE_OTHERS_TO_BELIEVE;
	}
	profile->other_count = 0;
	if (profile->count < COUNT_MAX) {
		profile->count++;
	}
	profile->amplitude64 += (flash->amplitude64 - profile->amplitude64) / profile->count;
	profile->length256 = (uint16_t)(profile->length256 +
					(flash->length16 * 16 - profile->length256) / profile->count);
	return certain;
}

static int32_t profile_width(const struct pulse_detector *detector)
{
	const struct pulse_geometry *geometry = &detector->geometry;

	if (detector->profile.count == 0) {
		return detector->trial == SHORT_TRIAL ? geometry->width_short : geometry->width_long;
	}
	return int_clamp((detector->profile.length256 + 64) >> 8, geometry->width_min, geometry->width_max);
}

/* windows.ts */

static void windows_clear(struct pulse_tally *tally)
{
	memset(tally, 0, sizeof(*tally));
	tally->last_flash_sample = NO_FLASH;
}

static bool windows_pass_sample(struct pulse_windows *windows, const struct pulse_geometry *geometry)
{
	windows->sample++;
	if (windows->sample == geometry->window_samples) {
		windows->sample = 0;
		windows->closing = windows->running;
		windows_clear(&windows->running);
		windows->is_closing = true;
	}
	return windows->is_closing && windows->sample == geometry->latency_samples;
}

static void windows_add_flash(struct pulse_detector *detector, const struct shape *shape, int32_t samples_ago,
			      struct pulse_event *event)
{
	struct pulse_windows *windows = &detector->windows;
	struct pulse_tally *tally = &windows->running;
	struct pulse_flash *flash = &event->flashes[event->flash_count];
	int32_t sample = windows->sample - samples_ago;

	flash->window_number = windows->number + (windows->is_closing ? 1U : 0U);
	if (sample < 0) {
		sample += detector->geometry.window_samples;
		if (!windows->is_closing || sample < 0) {
			return;
		}
		tally = &windows->closing;
		flash->window_number = windows->number;
	}
	tally->count++;
	if (tally->last_flash_sample == NO_FLASH || sample > tally->last_flash_sample) {
		tally->last_flash_sample = (uint16_t)sample;
	}
	tally->amplitudes64 += shape->amplitude64;
	tally->lengths16 += shape->length16;
	flash->sample = sample;
	flash->amplitude_uv = shape->amplitude64 * 125 / 8;
	flash->length16 = shape->length16;
	event->flash_count++;
}

static enum pulse_state windows_state(const struct pulse_detector *detector)
{
	const struct pulse_tally *closing = &detector->windows.closing;

	if (closing->is_missing) {
		return PULSE_STATE_MISSING;
	}
	if (closing->is_clipped) {
		return PULSE_STATE_SATURATED;
	}
	if (detector->profile.count == 0) {
		return PULSE_STATE_NONE;
	}
	return detector->profile.amplitude64 < 2 * detector->wide64 ? PULSE_STATE_WEAK : PULSE_STATE_GOOD;
}

static void windows_take(struct pulse_detector *detector, struct pulse_window *window)
{
	const struct pulse_geometry *geometry = &detector->geometry;
	const struct pulse_tally *closing = &detector->windows.closing;
	int32_t side = geometry->near + geometry->far;
	int32_t count = closing->count;

	window->number = detector->windows.number;
	window->state = windows_state(detector);
	window->count = count;
	window->last_flash_sample = closing->last_flash_sample == NO_FLASH ? -1 : closing->last_flash_sample;
	window->baseline_mv =
		closing->baseline_ticks == 0 ? 0 : closing->baseline8 / (closing->baseline_ticks * 8);
	window->amplitude_mv = count == 0 ? 0 : closing->amplitudes64 / (count * 64);
	window->noise_uv = (noise_third(detector, side) * 2267) >> 10;
	window->length_us = count == 0 ? 0
				       : closing->lengths16 / count * geometry->samples_per_tick * 3125 /
						 geometry->window_samples * 100;
	detector->windows.number++;
	detector->windows.is_closing = false;
}

/* pulse-detector.ts */

static void detector_adapt(struct pulse_detector *detector)
{
	const struct pulse_geometry *geometry = &detector->geometry;
	int32_t full_scale_mv = detector->full_scale_mv;
	int32_t margin64;

	detector->width = (uint8_t)profile_width(detector);
	detector->near64 = noise_threshold(detector, geometry->near);
	detector->wide64 = noise_threshold(detector, geometry->near + geometry->far);
	margin64 = int_max(full_scale_mv << 2, int_min(detector->wide64, full_scale_mv << 4));
	detector->clip_mv = (int16_t)(full_scale_mv - (margin64 >> 6));
}

/* How much a far side may differ from a near one to be used. */
static int32_t detector_tolerance64(const struct pulse_detector *detector)
{
	return int_max(detector->near64 - (detector->near64 >> 2), detector->profile.amplitude64 >> 3);
}

static int32_t detector_centre_age(const struct pulse_detector *detector)
{
	const struct pulse_geometry *geometry = &detector->geometry;

	return detector->peak_age + geometry->far + geometry->near + geometry->guard;
}

static int32_t detector_samples_ago(const struct pulse_detector *detector, const struct shape *shape)
{
	return shape->middle16 * detector->geometry.samples_per_tick / 16 + detector->geometry.delay_samples;
}

static int detector_count_on_moving_light(struct pulse_detector *detector, struct shape *shape)
{
	int32_t amplitude64 = detector->profile.amplitude64;
	bool is_clear = amplitude64 >= 2 * detector->near64 && detector->peak64 * 8 >= amplitude64;

	if (detector->profile.count < MOVING_COUNT_MIN || !is_clear) {
		return 0;
	}
	if (!roughness_find(shape, detector, detector_centre_age(detector) + (detector->width >> 1))) {
		return 0;
	}
	shape_remove(shape, detector);
	return 1;
}

static enum fit detector_fit_peak(struct pulse_detector *detector, struct shape *shape, struct contrast *contrast,
				  struct peak *peak)
{
	enum fit fit = shape_measure(shape, peak);

	if (fit == FIT_EXACT && contrast->rise64 >= detector->near64) {
		return fit;
	}
	contrast_measure(contrast, detector, detector->peak_age, detector_tolerance64(detector));
	if (!contrast->is_wide) {
		return fit;
	}
	peak->needed64 = detector->wide64;
	return fit == FIT_EXACT ? fit : shape_measure(shape, peak);
}

static int detector_count_flashes(struct pulse_detector *detector, struct shape *shape, struct contrast *contrast)
{
	bool is_learnt = detector->profile.count > 0;
	struct peak peak = {
		.detector = detector,
		.contrast = contrast,
		.centre_age = detector_centre_age(detector),
		.learnt16 = is_learnt ? detector->profile.length256 >> 4 : 0,
		.needed64 = detector->near64,
	};
	enum fit fit = detector_fit_peak(detector, shape, contrast, &peak);
	bool is_exact = fit == FIT_EXACT;
	bool is_loud = contrast->rise64 >= peak.needed64;
	bool is_freed = is_exact || (!is_loud && contrast->rise64 * 2 >= peak.needed64);
	int certain = 0;

	if (fit == FIT_NONE) {
		return 0;
	}
	if (is_loud) {
		struct measured measured = {
			.rise64 = contrast->rise64,
			.amplitude64 = shape->amplitude64,
			.length16 = shape->own16,
			.samples_ago = detector_samples_ago(detector, shape),
			.is_exact = is_exact,
			.is_faint = shape_is_faint(&peak),
		};

		certain = profile_recognise(&detector->profile, &measured, detector->geometry.slack16);
	}
	if (certain > 0 || is_freed) {
		shape_remove(shape, detector);
	}
	if (!is_loud && is_freed && (is_exact || !is_learnt)) {
		noise_doubt(&detector->noise, is_exact);
	}
	return certain;
}

static void detector_judge_peak(struct pulse_detector *detector, struct pulse_event *event)
{
	struct contrast contrast;
	struct shape shape = {0, 0, 0, 0};
	int certain = 0;

	if (detector->clipped_samples > detector->geometry.blind_samples) {
		return;
	}
	contrast_measure(&contrast, detector, detector->peak_age, -1);
	if (int_abs(contrast.pre64 - contrast.post64) <= contrast.rise64) {
		certain = detector_count_flashes(detector, &shape, &contrast);
	}
	if (certain == 0) {
		certain = detector_count_on_moving_light(detector, &shape);
	}
	if (certain == 0) {
		return;
	}
	detector->peak64 = 0;
	detector_adapt(detector);
	for (int i = 0; i < certain - 1; i++) {
		windows_add_flash(detector, &shape, detector->profile.other_samples_ago[i], event);
	}
	windows_add_flash(detector, &shape, detector_samples_ago(detector, &shape), event);
}

static void detector_try_widths(struct pulse_detector *detector)
{
	uint8_t width_trial = detector->geometry.width_trial;
	bool is_peak_pending =
		detector->peak64 >= PEAK_64_MIN && detector->peak_age < geometry_peak_wait(detector->width);

	if (detector->profile.count > 0) {
		return;
	}
	if (detector->trial_ticks < width_trial) {
		detector->trial_ticks++;
	}
	if (detector->trial_ticks < width_trial || is_peak_pending) {
		return;
	}
	detector->trial_ticks = 0;
	detector->trial = (uint8_t)(detector->trial + 1 == TRIALS ? 0 : detector->trial + 1);
	detector_adapt(detector);
}

static void detector_take_tick(struct pulse_detector *detector, struct pulse_event *event)
{
	struct contrast contrast;
	int32_t wait;

	ring_push(&detector->ring, smoother_tick8(&detector->smoother, &detector->geometry));
	detector_try_widths(detector);
	profile_pass_tick(&detector->profile, detector->geometry.samples_per_tick);
	if (noise_update(&detector->noise, &detector->ring, &detector->geometry)) {
		detector_adapt(detector);
	}
	contrast_measure(&contrast, detector, 0, detector_tolerance64(detector));
	detector->windows.running.baseline8 += contrast.pre64 >> 3;
	detector->windows.running.baseline_ticks++;
	wait = geometry_peak_wait(detector->width);
	if (contrast.rise64 > detector->peak64 ||
	    (detector->peak_age > wait && contrast.rise64 > detector->previous64)) {
		detector->peak64 = contrast.rise64;
		detector->peak_age = 0;
	} else {
		detector->peak_age = (uint16_t)int_min(detector->peak_age + 1, UINT16_MAX);
		if (detector->peak_age == wait && detector->peak64 >= PEAK_64_MIN) {
			detector_judge_peak(detector, event);
		}
	}
	detector->previous64 = contrast.rise64;
}

static void detector_watch_blindness(struct pulse_detector *detector, int32_t sample_mv, bool is_missing)
{
	struct pulse_windows *windows = &detector->windows;
	uint16_t blind_samples = detector->geometry.blind_samples;

	detector->clipped_samples =
		(uint16_t)(sample_mv >= detector->clip_mv ? int_min(detector->clipped_samples + 1, UINT16_MAX) : 0);
	detector->missing_samples =
		(uint16_t)(is_missing ? int_min(detector->missing_samples + 1, UINT16_MAX) : 0);
	if (detector->missing_samples > blind_samples) {
		windows->running.is_missing = true;
		if (windows->is_closing && detector->missing_samples > windows->sample + 1) {
			windows->closing.is_missing = true;
		}
	}
	if (detector->clipped_samples > blind_samples) {
		windows->running.is_clipped = true;
		if (windows->is_closing && detector->clipped_samples > windows->sample + 1) {
			windows->closing.is_clipped = true;
		}
	}
}

int pulse_init(struct pulse_detector *detector, const struct pulse_options *options)
{
	if (detector == NULL || options == NULL) {
		return KILOWINK_ERROR_NULL;
	}
	if (options->rate_hz < PULSE_RATE_HZ_MIN || options->rate_hz > PULSE_RATE_HZ_MAX ||
	    options->full_scale_mv < 1 || options->full_scale_mv > PULSE_SAMPLE_MV_MAX) {
		return KILOWINK_ERROR_RANGE;
	}
	memset(detector, 0, sizeof(*detector));
	geometry_create(&detector->geometry, options->rate_hz);
	detector->full_scale_mv = options->full_scale_mv;
	detector->noise.third1024 = THIRD_1024_START;
	detector->noise.ticks_to_update = UPDATE_TICKS;
	detector->windows.sample = UINT16_MAX;
	windows_clear(&detector->windows.running);
	windows_clear(&detector->windows.closing);
	detector_adapt(detector);
	return 0;
}

int pulse_feed(struct pulse_detector *detector, int16_t sample_mv, struct pulse_event *event)
{
	bool is_missing = sample_mv == PULSE_SAMPLE_MISSING;
	int32_t mv = is_missing ? detector->last_mv : int_clamp(sample_mv, 0, PULSE_SAMPLE_MV_MAX);
	int events = 0;

	event->flash_count = 0;
	detector->last_mv = (int16_t)mv;
	if (windows_pass_sample(&detector->windows, &detector->geometry)) {
		windows_take(detector, &event->window);
		events |= PULSE_EVENT_WINDOW;
	}
	detector_watch_blindness(detector, mv, is_missing);
	if (smoother_take(&detector->smoother, &detector->geometry, mv)) {
		detector_take_tick(detector, event);
	}
	if (event->flash_count > 0) {
		events |= PULSE_EVENT_FLASH;
	}
	return events;
}
