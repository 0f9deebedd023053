/* See identity.h. The order: what the build says, what the chip says, what was drawn once. */
#include <stdio.h>
#include <string.h>

#include <zephyr/drivers/hwinfo.h>
#include <zephyr/logging/log.h>
#include <zephyr/sys/util.h>

#if __has_include(<app_version.h>)
#include <app_version.h>
#elif __has_include(<zephyr/app_version.h>)
#include <zephyr/app_version.h>
#endif

#include <kilowink/sha256.h>

#include "compat.h"
#include "identity.h"
#include "settings_store.h"

LOG_MODULE_REGISTER(identity, CONFIG_KILOWINK_LOG_LEVEL);

/* The longest identity of a chip that is looked at. */
#define CHIP_BYTES 16

static uint8_t sensor_id[REPORT_SENSOR_ID_BYTES];

static bool take_from_build(void)
{
	const char *text = CONFIG_KILOWINK_SENSOR_ID;

	return strlen(text) == 2U * sizeof(sensor_id) &&
	       hex2bin(text, strlen(text), sensor_id, sizeof(sensor_id)) == sizeof(sensor_id);
}

/* Eight bytes are taken as they are; any other number is mixed down to eight. */
static bool take_from_chip(void)
{
	uint8_t chip[CHIP_BYTES];
	uint8_t digest[SHA256_BYTES];
	struct sha256 hash;
	ssize_t size = hwinfo_get_device_id(chip, sizeof(chip));

	if (size <= 0) {
		return false;
	}
	if (size == (ssize_t)sizeof(sensor_id)) {
		memcpy(sensor_id, chip, sizeof(sensor_id));
		return true;
	}
	sha256_init(&hash);
	sha256_update(&hash, chip, (size_t)size);
	sha256_finish(&hash, digest);
	memcpy(sensor_id, digest, sizeof(sensor_id));
	return true;
}

/* Only where the chip has neither an identity nor a build that gives one. */
static void draw(void)
{
#ifdef CONFIG_ENTROPY_HAS_DRIVER
	sys_rand_get(sensor_id, sizeof(sensor_id));
#else
	LOG_ERR("this chip has no identity and no random numbers: set KILOWINK_SENSOR_ID");
#endif
}

void identity_start(void)
{
	char text[IDENTITY_TEXT_BYTES];

	if (!take_from_build() && !take_from_chip() && !settings_store_identity(sensor_id)) {
		draw();
		settings_store_keep_identity(sensor_id);
	}
	identity_text(text);
	LOG_INF("sensor %s", text);
}

void identity_fill(struct report *report)
{
	memcpy(report->sensor_id, sensor_id, sizeof(sensor_id));
#ifdef APP_VERSION_MAJOR
	report->firmware_major = APP_VERSION_MAJOR;
	report->firmware_minor = APP_VERSION_MINOR;
	report->firmware_patch = APP_PATCHLEVEL;
#endif
}

void identity_text(char text[IDENTITY_TEXT_BYTES])
{
	(void)bin2hex(sensor_id, sizeof(sensor_id), text, IDENTITY_TEXT_BYTES);
}
