/* Version 1 reports, for a server that knows no others: docs/spec/report.md. Nothing of them is acknowledged or signed. */
#ifndef KILOWINK_V1_REPORT_H
#define KILOWINK_V1_REPORT_H

#include <stddef.h>
#include <stdint.h>

#include <kilowink/window_buffer.h>

#define V1_REPORT_HEAD_BYTES 7U
#define V1_REPORT_SIZE(windows) (V1_REPORT_HEAD_BYTES + (size_t)(windows))
#define V1_REPORT_COUNT_NONE 0xffU

/*
 * Writes a report of the newest `windows` windows, those that are not there as no measurement; returns its size.
 * KILOWINK_ERROR_SIZE where it does not fit, KILOWINK_ERROR_RANGE without a window. The uptime wraps after 136 years.
 */
int v1_report_encode(const struct window_buffer *buffer, uint8_t sensor_type, uint64_t uptime_ms, uint8_t windows,
		     uint8_t *bytes, size_t capacity);

#endif
