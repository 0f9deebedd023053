/* A new program over HTTP, signed. */
#pragma once

#include <kilowink/winky_memory.h>
#include <kilowink/winky_settings.h>

/* Whether the charge there is lets an update be fetched and put in place, with as much again to spare. */
bool update_is_affordable(const winky_settings &settings, const winky_memory &memory, int32_t now_mv);

/* Fetches and checks it, and starts anew with it; comes back when that did not work. */
void run_update(const char *url);
