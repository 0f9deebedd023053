/* Version 2 messages; see report.h. Checks come in the order of the TypeScript twin, so that both give the same reason. */
#include <string.h>

#include <kilowink/error.h>
#include <kilowink/report.h>
#include <kilowink/sha256.h>

#define TICK_MS_MIN	25U
#define OFFSETS		255U
#define ABSENCES	4U
#define STATUSES	5U
#define SHORT_ABSENCE	(0x100U - ABSENCES)
#define SERVER_MS_MAX	253402300799999ULL

static void put_be(uint8_t *bytes, uint64_t value, size_t size)
{
	for (size_t i = 0; i < size; i++) {
		bytes[i] = (uint8_t)(value >> (8U * (size - 1U - i)));
	}
}

static uint64_t get_be(const uint8_t *bytes, size_t size)
{
	uint64_t value = 0;

	for (size_t i = 0; i < size; i++) {
		value = (value << 8) | bytes[i];
	}
	return value;
}

static uint16_t get_u16(const uint8_t *bytes)
{
	return (uint16_t)get_be(bytes, 2);
}

static uint32_t get_u32(const uint8_t *bytes)
{
	return (uint32_t)get_be(bytes, 4);
}

/* The tag over two pieces that follow each other. */
static void make_tag(uint8_t tag[REPORT_TAG_BYTES], const uint8_t *key, const uint8_t *first, size_t first_size,
		     const uint8_t *second, size_t second_size)
{
	struct hmac_sha256 mac;
	uint8_t digest[SHA256_BYTES];

	hmac_sha256_init(&mac, key, REPORT_KEY_BYTES);
	hmac_sha256_update(&mac, first, first_size);
	hmac_sha256_update(&mac, second, second_size);
	hmac_sha256_finish(&mac, digest);
	memcpy(tag, digest, REPORT_TAG_BYTES);
}

/* In a time that does not tell how many bytes are right. */
static bool is_tag(const uint8_t *left, const uint8_t *right)
{
	unsigned int difference = 0;

	for (size_t i = 0; i < REPORT_TAG_BYTES; i++) {
		difference |= (unsigned int)(left[i] ^ right[i]);
	}
	return difference == 0U;
}

static void put_head(uint8_t *bytes, unsigned int form, const uint8_t *key)
{
	bytes[REPORT_AT_MAGIC] = REPORT_MAGIC;
	bytes[REPORT_AT_VERSION] = REPORT_VERSION;
	bytes[REPORT_AT_FORM] = (uint8_t)form;
	bytes[REPORT_AT_FLAGS] = (uint8_t)(key == NULL ? 0U : REPORT_FLAG_TAGGED);
}

static int check_head(const uint8_t *bytes, size_t size, unsigned int form, size_t fixed_bytes)
{
	if (size > REPORT_AT_MAGIC && bytes[REPORT_AT_MAGIC] != REPORT_MAGIC) {
		return KILOWINK_ERROR_MAGIC;
	}
	if (size > REPORT_AT_VERSION && bytes[REPORT_AT_VERSION] != REPORT_VERSION) {
		return KILOWINK_ERROR_VERSION;
	}
	if (size > REPORT_AT_FORM && bytes[REPORT_AT_FORM] != form) {
		return KILOWINK_ERROR_FORM;
	}
	if (size < fixed_bytes) {
		return KILOWINK_ERROR_SIZE;
	}
	return bytes[REPORT_AT_FLAGS] > REPORT_FLAG_TAGGED ? KILOWINK_ERROR_FLAGS : 0;
}

static bool is_tagged(const uint8_t *bytes)
{
	return bytes[REPORT_AT_FLAGS] == REPORT_FLAG_TAGGED;
}

unsigned int report_tick_ms(unsigned int window_ms)
{
	unsigned int tick_ms = (window_ms + OFFSETS - 1U) / OFFSETS;

	return tick_ms < TICK_MS_MIN ? TICK_MS_MIN : tick_ms;
}

