/*
 * What the files of the pulse detector share; for them only. Each is the twin of a file of packages/core/src/pulse of
 * the same name, in the order in which a sample passes them.
 */
#ifndef KILOWINK_PULSE_INTERNAL_H
#define KILOWINK_PULSE_INTERNAL_H

#include <kilowink/pulse.h>

/* int-math.ts */

static inline int32_t pulse_int_min(int32_t a, int32_t b)
{
	return a < b ? a : b;
}

static inline int32_t pulse_int_max(int32_t a, int32_t b)
{
	return a > b ? a : b;
}

static inline int32_t pulse_int_abs(int32_t value)
{
	return value < 0 ? -value : value;
}

static inline int32_t pulse_int_clamp(int32_t value, int32_t low, int32_t high)
{
	return pulse_int_max(low, pulse_int_min(value, high));
}

/* The whole part of the square root of a number from 0 on. */
int32_t pulse_int_square_root(int32_t value);

/* geometry.ts */

/* Ticks after which a peak is believed to be one. */
int32_t pulse_geometry_peak_wait(int32_t width);
void pulse_geometry_create(struct pulse_geometry *geometry, int32_t rate_hz);

/* smoother.ts */

/* Whether this sample completed a tick. */
bool pulse_smoother_take(struct pulse_smoother *smoother, const struct pulse_geometry *geometry, int32_t sample_mv);
int16_t pulse_smoother_tick8(const struct pulse_smoother *smoother, const struct pulse_geometry *geometry);

/* tick-ring.ts */

/* Ages are in ticks; 0 is the newest. */
void pulse_ring_push(struct pulse_ring *ring, int16_t tick8);
int32_t pulse_ring_index(const struct pulse_ring *ring, int32_t age);
int32_t pulse_ring_sum(const struct pulse_ring *ring, int32_t age, int32_t count);

/* noise.ts */

/* Makes what is known of the noise: nothing. */
void pulse_noise_create(struct pulse_noise *noise);
bool pulse_noise_update(struct pulse_noise *noise, const struct pulse_ring *ring,
			const struct pulse_geometry *geometry);
void pulse_noise_doubt(struct pulse_noise *noise, bool is_sure);
/* Variances are in 1/2^20 of what the noise of a tick would have if ticks shared none. */
int32_t pulse_noise_variance(const struct pulse_geometry *geometry, int32_t width, int32_t sides);
/* Five standard deviations of a level of this variance, in 1/64 mV; and no less than what is ever looked at. */
int32_t pulse_noise_reach(const struct pulse_detector *detector, int32_t variance);
int32_t pulse_noise_threshold(const struct pulse_detector *detector, int32_t variance);
int32_t pulse_noise_deviation_uv(const struct pulse_detector *detector, int32_t variance);

/* contrast.ts */

struct pulse_contrast {
	int32_t rise64;
	int32_t post64;
	int32_t pre64;
	int32_t post_near64;
	int32_t post_wide64;
	int32_t pre_wide64;
	int32_t post_age2;
	int32_t pre_age2;
	bool is_wide;
};

struct pulse_search {
	/* How many ticks ago the later side ends. */
	int32_t shift;
	int32_t width;
	int32_t tolerance64;
};

void pulse_contrast_measure(struct pulse_contrast *out, const struct pulse_detector *detector,
			    const struct pulse_search *search);
int32_t pulse_contrast_base(const struct pulse_contrast *contrast, int32_t age);

/* calm.ts */

void pulse_calm_update(struct pulse_detector *detector);
/* Of how many ticks the light beside the stretch is known now; 0 where it is not calm. */
int32_t pulse_calm_stand_on(struct pulse_contrast *contrast, const struct pulse_detector *detector);

/* shape.ts */

enum pulse_fit { PULSE_FIT_NONE, PULSE_FIT_LIKELY, PULSE_FIT_EXACT };

struct pulse_shape {
	int32_t middle16;
	int32_t length16;
	int32_t amplitude64;
	int32_t own16;
	bool is_sharp;
};

struct pulse_peak {
	const struct pulse_detector *detector;
	const struct pulse_contrast *contrast;
	int32_t centre_age;
	int32_t learnt16;
	int32_t needed64;
};

/* How much of an edge has come so far inside it, 0 to 64. */
int32_t pulse_shape_flank(int32_t inside16, int32_t edge16);
int32_t pulse_shape_template(const struct pulse_shape *shape, const struct pulse_geometry *geometry, int32_t age);
bool pulse_shape_is_faint(const struct pulse_peak *peak);
enum pulse_fit pulse_shape_measure(struct pulse_shape *shape, const struct pulse_peak *peak);
void pulse_shape_remove(const struct pulse_shape *shape, struct pulse_detector *detector);

/* roughness.ts */

bool pulse_roughness_find(struct pulse_shape *shape, const struct pulse_detector *detector, int32_t middle_age);

/* switched.ts */

bool pulse_switched_find(struct pulse_shape *shape, const struct pulse_detector *detector, int32_t middle_age);

/* profile.ts */

struct pulse_measured {
	int32_t rise64;
	int32_t amplitude64;
	int32_t length16;
	int32_t samples_ago;
	int32_t faint_samples;
	int32_t slack16;
	bool is_exact;
	bool is_faint;
};

void pulse_profile_pass_tick(struct pulse_profile *profile, int32_t samples);
/* How many flashes this one makes certain: 0, 1, or with those that waited for it; -1 when it waits itself. */
int pulse_profile_recognise(struct pulse_profile *profile, const struct pulse_measured *flash);
int32_t pulse_profile_width(const struct pulse_detector *detector);
int32_t pulse_profile_expected_rise(const struct pulse_detector *detector);

/* windows.ts */

void pulse_windows_clear(struct pulse_tally *tally);
bool pulse_windows_pass_sample(struct pulse_windows *windows, const struct pulse_geometry *geometry);
void pulse_windows_add_flash(struct pulse_detector *detector, const struct pulse_shape *shape, int32_t samples_ago,
			     struct pulse_event *event);
void pulse_windows_take(struct pulse_detector *detector, struct pulse_window *window);

#endif
