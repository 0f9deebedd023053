/* A ring of windows; see window_buffer.h. */
#include <string.h>

#include <kilowink/error.h>
#include <kilowink/window_buffer.h>

static uint8_t offset_of(const struct pulse_window *pulse, uint16_t rate_hz)
{
	uint32_t tick_ms = report_tick_ms(WINDOW_MS);
	uint32_t last_tick = (WINDOW_MS + tick_ms - 1U) / tick_ms - 1U;
	uint32_t offset;

	if (pulse->count <= 0 || pulse->last_flash_sample < 0) {
		return REPORT_OFFSET_NONE;
	}
	offset = (uint32_t)pulse->last_flash_sample * 1000U / rate_hz / tick_ms;
	return (uint8_t)(offset > last_tick ? last_tick : offset);
}

struct window window_from_pulse(const struct pulse_window *pulse, uint16_t rate_hz)
{
	struct window window;

	switch (pulse->state) {
	case PULSE_STATE_NONE:
		return window_absent(REPORT_ABSENCE_UNFILLED);
	case PULSE_STATE_SATURATED:
		return window_absent(REPORT_ABSENCE_BLINDED);
	case PULSE_STATE_MISSING:
		return window_absent(REPORT_ABSENCE_ADC_FAILED);
	case PULSE_STATE_GOOD:
	case PULSE_STATE_WEAK:
	default:
		break;
	}
	window.count = (uint8_t)(pulse->count > (int32_t)REPORT_COUNT_MAX ? (int32_t)REPORT_COUNT_MAX : pulse->count);
	window.offset = offset_of(pulse, rate_hz);
	return window;
}

struct window window_absent(enum report_absence reason)
{
	struct window window = {.count = REPORT_COUNT_NONE, .offset = (uint8_t)reason};

	return window;
}

uint32_t window_flashes(struct window window)
{
	return window.count == REPORT_COUNT_NONE ? 0U : window.count;
}

enum report_light window_light(enum pulse_state state)
{
	switch (state) {
	case PULSE_STATE_GOOD:
		return REPORT_LIGHT_GOOD;
	case PULSE_STATE_WEAK:
		return REPORT_LIGHT_WEAK;
	case PULSE_STATE_NONE:
		return REPORT_LIGHT_NONE;
	case PULSE_STATE_SATURATED:
		return REPORT_LIGHT_SATURATED;
	case PULSE_STATE_MISSING:
		return REPORT_LIGHT_MISSING;
	default:
		return REPORT_LIGHT_UNKNOWN;
	}
}

int window_buffer_init(struct window_buffer *buffer, struct window *windows, size_t capacity)
{
	if (buffer == NULL || windows == NULL) {
		return KILOWINK_ERROR_NULL;
	}
	if (capacity == 0U || capacity > UINT32_MAX) {
		return KILOWINK_ERROR_RANGE;
	}
	memset(buffer, 0, sizeof(*buffer));
	buffer->windows = windows;
	buffer->capacity = (uint32_t)capacity;
	return 0;
}

int window_buffer_put(struct window_buffer *buffer, struct window window, struct window *forgotten)
{
	int is_full = buffer->held == buffer->capacity;

	/* The last number is never given, so that the next one always can be named. */
	if (buffer->next_number == UINT32_MAX) {
		return KILOWINK_ERROR_NUMBERS;
	}
	if (is_full) {
		*forgotten = buffer->windows[buffer->next_index];
	} else {
		buffer->held++;
	}
	buffer->windows[buffer->next_index] = window;
	buffer->next_index = buffer->next_index + 1U == buffer->capacity ? 0U : buffer->next_index + 1U;
	buffer->next_number++;
	return is_full;
}

uint32_t window_buffer_oldest(const struct window_buffer *buffer)
{
	return buffer->next_number - buffer->held;
}

static bool is_held(const struct window_buffer *buffer, uint32_t newest, uint32_t count)
{
	return count > 0U && count <= buffer->held && newest < buffer->next_number &&
	       newest - (count - 1U) <= newest && newest - (count - 1U) >= window_buffer_oldest(buffer);
}

/* Where a window that is held lies. */
static uint32_t index_of(const struct window_buffer *buffer, uint32_t number)
{
	uint32_t back = buffer->next_number - number;

	return buffer->next_index >= back ? buffer->next_index - back : buffer->next_index + (buffer->capacity - back);
}

int window_buffer_get(const struct window_buffer *buffer, uint32_t number, struct window *window)
{
	if (!is_held(buffer, number, 1U)) {
		return KILOWINK_ERROR_NUMBERS;
	}
	*window = buffer->windows[index_of(buffer, number)];
	return 0;
}

int window_buffer_copy(const struct window_buffer *buffer, uint32_t newest, uint32_t count, uint8_t *bytes)
{
	uint32_t index;

	if (!is_held(buffer, newest, count)) {
		return KILOWINK_ERROR_NUMBERS;
	}
	index = index_of(buffer, newest);
	for (size_t i = 0; i < count; i++) {
		bytes[REPORT_WINDOW_BYTES * i + REPORT_WINDOW_AT_COUNT] = buffer->windows[index].count;
		bytes[REPORT_WINDOW_BYTES * i + REPORT_WINDOW_AT_OFFSET] = buffer->windows[index].offset;
		index = index == 0U ? buffer->capacity - 1U : index - 1U;
	}
	return 0;
}
