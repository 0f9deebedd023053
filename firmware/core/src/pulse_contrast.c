/* How far a stretch of light stands above what is beside it; the twin of contrast.ts. */
#include "pulse_internal.h"

void pulse_contrast_measure(struct pulse_contrast *out, const struct pulse_detector *detector, int32_t shift,
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
	int32_t post_far = pulse_ring_sum(ring, shift, far);
	int32_t post_near = pulse_ring_sum(ring, post_near_age, near);
	int32_t pre_near = pulse_ring_sum(ring, pre_near_age, near);
	int32_t pre_far = pulse_ring_sum(ring, pre_near_age + near, far);
	bool is_post_even = pulse_int_abs(post_near * 8 / near - post_far * 8 / far) <= tolerance64;
	bool is_pre_even = pulse_int_abs(pre_near * 8 / near - pre_far * 8 / far) <= tolerance64;

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
	out->rise64 = pulse_ring_sum(ring, centre_age, width) * 8 / width - (out->post64 + out->pre64) / 2;
}

int32_t pulse_contrast_base(const struct pulse_contrast *contrast, int32_t age)
{
	int32_t age2 = pulse_int_clamp(2 * age, contrast->post_age2, contrast->pre_age2);

	return contrast->post64 + (contrast->pre64 - contrast->post64) * (age2 - contrast->post_age2) /
					  (contrast->pre_age2 - contrast->post_age2);
}
