/* The noise, and what has to be passed because of it; the twin of noise.ts. */
#include "pulse_internal.h"

#define THIRD_1024_START (64 << 10)
#define THIRD_1024_MIN	 64
#define THIRD_1024_MAX	 (256 << 10)
#define UPDATE_TICKS	 5
#define FIRST_UPDATES	 6
#define DOUBT_UPDATES	 40
#define UPDATES_MAX	 1600
#define SURPRISE	 6
#define SURPRISE_STEPS	 8
#define REACH_256	 2850
#define THRESHOLD_64_MIN 512

void pulse_noise_create(struct pulse_noise *noise)
{
	noise->third1024 = THIRD_1024_START;
	noise->updates = 0;
	noise->ticks_to_update = UPDATE_TICKS;
}

static int32_t noise_shift(uint16_t updates)
{
	if (updates < 40) {
		return 4;
	}
	if (updates < 120) {
		return 6;
	}
	if (updates < 400) {
		return 8;
	}
	return updates < 1600 ? 10 : 11;
}

static int32_t noise_move(const struct pulse_noise *noise, int32_t difference1024)
{
	int32_t third1024 = noise->third1024;
	int32_t step;

	if (noise->updates == 0) {
		return difference1024;
	}
	if (noise->updates < FIRST_UPDATES) {
		return pulse_int_max(third1024, difference1024);
	}
	step = (third1024 >> noise_shift(noise->updates)) + 1;
	if (difference1024 <= third1024) {
		return third1024 - 2 * step;
	}
	return third1024 + (difference1024 > SURPRISE * third1024 ? SURPRISE_STEPS * step : step);
}

bool pulse_noise_update(struct pulse_noise *noise, const struct pulse_ring *ring,
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
	a = pulse_ring_sum(ring, oldest, block);
	b = pulse_ring_sum(ring, oldest - block, block);
	c = pulse_ring_sum(ring, oldest - 2 * block, block);
	noise->third1024 = pulse_int_clamp(noise_move(noise, pulse_int_abs(a - 2 * b + c) * 128 / block),
					   THIRD_1024_MIN, THIRD_1024_MAX);
	if (noise->updates < UPDATES_MAX) {
		noise->updates++;
	}
	return true;
}

void pulse_noise_doubt(struct pulse_noise *noise, bool is_sure)
{
	noise->updates = (uint16_t)pulse_int_min(noise->updates, is_sure ? FIRST_UPDATES : DOUBT_UPDATES);
}

int32_t pulse_noise_variance(const struct pulse_geometry *geometry, int32_t width, int32_t sides)
{
	return ((16 * width - geometry->spread16) << 16) / (width * width) + (INT32_C(1) << 20) / sides;
}

static int32_t noise_third(const struct pulse_detector *detector, int32_t variance)
{
	int32_t block = detector->geometry.noise_block;
	int32_t ratio = variance * 16 * block * block / (96 * block - 10 * detector->geometry.spread16);

	return (detector->noise.third1024 * pulse_int_square_root(ratio)) >> 10;
}

int32_t pulse_noise_reach(const struct pulse_detector *detector, int32_t variance)
{
	return (noise_third(detector, variance) * REACH_256) >> 12;
}

int32_t pulse_noise_threshold(const struct pulse_detector *detector, int32_t variance)
{
	return pulse_int_max(THRESHOLD_64_MIN, pulse_noise_reach(detector, variance));
}

int32_t pulse_noise_deviation_uv(const struct pulse_detector *detector, int32_t variance)
{
	return (noise_third(detector, variance) * 2267) >> 10;
}
