/* The pulse detector; see pulse.h. The twin of pulse-detector.ts, where it is said why things are as they are. */
#include <stddef.h>
#include <string.h>

#include <kilowink/error.h>
#include <kilowink/pulse.h>

#include "pulse_internal.h"

#define PEAK_64_MIN	 512
#define TOLERANCE_64_MIN 384
#define BURIED		 3
#define FAINT_WINDOWS	 6
#define MOVING_COUNT_MIN 3

/* What has to be passed beside so many ticks of light. */
static int32_t detector_needed_on(const struct pulse_detector *detector, int32_t side_ticks)
{
	int32_t variance = pulse_noise_variance(&detector->geometry, detector->profile.width, side_ticks);
	int32_t least64 = pulse_noise_threshold(detector, variance);
	int32_t known64 = pulse_profile_expected_rise(detector) - least64 * 2 / 3;

	return pulse_int_clamp(known64, least64, least64 + (least64 >> 2));
}

static void detector_set_width(struct pulse_detector *detector, int32_t width)
{
	const struct pulse_geometry *geometry = &detector->geometry;

	detector->profile.width = (uint8_t)width;
	detector->near64 = detector_needed_on(detector, 2 * geometry->near);
	detector->wide64 = detector_needed_on(detector, 2 * (geometry->near + geometry->far));
}

/* How much a far side may differ from a near one to be used. */
static int32_t detector_tolerance64(const struct pulse_detector *detector)
{
	const struct pulse_geometry *geometry = &detector->geometry;
	int32_t variance = (INT32_C(1) << 20) / geometry->near + (INT32_C(1) << 20) / geometry->far;
	int32_t sides64 = pulse_int_max(TOLERANCE_64_MIN, pulse_noise_reach(detector, variance));

	return pulse_int_max(sides64, detector->profile.amplitude64 >> 3);
}

