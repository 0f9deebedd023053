/*
 * What a coverage-guided fuzzer (libFuzzer) throws at the decoders: no bytes may make them read past the end, and what
 * decodes must encode to the same bytes. tools/fuzz-report.ts builds and runs it.
 */
#include <stdlib.h>
#include <string.h>

#include <kilowink/error.h>
#include <kilowink/report.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const uint8_t key[REPORT_KEY_BYTES] = {0x10, 0x11, 0x12, 0x13, 0x14, 0x15, 0x16, 0x17,
					      0x18, 0x19, 0x1a, 0x1b, 0x1c, 0x1d, 0x1e, 0x1f};
static const uint8_t report_tag[REPORT_TAG_BYTES];

static void expect(bool condition)
{
	if (!condition) {
		abort();
	}
}

static void try_report(const uint8_t *data, size_t size)
{
	static uint8_t made[REPORT_SIZE_MAX];
	struct report report;
	int result = report_decode(&report, NULL, data, size);

	if (result != 0) {
		expect(report_decode(&report, key, data, size) == result);
		return;
	}
	result = report_encode(&report, NULL, made, sizeof(made));
	expect(result == (int)(REPORT_BYTES + REPORT_WINDOW_BYTES * (size_t)report.window_count));
	made[REPORT_AT_FLAGS] = data[REPORT_AT_FLAGS];
	expect(memcmp(made, data, (size_t)result) == 0);
	/* The fuzzer cannot make a tag, so what is tagged here is signed for it: that must be taken. */
	result = report_encode(&report, key, made, sizeof(made));
	expect(result > 0 && report_decode(&report, key, made, (size_t)result) == 0);
	made[(size_t)result / 2U] ^= 0x04;
	expect(report_decode(&report, key, made, (size_t)result) < 0);
}

static void try_short(const uint8_t *data, size_t size)
{
	uint8_t made[REPORT_SHORT_BYTES];
	uint8_t sensor_id[REPORT_SENSOR_ID_BYTES] = {0};
	struct report_short report;

	if (report_short_decode(&report, sensor_id, NULL, data, size) != 0) {
		return;
	}
	expect(report_short_encode(&report, sensor_id, NULL, made, sizeof(made)) == (int)REPORT_SHORT_BYTES);
	expect(memcmp(&made[REPORT_SHORT_AT_NEWEST_NUMBER], &data[REPORT_SHORT_AT_NEWEST_NUMBER], 14) == 0);
}

static void try_answer(const uint8_t *data, size_t size)
{
	uint8_t made[REPORT_ANSWER_BYTES + REPORT_TAG_BYTES];
	struct report_answer answer;

	if (report_answer_decode(&answer, NULL, NULL, data, size) != 0) {
		return;
	}
	expect(report_answer_encode(&answer, NULL, NULL, made, sizeof(made)) == (int)REPORT_ANSWER_BYTES);
	expect(memcmp(&made[REPORT_ANSWER_AT_STATUS], &data[REPORT_ANSWER_AT_STATUS], 18) == 0);
	expect(report_answer_encode(&answer, key, report_tag, made, sizeof(made)) > 0);
	expect(report_answer_decode(&answer, key, report_tag, made, sizeof(made)) == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	try_report(data, size);
	try_short(data, size);
	try_answer(data, size);
	return 0;
}
