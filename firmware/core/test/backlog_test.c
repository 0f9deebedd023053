/* Windows held, what is acknowledged of them, and what becomes of them when memory or numbers end. */
#include <string.h>

#include <kilowink/backlog.h>
#include <kilowink/error.h>

#include "expect.h"

#define BOOT 0x1234abcdU

static struct window counted(unsigned int count)
{
	struct window window = {.count = (uint8_t)count, .offset = count == 0U ? REPORT_OFFSET_NONE : 7U};

	return window;
}

static struct report_answer stored(uint32_t acknowledged)
{
	struct report_answer answer = {.boot_id = BOOT, .acknowledged = acknowledged, .has_acknowledged = true};

	return answer;
}

static void test_pulse_windows_become_windows_of_reports(void)
{
	struct pulse_window pulse = {.state = PULSE_STATE_GOOD, .count = 3, .last_flash_sample = 4999};
	struct window window = window_from_pulse(&pulse, 1000);

	EXPECT(window.count == 3U && window.offset == 199U);
	pulse.last_flash_sample = 25;
	EXPECT(window_from_pulse(&pulse, 1000).offset == 1U);
	pulse.last_flash_sample = 199;
	EXPECT(window_from_pulse(&pulse, 40).offset == 199U);
	pulse.state = PULSE_STATE_WEAK;
	pulse.count = 0;
	pulse.last_flash_sample = -1;
	window = window_from_pulse(&pulse, 1000);
	EXPECT(window.count == 0U && window.offset == REPORT_OFFSET_NONE);
	pulse.count = 300;
	pulse.last_flash_sample = 0;
	EXPECT(window_from_pulse(&pulse, 1000).count == REPORT_COUNT_MAX);
}

static void test_what_was_not_measured_says_why(void)
{
	static const struct {
		enum pulse_state state;
		enum report_absence absence;
		enum report_light light;
	} CASES[] = {
		{PULSE_STATE_NONE, REPORT_ABSENCE_UNFILLED, REPORT_LIGHT_NONE},
		{PULSE_STATE_SATURATED, REPORT_ABSENCE_BLINDED, REPORT_LIGHT_SATURATED},
		{PULSE_STATE_MISSING, REPORT_ABSENCE_ADC_FAILED, REPORT_LIGHT_MISSING},
	};

	for (size_t i = 0; i < sizeof(CASES) / sizeof(CASES[0]); i++) {
		struct pulse_window pulse = {.state = CASES[i].state, .count = 4, .last_flash_sample = 100};
		struct window window = window_from_pulse(&pulse, 1000);

		EXPECT(window.count == REPORT_COUNT_NONE && window.offset == CASES[i].absence);
		EXPECT(window_flashes(window) == 0U);
		EXPECT(window_light(CASES[i].state) == CASES[i].light);
	}
	EXPECT(window_light(PULSE_STATE_GOOD) == REPORT_LIGHT_GOOD);
	EXPECT(window_light(PULSE_STATE_WEAK) == REPORT_LIGHT_WEAK);
}

static void test_a_ring_gives_what_it_holds_and_nothing_else(void)
{
	struct window memory[5];
	struct window_buffer buffer;
	struct window window;
	struct window forgotten;
	uint8_t bytes[10];

	EXPECT(window_buffer_init(&buffer, memory, 0) == KILOWINK_ERROR_RANGE);
	EXPECT(window_buffer_init(&buffer, NULL, 5) == KILOWINK_ERROR_NULL);
	EXPECT(window_buffer_init(&buffer, memory, 5) == 0);
	EXPECT(window_buffer_get(&buffer, 0, &window) == KILOWINK_ERROR_NUMBERS);
	for (uint32_t number = 0; number < 23U; number++) {
		EXPECT(window_buffer_put(&buffer, counted(number), &forgotten) == (number < 5U ? 0 : 1));
		EXPECT(number < 5U || forgotten.count == number - 5U);
		for (uint32_t asked = 0; asked < 26U; asked++) {
			bool is_held = asked <= number && asked + 5U > number;

			EXPECT(window_buffer_get(&buffer, asked, &window) == (is_held ? 0 : KILOWINK_ERROR_NUMBERS));
			EXPECT(!is_held || window.count == asked);
		}
	}
	EXPECT(window_buffer_copy(&buffer, 22, 5, bytes) == 0);
	for (unsigned int i = 0; i < 5U; i++) {
		EXPECT(bytes[2U * i] == 22U - i && bytes[2U * i + 1U] == 7U);
	}
	EXPECT(window_buffer_copy(&buffer, 22, 6, bytes) == KILOWINK_ERROR_NUMBERS);
	EXPECT(window_buffer_copy(&buffer, 21, 5, bytes) == KILOWINK_ERROR_NUMBERS);
	EXPECT(window_buffer_copy(&buffer, 23, 1, bytes) == KILOWINK_ERROR_NUMBERS);
	EXPECT(window_buffer_copy(&buffer, 22, 0, bytes) == KILOWINK_ERROR_NUMBERS);
	EXPECT(window_buffer_copy(&buffer, 2, 5, bytes) == KILOWINK_ERROR_NUMBERS);
}