static bool is_window(const uint8_t *window, unsigned int window_ms)
{
	unsigned int count = window[REPORT_WINDOW_AT_COUNT];
	unsigned int offset = window[REPORT_WINDOW_AT_OFFSET];
	unsigned int tick_ms = report_tick_ms(window_ms);

	if (count == REPORT_COUNT_NONE) {
		return offset < ABSENCES;
	}
	if (count > REPORT_COUNT_MAX) {
		return false;
	}
	if (count == 0U) {
		return offset == REPORT_OFFSET_NONE;
	}
	return offset <= (window_ms + tick_ms - 1U) / tick_ms - 1U;
}

static bool is_lost(const uint8_t *window)
{
	return window[REPORT_WINDOW_AT_COUNT] == REPORT_COUNT_NONE &&
	       window[REPORT_WINDOW_AT_OFFSET] == REPORT_ABSENCE_LOST;
}

static int check_windows(const struct report *report)
{
	uint32_t total = 0;
	bool was_lost = false;

	for (size_t i = 0; i < report->window_count; i++) {
		const uint8_t *window = &report->windows[REPORT_WINDOW_BYTES * i];

		if (!is_window(window, report->window_ms) || (was_lost && !is_lost(window))) {
			return KILOWINK_ERROR_WINDOW;
		}
		was_lost = is_lost(window);
		if (window[REPORT_WINDOW_AT_COUNT] != REPORT_COUNT_NONE) {
			total += window[REPORT_WINDOW_AT_COUNT];
		}
	}
	return total > report->cumulative_count ? KILOWINK_ERROR_CUMULATIVE : 0;
}

static int check_fields(const struct report *report)
{
	if (report->age_ms > REPORT_AGE_MS_MAX || report->window_ms < REPORT_WINDOW_MS_MIN ||
	    report->window_ms > REPORT_WINDOW_MS_MAX || report->window_count < REPORT_WINDOW_COUNT_MIN ||
	    report->window_count > REPORT_WINDOW_COUNT_MAX) {
		return KILOWINK_ERROR_FIELD;
	}
	return 0;
}

static int check_numbers(const struct report *report)
{
	if (report->newest_number < report->window_count - 1U) {
		return KILOWINK_ERROR_NUMBERS;
	}
	return report->oldest_number > report->newest_number - (report->window_count - 1U) ? KILOWINK_ERROR_NUMBERS : 0;
}

static void put_fields(const struct report *report, uint8_t *bytes)
{
	memcpy(&bytes[REPORT_AT_SENSOR_ID], report->sensor_id, REPORT_SENSOR_ID_BYTES);
	put_be(&bytes[REPORT_AT_BOOT_ID], report->boot_id, 4);
	put_be(&bytes[REPORT_AT_NEWEST_NUMBER], report->newest_number, 4);
	put_be(&bytes[REPORT_AT_OLDEST_NUMBER], report->oldest_number, 4);
	put_be(&bytes[REPORT_AT_CUMULATIVE_COUNT], report->cumulative_count, 4);
	put_be(&bytes[REPORT_AT_AGE_MS], report->age_ms, 4);
	put_be(&bytes[REPORT_AT_WINDOW_MS], report->window_ms, 2);
	put_be(&bytes[REPORT_AT_BATTERY_MV], report->battery_mv, 2);
	bytes[REPORT_AT_FIRMWARE_MAJOR] = report->firmware_major;
	bytes[REPORT_AT_FIRMWARE_MINOR] = report->firmware_minor;
	bytes[REPORT_AT_FIRMWARE_PATCH] = report->firmware_patch;
	bytes[REPORT_AT_RESERVED] = REPORT_RESERVED;
	put_be(&bytes[REPORT_AT_BASELINE_MV], report->baseline_mv, 2);
	put_be(&bytes[REPORT_AT_AMPLITUDE_MV], report->amplitude_mv, 2);
	put_be(&bytes[REPORT_AT_NOISE_100UV], report->noise_100uv, 2);
	bytes[REPORT_AT_LIGHT_STATE] = report->light_state;
	put_be(&bytes[REPORT_AT_WINDOW_COUNT], report->window_count, 2);
}

