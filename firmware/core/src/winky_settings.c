/* The gateway's settings; see winky_settings.h. */
#include <string.h>

#include <kilowink/error.h>
#include <kilowink/winky_settings.h>

#define VALUE_MAX WINKY_HOST_MAX

enum kind {
	KIND_TEXT,
	KIND_NUMBER,
	KIND_FLAG,
};

struct setting {
	const char *name;
	enum kind kind;
	size_t offset;
	/* Of text the longest, of a number the lowest and the highest. */
	uint32_t low;
	uint32_t high;
};

#define TEXT(key, field, longest)    {key, KIND_TEXT, offsetof(struct winky_settings, field), 0, longest}
#define NUMBER(key, field, low, top) {key, KIND_NUMBER, offsetof(struct winky_settings, field), low, top}

static const struct setting table[] = {
	TEXT("sensor", sensor, WINKY_NAME_MAX),
	TEXT("wifi", wifi_ssid, WINKY_SSID_MAX),
	TEXT("wifiPassword", wifi_password, WINKY_PASSWORD_MAX),
	TEXT("broker", broker, WINKY_HOST_MAX),
	TEXT("username", username, WINKY_NAME_MAX),
	TEXT("password", password, WINKY_PASSWORD_MAX),
	TEXT("fingerprint", fingerprint, WINKY_FINGERPRINT_MAX),
	NUMBER("port", port, 1, 65535),
	{"tls", KIND_FLAG, offsetof(struct winky_settings, is_tls), 0, 1},
	NUMBER("sleepS", sleep_s, 5, 3600),
	NUMBER("stopMv", stop_mv, 3000, 5000),
	NUMBER("fullMv", full_mv, 3500, 5500),
	NUMBER("scaleMv", scale_mv, 0, 20000),
};

#define SETTINGS (sizeof(table) / sizeof(table[0]))

void winky_settings_init(struct winky_settings *settings)
{
	memset(settings, 0, sizeof(*settings));
	settings->port = 1883;
	settings->sleep_s = 30;
	settings->stop_mv = 3450;
	settings->full_mv = 4950;
	settings->scale_mv = 5545;
}

bool winky_settings_are_enough(const struct winky_settings *settings)
{
	return settings->sensor[0] != '\0' && settings->wifi_ssid[0] != '\0' && settings->broker[0] != '\0';
}

