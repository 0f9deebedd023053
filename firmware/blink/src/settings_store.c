/*
 * Glue between core's table of settings and Zephyr's settings subsystem. Values are kept as text. Reading one over SMP or on
 * the console goes through on_get, which shows of a secret only whether it is set.
 */
#include <stdio.h>
#include <string.h>

#include <zephyr/kernel.h>
#include <zephyr/logging/log.h>
#include <zephyr/settings/settings.h>

#include <kilowink/error.h>

#include "settings_store.h"

LOG_MODULE_REGISTER(settings_store, CONFIG_KILOWINK_LOG_LEVEL);

#define TREE	 "kw"
#define OWN_ID	 "identity"
#define BOOTS	 "boots"
#define PATH_BYTES 32

static struct sensor_settings current;
static uint8_t identity[REPORT_SENSOR_ID_BYTES];
static bool has_identity;
static uint32_t boots;
static K_MUTEX_DEFINE(lock);

static int take(const char *name, const char *value)
{
	int error;

	(void)k_mutex_lock(&lock, K_FOREVER);
	error = setting_set(&current, name, value);
	(void)k_mutex_unlock(&lock);
	return error;
}

static int on_set(const char *name, size_t size, settings_read_cb read, void *from)
{
	char value[SETTING_VALUE_BYTES];
	ssize_t length;

	if (strcmp(name, OWN_ID) == 0) {
		has_identity = size == sizeof(identity) && read(from, identity, sizeof(identity)) == sizeof(identity);
		return 0;
	}
	if (strcmp(name, BOOTS) == 0) {
		return read(from, &boots, sizeof(boots)) == sizeof(boots) ? 0 : -EINVAL;
	}
	if (size > sizeof(value)) {
		return -EINVAL;
	}
	length = read(from, value, sizeof(value) - 1U);
	if (length < 0) {
		return (int)length;
	}
	value[length] = '\0';
	return take(name, value) == 0 ? 0 : -EINVAL;
}

static int on_get(const char *name, char *value, int capacity)
{
	char text[SETTING_VALUE_BYTES];
	int length;

	(void)k_mutex_lock(&lock, K_FOREVER);
	length = setting_show(&current, name, text);
	(void)k_mutex_unlock(&lock);
	if (length < 0 || length > capacity) {
		return -ENOENT;
	}
	memcpy(value, text, (size_t)length);
	return length;
}

/* For settings_save(), as SMP asks for it after a change. */
static int on_export(int (*save)(const char *path, const void *value, size_t size))
{
	char path[PATH_BYTES];
	char value[SETTING_VALUE_BYTES];
	int error = 0;

	for (size_t i = 0; error == 0 && i < setting_count(); i++) {
		int length = setting_store(&current, setting_name(i), value);

		(void)snprintf(path, sizeof(path), TREE "/%s", setting_name(i));
		error = save(path, value, (size_t)length + 1U);
	}
	(void)memset(value, 0, sizeof(value));
	return error;
}

SETTINGS_STATIC_HANDLER_DEFINE(kilowink, TREE, on_get, on_set, NULL, on_export);

static void take_build_value(const char *name, const char *value)
{
	if (take(name, value) != 0) {
		LOG_ERR("the build's value of %s is none", name);
	}
}

static void take_build_values(void)
{
	take_build_value("name", CONFIG_KILOWINK_NAME);
	take_build_value("ssid", CONFIG_KILOWINK_WIFI_SSID);
	take_build_value("password", CONFIG_KILOWINK_WIFI_PASSWORD);
	take_build_value("address", CONFIG_KILOWINK_ADDRESS);
	take_build_value("netmask", CONFIG_KILOWINK_NETMASK);
	take_build_value("gateway", CONFIG_KILOWINK_GATEWAY);
	take_build_value("server", CONFIG_KILOWINK_SERVER);
	take_build_value("port", STRINGIFY(CONFIG_KILOWINK_SERVER_PORT));
	take_build_value("interval", STRINGIFY(CONFIG_KILOWINK_REPORT_INTERVAL_S));
	take_build_value("key", CONFIG_KILOWINK_KEY);
#ifdef CONFIG_KILOWINK_TRANSPORT_BT
	take_build_value("bt_coded", IS_ENABLED(CONFIG_KILOWINK_BT_CODED_PHY) ? "1" : "0");
	take_build_value("bt_fast", IS_ENABLED(CONFIG_KILOWINK_BT_FAST) ? "1" : "0");
	take_build_value("bt_power", STRINGIFY(CONFIG_KILOWINK_BT_POWER_DBM));
#endif
}

int settings_store_start(void)
{
	int error;

	take_build_values();
	error = settings_subsys_init();
	return error == 0 ? settings_load() : error;
}

struct sensor_settings settings_store_get(void)
{
	struct sensor_settings settings;

	(void)k_mutex_lock(&lock, K_FOREVER);
	settings = current;
	(void)k_mutex_unlock(&lock);
	return settings;
}

int settings_store_set(const char *name, const char *value)
{
	char path[PATH_BYTES];
	int error = take(name, value);

	if (error != 0) {
		return error;
	}
	(void)snprintf(path, sizeof(path), TREE "/%s", name);
	/* With its end, because an empty value is to be kept too: it may stand against one of the build. */
	return settings_save_one(path, value, strlen(value) + 1U);
}

uint32_t settings_store_count_boot(void)
{
	int error;

	boots++;
	error = settings_save_one(TREE "/" BOOTS, &boots, sizeof(boots));
	if (error != 0) {
		LOG_ERR("the count of boots could not be kept: %d", error);
	}
	return boots;
}

bool settings_store_identity(uint8_t id[REPORT_SENSOR_ID_BYTES])
{
	memcpy(id, identity, sizeof(identity));
	return has_identity;
}

void settings_store_keep_identity(const uint8_t id[REPORT_SENSOR_ID_BYTES])
{
	int error = settings_save_one(TREE "/" OWN_ID, id, sizeof(identity));

	if (error != 0) {
		LOG_ERR("the identity could not be kept: %d", error);
	}
}
