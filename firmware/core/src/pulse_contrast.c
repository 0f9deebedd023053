/* How far a stretch of light stands above what is beside it; the twin of contrast.ts. */
#include "pulse_internal.h"

void pulse_contrast_measure(struct pulse_contrast *out, const struct pulse_detector *detector,
			    const struct pulse_search *search)
{
	const struct pulse_ring *ring = &detector->ring;
	int32_t near = detector->geometry.near;
	int32_t far = detector->geometry.far;
	int32_t guard = detector->geometry.guard;
	int32_t width = search->width;
	int32_t post_near_age = search->shift + far;
	int32_t centre_age = post_near_age + near + guard;
	int32_t pre_near_age = centre_age + width + guard;
	int32_t post_far = pulse_ring_sum(ring, search->shift, far);
	int32_t post_near = pulse_ring_sum(ring, post_near_age, near);
	int32_t pre_near = pulse_ring_sum(ring, pre_near_age, near);
	int32_t pre_far = pulse_ring_sum(ring, pre_near_age + near, far);
	int32_t pre_near64 = pre_near * 8 / near;
	int32_t side = near + far;
	bool is_post_even;
	bool is_pre_even;

	out->post_near64 = post_near * 8 / near;
	out->post_wide64 = (post_near + post_far) * 8 / side;
	out->pre_wide64 = (pre_near + pre_far) * 8 / side;
	is_post_even = pulse_int_abs(out->post_near64 - post_far * 8 / far) <= search->tolerance64;
	is_pre_even = pulse_int_abs(pre_near64 - pre_far * 8 / far) <= search->tolerance64;
	out->is_wide = is_post_even && is_pre_even;
	if (out->is_wide) {
		out->post64 = out->post_wide64;
		out->pre64 = out->pre_wide64;
		out->post_age2 = 2 * search->shift + side - 1;
		out->pre_age2 = 2 * pre_near_age + side - 1;
	} else {
		out->post64 = out->post_near64;
		out->pre64 = pre_near64;
		out->post_age2 = 2 * post_near_age + near - 1;
		out->pre_age2 = 2 * pre_near_age + near - 1;
	}
	out->rise64 = pulse_ring_sum(ring, centre_age, width) * 8 / width - (out->post64 + out->pre64) / 2;
}

int32_t pulse_contrast_base(const struct pulse_contrast *contrast, int32_t age)
{
	int32_t age2 = pulse_int_clamp(2 * age, contrast->post_age2, contrast->pre_age2);

	return contrast->post64 + (contrast->pre64 - contrast->post64) * (age2 - contrast->post_age2) /
					  (contrast->pre_age2 - contrast->post_age2);
}
