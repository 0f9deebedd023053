/* Settings as text; see sensor_settings.h. One table says all there is to say of each. */
#include <string.h>

#include <kilowink/error.h>
#include <kilowink/sensor_settings.h>

enum setting_kind {
	KIND_TEXT,
	KIND_ADDRESS,
	KIND_U16,
	KIND_I8,
	KIND_BOOL,
	KIND_KEY,
};

struct setting {
	const char *name;
	const char *help;
	enum setting_kind kind;
	bool is_secret;
	size_t at;
	/* Of a text its longest, of a number its range. */
	int32_t min;
	int32_t max;
};

#define AT(member) offsetof(struct sensor_settings, member)

static const struct setting SETTINGS[] = {
	{"name", "what you call the sensor", KIND_TEXT, false, AT(name), 0, SETTING_LABEL_MAX},
	{"ssid", "name of the Wi-Fi network", KIND_TEXT, false, AT(wifi_ssid), 0, SETTING_SSID_MAX},
	{"password", "of the Wi-Fi network, 8 to 64 characters; empty for none", KIND_TEXT, true, AT(wifi_password), 8,
	 SETTING_PASSWORD_MAX},
	{"address", "IPv4 address, or empty for DHCP", KIND_ADDRESS, false, AT(address), 0, 0},
	{"netmask", "with a fixed address", KIND_ADDRESS, false, AT(netmask), 0, 0},
	{"gateway", "with a fixed address, or empty", KIND_ADDRESS, false, AT(gateway), 0, 0},
	{"server", "address, name, or mdns", KIND_TEXT, false, AT(server), 1, SETTING_HOST_MAX},
	{"port", "of the server, 1 to 65535", KIND_U16, false, AT(port), 1, 65535},
	{"interval", "seconds between reports, 5 to 3600", KIND_U16, false, AT(interval_s), 5, 3600},
	{"key", "32 hex digits, or empty for none", KIND_KEY, true, AT(key), 0, 0},
	{"bt_coded", "0 for the 1M PHY, 1 for Coded", KIND_BOOL, false, AT(bt_is_coded), 0, 1},
	{"bt_fast", "0 advertises every second, 1 ten times as often", KIND_BOOL, false, AT(bt_is_fast), 0, 1},
	{"bt_power", "transmit power, -40 to 20 dBm", KIND_I8, false, AT(bt_power_dbm), -40, 20},
};

#define SETTINGS_COUNT (sizeof(SETTINGS) / sizeof(SETTINGS[0]))

static const struct setting *find(const char *name)
{
	for (size_t i = 0; i < SETTINGS_COUNT; i++) {
		if (strcmp(SETTINGS[i].name, name) == 0) {
			return &SETTINGS[i];
		}
	}
	return NULL;
}

size_t setting_count(void)
{
	return SETTINGS_COUNT;
}

const char *setting_name(size_t index)
{
	return index < SETTINGS_COUNT ? SETTINGS[index].name : NULL;
}

const char *setting_help(const char *name)
{
	const struct setting *setting = find(name);

	return setting == NULL ? NULL : setting->help;
}

bool setting_is_secret(const char *name)
{
	const struct setting *setting = find(name);

	return setting != NULL && setting->is_secret;
}

static bool is_digit(char character)
{
	return character >= '0' && character <= '9';
}

/* A decimal number of up to six digits; false for anything else. */
static bool parse_number(const char *text, int32_t *number)
{
	bool is_negative = text[0] == '-';
	const char *digits = is_negative ? &text[1] : text;
	size_t length = strlen(digits);
	int32_t value = 0;

	if (length == 0U || length > 6U) {
		return false;
	}
	for (size_t i = 0; i < length; i++) {
		if (!is_digit(digits[i])) {
			return false;
		}
		value = value * 10 + (digits[i] - '0');
	}
	*number = is_negative ? -value : value;
	return true;
}

/* Four numbers of up to three digits and 255, with dots between them. */
static bool is_address(const char *text)
{
	int part = 0;
	int digits = 0;
	int value = 0;

	for (size_t i = 0;; i++) {
		if (is_digit(text[i]) && digits < 3) {
			value = value * 10 + (text[i] - '0');
			digits++;
		} else if ((text[i] == '.' || text[i] == '\0') && digits > 0 && value <= 255) {
			if (text[i] == '\0') {
				return part == 3;
			}
			part++;
			digits = 0;
			value = 0;
		} else {
			return false;
		}
	}
}

static int hex_digit(char character)
{
	if (is_digit(character)) {
		return character - '0';
	}
	if (character >= 'a' && character <= 'f') {
		return character - 'a' + 10;
	}
	return character >= 'A' && character <= 'F' ? character - 'A' + 10 : -1;
}

