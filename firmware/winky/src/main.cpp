/*
 * The life of a gateway on the meter's socket; docs/design/winky.md says why.
 *
 *   start ── sleep │ wake ── listen ── join ── publish ── sleep │ …
 *                    radio off          radio on
 *
 * Each wake is a start: everything happens in setup(), which ends in sleep. Nothing is begun that the charge there is would
 * not let it finish.
 */
#include <Arduino.h>
#include <ESP8266WiFi.h>

#include <kilowink/winky_memory.h>
#include <kilowink/winky_message.h>
#include <kilowink/winky_schedule.h>
#include <kilowink/winky_settings.h>

#include "board.h"
#include "listen.h"
#include "network.h"
#include "portal.h"
#include "update.h"

#ifndef WINKY_VERSION
#define WINKY_VERSION "0.1.0"
#endif

namespace
{

constexpr uint32_t AWAY_S = 120;
constexpr uint32_t SLEEP_S_MAX = 600;
constexpr int32_t MARGIN_MV = 100;
constexpr uint32_t PORTAL_MS = 15000;
constexpr uint32_t BUTTON_PORTAL_MS = 120000;
constexpr uint8_t FAULTS_SHOWN = 3;
constexpr uint32_t FAULT_MS = 30000;

winky_settings settings;
winky_memory memory;
winky_frame frame;
char text[WINKY_MESSAGE_BYTES];

winky_schedule_options schedule_options()
{
	return {settings.stop_mv, settings.full_mv, MARGIN_MV, settings.sleep_s,
		settings.sleep_s > SLEEP_S_MAX ? settings.sleep_s : static_cast<int32_t>(SLEEP_S_MAX)};
}

int32_t measure_mv()
{
	const int32_t now_mv = board::capacitor_mv(settings);

	winky_memory_note_mv(&memory, now_mv);
	return now_mv;
}

[[noreturn]] void go_to_sleep(uint32_t seconds)
{
	memory.before_mv = static_cast<uint16_t>(measure_mv());
	memory.awake_ms = millis();
	board::sleep(memory, seconds);
}

[[noreturn]] void sleep_as_planned()
{
	const winky_schedule_options options = schedule_options();

	go_to_sleep(static_cast<uint32_t>(winky_sleep_seconds(&memory.schedule, &options, measure_mv())));
}

/* Off when all is well; on a fault it blinks for half a minute, if that is not too much (02E A.6). */
void show_fault()
{
	const int32_t lowest_mv = settings.stop_mv + MARGIN_MV;
	const uint32_t started = millis();

	while (millis() - started < FAULT_MS) {
		const int32_t now_mv = measure_mv();

		if (now_mv >= WINKY_MEASURED_MV_MIN && now_mv < lowest_mv) {
			break;
		}
		board::lamp((millis() - started) % 1000 < 100);
		delay(50);
	}
	board::lamp(false);
}

/* After a loss of power: nothing is known, and the capacitors are only just full enough to start. */
[[noreturn]] void start_from_cold()
{
	winky_memory_init(&memory, board::count_boot());
	sleep_as_planned();
}

/* Without settings: the page, while charge lasts, then sleep. */
void ask_for_settings(uint32_t for_ms)
{
	const int32_t lowest_mv = settings.stop_mv + MARGIN_MV;

	if (run_portal(settings, for_ms, lowest_mv)) {
		board::save_settings(settings);
		memory.network.is_known = 0;
	}
	leave();
}

int write_message(uint32_t read_ms, uint32_t minute)
{
	const winky_vitals vitals = {memory.max_mv > 0 ? memory.min_mv : 0U,
				     memory.max_mv,
				     memory.awake_ms,
				     memory.sleep_ms,
				     memory.join_ms,
				     memory.publish_ms,
				     WiFi.RSSI(),
				     memory.frames_ok,
				     memory.frames_bad,
				     memory.boot,
				     "power",
				     WINKY_VERSION};
	winky_message message = {};
	const bool has_past = winky_memory_past(&memory, &message.past_first, &message.past_end);

	memory.sequence++;
	message.boot = memory.boot;
	message.sequence = memory.sequence;
	message.age_ms = millis() - read_ms;
	message.frame = &frame;
	message.vitals = &vitals;
	message.past = has_past ? &memory.minutes : nullptr;
	message.past_age_ms = (memory.uptime_s - minute * 60U) * 1000U + memory.uptime_ms + millis();
	return winky_message_write(&message, text, sizeof(text));
}

/* Radio on, message out, radio off. */
void publish_frame(uint32_t read_ms, int32_t woke_mv)
{
	const uint32_t minute = winky_memory_minute(&memory);
	told also;
	bool is_stored = false;

	if (join(settings, memory)) {
		const int size = write_message(read_ms, minute);

		is_stored = size > 0 && publish(settings, memory, text, static_cast<size_t>(size), also);
	}
	if (is_stored) {
		winky_memory_stored(&memory, minute);
	} else {
		winky_memory_lost(&memory, minute);
	}
	if (also.has_settings) {
		board::save_settings(settings);
	}
	if (is_stored && also.update_url[0] != '\0' && update_is_affordable(settings, memory, measure_mv())) {
		run_update(also.update_url);
	}
	leave();
	winky_learn_cycle(&memory.schedule, woke_mv, measure_mv());
}

[[noreturn]] void stay_silent(heard what)
{
	if (what == heard::silence) {
		go_to_sleep(AWAY_S);
	}
	if (++memory.faults_in_row % FAULTS_SHOWN == 0) {
		show_fault();
	}
	sleep_as_planned();
}

[[noreturn]] void live_a_cycle()
{
	const winky_schedule_options options = schedule_options();
	const int32_t woke_mv = measure_mv();

	winky_learn_sleep(&memory.schedule, &options, memory.before_mv, woke_mv,
			  static_cast<int32_t>(memory.sleep_ms / 1000U));
	const winky_decision decision = winky_decide(&memory.schedule, &options, woke_mv);

	if (decision == WINKY_SLEEP) {
		sleep_as_planned();
	}
	const heard what = listen_to_meter(frame, memory);
	const uint32_t read_ms = millis();

	if (what != heard::frame) {
		stay_silent(what);
	}
	memory.faults_in_row = 0;
	if (frame.has_power) {
		winky_minutes_add(&memory.minutes, memory.uptime_s, frame.power_va);
	}
	if (decision == WINKY_WHOLE && memory.cycles_to_wait == 0) {
		publish_frame(read_ms, woke_mv);
	} else {
		memory.cycles_to_wait -= memory.cycles_to_wait > 0 ? 1 : 0;
		winky_memory_keep(&memory, winky_memory_minute(&memory));
	}
	sleep_as_planned();
}

} // namespace

void setup()
{
	WiFi.persistent(false);
	WiFi.mode(WIFI_OFF);
	WiFi.forceSleepBegin();
	const bool has_settings = board::load_settings(settings);
	const bool has_memory = board::load_memory(memory);

	/* A start from cold looks like a press too, but finds no memory. */
	if (has_memory && board::button_was_pressed_twice()) {
		ask_for_settings(BUTTON_PORTAL_MS);
		sleep_as_planned();
	}
	if (!has_memory) {
		start_from_cold();
	}
	if (!has_settings || !winky_settings_are_enough(&settings)) {
		if (winky_memory_minute(&memory) > 0 || measure_mv() >= settings.full_mv - MARGIN_MV) {
			ask_for_settings(PORTAL_MS);
		}
		go_to_sleep(AWAY_S);
	}
	live_a_cycle();
}

void loop()
{
}
