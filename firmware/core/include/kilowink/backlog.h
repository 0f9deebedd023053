/*
 * The windows of a boot, kept until a server says that it has them for good, and for as long after as memory lasts, because
 * a server may lose its latest ones. What is overwritten before that is known to be lost; its flashes stay in the cumulative
 * count.
 *
 *   windows  oldest … acknowledged │ not acknowledged …… │ newest
 *                                  └─ backlog spans ─────▶└─ live span
 */
#ifndef KILOWINK_BACKLOG_H
#define KILOWINK_BACKLOG_H

#include <stdbool.h>
#include <stdint.h>

#include <kilowink/report.h>
#include <kilowink/window_buffer.h>

/* A live report repeats what is not acknowledged, up to so many windows. */
#define BACKLOG_LIVE_WINDOWS_MAX 60U

/* Windows held that brought late flashes with them, at most; what comes beyond waits until one of those is overwritten. */
#define BACKLOG_LATE_WINDOWS_MAX 16U

/* Flashes that are in the cumulative count from a window on, and in no window. */
struct backlog_late {
	uint32_t number;
	uint32_t flashes;
};

/* The fields are the backlog's own; lost_windows is there to be shown. */
struct backlog {
	struct window_buffer buffer;
	uint32_t boot_id;
	uint32_t cumulative_count;
	/* How many windows are acknowledged: those of lower numbers. */
	uint32_t acknowledged_windows;
	/* Windows overwritten before they were acknowledged. */
	uint32_t lost_windows;
	/* Late flashes that no window has brought yet. */
	uint32_t late_waiting;
	struct backlog_late late[BACKLOG_LATE_WINDOWS_MAX];
};

/* A stretch of windows to be sent in one report. */
struct backlog_span {
	uint32_t newest;
	uint16_t count;
};

/* Begins a boot. The id is random and never 0, which answers use for a boot they could not read. */
int backlog_init(struct backlog *backlog, struct window *windows, size_t capacity, uint32_t boot_id);

/*
 * Tells of flashes of windows that were put already, as the detector's late_count does. They enter the cumulative count with
 * the window that is put next: what was said of those before it does not change.
 */
void backlog_add_late(struct backlog *backlog, uint32_t flashes);

/*
 * Appends a window. KILOWINK_ERROR_NUMBERS: window numbers or the cumulative count are used up (13 years at 36 kVA); a new
 * boot has to be begun.
 */
int backlog_put(struct backlog *backlog, struct window window);

/*
 * Takes what an answer acknowledges. Returns 1 if more is acknowledged than before, 0 if not, KILOWINK_ERROR_FIELD for an
 * answer to another boot.
 */
int backlog_acknowledge(struct backlog *backlog, const struct report_answer *answer);

/* The windows of the live report, at least `wanted` of them if there are so many; false before the first window. */
bool backlog_live(const struct backlog *backlog, uint16_t wanted, struct backlog_span *span);

/* The oldest windows that no live report brings; false when there are none. */
bool backlog_oldest(const struct backlog *backlog, struct backlog_span *span);

/* How many windows are not acknowledged and still held. */
uint32_t backlog_waiting(const struct backlog *backlog);

/*
 * Fills a report's boot, numbers, cumulative count and windows, which are written to window_bytes (REPORT_WINDOW_BYTES for each
 * of the span). KILOWINK_ERROR_NUMBERS where they are not held any more.
 */
int backlog_fill(const struct backlog *backlog, const struct backlog_span *span, struct report *report,
		 uint8_t *window_bytes);

#endif