static int set_key(struct sensor_settings *settings, const char *value)
{
	uint8_t key[REPORT_KEY_BYTES];

	if (value[0] == '\0') {
		memset(settings->key, 0, sizeof(settings->key));
		settings->has_key = false;
		return 0;
	}
	if (strlen(value) != 2U * REPORT_KEY_BYTES) {
		return KILOWINK_ERROR_RANGE;
	}
	for (size_t i = 0; i < REPORT_KEY_BYTES; i++) {
		int high = hex_digit(value[2U * i]);
		int low = hex_digit(value[2U * i + 1U]);

		if (high < 0 || low < 0) {
			return KILOWINK_ERROR_RANGE;
		}
		key[i] = (uint8_t)(16 * high + low);
	}
	memcpy(settings->key, key, sizeof(key));
	settings->has_key = true;
	return 0;
}

/* A text that is optional may be empty whatever its least length is; one of at least 1 may not. */
static int set_text(char *field, const struct setting *setting, const char *value)
{
	size_t length = strlen(value);

	if (length > (size_t)setting->max || (length < (size_t)setting->min && (length != 0U || setting->min == 1))) {
		return KILOWINK_ERROR_RANGE;
	}
	memcpy(field, value, length + 1U);
	return 0;
}

static int set_address(char *field, const char *value)
{
	if (value[0] != '\0' && !is_address(value)) {
		return KILOWINK_ERROR_RANGE;
	}
	memcpy(field, value, strlen(value) + 1U);
	return 0;
}

static int set_number(void *field, const struct setting *setting, const char *value)
{
	int32_t number;

	if (!parse_number(value, &number) || number < setting->min || number > setting->max) {
		return KILOWINK_ERROR_RANGE;
	}
	if (setting->kind == KIND_U16) {
		*(uint16_t *)field = (uint16_t)number;
	} else if (setting->kind == KIND_I8) {
		*(int8_t *)field = (int8_t)number;
	} else {
		*(bool *)field = number != 0;
	}
	return 0;
}

int setting_set(struct sensor_settings *settings, const char *name, const char *value)
{
	const struct setting *setting = find(name);
	void *field;

	if (setting == NULL) {
		return KILOWINK_ERROR_FIELD;
	}
	field = (uint8_t *)settings + setting->at;
	switch (setting->kind) {
	case KIND_TEXT:
		return set_text(field, setting, value);
	case KIND_ADDRESS:
		return set_address(field, value);
	case KIND_KEY:
		return set_key(settings, value);
	case KIND_U16:
	case KIND_I8:
	case KIND_BOOL:
	default:
		return set_number(field, setting, value);
	}
}

static size_t put_text(char *value, const char *text)
{
	size_t length = strlen(text);

	memcpy(value, text, length + 1U);
	return length;
}

static size_t put_number(char *value, int32_t number)
{
	char digits[8];
	size_t count = 0;
	size_t length = 0;
	uint32_t left = (uint32_t)(number < 0 ? -number : number);

	do {
		digits[count] = (char)('0' + (char)(left % 10U));
		count++;
		left /= 10U;
	} while (left > 0U);
	if (number < 0) {
		value[length] = '-';
		length++;
	}
	while (count > 0U) {
		count--;
		value[length] = digits[count];
		length++;
	}
	value[length] = '\0';
	return length;
}

static size_t put_key(char *value, const struct sensor_settings *settings)
{
	static const char DIGITS[] = "0123456789abcdef";
	size_t length = 0;

	for (size_t i = 0; settings->has_key && i < REPORT_KEY_BYTES; i++) {
		value[2U * i] = DIGITS[settings->key[i] >> 4];
		value[2U * i + 1U] = DIGITS[settings->key[i] & 15U];
		length += 2U;
	}
	value[length] = '\0';
	return length;
}

int setting_store(const struct sensor_settings *settings, const char *name, char value[SETTING_VALUE_BYTES])
{
	const struct setting *setting = find(name);
	const void *field;

	if (setting == NULL) {
		return KILOWINK_ERROR_FIELD;
	}
	field = (const uint8_t *)settings + setting->at;
	switch (setting->kind) {
	case KIND_TEXT:
	case KIND_ADDRESS:
		return (int)put_text(value, field);
	case KIND_KEY:
		return (int)put_key(value, settings);
	case KIND_U16:
		return (int)put_number(value, *(const uint16_t *)field);
	case KIND_I8:
		return (int)put_number(value, *(const int8_t *)field);
	case KIND_BOOL:
	default:
		return (int)put_number(value, *(const bool *)field ? 1 : 0);
	}
}

int setting_show(const struct sensor_settings *settings, const char *name, char value[SETTING_VALUE_BYTES])
{
	int length = setting_store(settings, name, value);

	if (length < 0 || !setting_is_secret(name)) {
		return length;
	}
	memset(&value[1], 0, SETTING_VALUE_BYTES - 1U);
	return (int)put_text(value, length > 0 ? "(set)" : "(not set)");
}
