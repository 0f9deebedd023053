/*
 * The golden advertisements of vectors/advert/report.jsonl: the manufacturer data that is found in each decodes, with the
 * sensor's key where there is one, and encodes to the same bytes again; or there is the same fault.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <kilowink/error.h>
#include <kilowink/report.h>

#define LINE_MAX_BYTES	  16384U
#define ADVERT_MAX_BYTES  512U
#define AD_MANUFACTURER	  0xffU
#define FOUND_NOTHING	  1
#define LEGACY_ADVERT_MAX 31U
#define EXTENDED_MAX	  245U

struct field {
	uint8_t bytes[ADVERT_MAX_BYTES];
	size_t size;
	bool is_there;
};

static int failures;
static int vectors;

static void fail(const char *line, const char *what, int came)
{
	printf("advert_test: %s (%d): %.80s\n", what, came, line);
	failures++;
}

/* Reads the value of a key that is a string of hex digits. */
static void read_hex(struct field *field, const char *line, const char *key)
{
	const char *at = strstr(line, key);

	field->size = 0;
	field->is_there = at != NULL;
	if (at == NULL) {
		return;
	}
	for (at += strlen(key); *at != '"' && field->size < ADVERT_MAX_BYTES; at += 2) {
		char digits[3] = {at[0], at[1], '\0'};

		field->bytes[field->size] = (uint8_t)strtoul(digits, NULL, 16);
		field->size++;
	}
}

/* The first manufacturer data of an advertisement; false where there is none that is whole. */
static bool find_report(const struct field *advert, struct field *report)
{
	size_t at = 0;

	while (at + 1U < advert->size && advert->bytes[at] != 0U) {
		size_t length = advert->bytes[at];

		if (at + 1U + length > advert->size) {
			return false;
		}
		if (advert->bytes[at + 1U] == AD_MANUFACTURER) {
			report->size = length - 1U;
			memcpy(report->bytes, &advert->bytes[at + 2U], report->size);
			return true;
		}
		at += 1U + length;
	}
	return false;
}

/* Decodes and encodes again: 0, or what is wrong. */
static int again(const struct field *found, const struct field *key, struct field *sensor, struct field *made)
{
	const uint8_t *with = key->is_there ? key->bytes : NULL;
	struct report report;
	struct report_short brief;
	int result;

	if (found->size > REPORT_SHORT_AT_FORM && found->bytes[REPORT_SHORT_AT_FORM] == REPORT_SHORT_FORM) {
		result = report_short_decode(&brief, sensor->bytes, with, found->bytes, found->size);
		result = result == 0 ? report_short_encode(&brief, sensor->bytes, with, made->bytes, sizeof(made->bytes))
				     : result;
	} else {
		result = report_decode(&report, with, found->bytes, found->size);
		result = result == 0 ? report_encode(&report, with, made->bytes, sizeof(made->bytes)) : result;
	}
	if (result < 0) {
		return result;
	}
	made->size = (size_t)result;
	return 0;
}

static bool says(const char *line, const char *text)
{
	return strstr(line, text) != NULL;
}

static int expected_error(const char *line)
{
	static const struct {
		const char *code;
		int error;
	} errors[] = {
		{"\"error\":\"report/tag\"", KILOWINK_ERROR_TAG},
		{"\"error\":\"report/untagged\"", KILOWINK_ERROR_UNTAGGED},
		{"\"error\":\"report/size\"", KILOWINK_ERROR_SIZE},
		{"\"error\":\"report/form\"", KILOWINK_ERROR_FORM},
	};

	for (size_t i = 0; i < sizeof(errors) / sizeof(errors[0]); i++) {
		if (says(line, errors[i].code)) {
			return errors[i].error;
		}
	}
	return 0;
}

static void test_vector(const char *line)
{
	static struct field advert, key, sensor, found, made;
	int came;
	int expected = expected_error(line);

	vectors++;
	read_hex(&advert, line, "\"hex\":\"");
	read_hex(&key, line, "\"key\":\"");
	read_hex(&sensor, line, "\"sensorId\":\"");
	if (!find_report(&advert, &found)) {
		if (says(line, "\"kind\":\"report")) {
			fail(line, "expected a report", FOUND_NOTHING);
		}
		return;
	}
	came = again(&found, &key, &sensor, &made);
	if (says(line, "\"kind\":\"report1\"")) {
		/* Version 1 is what other firmware sends: here it must not pass for a report. */
		expected = KILOWINK_ERROR_VERSION;
	} else if (says(line, "\"kind\":\"other\"")) {
		if (came == 0) {
			fail(line, "expected no report", came);
		}
		return;
	}
	if (came != expected) {
		fail(line, "expected another result", came);
		return;
	}
	if (came == 0 && (made.size != found.size || memcmp(made.bytes, found.bytes, made.size) != 0)) {
		fail(line, "expected the same bytes", (int)made.size);
	}
	if (came == 0 && advert.size > (says(line, "Short\"") ? LEGACY_ADVERT_MAX : EXTENDED_MAX)) {
		fail(line, "expected it to fit its advertisement", (int)advert.size);
	}
}

int main(void)
{
	static char line[LINE_MAX_BYTES];
	char path[1024];
	const char *end = strstr(__FILE__, "firmware/core/test");
	FILE *file;

	snprintf(path, sizeof(path), "%.*svectors/advert/report.jsonl", end == NULL ? 0 : (int)(end - __FILE__),
		 __FILE__);
	file = fopen(path, "r");
	if (file == NULL) {
		printf("advert_test: cannot read %s\n", path);
		return 1;
	}
	while (fgets(line, sizeof(line), file) != NULL) {
		test_vector(line);
	}
	fclose(file);
	if (vectors == 0) {
		printf("advert_test: no vectors\n");
		return 1;
	}
	return failures == 0 ? 0 : 1;
}
