/*
 * What the detector says of windows, as reports carry it, in a ring over memory the caller gives:
 *
 *   oldest ┤ held ├ newest          number n lies at n modulo capacity
 *
 * A window is two bytes, its count and its offset: docs/spec/report.md.
 */
#ifndef KILOWINK_WINDOW_BUFFER_H
#define KILOWINK_WINDOW_BUFFER_H

#include <stddef.h>
#include <stdint.h>

#include <kilowink/pulse.h>
#include <kilowink/report.h>

struct window {
	/* Flashes, 0 to REPORT_COUNT_MAX; REPORT_COUNT_NONE is no measurement. */
	uint8_t count;
	/* The last flash in ticks, REPORT_OFFSET_NONE without one; without measurement an enum report_absence. */
	uint8_t offset;
};

/* Windows of the detector last so long. */
#define WINDOW_MS (1000U * PULSE_WINDOW_S)

/*
 * A window of a detector that works at rate_hz. Where no flash has been recognised since the start it is unfilled: whether
 * there was none or the light is not known yet cannot be told.
 */
struct window window_from_pulse(const struct pulse_window *pulse, uint16_t rate_hz);

/* A window that was not measured, and why. */
struct window window_absent(enum report_absence reason);

/* What a window adds to the cumulative count. */
uint32_t window_flashes(struct window window);

/* How the light of a window is, as reports say it. */
enum report_light window_light(enum pulse_state state);

/* The fields are the buffer's own. */
struct window_buffer {
	struct window *windows;
	uint32_t capacity;
	uint32_t held;
	/* Where the next window goes. */
	uint32_t next_index;
	uint32_t next_number;
};

/* Begins with window 0 and nothing held. KILOWINK_ERROR_RANGE without room for a window. */
int window_buffer_init(struct window_buffer *buffer, struct window *windows, size_t capacity);

/*
 * Appends the next window and forgets the oldest where memory is full, which *forgotten then tells; returns 1 if so, 0 if
 * not. KILOWINK_ERROR_NUMBERS: the numbers are used up and nothing is appended.
 */
int window_buffer_put(struct window_buffer *buffer, struct window window, struct window *forgotten);

/* The number of the oldest window held, or of the next one while nothing is. */
uint32_t window_buffer_oldest(const struct window_buffer *buffer);

/* A window that is held; KILOWINK_ERROR_NUMBERS where it is not. */
int window_buffer_get(const struct window_buffer *buffer, uint32_t number, struct window *window);

/*
 * Writes count windows from newest down, as on the wire: REPORT_WINDOW_BYTES each. KILOWINK_ERROR_NUMBERS where one of them is
 * not held.
 */
int window_buffer_copy(const struct window_buffer *buffer, uint32_t newest, uint32_t count, uint8_t *bytes);

#endif