static void get_fields(struct report *report, const uint8_t *bytes)
{
	memcpy(report->sensor_id, &bytes[REPORT_AT_SENSOR_ID], REPORT_SENSOR_ID_BYTES);
	report->boot_id = get_u32(&bytes[REPORT_AT_BOOT_ID]);
	report->newest_number = get_u32(&bytes[REPORT_AT_NEWEST_NUMBER]);
	report->oldest_number = get_u32(&bytes[REPORT_AT_OLDEST_NUMBER]);
	report->cumulative_count = get_u32(&bytes[REPORT_AT_CUMULATIVE_COUNT]);
	report->age_ms = get_u32(&bytes[REPORT_AT_AGE_MS]);
	report->window_ms = get_u16(&bytes[REPORT_AT_WINDOW_MS]);
	report->battery_mv = get_u16(&bytes[REPORT_AT_BATTERY_MV]);
	report->firmware_major = bytes[REPORT_AT_FIRMWARE_MAJOR];
	report->firmware_minor = bytes[REPORT_AT_FIRMWARE_MINOR];
	report->firmware_patch = bytes[REPORT_AT_FIRMWARE_PATCH];
	report->baseline_mv = get_u16(&bytes[REPORT_AT_BASELINE_MV]);
	report->amplitude_mv = get_u16(&bytes[REPORT_AT_AMPLITUDE_MV]);
	report->noise_100uv = get_u16(&bytes[REPORT_AT_NOISE_100UV]);
	report->light_state = bytes[REPORT_AT_LIGHT_STATE];
	report->window_count = get_u16(&bytes[REPORT_AT_WINDOW_COUNT]);
	report->windows = &bytes[REPORT_BYTES];
}

int report_encode(const struct report *report, const uint8_t *key, uint8_t *bytes, size_t capacity)
{
	size_t signed_size;
	size_t size;
	int error;

	if (report == NULL || report->windows == NULL || bytes == NULL) {
		return KILOWINK_ERROR_NULL;
	}
	error = check_fields(report);
	error = error == 0 ? check_numbers(report) : error;
	error = error == 0 ? check_windows(report) : error;
	if (error != 0) {
		return error;
	}
	signed_size = REPORT_BYTES + REPORT_WINDOW_BYTES * (size_t)report->window_count;
	size = signed_size + (key == NULL ? 0U : REPORT_TAG_BYTES);
	if (capacity < size) {
		return KILOWINK_ERROR_SIZE;
	}
	put_head(bytes, REPORT_FORM, key);
	put_fields(report, bytes);
	memcpy(&bytes[REPORT_BYTES], report->windows, signed_size - REPORT_BYTES);
	if (key != NULL) {
		make_tag(&bytes[signed_size], key, bytes, signed_size, NULL, 0);
	}
	return (int)size;
}

int report_decode(struct report *report, const uint8_t *key, const uint8_t *bytes, size_t size)
{
	size_t signed_size;
	uint8_t tag[REPORT_TAG_BYTES];
	int error;

	if (report == NULL || bytes == NULL) {
		return KILOWINK_ERROR_NULL;
	}
	error = check_head(bytes, size, REPORT_FORM, REPORT_BYTES);
	if (error != 0) {
		return error;
	}
	get_fields(report, bytes);
	if (check_fields(report) != 0 || bytes[REPORT_AT_RESERVED] != REPORT_RESERVED) {
		return KILOWINK_ERROR_FIELD;
	}
	signed_size = REPORT_BYTES + REPORT_WINDOW_BYTES * (size_t)report->window_count;
	if (size != signed_size + (is_tagged(bytes) ? REPORT_TAG_BYTES : 0U)) {
		return KILOWINK_ERROR_SIZE;
	}
	error = check_numbers(report);
	error = error == 0 ? check_windows(report) : error;
	if (error != 0 || key == NULL) {
		return error;
	}
	if (!is_tagged(bytes)) {
		return KILOWINK_ERROR_UNTAGGED;
	}
	make_tag(tag, key, bytes, signed_size, NULL, 0);
	return is_tag(tag, &bytes[signed_size]) ? 0 : KILOWINK_ERROR_TAG;
}

