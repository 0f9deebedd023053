/* Windows of 5 s and their counts; the twin of windows.ts. */
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

void pulse_windows_add_flash(struct pulse_detector *detector, const struct pulse_shape *shape, int32_t samples_ago,
			     struct pulse_event *event)
{
	struct pulse_windows *windows = &detector->windows;
	struct pulse_tally *tally = &windows->running;
	struct pulse_flash *flash = &event->flashes[event->flash_count];
	int32_t sample = windows->sample - samples_ago;

	flash->window_number = windows->number + (windows->is_closing ? 1U : 0U);
	if (sample < 0) {
		sample += detector->geometry.window_samples;
		if (!windows->is_closing || sample < 0) {
			return;
		}
		tally = &windows->closing;
		flash->window_number = windows->number;
	}
	tally->count++;
	if (tally->last_flash_sample == NO_FLASH || sample > tally->last_flash_sample) {
		tally->last_flash_sample = (uint16_t)sample;
	}
	tally->amplitudes64 += shape->amplitude64;
	tally->lengths16 += shape->length16;
	flash->sample = sample;
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
	int32_t side = geometry->near + geometry->far;
	int32_t count = closing->count;

	window->number = detector->windows.number;
	window->state = windows_state(detector);
	window->count = count;
	window->last_flash_sample = closing->last_flash_sample == NO_FLASH ? -1 : closing->last_flash_sample;
	window->baseline_mv =
		closing->baseline_ticks == 0 ? 0 : closing->baseline8 / (closing->baseline_ticks * 8);
	window->amplitude_mv = count == 0 ? 0 : closing->amplitudes64 / (count * 64);
	window->noise_uv = (pulse_noise_third(detector, side) * 2267) >> 10;
	window->length_us = count == 0 ? 0
				       : closing->lengths16 / count * geometry->samples_per_tick * 3125 /
						 geometry->window_samples * 100;
	detector->windows.number++;
	detector->windows.is_closing = false;
}
