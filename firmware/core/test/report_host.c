/*
 * Lets the version 2 codec be asked from outside. A line each on standard input, fields in hex or `-`:
 *
 *   sha256 MESSAGE
 *   hmac KEY MESSAGE
 *   report KEY BYTES
 *   short KEY SENSOR BYTES
 *   answer KEY REPORT_TAG BYTES
 *
 * A message that decodes is encoded again, and its bytes are printed; otherwise the error's number.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <kilowink/report.h>
#include <kilowink/sha256.h>

#define BYTES_MAX 4096U
#define LINE_MAX_BYTES (4U * BYTES_MAX)

struct field {
	uint8_t bytes[BYTES_MAX];
	size_t size;
	bool is_there;
};

static void parse(struct field *field, const char *text)
{
	field->size = 0;
	field->is_there = text != NULL && strcmp(text, "-") != 0;
	if (!field->is_there) {
		return;
	}
	for (size_t i = 0; text[2U * i] != '\0' && i < BYTES_MAX; i++) {
		char digits[3] = {text[2U * i], text[2U * i + 1U], '\0'};

		field->bytes[i] = (uint8_t)strtoul(digits, NULL, 16);
		field->size = i + 1U;
	}
}

static void print_hex(const uint8_t *bytes, size_t size)
{
	for (size_t i = 0; i < size; i++) {
		printf("%02x", bytes[i]);
	}
	printf("\n");
}

/* The message in memory of just its size, so that the sanitizer sees a read past its end. */
static uint8_t *exact(const struct field *field)
{
	uint8_t *copy = malloc(field->size > 0U ? field->size : 1U);

	if (copy == NULL) {
		abort();
	}
	memcpy(copy, field->bytes, field->size);
	return copy;
}

static int again(const char *what, struct field fields[3], uint8_t *made)
{
	const uint8_t *key = fields[0].is_there ? fields[0].bytes : NULL;
	const struct field *message = strcmp(what, "report") == 0 ? &fields[1] : &fields[2];
	uint8_t *bytes = exact(message);
	struct report report;
	struct report_short brief;
	struct report_answer answer;
	int result;

	if (strcmp(what, "report") == 0) {
		result = report_decode(&report, key, bytes, message->size);
		result = result == 0 ? report_encode(&report, key, made, BYTES_MAX) : result;
	} else if (strcmp(what, "short") == 0) {
		result = report_short_decode(&brief, fields[1].bytes, key, bytes, message->size);
		result = result == 0 ? report_short_encode(&brief, fields[1].bytes, key, made, BYTES_MAX) : result;
	} else {
		result = report_answer_decode(&answer, key, fields[1].bytes, bytes, message->size);
		result = result == 0 ? report_answer_encode(&answer, key, fields[1].bytes, made, BYTES_MAX) : result;
	}
	free(bytes);
	return result;
}

static void answer_line(char *line)
{
	static struct field fields[3];
	static uint8_t made[BYTES_MAX];
	uint8_t digest[SHA256_BYTES];
	struct hmac_sha256 mac;
	struct sha256 hash;
	const char *what = strtok(line, " \n");
	int result;

	for (size_t i = 0; i < 3U; i++) {
		parse(&fields[i], strtok(NULL, " \n"));
	}
	if (what == NULL) {
		return;
	}
	if (strcmp(what, "sha256") == 0) {
		sha256_init(&hash);
		sha256_update(&hash, fields[0].bytes, fields[0].size);
		sha256_finish(&hash, digest);
		print_hex(digest, SHA256_BYTES);
		return;
	}
	if (strcmp(what, "hmac") == 0) {
		hmac_sha256_init(&mac, fields[0].bytes, fields[0].size);
		hmac_sha256_update(&mac, fields[1].bytes, fields[1].size);
		hmac_sha256_finish(&mac, digest);
		print_hex(digest, SHA256_BYTES);
		return;
	}
	result = again(what, fields, made);
	if (result < 0) {
		printf("%d\n", result);
	} else {
		print_hex(made, (size_t)result);
	}
}

int main(void)
{
	static char line[LINE_MAX_BYTES];

	while (fgets(line, sizeof(line), stdin) != NULL) {
		answer_line(line);
	}
	return 0;
}
