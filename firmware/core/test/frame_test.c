/* What leaves a sensor besides version 2 itself: frames, version 1, advertisements, the question for a server. */
#include <string.h>

#include <kilowink/advert_payload.h>
#include <kilowink/error.h>
#include <kilowink/mdns.h>
#include <kilowink/serial_frame.h>
#include <kilowink/v1_report.h>

#include "expect.h"

static struct window counted(unsigned int count)
{
	struct window window = {.count = (uint8_t)count, .offset = count == 0U ? REPORT_OFFSET_NONE : 7U};

	return window;
}

static void test_the_checksum_is_that_of_ieee(void)
{
	EXPECT(serial_crc32(0, (const uint8_t *)"123456789", 9) == 0xcbf43926U);
	EXPECT(serial_crc32(serial_crc32(0, (const uint8_t *)"1234", 4), (const uint8_t *)"56789", 5) == 0xcbf43926U);
}

static size_t feed(struct serial_parser *parser, const uint8_t *bytes, size_t size)
{
	size_t found = 0;

	for (size_t i = 0; i < size; i++) {
		size_t message = serial_parser_feed(parser, bytes[i]);

		found = message > 0U ? message : found;
	}
	return found;
}

static void test_a_frame_is_found_behind_noise_and_after_damage(void)
{
	static const uint8_t MESSAGE[] = "KWK a report";
	uint8_t frame[SERIAL_FRAME_SIZE(sizeof(MESSAGE))];
	uint8_t memory[32];
	struct serial_parser parser;

	EXPECT(serial_frame_encode(MESSAGE, 0, frame, sizeof(frame)) == KILOWINK_ERROR_SIZE);
	EXPECT(serial_frame_encode(MESSAGE, sizeof(MESSAGE), frame, sizeof(frame) - 1U) == KILOWINK_ERROR_SIZE);
	EXPECT(serial_frame_encode(MESSAGE, sizeof(MESSAGE), frame, sizeof(frame)) == (int)sizeof(frame));
	EXPECT(serial_parser_init(&parser, memory, sizeof(memory)) == 0);
	EXPECT(feed(&parser, (const uint8_t *)"uart:~$ KK", 10) == 0U);
	EXPECT(feed(&parser, frame, sizeof(frame)) == sizeof(MESSAGE) && memcmp(memory, MESSAGE, sizeof(MESSAGE)) == 0);
	EXPECT(parser.discarded_bytes == 10U);
	for (size_t damaged = 0; damaged < sizeof(frame); damaged++) {
		frame[damaged] ^= 0x20U;
		EXPECT(feed(&parser, frame, sizeof(frame)) == 0U);
		frame[damaged] ^= 0x20U;
		/* A size that was damaged may swallow what follows, but only once. */
		(void)feed(&parser, frame, sizeof(frame));
		(void)feed(&parser, frame, sizeof(frame));
		EXPECT(feed(&parser, frame, sizeof(frame)) == sizeof(MESSAGE));
	}
}

static void test_a_frame_that_is_too_long_is_skipped(void)
{
	uint8_t message[40] = {0};
	uint8_t frame[SERIAL_FRAME_SIZE(sizeof(message))];
	uint8_t memory[39];
	struct serial_parser parser;

	EXPECT(serial_parser_init(&parser, memory, sizeof(memory)) == 0);
	EXPECT(serial_frame_encode(message, 40, frame, sizeof(frame)) == 48);
	EXPECT(feed(&parser, frame, sizeof(frame)) == 0U && parser.discarded_bytes == 48U);
	EXPECT(serial_frame_encode(message, 39, frame, sizeof(frame)) == 47);
	EXPECT(feed(&parser, frame, 47) == 39U);
}

static void test_version_1_is_filled_up_with_no_measurement(void)
{
	static const uint8_t EXPECTED[] = {0x19, 1, 9, 0x00, 0x01, 0x51, 0x80, 4, 0xff, 2, 0xff, 0xff};
	struct window memory[8];
	struct window_buffer buffer;
	struct window forgotten;
	uint8_t bytes[16];

	EXPECT(window_buffer_init(&buffer, memory, 8) == 0);
	(void)window_buffer_put(&buffer, counted(2), &forgotten);
	(void)window_buffer_put(&buffer, window_absent(REPORT_ABSENCE_BLINDED), &forgotten);
	(void)window_buffer_put(&buffer, counted(4), &forgotten);
	EXPECT(v1_report_encode(&buffer, 9, 86400999, 5, bytes, sizeof(bytes)) == (int)sizeof(EXPECTED));
	EXPECT(memcmp(bytes, EXPECTED, sizeof(EXPECTED)) == 0);
	EXPECT(v1_report_encode(&buffer, 9, 0, 0, bytes, sizeof(bytes)) == KILOWINK_ERROR_RANGE);
	EXPECT(v1_report_encode(&buffer, 9, 0, 10, bytes, 16) == KILOWINK_ERROR_SIZE);
	/* 2^32 s: back to 0 after 136 years. */
	EXPECT(v1_report_encode(&buffer, 0, 4294967296ULL * 1000U + 5000U, 1, bytes, sizeof(bytes)) == 8);
	EXPECT(bytes[3] == 0U && bytes[6] == 5U);
}

