/* Settings in flash, under kw/. What was never set has the value of the build. */
#ifndef BLINK_SETTINGS_STORE_H
#define BLINK_SETTINGS_STORE_H

#include <stdbool.h>

#include <kilowink/sensor_settings.h>

/* Loads them; 0 or what the flash says, in which case those of the build are in force. */
int settings_store_start(void);

struct sensor_settings settings_store_get(void);

/* Takes a value and keeps it; 0, KILOWINK_ERROR_FIELD, KILOWINK_ERROR_RANGE, or what the flash says. */
int settings_store_set(const char *name, const char *value);

/* How often the sensor has started, this time included. */
uint32_t settings_store_count_boot(void);

/* The identity that was drawn for this sensor; false if none was. */
bool settings_store_identity(uint8_t id[REPORT_SENSOR_ID_BYTES]);
void settings_store_keep_identity(const uint8_t id[REPORT_SENSOR_ID_BYTES]);

#endif