static int check_short(const struct report_short *report)
{
	for (uint32_t i = 0; i < REPORT_WINDOWS_SHORT; i++) {
		unsigned int count = report->counts[i];

		if (count > REPORT_COUNT_MAX && count < SHORT_ABSENCE) {
			return KILOWINK_ERROR_WINDOW;
		}
		if (i > report->newest_number && count != SHORT_ABSENCE + REPORT_ABSENCE_UNFILLED) {
			return KILOWINK_ERROR_NUMBERS;
		}
	}
	return 0;
}

int report_short_encode(const struct report_short *report, const uint8_t sensor_id[REPORT_SENSOR_ID_BYTES],
			const uint8_t *key, uint8_t *bytes, size_t capacity)
{
	int error;

	if (report == NULL || sensor_id == NULL || bytes == NULL) {
		return KILOWINK_ERROR_NULL;
	}
	error = check_short(report);
	if (error != 0) {
		return error;
	}
	if (capacity < REPORT_SHORT_BYTES) {
		return KILOWINK_ERROR_SIZE;
	}
	put_head(bytes, REPORT_SHORT_FORM, key);
	put_be(&bytes[REPORT_SHORT_AT_NEWEST_NUMBER], report->newest_number, 4);
	put_be(&bytes[REPORT_SHORT_AT_BOOT_ID_LOW], report->boot_id_low, 2);
	memcpy(&bytes[REPORT_SHORT_AT_COUNTS], report->counts, REPORT_WINDOWS_SHORT);
	if (key == NULL) {
		memcpy(&bytes[REPORT_SHORT_AT_TRAILER], sensor_id, REPORT_SENSOR_ID_BYTES);
	} else {
		make_tag(&bytes[REPORT_SHORT_AT_TRAILER], key, bytes, REPORT_SHORT_AT_TRAILER, sensor_id,
			 REPORT_SENSOR_ID_BYTES);
	}
	return (int)REPORT_SHORT_BYTES;
}

int report_short_decode(struct report_short *report, uint8_t sensor_id[REPORT_SENSOR_ID_BYTES], const uint8_t *key,
			const uint8_t *bytes, size_t size)
{
	uint8_t tag[REPORT_TAG_BYTES];
	int error;

	if (report == NULL || sensor_id == NULL || bytes == NULL) {
		return KILOWINK_ERROR_NULL;
	}
	error = check_head(bytes, size, REPORT_SHORT_FORM, REPORT_SHORT_BYTES);
	/* Too long is told before a wrong flag, as the twin does. */
	if (size > REPORT_SHORT_BYTES && (error == 0 || error == KILOWINK_ERROR_FLAGS)) {
		error = KILOWINK_ERROR_SIZE;
	}
	if (error != 0) {
		return error;
	}
	report->newest_number = get_u32(&bytes[REPORT_SHORT_AT_NEWEST_NUMBER]);
	report->boot_id_low = get_u16(&bytes[REPORT_SHORT_AT_BOOT_ID_LOW]);
	memcpy(report->counts, &bytes[REPORT_SHORT_AT_COUNTS], REPORT_WINDOWS_SHORT);
	error = check_short(report);
	if (error != 0) {
		return error;
	}
	if (!is_tagged(bytes)) {
		memcpy(sensor_id, &bytes[REPORT_SHORT_AT_TRAILER], REPORT_SENSOR_ID_BYTES);
		return key == NULL ? 0 : KILOWINK_ERROR_UNTAGGED;
	}
	if (key == NULL) {
		return 0;
	}
	make_tag(tag, key, bytes, REPORT_SHORT_AT_TRAILER, sensor_id, REPORT_SENSOR_ID_BYTES);
	return is_tag(tag, &bytes[REPORT_SHORT_AT_TRAILER]) ? 0 : KILOWINK_ERROR_TAG;
}

