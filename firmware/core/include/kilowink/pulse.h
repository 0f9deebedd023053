/*
 * Flashes of a meter's light out of samples of a photodiode, as they come.
 *
 *   sample -> smoother -> ring of ticks -> contrast -> peak -> shape -> profile -> window
 *
 * The design, with its theory, is docs/design/pulse-detector.md. packages/core/src/pulse is the same in TypeScript, bit
 * for bit: 32-bit integers, division towards zero, only numbers from 0 on are shifted right. Names are the same too.
 */
#ifndef KILOWINK_PULSE_H
#define KILOWINK_PULSE_H

#include <stdbool.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Sample rates the detector works at; below 200 Hz flicker of lamps is not cancelled. */
#define PULSE_RATE_HZ_MIN 20
#define PULSE_RATE_HZ_MAX 8000
/* The highest value an ADC may give; a higher one is taken as this, a negative one as 0. */
#define PULSE_SAMPLE_MV_MAX 4095
/* A sample the ADC failed to give. */
#define PULSE_SAMPLE_MISSING INT16_MIN
/* Length of a counting window. */
#define PULSE_WINDOW_S 5
#define PULSE_RING_TICKS 146
/* Widths that are tried while no flash is known. */
#define PULSE_BANK 3
/* Flashes in a row that make a profile, and the most that one sample can bring to light. */
#define PULSE_OTHERS_TO_BELIEVE 3
/* The state of a detector fits in so many bytes. */
#define PULSE_DETECTOR_SIZE_MAX 511

/*
 * How well a window could be measured. Saturated (the light blinds the sensor) and missing (the ADC gave nothing) are no
 * measurement: their count says nothing. None: no flash has been recognised since the start. Weak: noise is near enough
 * to the flashes to hide or feign one.
 */
enum pulse_state {
	PULSE_STATE_GOOD = 0,
	PULSE_STATE_WEAK = 1,
	PULSE_STATE_NONE = 2,
	PULSE_STATE_SATURATED = 3,
	PULSE_STATE_MISSING = 4,
};

/* What happened with a sample; the returned value of pulse_feed() is a sum of these. */
#define PULSE_EVENT_FLASH  1
#define PULSE_EVENT_WINDOW 2

/* A flash, told up to half a second after its light. */
struct pulse_flash {
	uint32_t window_number;
	/* The middle of the flash, in samples from the start of its window. */
	int32_t sample;
	int32_t amplitude_uv;
	/* In 1/16 tick; a tick is struct pulse_geometry's samples_per_tick samples. */
	int32_t length16;
};

/* What 5 s of light held. Levels and lengths are 0 when there was no flash to measure them on. */
struct pulse_window {
	/* 0 is the first since the detector began. */
	uint32_t number;
	enum pulse_state state;
	int32_t count;
	/* When the middle of its last flash came, in samples from the window's start; -1 without one. */
	int32_t last_flash_sample;
	/* Light beside the flashes. */
	int32_t baseline_mv;
	int32_t amplitude_mv;
	/* Standard deviation of what a flash's height is measured with. */
	int32_t noise_uv;
	int32_t length_us;
	/*
	 * Flashes of windows before it that were told already: recognised only once others like them had followed. A
	 * count of all flashes takes count and late_count.
	 */
	int32_t late_count;
};

/* What one sample brought to light: the window first, then the flashes. */
struct pulse_event {
	struct pulse_window window;
	struct pulse_flash flashes[PULSE_OTHERS_TO_BELIEVE];
	uint8_t flash_count;
};

/* How the detector is set up: by the board, not by the user. */
struct pulse_options {
	/* Samples a second, PULSE_RATE_HZ_MIN to PULSE_RATE_HZ_MAX; 1000 is what the sensor uses. */
	uint16_t rate_hz;
	/* What the ADC gives at most, 1 to PULSE_SAMPLE_MV_MAX. */
	uint16_t full_scale_mv;
};

