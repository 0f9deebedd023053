/*
 * Lets the gateway's parts be asked from outside. A line each on standard input; one line of answer each:
 *
 *   options STOP FULL MARGIN MIN MAX    begins a schedule: "COST GAIN"
 *   sleep BEFORE AFTER SECONDS          "COST GAIN"
 *   cycle BEFORE AFTER                  "COST GAIN"
 *   decide MV                           sleep, read or whole
 *   seconds MV                          the sleep
 *   minutes                             begins minutes: "ok"
 *   add UPTIME_S POWER                  "OLDEST"
 *   read MINUTE                         "MIN MEAN MAX" or "-"
 *   frame HEX                           bytes of a line: "STATE WHOLE POWER" of its last frame
 *   message BOOT SEQ AGE MINMV MAXMV AWAKE SLEEP JOIN PUBLISH RSSI OK BAD BOOTS FIRST END PASTAGE
 *                                       the message about that frame and those minutes
 *   settings                            begins settings: "ok"
 *   apply HEX                           JSON: the number of values, or the error
 *   record                              the settings as they are kept, in hex
 *   load HEX                            a record: 0 or the error
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <kilowink/tic.h>
#include <kilowink/winky_memory.h>
#include <kilowink/winky_message.h>
#include <kilowink/winky_settings.h>

#define LINE_BYTES 65536

static char line[LINE_BYTES];
static uint8_t bytes[LINE_BYTES / 2];
static char text[WINKY_MESSAGE_BYTES];
static struct winky_schedule schedule;
static struct winky_schedule_options options;
static struct winky_minutes minutes;
static struct winky_frame frame;
static struct winky_settings settings;
static int frame_state;

static size_t parse_hex(const char *hex)
{
	size_t size = 0;

	for (; hex[0] != '\0' && hex[1] != '\0' && size < sizeof(bytes); hex += 2) {
		char digits[3] = {hex[0], hex[1], '\0'};

		bytes[size++] = (uint8_t)strtoul(digits, NULL, 16);
	}
	return size;
}

static void on_frame(void *context, const struct tic_frame *found)
{
	(void)context;
	frame_state = (int)found->state;
}

static int32_t number(void)
{
	const char *word = strtok(NULL, " ");

	return word == NULL ? 0 : (int32_t)strtol(word, NULL, 10);
}

static uint32_t whole(void)
{
	const char *word = strtok(NULL, " ");

	return word == NULL ? 0 : (uint32_t)strtoul(word, NULL, 10);
}

static void tell_schedule(void)
{
	printf("%d %d\n", (int)schedule.cost_mv, (int)schedule.gain_uv_per_s);
}

static void begin_schedule(void)
{
	options.stop_mv = number();
	options.full_mv = number();
	options.margin_mv = number();
	options.sleep_s_min = number();
	options.sleep_s_max = number();
	winky_schedule_init(&schedule);
	tell_schedule();
}

static void learn_sleep(void)
{
	int32_t before = number();
	int32_t after = number();

	winky_learn_sleep(&schedule, &options, before, after, number());
	tell_schedule();
}

static void learn_cycle(void)
{
	int32_t before = number();

	winky_learn_cycle(&schedule, before, number());
	tell_schedule();
}

static void read_minute(void)
{
	struct winky_minute found;

	if (winky_minutes_read(&minutes, whole(), &found)) {
		printf("%u %u %u\n", found.min_va, found.mean_va, found.max_va);
	} else {
		printf("-\n");
	}
}

static void read_frame(void)
{
	const struct tic_sink sink = {&frame, winky_frame_take, on_frame, NULL};
	const char *hex = strtok(NULL, " ");
	struct tic_parser parser;

	frame_state = -1;
	winky_frame_clear(&frame);
	tic_init(&parser, &sink, TIC_PARITY_LINE);
	tic_feed(&parser, bytes, parse_hex(hex == NULL ? "" : hex));
	printf("%d %d %u\n", frame_state, winky_frame_is_whole(&frame), (unsigned int)frame.power_va);
}

static void write_message(void)
{
	struct winky_vitals vitals = {.boot_reason = "power", .firmware = "sim"};
	struct winky_message message = {.frame = &frame, .vitals = &vitals, .past = &minutes};
	int size;

	message.boot = whole();
	message.sequence = whole();
	message.age_ms = whole();
	vitals.capacitor_min_mv = whole();
	vitals.capacitor_max_mv = whole();
	vitals.awake_ms = whole();
	vitals.sleep_ms = whole();
	vitals.join_ms = whole();
	vitals.publish_ms = whole();
	vitals.rssi_dbm = number();
	vitals.frames_ok = whole();
	vitals.frames_bad = whole();
	vitals.boots = whole();
	message.past_first = whole();
	message.past_end = whole();
	message.past_age_ms = whole();
	size = winky_message_write(&message, text, sizeof(text));
	if (size < 0) {
		printf("%d\n", size);
	} else {
		printf("%.*s\n", size, text);
	}
}

static void apply(void)
{
	const char *hex = strtok(NULL, " ");
	size_t size = parse_hex(hex == NULL ? "" : hex);

	printf("%d\n", winky_settings_apply(&settings, (const char *)bytes, size));
}

static void tell_record(void)
{
	uint8_t record[WINKY_RECORD_BYTES];

	winky_settings_store(&settings, record);
	for (size_t i = 0; i < sizeof(record); i++) {
		printf("%02x", record[i]);
	}
	printf("\n");
}

static void load_record(void)
{
	const char *hex = strtok(NULL, " ");

	memset(bytes, 0, WINKY_RECORD_BYTES);
	parse_hex(hex == NULL ? "" : hex);
	printf("%d\n", winky_settings_load(&settings, bytes));
}

static const char *const decisions[] = {"sleep", "read", "whole"};

static void answer(const char *word)
{
	if (strcmp(word, "options") == 0) {
		begin_schedule();
	} else if (strcmp(word, "sleep") == 0) {
		learn_sleep();
	} else if (strcmp(word, "cycle") == 0) {
		learn_cycle();
	} else if (strcmp(word, "decide") == 0) {
		printf("%s\n", decisions[winky_decide(&schedule, &options, number())]);
	} else if (strcmp(word, "seconds") == 0) {
		printf("%d\n", (int)winky_sleep_seconds(&schedule, &options, number()));
	} else if (strcmp(word, "minutes") == 0) {
		winky_minutes_init(&minutes);
		printf("ok\n");
	} else if (strcmp(word, "add") == 0) {
		uint32_t uptime_s = whole();

		winky_minutes_add(&minutes, uptime_s, whole());
		printf("%u\n", (unsigned int)winky_minutes_oldest(&minutes));
	} else if (strcmp(word, "read") == 0) {
		read_minute();
	} else if (strcmp(word, "frame") == 0) {
		read_frame();
	} else if (strcmp(word, "message") == 0) {
		write_message();
	} else if (strcmp(word, "settings") == 0) {
		winky_settings_init(&settings);
		printf("ok\n");
	} else if (strcmp(word, "apply") == 0) {
		apply();
	} else if (strcmp(word, "record") == 0) {
		tell_record();
	} else if (strcmp(word, "load") == 0) {
		load_record();
	} else {
		printf("?\n");
	}
}

int main(void)
{
	while (fgets(line, sizeof(line), stdin) != NULL) {
		const char *word;

		line[strcspn(line, "\n")] = '\0';
		word = strtok(line, " ");
		answer(word == NULL ? "" : word);
	}
	return 0;
}
