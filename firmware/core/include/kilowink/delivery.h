/*
 * When to send which report. Time is uptime in ms, 64 bits wide, so that it does not wrap; nothing else is known of clocks.
 *
 *   live: every `live_windows` windows, what is not acknowledged of the newest
 *   backlog: as soon as an answer brought the backlog forward, its oldest part
 *   after a failure: nothing until the backoff is over, then live
 */
#ifndef KILOWINK_DELIVERY_H
#define KILOWINK_DELIVERY_H

#include <stdint.h>

#include <kilowink/backlog.h>
#include <kilowink/backoff.h>
#include <kilowink/report.h>

enum delivery_step {
	DELIVERY_WAIT = 0,
	DELIVERY_LIVE = 1,
	DELIVERY_BACKLOG = 2,
};

struct delivery_options {
	/* Windows between live reports, 1 or more; 3 is every 15 s. */
	uint16_t live_windows;
	/* The first wait after a failure and the longest. */
	uint32_t retry_ms;
	uint32_t retry_ms_max;
};

/* The fields are the delivery's own. */
struct delivery {
	struct delivery_options options;
	struct backoff backoff;
	uint64_t held_until_ms;
	uint32_t failures;
	uint16_t windows_since;
	bool is_live_due;
	bool is_backlog_due;
	/* What is under way. */
	enum delivery_step sent;
};

int delivery_init(struct delivery *delivery, const struct delivery_options *options);

/* A window was put into the backlog. */
void delivery_window(struct delivery *delivery);

/* Asks for a live report at once, as a person may. */
void delivery_hasten(struct delivery *delivery);

/*
 * What to send at now_ms, and which windows of the backlog. With DELIVERY_WAIT *until_ms says when to ask again at the latest;
 * UINT64_MAX: after the next window.
 */
enum delivery_step delivery_next(const struct delivery *delivery, const struct backlog *backlog, uint64_t now_ms,
				 struct backlog_span *span, uint64_t *until_ms);

/* What delivery_next() said is sent now; delivery_answered() or delivery_failed() has to follow. */
void delivery_begin(struct delivery *delivery, enum delivery_step step);

/*
 * An answer to the report came and was proven; both delivery and backlog take it. Returns 1 if everything reported was stored, 0
 * if the server wants it again later, or cannot take it; the backoff then holds.
 */
int delivery_answered(struct delivery *delivery, struct backlog *backlog, const struct report_answer *answer,
		      uint64_t now_ms, uint32_t random);

/* No answer came, or none that proves itself. */
void delivery_failed(struct delivery *delivery, uint64_t now_ms, uint32_t random);

#endif
