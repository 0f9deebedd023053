/* Windows of 5 s and their counts; the twin of windows.ts. */
#include <stddef.h>
#include <string.h>

#include "pulse_internal.h"

#define NO_FLASH UINT16_MAX

void pulse_windows_clear(struct pulse_tally *tally)
{
	memset(tally, 0, sizeof(*tally));
	tally->last_flash_sample = NO_FLASH;
}

bool pulse_windows_pass_sample(struct pulse_windows *windows, const struct pulse_geometry *geometry)
{
	windows->sample++;
	if (windows->sample == geometry->window_samples) {
		windows->sample = 0;
		windows->closing = windows->running;
		pulse_windows_clear(&windows->running);
		windows->is_closing = true;
	}
	return windows->is_closing && windows->sample == geometry->latency_samples;
}

/* The tally of the window so many samples ago lies in, and where in it; NULL for one that was told already. */
static struct pulse_tally *windows_place(struct pulse_windows *windows, const struct pulse_geometry *geometry,
					 int32_t samples_ago, struct pulse_flash *flash)
{
	int32_t window_samples = geometry->window_samples;
	int32_t sample = windows->sample - samples_ago;
	int32_t back = sample >= 0 ? 0 : (window_samples - 1 - sample) / window_samples;
	int32_t ahead = windows->is_closing ? 1 : 0;

	flash->window_number = windows->number + (uint32_t)ahead - (uint32_t)back;
	flash->sample = sample + back * window_samples;
	if (back > ahead) {
		return NULL;
	}
	return back == 0 ? &windows->running : &windows->closing;
}

void pulse_windows_add_flash(struct pulse_detector *detector, const struct pulse_shape *shape, int32_t samples_ago,
			     struct pulse_event *event)
{
	struct pulse_windows *windows = &detector->windows;
	struct pulse_flash *flash = &event->flashes[event->flash_count];
	struct pulse_tally *tally = windows_place(windows, &detector->geometry, samples_ago, flash);

	if (tally == NULL) {
		/* Before the first window the number has passed 0. */
		if (flash->window_number >= windows->number) {
			return;
		}
		windows->late_count++;
	} else {
		tally->count++;
		if (tally->last_flash_sample == NO_FLASH || flash->sample > tally->last_flash_sample) {
			tally->last_flash_sample = (uint16_t)flash->sample;
		}
		tally->amplitudes64 += shape->amplitude64;
		tally->lengths16 += shape->length16;
	}
	flash->amplitude_uv = shape->amplitude64 * 125 / 8;
	flash->length16 = shape->length16;
	event->flash_count++;
}

static enum pulse_state windows_state(const struct pulse_detector *detector)
{
	const struct pulse_tally *closing = &detector->windows.closing;

	if (closing->is_missing) {
		return PULSE_STATE_MISSING;
	}
	if (closing->is_clipped) {
		return PULSE_STATE_SATURATED;
	}
	if (detector->profile.count == 0) {
		return PULSE_STATE_NONE;
	}
	return detector->profile.amplitude64 < 2 * detector->wide64 ? PULSE_STATE_WEAK : PULSE_STATE_GOOD;
}

void pulse_windows_take(struct pulse_detector *detector, struct pulse_window *window)
{
	const struct pulse_geometry *geometry = &detector->geometry;
	const struct pulse_tally *closing = &detector->windows.closing;
	int32_t variance =
		pulse_noise_variance(geometry, detector->profile.width, 2 * (geometry->near + geometry->far));
	int32_t count = closing->count;

	window->number = detector->windows.number;
	window->state = windows_state(detector);
	window->count = count;
	window->last_flash_sample = closing->last_flash_sample == NO_FLASH ? -1 : closing->last_flash_sample;
	window->baseline_mv =
		closing->baseline_ticks == 0 ? 0 : closing->baseline8 / (closing->baseline_ticks * 8);
	window->amplitude_mv = count == 0 ? 0 : closing->amplitudes64 / (count * 64);
	window->noise_uv = pulse_noise_deviation_uv(detector, variance);
	window->length_us = count == 0 ? 0
				       : closing->lengths16 / count * geometry->samples_per_tick * 3125 /
						 geometry->window_samples * 100;
	window->late_count = detector->windows.late_count;
	detector->windows.number++;
	detector->windows.is_closing = false;
	detector->windows.late_count = 0;
}