static int check_answer(const struct report_answer *answer)
{
	bool is_wrong = answer->status >= STATUSES || answer->server_ms > SERVER_MS_MAX ||
			(!answer->has_acknowledged && answer->acknowledged != 0U);

	return is_wrong ? KILOWINK_ERROR_FIELD : 0;
}

int report_answer_encode(const struct report_answer *answer, const uint8_t *key, const uint8_t *report_tag, uint8_t *bytes,
			 size_t capacity)
{
	size_t size = REPORT_ANSWER_BYTES + (key == NULL ? 0U : REPORT_TAG_BYTES);
	int error;

	if (answer == NULL || bytes == NULL || (key != NULL && report_tag == NULL)) {
		return KILOWINK_ERROR_NULL;
	}
	error = check_answer(answer);
	if (error != 0) {
		return error;
	}
	if (capacity < size) {
		return KILOWINK_ERROR_SIZE;
	}
	put_head(bytes, REPORT_ANSWER_FORM, key);
	bytes[REPORT_ANSWER_AT_STATUS] = answer->status;
	bytes[REPORT_ANSWER_AT_HAS_ACKNOWLEDGED] = (uint8_t)(answer->has_acknowledged ? 1U : 0U);
	put_be(&bytes[REPORT_ANSWER_AT_BOOT_ID], answer->boot_id, 4);
	put_be(&bytes[REPORT_ANSWER_AT_ACKNOWLEDGED], answer->acknowledged, 4);
	put_be(&bytes[REPORT_ANSWER_AT_SERVER_MS], answer->server_ms, 8);
	if (key != NULL) {
		make_tag(&bytes[REPORT_ANSWER_BYTES], key, bytes, REPORT_ANSWER_BYTES, report_tag, REPORT_TAG_BYTES);
	}
	return (int)size;
}

int report_answer_decode(struct report_answer *answer, const uint8_t *key, const uint8_t *report_tag,
			 const uint8_t *bytes, size_t size)
{
	uint8_t tag[REPORT_TAG_BYTES];
	int error;

	if (answer == NULL || bytes == NULL || (key != NULL && report_tag == NULL)) {
		return KILOWINK_ERROR_NULL;
	}
	error = check_head(bytes, size, REPORT_ANSWER_FORM, REPORT_ANSWER_BYTES);
	if (error != 0) {
		return error;
	}
	answer->status = bytes[REPORT_ANSWER_AT_STATUS];
	answer->has_acknowledged = bytes[REPORT_ANSWER_AT_HAS_ACKNOWLEDGED] == 1U;
	answer->boot_id = get_u32(&bytes[REPORT_ANSWER_AT_BOOT_ID]);
	answer->acknowledged = get_u32(&bytes[REPORT_ANSWER_AT_ACKNOWLEDGED]);
	answer->server_ms = get_be(&bytes[REPORT_ANSWER_AT_SERVER_MS], 8);
	if (bytes[REPORT_ANSWER_AT_HAS_ACKNOWLEDGED] > 1U || answer->server_ms > SERVER_MS_MAX) {
		return KILOWINK_ERROR_FIELD;
	}
	if (size != REPORT_ANSWER_BYTES + (is_tagged(bytes) ? REPORT_TAG_BYTES : 0U)) {
		return KILOWINK_ERROR_SIZE;
	}
	error = check_answer(answer);
	if (error != 0 || key == NULL) {
		return error;
	}
	if (!is_tagged(bytes)) {
		return KILOWINK_ERROR_UNTAGGED;
	}
	make_tag(tag, key, bytes, REPORT_ANSWER_BYTES, report_tag, REPORT_TAG_BYTES);
	return is_tag(tag, &bytes[REPORT_ANSWER_BYTES]) ? 0 : KILOWINK_ERROR_TAG;
}
