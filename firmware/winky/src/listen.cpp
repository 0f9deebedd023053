#include <Arduino.h>

#include <kilowink/tic.h>

#include "listen.h"

namespace
{

constexpr uint32_t SILENCE_MS = 1500;
/* Longer than any frame: who has heard no group for so long listens at the wrong speed. */
constexpr uint32_t WRONG_SPEED_MS = 3500;
constexpr uint32_t GIVE_UP_MS = 9000;
constexpr size_t BUFFER_BYTES = 2048;

struct listener {
	winky_frame &frame;
	bool is_whole = false;
	/* A short frame of an overload: better than none. */
	bool is_short = false;
	bool is_over = false;
};

void on_group(void *context, const tic_group *group)
{
	auto &listening = *static_cast<listener *>(context);

	if (listening.is_over) {
		winky_frame_clear(&listening.frame);
		listening.is_over = false;
		listening.is_short = false;
	}
	winky_frame_take(&listening.frame, group);
}

void on_frame(void *context, const tic_frame *found)
{
	auto &listening = *static_cast<listener *>(context);

	listening.is_over = true;
	if (found->state == TIC_FRAME_COMPLETE && winky_frame_is_whole(&listening.frame)) {
		listening.is_whole = listening.frame.has_power;
		listening.is_short = !listening.frame.has_power;
	}
}

void open_line(bool is_standard)
{
	Serial.end();
	Serial.setRxBufferSize(BUFFER_BYTES);
	/* Eight bits, so that parity is looked at here: the hardware does not say which byte was wrong. */
	Serial.begin(is_standard ? 9600 : 1200, SERIAL_8N1, SERIAL_RX_ONLY);
}

} // namespace

heard listen_to_meter(winky_frame &frame, winky_memory &memory)
{
	static tic_parser parser;
	listener listening{frame};
	const tic_sink sink = {&listening, on_group, on_frame, nullptr};
	bool is_standard = memory.has_mode != 0 && memory.mode == TIC_MODE_STANDARD;
	const uint32_t started = millis();
	uint32_t opened = started;
	bool has_bytes = false;

	winky_frame_clear(&frame);
	tic_init(&parser, &sink, TIC_PARITY_SOFTWARE);
	open_line(is_standard);
	while (!listening.is_whole && millis() - started < GIVE_UP_MS) {
		if (!has_bytes && millis() - started > SILENCE_MS) {
			Serial.end();
			return heard::silence;
		}
		while (Serial.available() > 0 && !listening.is_whole) {
			const auto byte = static_cast<uint8_t>(Serial.read());

			has_bytes = true;
			tic_feed(&parser, &byte, 1);
		}
		if (parser.counters.groups_ok == 0 && millis() - opened > WRONG_SPEED_MS) {
			is_standard = !is_standard;
			opened = millis();
			open_line(is_standard);
		}
		/* The processor rests while the radio is off and nothing has come. */
		delay(2);
	}
	Serial.end();
	memory.frames_bad += parser.counters.frames_incomplete > 0 ? parser.counters.frames_incomplete - 1U : 0U;
	if (!listening.is_whole && !listening.is_short) {
		return heard::noise;
	}
	memory.frames_ok++;
	memory.mode = static_cast<uint8_t>(parser.mode);
	memory.has_mode = 1;
	return heard::frame;
}
