/* What a gateway remembers over sleep, and that damaged memory is not taken for anything. */
#include <string.h>

#include <kilowink/error.h>
#include <kilowink/winky_memory.h>
#include <kilowink/winky_settings.h>

#include "expect.h"

static void test_seal(void)
{
	struct winky_memory memory;

	winky_memory_init(&memory, 7);
	winky_memory_seal(&memory);
	EXPECT(winky_memory_is_sealed(&memory));
	for (size_t i = 0; i < sizeof(memory); i++) {
		for (int bit = 0; bit < 8; bit++) {
			((uint8_t *)&memory)[i] ^= (uint8_t)(1U << bit);
			EXPECT(!winky_memory_is_sealed(&memory));
			((uint8_t *)&memory)[i] ^= (uint8_t)(1U << bit);
		}
	}
	memset(&memory, 0, sizeof(memory));
	EXPECT(!winky_memory_is_sealed(&memory));
	memset(&memory, 0xff, sizeof(memory));
	EXPECT(!winky_memory_is_sealed(&memory));
}

static void test_time(void)
{
	struct winky_memory memory;

	winky_memory_init(&memory, 1);
	for (int i = 0; i < 1000; i++) {
		winky_memory_pass(&memory, 30733);
	}
	EXPECT(memory.uptime_s == 30733);
	EXPECT(memory.uptime_ms == 0);
	EXPECT(winky_memory_minute(&memory) == 512);
}

/* One cycle in a minute of its own, the message stored or not. */
static void run_minute(struct winky_memory *memory, uint32_t power_va, bool is_stored)
{
	uint32_t minute = winky_memory_minute(memory);

	winky_minutes_add(&memory->minutes, memory->uptime_s, power_va);
	if (is_stored) {
		winky_memory_stored(memory, minute);
	} else {
		winky_memory_lost(memory, minute);
	}
	winky_memory_pass(memory, 60000);
}

static void test_past(void)
{
	struct winky_memory memory;
	uint32_t first;
	uint32_t end;

	winky_memory_init(&memory, 1);
	run_minute(&memory, 100, true);
	EXPECT(!winky_memory_past(&memory, &first, &end));
	run_minute(&memory, 200, false);
	run_minute(&memory, 300, false);
	EXPECT(winky_memory_past(&memory, &first, &end) && first == 1 && end == 3);
	run_minute(&memory, 400, true);
	EXPECT(!winky_memory_past(&memory, &first, &end));
	for (uint32_t i = 0; i < 100; i++) {
		run_minute(&memory, 500, false);
	}
	EXPECT(winky_memory_past(&memory, &first, &end) && end == 104 && end - first == WINKY_MINUTES_KEPT);
}

static void test_waiting(void)
{
	static const uint8_t waits[] = {0, 1, 3, 7, 7, 7};
	struct winky_memory memory;

	winky_memory_init(&memory, 1);
	for (size_t i = 0; i < sizeof(waits); i++) {
		winky_memory_lost(&memory, 0);
		EXPECT(memory.cycles_to_wait == waits[i]);
	}
	for (int i = 0; i < 300; i++) {
		winky_memory_lost(&memory, 0);
	}
	EXPECT(memory.cycles_to_wait == 7);
	winky_memory_stored(&memory, 1);
	EXPECT(memory.cycles_to_wait == 0 && memory.failures == 0);
}

static void test_record(void)
{
	struct winky_settings settings;
	uint8_t record[WINKY_RECORD_BYTES];

	winky_settings_init(&settings);
	EXPECT(!winky_settings_are_enough(&settings));
	EXPECT(winky_settings_set(&settings, "sensor", "cellar") == 0);
	EXPECT(winky_settings_set(&settings, "wifi", "home sweet \"home\"") == 0);
	EXPECT(winky_settings_set(&settings, "broker", "10.0.0.2") == 0);
	EXPECT(winky_settings_set(&settings, "port", "8883") == 0);
	EXPECT(winky_settings_set(&settings, "tls", "true") == 0);
	EXPECT(winky_settings_are_enough(&settings));
	EXPECT(winky_settings_set(&settings, "sensor", "a/b") == KILOWINK_ERROR_RANGE);
	EXPECT(winky_settings_set(&settings, "port", "70000") == KILOWINK_ERROR_RANGE);
	EXPECT(winky_settings_set(&settings, "nothing", "1") == KILOWINK_ERROR_FIELD);
	winky_settings_store(&settings, record);
	for (size_t i = 0; i < sizeof(record); i++) {
		struct winky_settings found;

		record[i] ^= 0x10U;
		EXPECT(winky_settings_load(&found, record) == KILOWINK_ERROR_FORM);
		EXPECT(found.sensor[0] == '\0');
		record[i] ^= 0x10U;
		EXPECT(winky_settings_load(&found, record) == 0);
		EXPECT(strcmp(found.wifi_ssid, "home sweet \"home\"") == 0 && found.port == 8883 && found.is_tls);
	}
}

int main(void)
{
	test_seal();
	test_time();
	test_past();
	test_waiting();
	test_record();
	return failures == 0 ? 0 : 1;
}
