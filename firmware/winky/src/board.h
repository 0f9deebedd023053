/* The chip: what it measures, keeps and does besides the radio. */
#pragma once

#include <stdint.h>

#include <kilowink/winky_memory.h>
#include <kilowink/winky_settings.h>

namespace board
{

/*
 * The button resets the chip. Asleep that looks as the end of the sleep does; once more while it is awake is a reset from
 * outside, and asks for the settings page.
 */
bool button_was_pressed_twice();

/* At the capacitors; 0 where the converter's input is not wired. */
int32_t capacitor_mv(const winky_settings &settings);

void lamp(bool is_on);

/* What survived sleep; false after a loss of power. */
bool load_memory(winky_memory &memory);
void save_memory(winky_memory &memory);

/* Flash: false when there are no settings, and they are the first ones then. */
bool load_settings(winky_settings &settings);
void save_settings(const winky_settings &settings);

/* Starts in all, counted in flash; called once a start from cold, so that flash is written seldom. */
uint32_t count_boot();

/* Never comes back: the next thing is a start. */
[[noreturn]] void sleep(winky_memory &memory, uint32_t seconds);

} // namespace board
