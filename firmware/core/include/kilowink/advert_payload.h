/*
 * A report in a Bluetooth advertisement: a Flags element, then the report as one Manufacturer Specific Data element.
 * docs/spec/report.md. A full report of up to REPORT_WINDOWS_ADVERT windows needs extended advertising; the short form fits the
 * 31 bytes of the old one.
 */
#ifndef KILOWINK_ADVERT_PAYLOAD_H
#define KILOWINK_ADVERT_PAYLOAD_H

#include <stddef.h>
#include <stdint.h>

#include <kilowink/backlog.h>
#include <kilowink/report.h>

#define ADVERT_FLAGS_BYTES     3U
#define ADVERT_ELEMENT_BYTES   2U
#define ADVERT_PAYLOAD_BYTES_MAX 245U

/* Writes the payload around a report; returns its size, or KILOWINK_ERROR_SIZE where it does not fit. */
int advert_payload_encode(const uint8_t *report, size_t size, uint8_t *payload, size_t capacity);

/* The windows that fit an advertisement of so many bytes with or without a tag; 0 if not even one does. */
uint16_t advert_windows_max(size_t payload_bytes, bool is_tagged);

/* The short form of the newest windows. false before the first window. */
bool advert_short_of(const struct backlog *backlog, struct report_short *report);

#endif
