/* The pulse detector; see pulse.h. The twin of pulse-detector.ts, where it is said why things are as they are. */
#include <stddef.h>
#include <string.h>

#include <kilowink/error.h>
#include <kilowink/pulse.h>

#include "pulse_internal.h"

#define PEAK_64_MIN	 512
#define MOVING_COUNT_MIN 3

static void detector_adapt(struct pulse_detector *detector)
{
	const struct pulse_geometry *geometry = &detector->geometry;
	int32_t full_scale_mv = detector->full_scale_mv;
	int32_t margin64;

	detector->width = (uint8_t)pulse_profile_width(detector);
	detector->near64 = pulse_noise_threshold(detector, geometry->near);
	detector->wide64 = pulse_noise_threshold(detector, geometry->near + geometry->far);
	margin64 = pulse_int_max(full_scale_mv << 2, pulse_int_min(detector->wide64, full_scale_mv << 4));
	detector->clip_mv = (int16_t)(full_scale_mv - (margin64 >> 6));
}

/* How much a far side may differ from a near one to be used. */
static int32_t detector_tolerance64(const struct pulse_detector *detector)
{
	return pulse_int_max(detector->near64 - (detector->near64 >> 2), detector->profile.amplitude64 >> 3);
}

static int32_t detector_centre_age(const struct pulse_detector *detector)
{
	const struct pulse_geometry *geometry = &detector->geometry;

	return detector->peak_age + geometry->far + geometry->near + geometry->guard;
}

static int32_t detector_samples_ago(const struct pulse_detector *detector, const struct pulse_shape *shape)
{
	return shape->middle16 * detector->geometry.samples_per_tick / 16 + detector->geometry.delay_samples;
}

static int detector_count_on_moving_light(struct pulse_detector *detector, struct pulse_shape *shape)
{
	int32_t amplitude64 = detector->profile.amplitude64;
	bool is_clear = amplitude64 >= 2 * detector->near64 && detector->peak64 * 8 >= amplitude64;

	if (detector->profile.count < MOVING_COUNT_MIN || !is_clear) {
		return 0;
	}
	if (!pulse_roughness_find(shape, detector, detector_centre_age(detector) + (detector->width >> 1))) {
		return 0;
	}
	pulse_shape_remove(shape, detector);
	return 1;
}

static enum pulse_fit detector_fit_peak(struct pulse_detector *detector, struct pulse_shape *shape,
					struct pulse_contrast *contrast, struct pulse_peak *peak)
{
	enum pulse_fit fit = pulse_shape_measure(shape, peak);

	if (fit == PULSE_FIT_EXACT && contrast->rise64 >= detector->near64) {
		return fit;
	}
	pulse_contrast_measure(contrast, detector, detector->peak_age, detector_tolerance64(detector));
	if (!contrast->is_wide) {
		return fit;
	}
	peak->needed64 = detector->wide64;
	return fit == PULSE_FIT_EXACT ? fit : pulse_shape_measure(shape, peak);
}

static int detector_count_flashes(struct pulse_detector *detector, struct pulse_shape *shape,
				  struct pulse_contrast *contrast)
{
	bool is_learnt = detector->profile.count > 0;
	struct pulse_peak peak = {
		.detector = detector,
		.contrast = contrast,
		.centre_age = detector_centre_age(detector),
		.learnt16 = is_learnt ? detector->profile.length256 >> 4 : 0,
		.needed64 = detector->near64,
	};
	enum pulse_fit fit = detector_fit_peak(detector, shape, contrast, &peak);
	bool is_exact = fit == PULSE_FIT_EXACT;
	bool is_loud = contrast->rise64 >= peak.needed64;
	bool is_freed = is_exact || (!is_loud && contrast->rise64 * 2 >= peak.needed64);
	int certain = 0;

	if (fit == PULSE_FIT_NONE) {
		return 0;
	}
	if (is_loud) {
		struct pulse_measured measured = {
			.rise64 = contrast->rise64,
			.amplitude64 = shape->amplitude64,
			.length16 = shape->own16,
			.samples_ago = detector_samples_ago(detector, shape),
			.is_exact = is_exact,
			.is_faint = pulse_shape_is_faint(&peak),
		};

		certain = pulse_profile_recognise(&detector->profile, &measured, detector->geometry.slack16);
	}
	if (certain > 0 || is_freed) {
		pulse_shape_remove(shape, detector);
	}
	if (!is_loud && is_freed && (is_exact || !is_learnt)) {
		pulse_noise_doubt(&detector->noise, is_exact);
	}
	return certain;
}

