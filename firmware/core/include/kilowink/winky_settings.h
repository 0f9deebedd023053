/*
 * What a person may set on a gateway: by its page at the first start, or by a flat JSON object on
 * `kilowink/<sensor>/set`. Kept in flash with a checksum. docs/how-to/winky.md has the table.
 */
#ifndef KILOWINK_WINKY_SETTINGS_H
#define KILOWINK_WINKY_SETTINGS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#define WINKY_SSID_MAX	   32U
#define WINKY_PASSWORD_MAX 64U
#define WINKY_HOST_MAX	   64U
#define WINKY_NAME_MAX	   32U
/* SHA-1 of the broker's certificate, in hex. */
#define WINKY_FINGERPRINT_MAX 40U

struct winky_settings {
	char sensor[WINKY_NAME_MAX + 1U];
	char wifi_ssid[WINKY_SSID_MAX + 1U];
	char wifi_password[WINKY_PASSWORD_MAX + 1U];
	char broker[WINKY_HOST_MAX + 1U];
	char username[WINKY_NAME_MAX + 1U];
	char password[WINKY_PASSWORD_MAX + 1U];
	/* Empty trusts any certificate, if is_tls. */
	char fingerprint[WINKY_FINGERPRINT_MAX + 1U];
	uint16_t port;
	bool is_tls;
	uint16_t sleep_s;
	/* Of the supervisor and the limiting regulator, where a circuit differs. */
	uint16_t stop_mv;
	uint16_t full_mv;
	/* What the converter's full scale means at the capacitors; 0 where its input is not wired. */
	uint16_t scale_mv;
};

/* Room for the settings as they are kept. */
#define WINKY_RECORD_BYTES 384U

void winky_settings_init(struct winky_settings *settings);

/* Whether there is what a gateway needs to publish: a network, a broker, a name. */
bool winky_settings_are_enough(const struct winky_settings *settings);

/* Takes a value as text. KILOWINK_ERROR_FIELD: no such setting; KILOWINK_ERROR_RANGE: no value it takes. Nothing is changed then. */
int winky_settings_set(struct winky_settings *settings, const char *name, const char *value);

/*
 * Takes a flat JSON object of text, whole numbers, true and false. How many values it had, or an error:
 * KILOWINK_ERROR_FORM where it is none, else that of winky_settings_set. All of it is taken or nothing.
 */
int winky_settings_apply(struct winky_settings *settings, const char *json, size_t size);

/* The record for flash; returns WINKY_RECORD_BYTES. */
int winky_settings_store(const struct winky_settings *settings, uint8_t record[WINKY_RECORD_BYTES]);

/* 0, or KILOWINK_ERROR_FORM for a record that is none, of another version, or damaged; settings are the first ones then. */
int winky_settings_load(struct winky_settings *settings, const uint8_t record[WINKY_RECORD_BYTES]);

/* The checksum of records and of what survives sleep: CRC-32 as of Ethernet. */
uint32_t winky_crc32(const uint8_t *bytes, size_t size);

#ifdef __cplusplus
}
#endif

#endif
