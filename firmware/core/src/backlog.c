/* Windows until they are acknowledged; see backlog.h. */
#include <string.h>

#include <kilowink/backlog.h>
#include <kilowink/error.h>

int backlog_init(struct backlog *backlog, struct window *windows, size_t capacity, uint32_t boot_id)
{
	if (backlog == NULL) {
		return KILOWINK_ERROR_NULL;
	}
	if (boot_id == 0U) {
		return KILOWINK_ERROR_RANGE;
	}
	memset(backlog, 0, sizeof(*backlog));
	backlog->boot_id = boot_id;
	return window_buffer_init(&backlog->buffer, windows, capacity);
}

void backlog_add_late(struct backlog *backlog, uint32_t flashes)
{
	backlog->late_waiting += flashes;
}

/* Where late flashes are noted that come with the next window; NULL while all notes are of windows that are held. */
static struct backlog_late *free_note(struct backlog *backlog)
{
	uint32_t oldest = window_buffer_oldest(&backlog->buffer);

	for (size_t i = 0; i < BACKLOG_LATE_WINDOWS_MAX; i++) {
		if (backlog->late[i].flashes == 0U || backlog->late[i].number < oldest) {
			return &backlog->late[i];
		}
	}
	return NULL;
}

int backlog_put(struct backlog *backlog, struct window window)
{
	uint32_t flashes = window_flashes(window);
	uint32_t oldest = window_buffer_oldest(&backlog->buffer);
	uint32_t number = backlog->buffer.next_number;
	struct backlog_late *note = backlog->late_waiting > 0U ? free_note(backlog) : NULL;
	uint32_t late = note != NULL ? backlog->late_waiting : 0U;
	struct window forgotten;
	int is_full;

	if (late > UINT32_MAX - flashes || backlog->cumulative_count > UINT32_MAX - flashes - late) {
		return KILOWINK_ERROR_NUMBERS;
	}
	is_full = window_buffer_put(&backlog->buffer, window, &forgotten);
	if (is_full < 0) {
		return is_full;
	}
	if (is_full != 0 && oldest >= backlog->acknowledged_windows) {
		backlog->lost_windows++;
	}
	if (note != NULL) {
		note->number = number;
		note->flashes = late;
		backlog->late_waiting = 0U;
	}
	backlog->cumulative_count += flashes + late;
	return 0;
}

int backlog_acknowledge(struct backlog *backlog, const struct report_answer *answer)
{
	uint32_t before = backlog->acknowledged_windows;
	uint32_t windows;

	if (answer->boot_id != backlog->boot_id) {
		return KILOWINK_ERROR_FIELD;
	}
	windows = answer->has_acknowledged ? answer->acknowledged : 0U;
	/* A number beyond the newest window acknowledges all there are. */
	if (answer->has_acknowledged) {
		windows = windows < backlog->buffer.next_number ? windows + 1U : backlog->buffer.next_number;
	}
	backlog->acknowledged_windows = windows;
	return windows > before ? 1 : 0;
}

/* The first window that is held and not acknowledged, or the next one. */
static uint32_t first_waiting(const struct backlog *backlog)
{
	uint32_t oldest = window_buffer_oldest(&backlog->buffer);

	return oldest > backlog->acknowledged_windows ? oldest : backlog->acknowledged_windows;
}

uint32_t backlog_waiting(const struct backlog *backlog)
{
	return backlog->buffer.next_number - first_waiting(backlog);
}

static uint32_t smaller(uint32_t left, uint32_t right)
{
	return left < right ? left : right;
}

bool backlog_live(const struct backlog *backlog, uint16_t wanted, struct backlog_span *span)
{
	uint32_t waiting = backlog_waiting(backlog);
	uint32_t count = smaller(waiting < wanted ? wanted : waiting, BACKLOG_LIVE_WINDOWS_MAX);

	count = smaller(count, backlog->buffer.held);
	span->newest = backlog->buffer.next_number - 1U;
	span->count = (uint16_t)count;
	return count > 0U;
}

bool backlog_oldest(const struct backlog *backlog, struct backlog_span *span)
{
	uint32_t count = backlog_waiting(backlog);

	if (count <= BACKLOG_LIVE_WINDOWS_MAX) {
		return false;
	}
	count = smaller(count, REPORT_WINDOWS_MAX);
	span->newest = first_waiting(backlog) + count - 1U;
	span->count = (uint16_t)count;
	return true;
}

/* The cumulative count up to and with a window that is held. */
static uint32_t count_with(const struct backlog *backlog, uint32_t number)
{
	uint32_t count = backlog->cumulative_count;

	for (uint32_t after = number + 1U; after < backlog->buffer.next_number; after++) {
		struct window window;

		if (window_buffer_get(&backlog->buffer, after, &window) == 0) {
			count -= window_flashes(window);
		}
	}
	for (size_t i = 0; i < BACKLOG_LATE_WINDOWS_MAX; i++) {
		if (backlog->late[i].number > number) {
			count -= backlog->late[i].flashes;
		}
	}
	return count;
}

int backlog_fill(const struct backlog *backlog, const struct backlog_span *span, struct report *report,
		 uint8_t *window_bytes)
{
	int error = window_buffer_copy(&backlog->buffer, span->newest, span->count, window_bytes);

	if (error != 0) {
		return error;
	}
	report->boot_id = backlog->boot_id;
	report->newest_number = span->newest;
	report->oldest_number = window_buffer_oldest(&backlog->buffer);
	report->cumulative_count = count_with(backlog, span->newest);
	report->window_count = span->count;
	report->windows = window_bytes;
	return 0;
}
