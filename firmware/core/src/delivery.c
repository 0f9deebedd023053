/* When to send what; see delivery.h. The rules are those of packages/sim/src/blink/numbered-sensor.ts, with backoff. */
#include <string.h>

#include <kilowink/delivery.h>
#include <kilowink/error.h>

int delivery_init(struct delivery *delivery, const struct delivery_options *options)
{
	if (delivery == NULL || options == NULL) {
		return KILOWINK_ERROR_NULL;
	}
	if (options->live_windows == 0U) {
		return KILOWINK_ERROR_RANGE;
	}
	memset(delivery, 0, sizeof(*delivery));
	delivery->options = *options;
	return backoff_init(&delivery->backoff, options->retry_ms, options->retry_ms_max);
}

void delivery_window(struct delivery *delivery)
{
	delivery->windows_since++;
	if (delivery->windows_since >= delivery->options.live_windows) {
		delivery->windows_since = 0;
		delivery->is_live_due = true;
	}
}

void delivery_hasten(struct delivery *delivery)
{
	delivery->is_live_due = true;
	delivery->held_until_ms = 0;
}

enum delivery_step delivery_next(const struct delivery *delivery, const struct backlog *backlog, uint64_t now_ms,
				 struct backlog_span *span, uint64_t *until_ms)
{
	bool has_work = delivery->is_live_due || delivery->is_backlog_due;

	*until_ms = UINT64_MAX;
	if (has_work && now_ms < delivery->held_until_ms) {
		*until_ms = delivery->held_until_ms;
		return DELIVERY_WAIT;
	}
	/* The newest first: whoever looks at the page wants to see now, and the backlog can wait. */
	if (delivery->is_live_due && backlog_live(backlog, delivery->options.live_windows, span)) {
		return DELIVERY_LIVE;
	}
	if (delivery->is_backlog_due && backlog_oldest(backlog, span)) {
		return DELIVERY_BACKLOG;
	}
	return DELIVERY_WAIT;
}

void delivery_begin(struct delivery *delivery, enum delivery_step step)
{
	delivery->sent = step;
	if (step == DELIVERY_LIVE) {
		delivery->is_live_due = false;
	} else {
		delivery->is_backlog_due = false;
	}
}

/* Another try comes after the wait, and begins with a live report. */
static void hold(struct delivery *delivery, uint64_t now_ms, uint32_t random)
{
	delivery->failures++;
	delivery->held_until_ms = now_ms + backoff_fail(&delivery->backoff, random);
	delivery->is_live_due = true;
	delivery->is_backlog_due = false;
}

int delivery_answered(struct delivery *delivery, struct backlog *backlog, const struct report_answer *answer,
		      uint64_t now_ms, uint32_t random)
{
	struct backlog_span rest;
	int progress = 0;

	if (answer->status == REPORT_STATUS_STORED) {
		progress = backlog_acknowledge(backlog, answer);
	}
	if (answer->status != REPORT_STATUS_STORED || progress < 0) {
		hold(delivery, now_ms, random);
		return 0;
	}
	backoff_succeed(&delivery->backoff);
	delivery->held_until_ms = 0;
	/* The backlog goes on only as far as it is taken in; otherwise it waits for the next live report. */
	delivery->is_backlog_due = (progress > 0 || delivery->sent == DELIVERY_LIVE) && backlog_oldest(backlog, &rest);
	return 1;
}

void delivery_failed(struct delivery *delivery, uint64_t now_ms, uint32_t random)
{
	hold(delivery, now_ms, random);
}
