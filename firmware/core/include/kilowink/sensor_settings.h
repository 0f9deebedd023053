/*
 * What a person may set on a sensor, as text in and text out. The names are those of the console (`kw set NAME VALUE`), of
 * the flash (`kw/NAME`) and of docs/how-to/build-optical-firmware.md. Secrets go in and never come out again.
 */
#ifndef KILOWINK_SENSOR_SETTINGS_H
#define KILOWINK_SENSOR_SETTINGS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <kilowink/report.h>

#define SETTING_TEXT_MAX     64U
#define SETTING_HOST_MAX     64U
#define SETTING_SSID_MAX     32U
#define SETTING_PASSWORD_MAX 64U
#define SETTING_ADDRESS_MAX  15U
#define SETTING_LABEL_MAX    32U

struct sensor_settings {
	/* What a person calls the sensor; shown, never reported. */
	char name[SETTING_LABEL_MAX + 1U];
	char wifi_ssid[SETTING_SSID_MAX + 1U];
	char wifi_password[SETTING_PASSWORD_MAX + 1U];
	/* IPv4 in dots; empty takes all three from DHCP. */
	char address[SETTING_ADDRESS_MAX + 1U];
	char netmask[SETTING_ADDRESS_MAX + 1U];
	char gateway[SETTING_ADDRESS_MAX + 1U];
	/* An address, a name, or "mdns": whoever offers _kilowink._tcp. */
	char server[SETTING_HOST_MAX + 1U];
	uint16_t port;
	uint16_t interval_s;
	uint8_t key[REPORT_KEY_BYTES];
	bool has_key;
	bool bt_is_coded;
	bool bt_is_fast;
	int8_t bt_power_dbm;
};

/* Room for any setting as text, with the end of the string. */
#define SETTING_VALUE_BYTES (SETTING_TEXT_MAX + 1U)

/* How many settings there are, and their names in order. */
size_t setting_count(void);
const char *setting_name(size_t index);

/* What a setting takes, in a sentence for help. NULL for a name that is none. */
const char *setting_help(const char *name);

bool setting_is_secret(const char *name);

/* Takes a value. KILOWINK_ERROR_FIELD: no such setting; KILOWINK_ERROR_RANGE: not a value it takes; nothing is changed then. */
int setting_set(struct sensor_settings *settings, const char *name, const char *value);

/* What may be shown: of a secret only whether it is set. Returns the length, or KILOWINK_ERROR_FIELD. */
int setting_show(const struct sensor_settings *settings, const char *name, char value[SETTING_VALUE_BYTES]);

/* What is kept in flash, secrets too: not for anybody's eyes. Returns the length, or KILOWINK_ERROR_FIELD. */
int setting_store(const struct sensor_settings *settings, const char *name, char value[SETTING_VALUE_BYTES]);

#endif
