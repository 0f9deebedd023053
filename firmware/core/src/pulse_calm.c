/* The light of the last seconds while it does not move; the twin of calm.ts. */
#include "pulse_internal.h"

#define TICKS_MAX 2048

static int32_t calm_level(const struct pulse_calm *calm, int32_t otherwise64)
{
	return calm->ticks == 0 ? otherwise64 : calm->sum8 * 8 / calm->ticks;
}

void pulse_calm_update(struct pulse_detector *detector)
{
	struct pulse_calm *calm = &detector->calm;
	const struct pulse_ring *ring = &detector->ring;
	int32_t far = detector->geometry.far;
	int32_t block64;
	int32_t reach64;

	if (ring->filled < PULSE_RING_TICKS) {
		return;
	}
	calm->block8 += ring->ticks8[pulse_ring_index(ring, PULSE_RING_TICKS - 1)];
	calm->block_ticks++;
	if (calm->block_ticks < far) {
		return;
	}
	block64 = calm->block8 * 8 / far;
	reach64 = pulse_noise_reach(detector, (INT32_C(1) << 20) / far);
	if (pulse_int_abs(block64 - calm_level(calm, block64)) * 5 > reach64 * 4) {
		calm->sum8 = 0;
		calm->ticks = 0;
	}
	calm->sum8 += calm->block8;
	calm->ticks = (uint16_t)(calm->ticks + far);
	if (calm->ticks >= TICKS_MAX) {
		calm->sum8 >>= 1;
		calm->ticks >>= 1;
	}
	calm->block8 = 0;
	calm->block_ticks = 0;
}

static bool calm_is_here(const struct pulse_contrast *contrast, const struct pulse_detector *detector, int32_t calm64)
{
	int32_t near = detector->geometry.near;
	int32_t reach64 = pulse_noise_reach(detector, (INT32_C(1) << 20) / (near + detector->geometry.far));
	int32_t pre64 = contrast->pre_wide64 - calm64;
	int32_t post64 = contrast->post_wide64 - calm64;
	bool is_drifting = pulse_int_abs(pre64) * 2 > reach64 && pulse_int_abs(post64) * 3 > reach64 &&
			   (pre64 > 0) == (post64 > 0);

	if (pulse_int_abs(pre64) > reach64 || is_drifting) {
		return false;
	}
	return pulse_int_abs(contrast->post_near64 - calm64) <=
	       pulse_noise_reach(detector, (INT32_C(1) << 20) / near);
}

int32_t pulse_calm_stand_on(struct pulse_contrast *contrast, const struct pulse_detector *detector)
{
	int32_t side = detector->geometry.near + detector->geometry.far;
	int32_t calm64 = calm_level(&detector->calm, 0);
	int32_t ticks = detector->calm.ticks + side;
	int32_t base64;

	if (detector->calm.ticks < 2 * side || !calm_is_here(contrast, detector, calm64)) {
		return 0;
	}
	base64 = calm64 + (contrast->pre_wide64 - calm64) * side / ticks;
	contrast->rise64 += (contrast->pre64 + contrast->post64) / 2 - base64;
	contrast->pre64 = base64;
	contrast->post64 = base64;
	return ticks;
}