static void test_numbers_end_and_do_not_wrap(void)
{
	struct window memory[3];
	struct backlog backlog;
	struct backlog_span span;
	struct report report = {.window_ms = 5000};
	uint8_t bytes[6];

	EXPECT(backlog_init(&backlog, memory, 3, BOOT) == 0);
	backlog.buffer.next_number = UINT32_MAX - 2U;
	EXPECT(backlog_put(&backlog, counted(1)) == 0);
	EXPECT(backlog_put(&backlog, counted(2)) == 0);
	EXPECT(backlog_put(&backlog, counted(3)) == KILOWINK_ERROR_NUMBERS);
	EXPECT(backlog_live(&backlog, 3, &span) && span.newest == UINT32_MAX - 1U && span.count == 2U);
	EXPECT(backlog_fill(&backlog, &span, &report, bytes) == 0);
	EXPECT(report.cumulative_count == 3U && report.oldest_number == UINT32_MAX - 2U);
}

static void test_the_cumulative_count_ends_and_does_not_wrap(void)
{
	struct window memory[3];
	struct backlog backlog;

	EXPECT(backlog_init(&backlog, memory, 3, BOOT) == 0);
	backlog.cumulative_count = UINT32_MAX - 5U;
	EXPECT(backlog_put(&backlog, counted(6)) == KILOWINK_ERROR_NUMBERS);
	EXPECT(backlog.buffer.next_number == 0U && backlog.cumulative_count == UINT32_MAX - 5U);
	EXPECT(backlog_put(&backlog, window_absent(REPORT_ABSENCE_BLINDED)) == 0);
	EXPECT(backlog_put(&backlog, counted(5)) == 0);
}

static void test_answers_of_another_boot_change_nothing(void)
{
	struct window memory[8];
	struct backlog backlog;
	struct report_answer answer = stored(1);

	EXPECT(backlog_init(&backlog, memory, 8, 0) == KILOWINK_ERROR_RANGE);
	EXPECT(backlog_init(&backlog, memory, 8, BOOT) == 0);
	for (unsigned int i = 0; i < 4U; i++) {
		EXPECT(backlog_put(&backlog, counted(i)) == 0);
	}
	EXPECT(backlog_acknowledge(&backlog, &answer) == 1 && backlog_waiting(&backlog) == 2U);
	EXPECT(backlog_acknowledge(&backlog, &answer) == 0);
	answer.boot_id = BOOT + 1U;
	answer.acknowledged = 3;
	EXPECT(backlog_acknowledge(&backlog, &answer) == KILOWINK_ERROR_FIELD && backlog_waiting(&backlog) == 2U);
}

static void test_an_acknowledgement_may_fall_and_may_not_pass_the_newest(void)
{
	struct window memory[8];
	struct backlog backlog;
	struct report_answer answer = stored(UINT32_MAX);

	EXPECT(backlog_init(&backlog, memory, 8, BOOT) == 0);
	EXPECT(backlog_acknowledge(&backlog, &answer) == 0 && backlog_waiting(&backlog) == 0U);
	for (unsigned int i = 0; i < 4U; i++) {
		EXPECT(backlog_put(&backlog, counted(i)) == 0);
	}
	EXPECT(backlog_acknowledge(&backlog, &answer) == 1 && backlog_waiting(&backlog) == 0U);
	answer = stored(0);
	EXPECT(backlog_acknowledge(&backlog, &answer) == 0 && backlog_waiting(&backlog) == 3U);
	answer.has_acknowledged = false;
	answer.acknowledged = 0;
	EXPECT(backlog_acknowledge(&backlog, &answer) == 0 && backlog_waiting(&backlog) == 4U);
}