static void test_an_advertisement_holds_a_report(void)
{
	uint8_t report[REPORT_SIZE(REPORT_WINDOWS_ADVERT)] = {0};
	uint8_t payload[ADVERT_PAYLOAD_BYTES_MAX];

	EXPECT(advert_payload_encode(report, REPORT_SHORT_BYTES, payload, 31) == 31);
	EXPECT(payload[0] == 2U && payload[2] == 6U && payload[3] == 27U && payload[4] == 0xffU);
	EXPECT(advert_payload_encode(report, REPORT_SHORT_BYTES, payload, 30) == KILOWINK_ERROR_SIZE);
	EXPECT(advert_windows_max(ADVERT_PAYLOAD_BYTES_MAX, true) == 90U);
	EXPECT(advert_windows_max(ADVERT_PAYLOAD_BYTES_MAX, false) == 90U);
	EXPECT(advert_windows_max(191, true) == 64U && advert_windows_max(31, false) == 0U);
	EXPECT(advert_payload_encode(report, sizeof(report), payload, sizeof(payload)) == (int)sizeof(report) + 5);
}

static void test_the_short_form_says_why_there_is_no_measurement(void)
{
	static const uint8_t EXPECTED[] = {3, 0xfd, 1, 0xfc, 0xfc, 0xfc, 0xfc, 0xfc};
	struct window memory[4];
	struct backlog backlog;
	struct report_short report;
	uint8_t bytes[REPORT_SHORT_BYTES];
	uint8_t id[REPORT_SENSOR_ID_BYTES] = {1};

	EXPECT(backlog_init(&backlog, memory, 4, 0xaabbccddU) == 0);
	EXPECT(!advert_short_of(&backlog, &report));
	(void)backlog_put(&backlog, counted(1));
	(void)backlog_put(&backlog, window_absent(REPORT_ABSENCE_BLINDED));
	(void)backlog_put(&backlog, counted(3));
	EXPECT(advert_short_of(&backlog, &report) && memcmp(report.counts, EXPECTED, 8) == 0);
	EXPECT(report.newest_number == 2U && report.boot_id_low == 0xccddU);
	EXPECT(report_short_encode(&report, id, NULL, bytes, sizeof(bytes)) == (int)REPORT_SHORT_BYTES);
	for (unsigned int i = 0; i < 6U; i++) {
		(void)backlog_put(&backlog, counted(9));
	}
	EXPECT(advert_short_of(&backlog, &report));
	EXPECT(report.counts[3] == 9U && report.counts[4] == 0xffU && report.counts[7] == 0xffU);
	EXPECT(report_short_encode(&report, id, NULL, bytes, sizeof(bytes)) == (int)REPORT_SHORT_BYTES);
}

/* PTR, SRV and A of a server on port 8087 at 192.0.2.2, with names compressed. */
static const uint8_t ANSWER[] = "\0\0\204\0\0\0\0\1\0\0\0\2"
				"\11_kilowink\4_tcp\5local\0\0\14\0\1\0\0\0x\0\10\5House\300\14"
				"\300\54\0\41\200\1\0\0\0x\0\14\0\0\0\0\37\227\3pi4\300\33"
				"\300\106\0\1\200\1\0\0\0x\0\4\300\0\2\2";

static void test_an_answer_tells_the_server(void)
{
	struct mdns_server server;
	size_t size = sizeof(ANSWER) - 1U;

	EXPECT(mdns_response_decode(&server, ANSWER, size) == 0);
	EXPECT(server.port == 8087U && memcmp(server.address, "\300\0\2\2", 4) == 0);
	for (size_t cut = 0; cut < size; cut++) {
		EXPECT(mdns_response_decode(&server, ANSWER, cut) != 0);
	}
}

static void test_damaged_answers_do_no_harm(void)
{
	uint8_t bytes[sizeof(ANSWER)];
	struct mdns_server server;

	for (size_t at = 0; at < sizeof(ANSWER) - 1U; at++) {
		for (unsigned int value = 0; value < 256U; value++) {
			memcpy(bytes, ANSWER, sizeof(ANSWER));
			bytes[at] = (uint8_t)value;
			(void)mdns_response_decode(&server, bytes, sizeof(ANSWER) - 1U);
		}
	}
	/* A name that points to itself. */
	memcpy(bytes, ANSWER, sizeof(ANSWER));
	bytes[12] = 0xc0U;
	bytes[13] = 12U;
	EXPECT(mdns_response_decode(&server, bytes, sizeof(ANSWER) - 1U) == KILOWINK_ERROR_SIZE);
}

static void test_the_question_asks_for_the_service(void)
{
	uint8_t bytes[MDNS_QUERY_BYTES];

	EXPECT(mdns_query_encode(bytes, sizeof(bytes) - 1U) == KILOWINK_ERROR_SIZE);
	EXPECT(mdns_query_encode(bytes, sizeof(bytes)) == (int)MDNS_QUERY_BYTES);
	EXPECT(bytes[5] == 1U && memcmp(&bytes[12], &ANSWER[12], 22) == 0);
	EXPECT(bytes[35] == 12U && bytes[36] == 0x80U && bytes[37] == 1U);
}

int main(void)
{
	test_the_checksum_is_that_of_ieee();
	test_a_frame_is_found_behind_noise_and_after_damage();
	test_a_frame_that_is_too_long_is_skipped();
	test_version_1_is_filled_up_with_no_measurement();
	test_an_advertisement_holds_a_report();
	test_the_short_form_says_why_there_is_no_measurement();
	test_an_answer_tells_the_server();
	test_damaged_answers_do_no_harm();
	test_the_question_asks_for_the_service();
	printf("frame_test: %s\n", failures == 0 ? "passed" : "FAILED");
	return failures == 0 ? 0 : 1;
}
