/* What can be told about the detector without a trace: its limits and its size. Traces are in vectors/pulse. */
#include <stdio.h>

#include <kilowink/error.h>
#include <kilowink/pulse.h>

static int failures;

#define EXPECT(condition)                                                                                              \
	do {                                                                                                           \
		if (!(condition)) {                                                                                    \
			printf("pulse_test.c:%d: expected %s\n", __LINE__, #condition);                                \
			failures++;                                                                                    \
		}                                                                                                      \
	} while (0)

static int init_with(unsigned int rate_hz, unsigned int full_scale_mv)
{
	struct pulse_detector detector;
	struct pulse_options options = {.rate_hz = (uint16_t)rate_hz, .full_scale_mv = (uint16_t)full_scale_mv};

	return pulse_init(&detector, &options);
}

static void test_settings_out_of_range_are_refused(void)
{
	struct pulse_detector detector;
	struct pulse_options options = {.rate_hz = 1000, .full_scale_mv = 3300};

	EXPECT(pulse_init(NULL, &options) == KILOWINK_ERROR_NULL);
	EXPECT(pulse_init(&detector, NULL) == KILOWINK_ERROR_NULL);
	EXPECT(init_with(PULSE_RATE_HZ_MIN - 1, 3300) == KILOWINK_ERROR_RANGE);
	EXPECT(init_with(PULSE_RATE_HZ_MAX + 1, 3300) == KILOWINK_ERROR_RANGE);
	EXPECT(init_with(1000, 0) == KILOWINK_ERROR_RANGE);
	EXPECT(init_with(1000, PULSE_SAMPLE_MV_MAX + 1) == KILOWINK_ERROR_RANGE);
	EXPECT(init_with(PULSE_RATE_HZ_MIN, 1) == 0);
	EXPECT(init_with(PULSE_RATE_HZ_MAX, PULSE_SAMPLE_MV_MAX) == 0);
}

/* At every rate, what is farthest back in the ring is within it, and a window outlasts what is waited for it. */
static void test_every_rate_fits_the_ring(void)
{
	for (unsigned int rate_hz = PULSE_RATE_HZ_MIN; rate_hz <= PULSE_RATE_HZ_MAX; rate_hz++) {
		struct pulse_detector detector;
		struct pulse_options options = {.rate_hz = (uint16_t)rate_hz, .full_scale_mv = 3300};
		const struct pulse_geometry *geometry = &detector.geometry;
		int reach;

		EXPECT(pulse_init(&detector, &options) == 0);
		reach = geometry->width_max + 2 * (geometry->guard + geometry->near + geometry->far) +
			geometry->width_max / 2 + 2;
		EXPECT(reach <= PULSE_RING_TICKS);
		EXPECT(geometry->latency_samples < geometry->window_samples);
		EXPECT(geometry->bank[0] > 0 && geometry->gains16[0] == 16);
		EXPECT(3 * geometry->noise_block <= geometry->far);
	}
}

static void test_dark_is_nothing(void)
{
	struct pulse_detector detector;
	struct pulse_options options = {.rate_hz = 1000, .full_scale_mv = 3300};
	struct pulse_event event;
	int windows = 0;

	EXPECT(pulse_init(&detector, &options) == 0);
	for (int i = 0; i < 11000; i++) {
		int events = pulse_feed(&detector, 0, &event);

		EXPECT((events & PULSE_EVENT_FLASH) == 0);
		if ((events & PULSE_EVENT_WINDOW) != 0) {
			EXPECT(event.window.number == (uint32_t)windows);
			EXPECT(event.window.state == PULSE_STATE_NONE);
			EXPECT(event.window.count == 0 && event.window.last_flash_sample == -1);
			windows++;
		}
	}
	EXPECT(windows == 2);
}

int main(void)
{
	test_settings_out_of_range_are_refused();
	test_every_rate_fits_the_ring();
	test_dark_is_nothing();
	printf("pulse_test: %s\n", failures == 0 ? "passed" : "FAILED");
	return failures == 0 ? 0 : 1;
}
