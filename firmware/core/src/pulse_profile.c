/* What this meter's flashes are like; the twin of profile.ts. */
#include "pulse_internal.h"

#define COUNT_MAX	8
#define COUNT_MAX_FAINT 32
#define LEARN_64_MIN	1280
#define SAMPLES_AGO_MAX (1 << 24)

void pulse_profile_pass_tick(struct pulse_profile *profile, int32_t samples)
{
	for (int i = 0; i < PULSE_OTHERS_TO_BELIEVE - 1; i++) {
		profile->other_samples_ago[i] =
			pulse_int_min(profile->other_samples_ago[i] + samples, SAMPLES_AGO_MAX);
	}
}

static bool profile_matches(const struct pulse_profile *profile, const struct pulse_measured *flash)
{
	int32_t amplitude64 = profile->amplitude64;
	int32_t length256 = profile->length256;
	int32_t from_length256 = pulse_int_abs(flash->length16 * 16 - length256);
	bool is_order_right;

	if (profile->count == 0) {
		return false;
	}
	is_order_right = flash->rise64 * 5 >= amplitude64 * 2 && flash->amplitude64 * 2 <= amplitude64 * 5;
	if (flash->is_faint || !is_order_right) {
		return is_order_right;
	}
	if (flash->is_exact) {
		return from_length256 <= (length256 >> 1) + flash->slack16 * 16;
	}
	return from_length256 <= length256 >> 3 &&
	       pulse_int_abs(flash->amplitude64 - amplitude64) <= amplitude64 >> 2;
}

static bool profile_believe_other(struct pulse_profile *profile, const struct pulse_measured *flash)
{
	bool is_doubtful;
	int amplitude_shift;
	int length_shift;
	int32_t since_other = profile->other_samples_ago[pulse_int_max(0, profile->other_count - 1)];
	bool agrees;

	is_doubtful = flash->is_faint && profile->count > 0;
	amplitude_shift = flash->is_faint && !is_doubtful ? 1 : 2;
	length_shift = is_doubtful ? 2 : flash->is_faint ? 1 : 3;
	agrees = profile->other_count > 0 && (!flash->is_faint || since_other <= flash->faint_samples) &&
		 pulse_int_abs(flash->amplitude64 - profile->other64) <= profile->other64 >> amplitude_shift &&
		 pulse_int_abs(flash->length16 - profile->other16) <=
			 (profile->other16 >> length_shift) + flash->slack16;
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

int pulse_profile_recognise(struct pulse_profile *profile, const struct pulse_measured *flash)
{
	bool is_to_learn = flash->is_exact || (flash->is_faint && flash->amplitude64 >= LEARN_64_MIN);
	int32_t weight;
	int certain = 1;

	if (!profile_matches(profile, flash)) {
		if (!is_to_learn) {
			return 0;
		}
		if (!profile_believe_other(profile, flash)) {
			return -1;
		}
		certain = PULSE_OTHERS_TO_BELIEVE;
	}
	profile->other_count = 0;
	if (profile->count < COUNT_MAX_FAINT) {
		profile->count++;
	}
	weight = pulse_int_min(profile->count, flash->is_faint ? COUNT_MAX_FAINT : COUNT_MAX);
	profile->amplitude64 += (flash->amplitude64 - profile->amplitude64) / weight;
	profile->length256 =
		(uint16_t)(profile->length256 + (flash->length16 * 16 - profile->length256) / weight);
	return certain;
}

int32_t pulse_profile_width(const struct pulse_detector *detector)
{
	const struct pulse_geometry *geometry = &detector->geometry;

	return pulse_int_clamp((detector->profile.length256 + 64) >> 8, geometry->width_min, geometry->width_max);
}

int32_t pulse_profile_expected_rise(const struct pulse_detector *detector)
{
	int32_t amplitude64 = detector->profile.amplitude64;

	return amplitude64 - (amplitude64 >> 4) * detector->geometry.edge16 * 7 / (32 * detector->profile.width);
}
