/*
 * What a gateway remembers over deep sleep, with a checksum: it does not survive a loss of power, and must not be taken for
 * anything then.
 */
#ifndef KILOWINK_WINKY_MEMORY_H
#define KILOWINK_WINKY_MEMORY_H

#include <stdbool.h>
#include <stdint.h>

#include <kilowink/winky_minutes.h>
#include <kilowink/winky_schedule.h>

#ifdef __cplusplus
extern "C" {
#endif

/* What the chip keeps. */
#define WINKY_MEMORY_BYTES_MAX 512U
#define WINKY_NO_MINUTE	       0xffffffffU

/* How the last network was joined, so that the next time takes one second instead of five. */
struct winky_network {
	uint8_t address[4];
	uint8_t gateway[4];
	uint8_t netmask[4];
	uint8_t dns[4];
	uint8_t bssid[6];
	uint8_t channel;
	uint8_t is_known;
};

struct winky_memory {
	uint32_t crc;
	uint32_t boot;
	uint32_t sequence;
	/* Since the boot, sleep included. */
	uint32_t uptime_ms;
	uint32_t uptime_s;
	uint32_t frames_ok;
	uint32_t frames_bad;
	uint32_t awake_ms;
	uint32_t sleep_ms;
	uint32_t join_ms;
	uint32_t publish_ms;
	/* The first minute of which something was not told, and the last; WINKY_NO_MINUTE. */
	uint32_t unsent_minute;
	uint32_t failed_minute;
	uint16_t min_mv;
	uint16_t max_mv;
	/* At the start of the last sleep. */
	uint16_t before_mv;
	uint8_t failures;
	/* Cycles in which the radio stays off, because the last attempts were in vain. */
	uint8_t cycles_to_wait;
	uint8_t faults_in_row;
	/* The line's mode when it was last heard, enum tic_mode; only where has_mode is not 0. */
	uint8_t mode;
	uint8_t has_mode;
	uint8_t padding;
	struct winky_network network;
	struct winky_schedule schedule;
	struct winky_minutes minutes;
};

/* A start from nothing. */
void winky_memory_init(struct winky_memory *memory, uint32_t boot);

/* Before it is put away, and when it is found again. */
void winky_memory_seal(struct winky_memory *memory);
bool winky_memory_is_sealed(const struct winky_memory *memory);

/* Time that has passed, awake or asleep. */
void winky_memory_pass(struct winky_memory *memory, uint32_t ms);

/* The minute of the boot in which it is. */
uint32_t winky_memory_minute(const struct winky_memory *memory);

/* A measured voltage. */
void winky_memory_note_mv(struct winky_memory *memory, int32_t now_mv);

/* A frame of this minute is not sent: the minute is told later. */
void winky_memory_keep(struct winky_memory *memory, uint32_t minute);

/* The minutes that the next message tells; false when there are none. */
bool winky_memory_past(const struct winky_memory *memory, uint32_t *first, uint32_t *end);

/* A message of this minute was acknowledged, or was not: then the radio stays off for 0, 1, 3, then 7 cycles. */
void winky_memory_stored(struct winky_memory *memory, uint32_t minute);
void winky_memory_lost(struct winky_memory *memory, uint32_t minute);

#ifdef __cplusplus
}
#endif

#endif