/* What may stand in a topic; docs/spec/mqtt.md. */
static bool is_name(const char *text)
{
	static const char letters[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._";

	return text[0] != '\0' && strspn(text, letters) == strlen(text);
}

static bool is_hex(const char *text)
{
	return strspn(text, "0123456789abcdefABCDEF") == strlen(text);
}

static int set_text(struct winky_settings *settings, const struct setting *setting, const char *value)
{
	size_t size = strlen(value);

	if (size > setting->high) {
		return KILOWINK_ERROR_RANGE;
	}
	if (setting->offset == offsetof(struct winky_settings, sensor) && !is_name(value)) {
		return KILOWINK_ERROR_RANGE;
	}
	if (setting->offset == offsetof(struct winky_settings, fingerprint) &&
	    !(is_hex(value) && (size == 0 || size == WINKY_FINGERPRINT_MAX))) {
		return KILOWINK_ERROR_RANGE;
	}
	memset((char *)settings + setting->offset, 0, setting->high + 1U);
	memcpy((char *)settings + setting->offset, value, size);
	return 0;
}

static int set_number(struct winky_settings *settings, const struct setting *setting, const char *value)
{
	uint32_t number = 0;
	uint16_t kept;

	if (value[0] == '\0' || strlen(value) > 5U || strspn(value, "0123456789") != strlen(value)) {
		return KILOWINK_ERROR_RANGE;
	}
	for (const char *digit = value; *digit != '\0'; digit++) {
		number = number * 10U + (uint32_t)(*digit - '0');
	}
	if (number < setting->low || number > setting->high) {
		return KILOWINK_ERROR_RANGE;
	}
	kept = (uint16_t)number;
	memcpy((char *)settings + setting->offset, &kept, sizeof(kept));
	return 0;
}

static int set_flag(struct winky_settings *settings, const struct setting *setting, const char *value)
{
	bool flag = strcmp(value, "true") == 0;

	if (!flag && strcmp(value, "false") != 0) {
		return KILOWINK_ERROR_RANGE;
	}
	memcpy((char *)settings + setting->offset, &flag, sizeof(flag));
	return 0;
}

int winky_settings_set(struct winky_settings *settings, const char *name, const char *value)
{
	for (size_t i = 0; i < SETTINGS; i++) {
		if (strcmp(table[i].name, name) != 0) {
			continue;
		}
		switch (table[i].kind) {
		case KIND_TEXT:
			return set_text(settings, &table[i], value);
		case KIND_NUMBER:
			return set_number(settings, &table[i], value);
		case KIND_FLAG:
			return set_flag(settings, &table[i], value);
		}
	}
	return KILOWINK_ERROR_FIELD;
}

/* A JSON text that is read from left to right. */
struct reader {
	const char *next;
	const char *end;
};

static void skip_blanks(struct reader *reader)
{
	while (reader->next < reader->end && strchr(" \t\r\n", *reader->next) != NULL && *reader->next != '\0') {
		reader->next++;
	}
}

static bool take(struct reader *reader, char wanted)
{
	skip_blanks(reader);
	if (reader->next == reader->end || *reader->next != wanted) {
		return false;
	}
	reader->next++;
	return true;
}

/* Text in quotes, of which only quotes, strokes and backslashes may be marked. */
static bool take_text(struct reader *reader, char value[VALUE_MAX + 1U])
{
	size_t size = 0;

	if (!take(reader, '"')) {
		return false;
	}
	while (reader->next < reader->end && *reader->next != '"') {
		char character = *reader->next++;

		if (character == '\\') {
			if (reader->next == reader->end || strchr("\"\\/", *reader->next) == NULL ||
			    *reader->next == '\0') {
				return false;
			}
			character = *reader->next++;
		} else if ((unsigned char)character < 0x20U) {
			return false;
		}
		if (size == VALUE_MAX) {
			return false;
		}
		value[size++] = character;
	}
	value[size] = '\0';
	return take(reader, '"');
}

/* A number, true or false, as it stands there. */
static bool take_word(struct reader *reader, char value[VALUE_MAX + 1U])
{
	size_t size = 0;

	skip_blanks(reader);
	while (reader->next < reader->end && size < VALUE_MAX &&
	       ((*reader->next >= 'a' && *reader->next <= 'z') || (*reader->next >= '0' && *reader->next <= '9'))) {
		value[size++] = *reader->next++;
	}
	value[size] = '\0';
	return size > 0;
}

static int take_member(struct reader *reader, struct winky_settings *settings)
{
	char name[VALUE_MAX + 1U];
	char value[VALUE_MAX + 1U];

	if (!take_text(reader, name) || !take(reader, ':')) {
		return KILOWINK_ERROR_FORM;
	}
	skip_blanks(reader);
	if (reader->next < reader->end && *reader->next == '"') {
		if (!take_text(reader, value)) {
			return KILOWINK_ERROR_FORM;
		}
	} else if (!take_word(reader, value)) {
		return KILOWINK_ERROR_FORM;
	}
	return winky_settings_set(settings, name, value);
}

int winky_settings_apply(struct winky_settings *settings, const char *json, size_t size)
{
	struct reader reader = {json, json + size};
	struct winky_settings changed = *settings;
	int count = 0;

	if (!take(&reader, '{')) {
		return KILOWINK_ERROR_FORM;
	}
	if (!take(&reader, '}')) {
		do {
			int error = take_member(&reader, &changed);

			if (error < 0) {
				return error;
			}
			count++;
		} while (take(&reader, ','));
		if (!take(&reader, '}')) {
			return KILOWINK_ERROR_FORM;
		}
	}
	skip_blanks(&reader);
	if (reader.next != reader.end) {
		return KILOWINK_ERROR_FORM;
	}
	*settings = changed;
	return count;
}

/* Magic and version, each setting in the order of the table, and the checksum at the end. */
#define RECORD_VERSION 1U

static const uint8_t magic[4] = {'K', 'W', 'W', RECORD_VERSION};

static size_t width(const struct setting *setting)
{
	switch (setting->kind) {
	case KIND_TEXT:
		return setting->high + 1U;
	case KIND_NUMBER:
		return 2U;
	case KIND_FLAG:
		return 1U;
	}
	return 0;
}

static void put_le(uint8_t *bytes, uint32_t value, size_t size)
{
	for (size_t i = 0; i < size; i++) {
		bytes[i] = (uint8_t)(value >> (8U * i));
	}
}

static uint32_t get_le(const uint8_t *bytes, size_t size)
{
	uint32_t value = 0;

	for (size_t i = 0; i < size; i++) {
		value |= (uint32_t)bytes[i] << (8U * i);
	}
	return value;
}

int winky_settings_store(const struct winky_settings *settings, uint8_t record[WINKY_RECORD_BYTES])
{
	size_t place = sizeof(magic);

	memset(record, 0, WINKY_RECORD_BYTES);
	memcpy(record, magic, sizeof(magic));
	for (size_t i = 0; i < SETTINGS; i++) {
		const char *field = (const char *)settings + table[i].offset;
		uint16_t number;

		if (table[i].kind == KIND_NUMBER) {
			memcpy(&number, field, sizeof(number));
			put_le(&record[place], number, 2);
		} else if (table[i].kind == KIND_FLAG) {
			record[place] = settings->is_tls ? 1U : 0U;
		} else {
			memcpy(&record[place], field, width(&table[i]));
		}
		place += width(&table[i]);
	}
	put_le(&record[WINKY_RECORD_BYTES - 4U], winky_crc32(record, WINKY_RECORD_BYTES - 4U), 4);
	return (int)WINKY_RECORD_BYTES;
}

int winky_settings_load(struct winky_settings *settings, const uint8_t record[WINKY_RECORD_BYTES])
{
	size_t place = sizeof(magic);

	winky_settings_init(settings);
	if (memcmp(record, magic, sizeof(magic)) != 0 ||
	    get_le(&record[WINKY_RECORD_BYTES - 4U], 4) != winky_crc32(record, WINKY_RECORD_BYTES - 4U)) {
		return KILOWINK_ERROR_FORM;
	}
	for (size_t i = 0; i < SETTINGS; i++) {
		char *field = (char *)settings + table[i].offset;

		if (table[i].kind == KIND_NUMBER) {
			uint16_t number = (uint16_t)get_le(&record[place], 2);

			memcpy(field, &number, sizeof(number));
		} else if (table[i].kind == KIND_FLAG) {
			settings->is_tls = record[place] != 0;
		} else {
			memcpy(field, &record[place], width(&table[i]));
			field[table[i].high] = '\0';
		}
		place += width(&table[i]);
	}
	return 0;
}

uint32_t winky_crc32(const uint8_t *bytes, size_t size)
{
	uint32_t crc = 0xffffffffU;

	for (size_t i = 0; i < size; i++) {
		crc ^= bytes[i];
		for (int bit = 0; bit < 8; bit++) {
			crc = (crc >> 1) ^ (0xedb88320U & (0U - (crc & 1U)));
		}
	}
	return crc ^ 0xffffffffU;
}