static void test_what_is_overwritten_before_it_came_is_counted_as_lost(void)
{
	struct window memory[10];
	struct backlog backlog;
	struct report_answer answer = stored(4);

	EXPECT(backlog_init(&backlog, memory, 10, BOOT) == 0);
	for (unsigned int i = 0; i < 10U; i++) {
		EXPECT(backlog_put(&backlog, counted(1)) == 0);
	}
	EXPECT(backlog_acknowledge(&backlog, &answer) == 1);
	for (unsigned int i = 0; i < 8U; i++) {
		EXPECT(backlog_put(&backlog, counted(1)) == 0);
	}
	EXPECT(backlog.lost_windows == 3U && backlog_waiting(&backlog) == 10U && backlog.cumulative_count == 18U);
}

/* The cumulative count that a report up to and with a window says. */
static uint32_t count_said(const struct backlog *backlog, uint32_t number)
{
	struct backlog_span span = {.newest = number, .count = 1};
	struct report report = {.window_ms = 5000};
	uint8_t bytes[REPORT_WINDOW_BYTES];

	EXPECT(backlog_fill(backlog, &span, &report, bytes) == 0);
	return report.cumulative_count;
}

static void test_late_flashes_are_counted_from_the_window_on_that_told_them(void)
{
	struct window memory[4];
	struct backlog backlog;

	EXPECT(backlog_init(&backlog, memory, 4, BOOT) == 0);
	EXPECT(backlog_put(&backlog, window_absent(REPORT_ABSENCE_UNFILLED)) == 0);
	EXPECT(backlog_put(&backlog, counted(1)) == 0);
	EXPECT(count_said(&backlog, 1) == 1U);
	backlog_add_late(&backlog, 2);
	EXPECT(count_said(&backlog, 1) == 1U);
	EXPECT(backlog_put(&backlog, counted(3)) == 0);
	EXPECT(backlog_put(&backlog, counted(4)) == 0);
	EXPECT(count_said(&backlog, 0) == 0U && count_said(&backlog, 1) == 1U);
	EXPECT(count_said(&backlog, 2) == 6U && count_said(&backlog, 3) == 10U);
	/* A window without measurement brings them too, and those overwritten stay counted. */
	backlog_add_late(&backlog, 1);
	EXPECT(backlog_put(&backlog, window_absent(REPORT_ABSENCE_BLINDED)) == 0);
	EXPECT(backlog_put(&backlog, counted(0)) == 0);
	EXPECT(backlog_put(&backlog, counted(0)) == 0);
	EXPECT(count_said(&backlog, 3) == 10U && count_said(&backlog, 4) == 11U && count_said(&backlog, 6) == 11U);
}

static void test_more_late_windows_than_notes_wait_and_nothing_said_changes(void)
{
	static struct window memory[40];
	static uint32_t said[200];
	struct backlog backlog;

	EXPECT(backlog_init(&backlog, memory, 40, BOOT) == 0);
	for (uint32_t number = 0; number < 200U; number++) {
		uint32_t oldest = number < 40U ? 0U : number - 39U;

		if (number < 100U) {
			backlog_add_late(&backlog, 2);
		}
		EXPECT(backlog_put(&backlog, counted(1)) == 0);
		said[number] = count_said(&backlog, number);
		for (uint32_t held = oldest; held < number; held++) {
			EXPECT(count_said(&backlog, held) == said[held]);
		}
	}
	EXPECT(said[199] == 200U + 2U * 100U && backlog.late_waiting == 0U);
}

static void test_late_flashes_do_not_wrap_the_count(void)
{
	struct window memory[3];
	struct backlog backlog;

	EXPECT(backlog_init(&backlog, memory, 3, BOOT) == 0);
	backlog.cumulative_count = UINT32_MAX - 5U;
	backlog_add_late(&backlog, 3);
	EXPECT(backlog_put(&backlog, counted(3)) == KILOWINK_ERROR_NUMBERS);
	EXPECT(backlog.buffer.next_number == 0U && backlog.cumulative_count == UINT32_MAX - 5U);
	EXPECT(backlog_put(&backlog, counted(2)) == 0 && backlog.cumulative_count == UINT32_MAX);
}

