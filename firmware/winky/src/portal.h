/* The settings page, as an access point of its own. */
#pragma once

#include <kilowink/winky_settings.h>

/*
 * Shows the page until settings were sent, or the time is over, or the capacitors are down to the lowest voltage. True when
 * they were sent and are enough.
 */
bool run_portal(winky_settings &settings, uint32_t for_ms, int32_t lowest_mv);
