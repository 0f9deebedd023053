/*
 * What a gateway publishes: the groups of a frame, as they verify, and the message around them, in the JSON of
 * docs/spec/mqtt.md. The same text as packages/core/src/gateway/encode.ts gives.
 */
#ifndef KILOWINK_WINKY_MESSAGE_H
#define KILOWINK_WINKY_MESSAGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <kilowink/tic.h>
#include <kilowink/winky_minutes.h>

#ifdef __cplusplus
extern "C" {
#endif

/* The longest frame (three phases, producer, everything) takes 2.3 kB. */
#define WINKY_FRAME_BYTES 3072U
/* With vitals and an hour of the past. */
#define WINKY_MESSAGE_BYTES 4864U

/* Groups of one frame as JSON text, gathered while it comes. */
struct winky_frame {
	char text[WINKY_FRAME_BYTES];
	size_t size;
	/* Apparent power drawn, once has_power is set: a long frame, not a short one of an overload. */
	uint32_t power_va;
	bool has_power;
	/* Every whole frame has the serial number; one without begins in the middle. */
	bool has_serial;
	bool is_too_long;
};

/* What it says of itself. Text must be plain: letters, digits, points, hyphens. */
struct winky_vitals {
	/* 0 leaves both out: not wired. */
	uint32_t capacitor_min_mv;
	uint32_t capacitor_max_mv;
	uint32_t awake_ms;
	uint32_t sleep_ms;
	uint32_t join_ms;
	uint32_t publish_ms;
	int32_t rssi_dbm;
	uint32_t frames_ok;
	uint32_t frames_bad;
	uint32_t boots;
	const char *boot_reason;
	const char *firmware;
};

struct winky_message {
	uint32_t boot;
	uint32_t sequence;
	/* From the end of the frame to the sending of the message. */
	uint32_t age_ms;
	const struct winky_frame *frame;
	const struct winky_vitals *vitals;
	/* NULL when nothing of the past is told; else the minutes from past_first to before past_end, which ended past_age_ms ago. */
	const struct winky_minutes *past;
	uint32_t past_first;
	uint32_t past_end;
	uint32_t past_age_ms;
};

/* Forgets what was gathered. */
void winky_frame_clear(struct winky_frame *frame);

/* Takes a group; frame is given as context to the parser's on_group. */
void winky_frame_take(void *frame, const struct tic_group *group);

/* Whether what was gathered may be told, once the parser says that the frame is complete. */
bool winky_frame_is_whole(const struct winky_frame *frame);

/* Writes the message, without end mark; its size, or KILOWINK_ERROR_SIZE. */
int winky_message_write(const struct winky_message *message, char *text, size_t capacity);

#ifdef __cplusplus
}
#endif

#endif