static void detector_judge_peak(struct pulse_detector *detector, struct pulse_event *event)
{
	struct pulse_contrast contrast;
	struct pulse_shape shape = {0, 0, 0, 0};
	int certain = 0;

	if (detector->clipped_samples > detector->geometry.blind_samples) {
		return;
	}
	pulse_contrast_measure(&contrast, detector, detector->peak_age, -1);
	if (pulse_int_abs(contrast.pre64 - contrast.post64) <= contrast.rise64) {
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
		pulse_windows_add_flash(detector, &shape, detector->profile.other_samples_ago[i], event);
	}
	pulse_windows_add_flash(detector, &shape, detector_samples_ago(detector, &shape), event);
}

static void detector_try_widths(struct pulse_detector *detector)
{
	uint8_t width_trial = detector->geometry.width_trial;
	bool is_peak_pending =
		detector->peak64 >= PEAK_64_MIN && detector->peak_age < pulse_geometry_peak_wait(detector->width);

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
	detector->trial = (uint8_t)(detector->trial + 1 == PULSE_TRIALS ? 0 : detector->trial + 1);
	detector_adapt(detector);
}

static void detector_take_tick(struct pulse_detector *detector, struct pulse_event *event)
{
	struct pulse_contrast contrast;
	int32_t wait;

	pulse_ring_push(&detector->ring, pulse_smoother_tick8(&detector->smoother, &detector->geometry));
	detector_try_widths(detector);
	pulse_profile_pass_tick(&detector->profile, detector->geometry.samples_per_tick);
	if (pulse_noise_update(&detector->noise, &detector->ring, &detector->geometry)) {
		detector_adapt(detector);
	}
	pulse_contrast_measure(&contrast, detector, 0, detector_tolerance64(detector));
	detector->windows.running.baseline8 += contrast.pre64 >> 3;
	detector->windows.running.baseline_ticks++;
	wait = pulse_geometry_peak_wait(detector->width);
	if (contrast.rise64 > detector->peak64 ||
	    (detector->peak_age > wait && contrast.rise64 > detector->previous64)) {
		detector->peak64 = contrast.rise64;
		detector->peak_age = 0;
	} else {
		detector->peak_age = (uint16_t)pulse_int_min(detector->peak_age + 1, UINT16_MAX);
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

	detector->clipped_samples = (uint16_t)(
		sample_mv >= detector->clip_mv ? pulse_int_min(detector->clipped_samples + 1, UINT16_MAX) : 0);
	detector->missing_samples =
		(uint16_t)(is_missing ? pulse_int_min(detector->missing_samples + 1, UINT16_MAX) : 0);
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
	pulse_geometry_create(&detector->geometry, options->rate_hz);
	detector->full_scale_mv = options->full_scale_mv;
	pulse_noise_create(&detector->noise);
	detector->windows.sample = UINT16_MAX;
	pulse_windows_clear(&detector->windows.running);
	pulse_windows_clear(&detector->windows.closing);
	detector_adapt(detector);
	return 0;
}

int pulse_feed(struct pulse_detector *detector, int16_t sample_mv, struct pulse_event *event)
{
	bool is_missing = sample_mv == PULSE_SAMPLE_MISSING;
	int32_t mv = is_missing ? detector->last_mv : pulse_int_clamp(sample_mv, 0, PULSE_SAMPLE_MV_MAX);
	int events = 0;

	event->flash_count = 0;
	detector->last_mv = (int16_t)mv;
	if (pulse_windows_pass_sample(&detector->windows, &detector->geometry)) {
		pulse_windows_take(detector, &event->window);
		events |= PULSE_EVENT_WINDOW;
	}
	detector_watch_blindness(detector, mv, is_missing);
	if (pulse_smoother_take(&detector->smoother, &detector->geometry, mv)) {
		detector_take_tick(detector, event);
	}
	if (event->flash_count > 0) {
		events |= PULSE_EVENT_FLASH;
	}
	return events;
}
