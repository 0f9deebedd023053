/*
 * Version 2 sensor reports, their short form, and the server's answer, as docs/spec/report.md has them. The twin of
 * packages/core/src/report. A sensor encodes reports and decodes answers; the rest is there for gateways and for tests.
 *
 * Keys are REPORT_KEY_BYTES long; NULL is no key. With one, encoding adds the tag and decoding wants the right one.
 */
#ifndef KILOWINK_REPORT_H
#define KILOWINK_REPORT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <kilowink/report_layout.h>

#define REPORT_SENSOR_ID_BYTES 8U

/* The size of a full report of so many windows with a tag. */
#define REPORT_SIZE(windows) (REPORT_BYTES + REPORT_WINDOW_BYTES * (size_t)(windows) + REPORT_TAG_BYTES)
#define REPORT_SIZE_MAX	     REPORT_SIZE(REPORT_WINDOWS_MAX)

/* A full report. Meanings, units and ranges are those of the table. */
struct report {
	uint8_t sensor_id[REPORT_SENSOR_ID_BYTES];
	uint32_t boot_id;
	uint32_t newest_number;
	uint32_t oldest_number;
	uint32_t cumulative_count;
	uint32_t age_ms;
	uint16_t window_ms;
	uint16_t battery_mv;
	uint8_t firmware_major;
	uint8_t firmware_minor;
	uint8_t firmware_patch;
	uint8_t light_state;
	uint16_t baseline_mv;
	uint16_t amplitude_mv;
	uint16_t noise_100uv;
	uint16_t window_count;
	/* Newest first, count and offset of each as on the wire. Decoding lets it point into the bytes. */
	const uint8_t *windows;
};

struct report_short {
	uint32_t newest_number;
	uint16_t boot_id_low;
	/* Newest first; 0xfc and up say why there is no measurement. */
	uint8_t counts[REPORT_WINDOWS_SHORT];
};

struct report_answer {
	uint64_t server_ms;
	uint32_t boot_id;
	uint32_t acknowledged;
	bool has_acknowledged;
	uint8_t status;
};

/* The unit of a window's offset, ms. */
unsigned int report_tick_ms(unsigned int window_ms);

/* Writes a report; returns its size, or an error where the report is not legal or does not fit. */
int report_encode(const struct report *report, const uint8_t *key, uint8_t *bytes, size_t capacity);

/* Reads a report; returns 0, or what is wrong with it. Nothing of a report that is refused may be used. */
int report_decode(struct report *report, const uint8_t *key, const uint8_t *bytes, size_t size);

/* Writes the short form, REPORT_SHORT_BYTES long; returns that. */
int report_short_encode(const struct report_short *report, const uint8_t sensor_id[REPORT_SENSOR_ID_BYTES],
			const uint8_t *key, uint8_t *bytes, size_t capacity);

/*
 * Reads the short form. Without a tag its sensor is given in sensor_id. With one, sensor_id and key say which sensor it is
 * thought to be of; KILOWINK_ERROR_TAG: it is another's.
 */
int report_short_decode(struct report_short *report, uint8_t sensor_id[REPORT_SENSOR_ID_BYTES], const uint8_t *key,
			const uint8_t *bytes, size_t size);

/* Writes an answer to the report that ends in report_tag, which is only looked at with a key; returns its size. */
int report_answer_encode(const struct report_answer *answer, const uint8_t *key, const uint8_t *report_tag, uint8_t *bytes,
			 size_t capacity);

/* Reads an answer to the report that ends in report_tag; returns 0, or what is wrong with it. */
int report_answer_decode(struct report_answer *answer, const uint8_t *key, const uint8_t *report_tag,
			 const uint8_t *bytes, size_t size);

#endif