/* Lengths that follow from the sample rate, in ticks unless the name says otherwise; see geometry.ts. */
struct pulse_geometry {
	uint16_t window_samples;
	uint16_t latency_samples;
	uint16_t blind_samples;
	uint16_t length16_max;
	uint8_t samples_per_mean;
	uint8_t box_a;
	uint8_t box_b;
	uint8_t means_per_tick;
	uint8_t samples_per_tick;
	uint8_t guard;
	uint8_t near;
	uint8_t far;
	uint8_t bank[PULSE_BANK];
	uint8_t gains16[PULSE_BANK];
	uint8_t width_min;
	uint8_t width_max;
	uint8_t noise_block;
	uint8_t spread16;
	uint8_t crest;
	uint8_t edge16;
	uint8_t length16_min;
	uint8_t slack16;
	uint8_t misfit256_max;
	uint8_t delay_samples;
};

/* The fields below are the detector's own. */

struct pulse_smoother {
	int32_t sum_a;
	int32_t sum_b;
	int16_t ring_a[10];
	int16_t ring_b[8];
	uint16_t mean_sum;
	uint8_t mean_count;
	uint8_t index_a;
	uint8_t index_b;
	uint8_t tick_count;
	bool is_primed;
};

struct pulse_ring {
	int16_t ticks8[PULSE_RING_TICKS];
	uint8_t head;
	uint8_t filled;
	/* Of the middle of the last flash, or of what was taken out as if it were one, in ticks. */
	uint16_t flash_age;
};

struct pulse_noise {
	int32_t third1024;
	uint16_t updates;
	uint8_t ticks_to_update;
};

struct pulse_calm {
	int32_t block8;
	int32_t sum8;
	uint16_t ticks;
	uint8_t block_ticks;
};

struct pulse_profile {
	int32_t amplitude64;
	int32_t other64;
	int32_t other_samples_ago[PULSE_OTHERS_TO_BELIEVE - 1];
	int16_t other16;
	uint16_t length256;
	uint8_t count;
	uint8_t other_count;
	/* What is looked for, and the width that saw most in the last tick; here they cost no memory. */
	uint8_t width;
	uint8_t tried_width;
};

struct pulse_tally {
	int32_t amplitudes64;
	int32_t lengths16;
	int32_t baseline8;
	uint16_t baseline_ticks;
	uint16_t count;
	uint16_t last_flash_sample;
	bool is_clipped;
	bool is_missing;
};

struct pulse_windows {
	uint32_t number;
	struct pulse_tally running;
	struct pulse_tally closing;
	uint16_t sample;
	uint16_t late_count;
	bool is_closing;
};

struct pulse_detector {
	struct pulse_ring ring;
	struct pulse_smoother smoother;
	struct pulse_windows windows;
	struct pulse_profile profile;
	struct pulse_noise noise;
	struct pulse_calm calm;
	int32_t near64;
	int32_t wide64;
	int32_t tolerance64;
	int32_t peak64;
	int32_t previous64;
	struct pulse_geometry geometry;
	uint16_t full_scale_mv;
	int16_t clip_mv;
	int16_t last_mv;
	uint16_t clipped_samples;
	uint16_t missing_samples;
	uint16_t peak_age;
};

/* A detector fits in a small chip's memory: C99 has no static assertion but this. */
typedef char pulse_detector_size_check[sizeof(struct pulse_detector) <= PULSE_DETECTOR_SIZE_MAX ? 1 : -1];

/* Makes a detector ready for its first sample. 0, or KILOWINK_ERROR_NULL or KILOWINK_ERROR_RANGE. */
int pulse_init(struct pulse_detector *detector, const struct pulse_options *options);

/*
 * Takes one sample in mV, or PULSE_SAMPLE_MISSING. Returns 0, or PULSE_EVENT_FLASH and PULSE_EVENT_WINDOW as they
 * apply, with what they tell in event; nothing else of event is set. Not for two threads at a time on one detector.
 */
int pulse_feed(struct pulse_detector *detector, int16_t sample_mv, struct pulse_event *event);

#ifdef __cplusplus
}
#endif

#endif