/* Flashes 7 s apart make a start: two of them are told with the third, when their windows are long gone. */
static void test_what_a_detector_finds_is_all_in_the_cumulative_count(void)
{
	static const struct pulse_options OPTIONS = {.rate_hz = 1000, .full_scale_mv = 3300};
	struct pulse_detector detector;
	struct pulse_event event;
	struct window memory[10];
	struct backlog backlog;
	uint32_t found = 0;

	EXPECT(pulse_init(&detector, &OPTIONS) == 0);
	EXPECT(backlog_init(&backlog, memory, 10, BOOT) == 0);
	for (int ms = 0; ms < 46000; ms++) {
		int events = pulse_feed(&detector, ms % 7000 >= 3000 && ms % 7000 < 3040 ? 400 : 80, &event);

		if ((events & PULSE_EVENT_FLASH) != 0) {
			found += event.flash_count;
		}
		if ((events & PULSE_EVENT_WINDOW) != 0) {
			backlog_add_late(&backlog, (uint32_t)event.window.late_count);
			EXPECT(backlog_put(&backlog, window_from_pulse(&event.window, 1000)) == 0);
		}
	}
	EXPECT(backlog.buffer.next_number == 9U && found == 7U);
	EXPECT(count_said(&backlog, 2) == 0U && count_said(&backlog, 3) == 3U && count_said(&backlog, 8) == 6U);
}

static void test_spans_cover_all_that_waits(void)
{
	static struct window memory[2000];
	static uint8_t bytes[REPORT_WINDOW_BYTES * REPORT_WINDOWS_MAX];
	struct backlog backlog;
	struct backlog_span span;
	struct report report = {.window_ms = 5000};
	struct report_answer answer;
	unsigned int reports = 0;

	EXPECT(backlog_init(&backlog, memory, 2000, BOOT) == 0);
	EXPECT(!backlog_live(&backlog, 3, &span) && !backlog_oldest(&backlog, &span));
	for (unsigned int i = 0; i < 1500U; i++) {
		EXPECT(backlog_put(&backlog, counted(i % 3U)) == 0);
	}
	EXPECT(backlog_live(&backlog, 3, &span) && span.newest == 1499U && span.count == BACKLOG_LIVE_WINDOWS_MAX);
	while (backlog_oldest(&backlog, &span)) {
		EXPECT(backlog_fill(&backlog, &span, &report, bytes) == 0);
		EXPECT(report.newest_number == reports * REPORT_WINDOWS_MAX + report.window_count - 1U);
		EXPECT(report.cumulative_count == report.newest_number + (report.newest_number % 3U == 1U ? 0U : 1U) -
							  (report.newest_number % 3U == 0U ? 1U : 0U));
		answer = stored(span.newest);
		EXPECT(backlog_acknowledge(&backlog, &answer) == 1);
		reports++;
	}
	EXPECT(reports == 3U && backlog_waiting(&backlog) == 0U);
	EXPECT(backlog_live(&backlog, 3, &span) && span.count == 3U);
}

int main(void)
{
	test_pulse_windows_become_windows_of_reports();
	test_what_was_not_measured_says_why();
	test_a_ring_gives_what_it_holds_and_nothing_else();
	test_numbers_end_and_do_not_wrap();
	test_the_cumulative_count_ends_and_does_not_wrap();
	test_answers_of_another_boot_change_nothing();
	test_an_acknowledgement_may_fall_and_may_not_pass_the_newest();
	test_what_is_overwritten_before_it_came_is_counted_as_lost();
	test_late_flashes_are_counted_from_the_window_on_that_told_them();
	test_more_late_windows_than_notes_wait_and_nothing_said_changes();
	test_late_flashes_do_not_wrap_the_count();
	test_what_a_detector_finds_is_all_in_the_cumulative_count();
	test_spans_cover_all_that_waits();
	printf("backlog_test: %s\n", failures == 0 ? "passed" : "FAILED");
	return failures == 0 ? 0 : 1;
}
