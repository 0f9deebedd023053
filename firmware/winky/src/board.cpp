#include <Arduino.h>
#include <EEPROM.h>

#include <user_interface.h>

#include "board.h"

namespace
{

constexpr uint8_t LAMP_PIN = 2;
constexpr int CONVERTER_STEPS = 1024;
/* The settings' record, then the number of starts. */
constexpr size_t BOOTS_PLACE = WINKY_RECORD_BYTES;
constexpr size_t FLASH_BYTES = WINKY_RECORD_BYTES + sizeof(uint32_t);
/* The first 128 bytes of what survives sleep belong to an update that waits for the next start. */
constexpr uint32_t MEMORY_BLOCK = 0;

} // namespace

bool board::button_was_pressed_twice()
{
	return ESP.getResetInfoPtr()->reason == REASON_EXT_SYS_RST;
}

int32_t board::capacitor_mv(const winky_settings &settings)
{
	if (settings.scale_mv == 0) {
		return 0;
	}
	int32_t sum = 0;

	for (int i = 0; i < 8; i++) {
		sum += analogRead(A0);
	}
	return sum * settings.scale_mv / (8 * CONVERTER_STEPS);
}

void board::lamp(bool is_on)
{
	pinMode(LAMP_PIN, OUTPUT);
	digitalWrite(LAMP_PIN, is_on ? LOW : HIGH);
}

bool board::load_memory(winky_memory &memory)
{
	auto *words = reinterpret_cast<uint32_t *>(&memory);

	return ESP.rtcUserMemoryRead(MEMORY_BLOCK, words, sizeof(memory)) && winky_memory_is_sealed(&memory);
}

void board::save_memory(winky_memory &memory)
{
	winky_memory_seal(&memory);
	ESP.rtcUserMemoryWrite(MEMORY_BLOCK, reinterpret_cast<uint32_t *>(&memory), sizeof(memory));
}

bool board::load_settings(winky_settings &settings)
{
	uint8_t record[WINKY_RECORD_BYTES];

	EEPROM.begin(FLASH_BYTES);
	for (size_t i = 0; i < sizeof(record); i++) {
		record[i] = EEPROM.read(static_cast<int>(i));
	}
	EEPROM.end();
	return winky_settings_load(&settings, record) == 0;
}

void board::save_settings(const winky_settings &settings)
{
	uint8_t record[WINKY_RECORD_BYTES];

	winky_settings_store(&settings, record);
	EEPROM.begin(FLASH_BYTES);
	for (size_t i = 0; i < sizeof(record); i++) {
		EEPROM.write(static_cast<int>(i), record[i]);
	}
	EEPROM.end();
}

uint32_t board::count_boot()
{
	uint32_t boots = 0;

	EEPROM.begin(FLASH_BYTES);
	EEPROM.get(static_cast<int>(BOOTS_PLACE), boots);
	boots = boots == UINT32_MAX ? 1 : boots + 1;
	EEPROM.put(static_cast<int>(BOOTS_PLACE), boots);
	EEPROM.end();
	return boots;
}

void board::sleep(winky_memory &memory, uint32_t seconds)
{
	memory.sleep_ms = seconds * 1000U;
	winky_memory_pass(&memory, memory.awake_ms + memory.sleep_ms);
	save_memory(memory);
	lamp(false);
	ESP.deepSleepInstant(seconds * 1000000ULL, WAKE_NO_RFCAL);
	for (;;) {
		delay(1000);
	}
}