static void detector_adapt(struct pulse_detector *detector)
{
	int32_t full_scale_mv = detector->full_scale_mv;
	int32_t margin64;

	if (detector->profile.count > 0) {
		detector->profile.tried_width = (uint8_t)pulse_profile_width(detector);
		detector->profile.width = detector->profile.tried_width;
	}
	detector_set_width(detector, detector->profile.width);
	detector->tolerance64 = detector_tolerance64(detector);
	margin64 = pulse_int_max(full_scale_mv << 2, pulse_int_min(detector->wide64, full_scale_mv << 4));
	detector->clip_mv = (int16_t)(full_scale_mv - (margin64 >> 6));
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

/* From the middle of the last flash to that of this one. */
static int32_t detector_since_flash16(const struct pulse_detector *detector, const struct pulse_shape *shape)
{
	return detector->ring.flash_age * 16 - shape->middle16;
}

static int detector_count_on_moving_light(struct pulse_detector *detector, struct pulse_shape *shape)
{
	int32_t amplitude64 = detector->profile.amplitude64;
	bool is_clear = amplitude64 * 2 >= detector->near64 * 5 && detector->peak64 * 8 >= amplitude64;
	int32_t middle_age = detector_centre_age(detector) + (detector->profile.width >> 1);

	if (detector->profile.count < MOVING_COUNT_MIN || !is_clear) {
		return 0;
	}
	if (!pulse_roughness_find(shape, detector, middle_age) && !pulse_switched_find(shape, detector, middle_age)) {
		return 0;
	}
	/* An LED is dark for longer than it flashes: what is closer is what was left of the last flash. */
	if (detector_since_flash16(detector, shape) < (shape->length16 * 3) >> 1) {
		return 0;
	}
	pulse_shape_remove(shape, detector);
	return 1;
}

static void detector_measure_peak(const struct pulse_detector *detector, struct pulse_contrast *contrast, bool is_near)
{
	struct pulse_search search = {
		.shift = detector->peak_age,
		.width = detector->profile.width,
		.tolerance64 = is_near ? -1 : detector->tolerance64,
	};

	pulse_contrast_measure(contrast, detector, &search);
}

/* Measures the peak; what it has to rise near the noise, or 0 where flashes are far above it. */
static int32_t detector_choose_base(const struct pulse_detector *detector, struct pulse_contrast *contrast)
{
	int32_t calm_ticks;

	detector_measure_peak(detector, contrast, true);
	if (detector->profile.count == 0 ||
	    pulse_int_max(contrast->rise64, detector->profile.amplitude64) >= BURIED * detector->wide64) {
		return 0;
	}
	calm_ticks = pulse_calm_stand_on(contrast, detector);
	if (calm_ticks > 0) {
		return detector_needed_on(detector, calm_ticks);
	}
	detector_measure_peak(detector, contrast, false);
	return contrast->is_wide ? detector->wide64 : detector->near64;
}

static enum pulse_fit detector_fit_peak(const struct pulse_detector *detector, struct pulse_shape *shape,
					struct pulse_contrast *contrast, struct pulse_peak *peak)
{
	enum pulse_fit fit = pulse_shape_measure(shape, peak);

	if (fit == PULSE_FIT_EXACT && contrast->rise64 >= detector->near64) {
		return fit;
	}
	detector_measure_peak(detector, contrast, false);
	if (!contrast->is_wide) {
		return fit;
	}
	peak->needed64 = detector->wide64;
	return fit == PULSE_FIT_EXACT ? fit : pulse_shape_measure(shape, peak);
}

static int detector_recognise(struct pulse_detector *detector, const struct pulse_shape *shape,
			      const struct pulse_peak *peak, bool is_exact)
{
	struct pulse_measured measured = {
		.rise64 = peak->contrast->rise64,
		.amplitude64 = shape->amplitude64,
		.length16 = shape->own16,
		.samples_ago = detector_samples_ago(detector, shape),
		.faint_samples = FAINT_WINDOWS * detector->geometry.window_samples,
		.slack16 = detector->geometry.slack16,
		.is_exact = is_exact,
		.is_faint = pulse_shape_is_faint(peak),
	};

	return pulse_profile_recognise(&detector->profile, &measured);
}

/* What of a peak is taken out of the ring though it was not counted. */
static bool detector_is_freed(const struct pulse_peak *peak, int32_t amplitude64, bool is_exact)
{
	int32_t rise64 = peak->contrast->rise64;
	bool is_loud = rise64 >= peak->needed64;
	bool is_known = peak->learnt16 > 0;

	if (is_loud && !is_known && pulse_shape_is_faint(peak)) {
		return true;
	}
	if (!is_known) {
		return is_exact || (!is_loud && rise64 * 5 >= peak->needed64 * 3);
	}
	return rise64 * 2 >= amplitude64 && (is_exact || (!is_loud && rise64 * 2 >= peak->needed64));
}

static int detector_count_flashes(struct pulse_detector *detector, struct pulse_shape *shape,
				  struct pulse_contrast *contrast, int32_t needed64)
{
	bool is_known = detector->profile.count > 0;
	struct pulse_peak peak = {
		.detector = detector,
		.contrast = contrast,
		.centre_age = detector_centre_age(detector),
		.learnt16 = is_known ? detector->profile.length256 >> 4 : 0,
		.needed64 = needed64 > 0 ? needed64 : detector->near64,
	};
	enum pulse_fit fit = needed64 > 0 ? pulse_shape_measure(shape, &peak)
					  : detector_fit_peak(detector, shape, contrast, &peak);
	bool is_exact = fit == PULSE_FIT_EXACT;
	bool is_loud = contrast->rise64 >= peak.needed64;
	bool is_freed;
	int certain = 0;

	if (fit == PULSE_FIT_NONE) {
		return 0;
	}
	/* What overlaps the last flash is what was left of it. */
	if (is_loud && detector_since_flash16(detector, shape) >= shape->length16) {
		certain = detector_recognise(detector, shape, &peak, is_exact);
	}
	is_freed = detector_is_freed(&peak, detector->profile.amplitude64, is_exact);
	if (certain > 0 || is_freed) {
		pulse_shape_remove(shape, detector);
	}
	/* What is left of what was taken out is no flash either. */
	if (is_loud && is_freed) {
		detector->ring.flash_age = (uint16_t)(shape->middle16 >> 4);
	}
	if (!is_loud && is_freed && shape->is_sharp) {
		pulse_noise_doubt(&detector->noise, !is_known);
	}
	return certain;
}

static void detector_judge_peak(struct pulse_detector *detector, struct pulse_event *event)
{
	struct pulse_contrast contrast;
	struct pulse_shape shape = {0, 0, 0, 0, false};
	int32_t needed64;
	int certain = 0;

	if (detector->clipped_samples > detector->geometry.blind_samples) {
		return;
	}
	needed64 = detector_choose_base(detector, &contrast);
	if (pulse_int_abs(contrast.pre64 - contrast.post64) <= contrast.rise64) {
		certain = detector_count_flashes(detector, &shape, &contrast, needed64);
	}
	if (certain == 0) {
		certain = detector_count_on_moving_light(detector, &shape);
	}
	if (certain <= 0) {
		return;
	}
	detector->peak64 = 0;
	detector->ring.flash_age = (uint16_t)(shape.middle16 >> 4);
	detector_adapt(detector);
	for (int i = 0; i < certain - 1; i++) {
		pulse_windows_add_flash(detector, &shape, detector->profile.other_samples_ago[i], event);
	}
	pulse_windows_add_flash(detector, &shape, detector_samples_ago(detector, &shape), event);
}

/* How high the stretch stands that now has both sides; while no flash is known, the highest of three widths. */
static int32_t detector_score(struct pulse_detector *detector, struct pulse_contrast *contrast)
{
	const struct pulse_geometry *geometry = &detector->geometry;
	struct pulse_search search = {
		.shift = 0,
		.width = detector->profile.width,
		.tolerance64 = detector->tolerance64,
	};
	int32_t best = INT32_MIN;

	if (detector->profile.count > 0) {
		pulse_contrast_measure(contrast, detector, &search);
		return contrast->rise64;
	}
	for (int i = 0; i < PULSE_BANK; i++) {
		int32_t score;

		search.width = geometry->bank[i];
		pulse_contrast_measure(contrast, detector, &search);
		score = contrast->rise64 * geometry->gains16[i] / 16;
		if (score > best) {
			best = score;
			detector->profile.tried_width = geometry->bank[i];
		}
	}
	return best;
}

static void detector_take_tick(struct pulse_detector *detector, struct pulse_event *event)
{
	struct pulse_contrast contrast;
	int32_t score;
	int32_t wait;

	pulse_calm_update(detector);
	pulse_ring_push(&detector->ring, pulse_smoother_tick8(&detector->smoother, &detector->geometry));
	pulse_profile_pass_tick(&detector->profile, detector->geometry.samples_per_tick);
	detector->ring.flash_age = (uint16_t)pulse_int_min(detector->ring.flash_age + 1, UINT16_MAX);
	if (pulse_noise_update(&detector->noise, &detector->ring, &detector->geometry)) {
		detector_adapt(detector);
	}
	score = detector_score(detector, &contrast);
	detector->windows.running.baseline8 += contrast.pre64 >> 3;
	detector->windows.running.baseline_ticks++;
	wait = pulse_geometry_peak_wait(detector->profile.width);
	if (score > detector->peak64 || (detector->peak_age > wait && score > detector->previous64)) {
		detector->peak64 = score;
		detector->peak_age = 0;
		if (detector->profile.tried_width != detector->profile.width) {
			detector_set_width(detector, detector->profile.tried_width);
		}
	} else {
		detector->peak_age = (uint16_t)pulse_int_min(detector->peak_age + 1, UINT16_MAX);
		if (detector->peak_age == wait && detector->peak64 >= PEAK_64_MIN) {
			detector_judge_peak(detector, event);
		}
	}
	detector->previous64 = score;
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
	detector->ring.flash_age = UINT16_MAX;
	detector->profile.width = detector->geometry.bank[1];
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
