/* The radio: join as last time, publish, go. */
#pragma once

#include <stddef.h>

#include <kilowink/winky_memory.h>
#include <kilowink/winky_settings.h>

/* What else a broker kept for the gateway. */
struct told {
	/* The settings have changed, and are to be kept. */
	bool has_settings = false;
	/* Where a new program is; empty when none is. */
	char update_url[160] = "";
};

/* Joins the network, as remembered if it is known; false after some seconds. The time it took is put into the memory. */
bool join(const winky_settings &settings, winky_memory &memory);

/* Publishes, and waits for the acknowledgement. Settings that wait at the broker are taken meanwhile. */
bool publish(winky_settings &settings, winky_memory &memory, const char *text, size_t size, told &also);

void leave();
