/* What has been measured since the start: the windows, until they are acknowledged, and the light of the latest. */
#ifndef BLINK_MEASUREMENT_H
#define BLINK_MEASUREMENT_H

#include <stdbool.h>
#include <stdint.h>

#include <zephyr/kernel.h>

#include <kilowink/backlog.h>
#include <kilowink/pulse.h>
#include <kilowink/report.h>

/* Begins a boot with an identity of its own. */
void measurement_start(void);

/* A window of the detector, and the uptime at its end. From the detector's thread. */
void measurement_window(const struct pulse_window *pulse, uint64_t end_ms);

/* Waits for the next window, or as long as timeout says. */
void measurement_wait(k_timeout_t timeout);

/* Wakes who waits. */
void measurement_wake(void);

/* The windows, for whoever holds the lock between these two. */
struct backlog *measurement_lock(void);
void measurement_unlock(void);

/*
 * Fills a report but for its sensor and firmware; the windows are written to window_bytes. KILOWINK_ERROR_NUMBERS when they are
 * not held any more. With the lock held.
 */
int measurement_report(const struct backlog_span *span, struct report *report, uint8_t *window_bytes);

/* The latest window as the detector told it; false before the first. */
bool measurement_latest(struct pulse_window *pulse);

#endif
