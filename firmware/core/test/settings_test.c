/* Settings as text: what is taken, what is refused, and that secrets do not come out. */
#include <string.h>

#include <kilowink/error.h>
#include <kilowink/sensor_settings.h>

#include "expect.h"

static void test_values_go_in_and_come_out(void)
{
	static const char *const CASES[][2] = {
		{"name", "meter in the cellar"}, {"name", ""},	       {"ssid", "home"},   {"address", "192.168.1.20"},
		{"address", ""},		 {"server", "mdns"},   {"server", "pi4.local"}, {"port", "8087"},
		{"interval", "3600"},		 {"bt_coded", "1"},    {"bt_fast", "0"},   {"bt_power", "-40"},
		{"bt_power", "20"},
	};
	struct sensor_settings settings;
	char value[SETTING_VALUE_BYTES];

	memset(&settings, 0, sizeof(settings));
	for (size_t i = 0; i < sizeof(CASES) / sizeof(CASES[0]); i++) {
		EXPECT(setting_set(&settings, CASES[i][0], CASES[i][1]) == 0);
		EXPECT(setting_show(&settings, CASES[i][0], value) == (int)strlen(CASES[i][1]));
		EXPECT(strcmp(value, CASES[i][1]) == 0);
	}
}

static void test_what_is_no_value_changes_nothing(void)
{
	static const char *const CASES[][2] = {
		{"port", "0"},	      {"port", "65536"},     {"port", "80a"},	   {"port", ""},
		{"port", "-1"},	      {"port", "1000000000000"}, {"interval", "4"},    {"interval", "3601"},
		{"bt_coded", "2"},    {"bt_power", "21"},    {"bt_power", "-"},	   {"address", "1.2.3"},
		{"address", "1.2.3.256"}, {"address", "1.2.3.4.5"}, {"address", "1..3.4"}, {"address", "0001.2.3.4"},
		{"server", ""},	      {"password", "seven77"}, {"key", "00"},	   {"key", "zz112233445566778899aabbccddeeff"},
		{"name", "a name of more than thirty-two characters"},
	};
	struct sensor_settings settings;
	struct sensor_settings before;

	memset(&settings, 7, sizeof(settings));
	settings.has_key = true;
	settings.bt_is_coded = true;
	settings.bt_is_fast = true;
	before = settings;
	for (size_t i = 0; i < sizeof(CASES) / sizeof(CASES[0]); i++) {
		EXPECT(setting_set(&settings, CASES[i][0], CASES[i][1]) == KILOWINK_ERROR_RANGE);
		EXPECT(memcmp(&settings, &before, sizeof(settings)) == 0);
	}
	EXPECT(setting_set(&settings, "colour", "red") == KILOWINK_ERROR_FIELD);
}

static void test_secrets_are_kept_and_never_shown(void)
{
	static const char KEY[] = "00112233445566778899aabbccddeeff";
	struct sensor_settings settings;
	char value[SETTING_VALUE_BYTES];

	memset(&settings, 0, sizeof(settings));
	EXPECT(setting_show(&settings, "key", value) > 0 && strcmp(value, "(not set)") == 0);
	EXPECT(setting_set(&settings, "key", "00112233445566778899AABBCCDDEEFF") == 0 && settings.has_key);
	EXPECT(settings.key[1] == 0x11U && settings.key[15] == 0xffU);
	memset(value, 'x', sizeof(value));
	EXPECT(setting_show(&settings, "key", value) > 0 && strcmp(value, "(set)") == 0);
	/* Nothing is left behind the end of what is shown. */
	for (size_t i = sizeof("(set)"); i < sizeof(value); i++) {
		EXPECT(value[i] == '\0');
	}
	EXPECT(setting_store(&settings, "key", value) == 32 && strcmp(value, KEY) == 0);
	EXPECT(setting_set(&settings, "password", "correct horse") == 0);
	EXPECT(setting_show(&settings, "password", value) > 0 && strcmp(value, "(set)") == 0);
	EXPECT(setting_set(&settings, "key", "") == 0 && !settings.has_key && settings.key[1] == 0U);
	EXPECT(setting_is_secret("key") && setting_is_secret("password") && !setting_is_secret("ssid"));
}

static void test_every_setting_is_stored_as_it_is_taken(void)
{
	struct sensor_settings settings;
	struct sensor_settings copy;
	char value[SETTING_VALUE_BYTES];

	memset(&settings, 0, sizeof(settings));
	memset(&copy, 0, sizeof(copy));
	EXPECT(setting_set(&settings, "key", "00112233445566778899aabbccddeeff") == 0);
	EXPECT(setting_set(&settings, "password", "0123456789012345678901234567890123456789012345678901234567890123") == 0);
	EXPECT(setting_set(&settings, "server", "mdns") == 0 && setting_set(&settings, "port", "80") == 0);
	EXPECT(setting_set(&settings, "interval", "15") == 0 && setting_set(&settings, "bt_power", "-8") == 0);
	for (size_t i = 0; i < setting_count(); i++) {
		EXPECT(setting_help(setting_name(i)) != NULL);
		EXPECT(setting_store(&settings, setting_name(i), value) >= 0);
		EXPECT(setting_set(&copy, setting_name(i), value) == 0);
	}
	EXPECT(memcmp(&settings, &copy, sizeof(copy)) == 0);
	EXPECT(setting_name(setting_count()) == NULL && setting_help("colour") == NULL);
	EXPECT(setting_show(&settings, "colour", value) == KILOWINK_ERROR_FIELD);
}

int main(void)
{
	test_values_go_in_and_come_out();
	test_what_is_no_value_changes_nothing();
	test_secrets_are_kept_and_never_shown();
	test_every_setting_is_stored_as_it_is_taken();
	printf("settings_test: %s\n", failures == 0 ? "passed" : "FAILED");
	return failures == 0 ? 0 : 1;
}
