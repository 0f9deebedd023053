/*
 * A sensor's reporting on virtual time against a server that decodes, checks and acknowledges as the real one: outages of
 * a day and longer, lost answers, a server that loses its latest, uptimes far beyond 32 bits.
 */
#include <stdlib.h>
#include <string.h>

#include <kilowink/delivery.h>
#include <kilowink/error.h>
#include <kilowink/liveness.h>

#include "expect.h"

#define DAY_WINDOWS 17280U
#define RUN_WINDOWS 60000U
#define BOOT	    77U

static const uint8_t KEY[REPORT_KEY_BYTES] = {1, 2, 3};

static uint32_t random_state = 1;

static uint32_t next_random(void)
{
	random_state = random_state * 1664525U + 1013904223U;
	return random_state ^ (random_state >> 15);
}

/* What a server knows of a boot. */
struct server {
	bool is_up;
	/* One of so many answers is lost on its way; 0: none. */
	unsigned int answers_lost;
	bool has[RUN_WINDOWS];
	uint8_t counts[RUN_WINDOWS];
	/* Up to where all is known of what the sensor holds; −1 at first. */
	int64_t acknowledged;
	uint32_t reports;
	uint32_t cumulative_count;
	uint32_t newest_number;
};

static struct server server;
static struct window memory[DAY_WINDOWS];
static uint8_t truth[RUN_WINDOWS];

/* Takes a report as the real server does; returns false when the sensor sees no answer. */
static bool serve(const uint8_t *bytes, size_t size, struct report_answer *answer)
{
	struct report report;

	if (!server.is_up) {
		return false;
	}
	EXPECT(report_decode(&report, KEY, bytes, size) == 0);
	server.reports++;
	for (uint32_t i = 0; i < report.window_count; i++) {
		uint32_t number = report.newest_number - i;

		EXPECT(!server.has[number] || server.counts[number] == report.windows[2U * i]);
		server.has[number] = true;
		server.counts[number] = report.windows[2U * i];
	}
	if (report.newest_number >= server.newest_number) {
		server.newest_number = report.newest_number;
		server.cumulative_count = report.cumulative_count;
	}
	if (server.acknowledged + 1 < (int64_t)report.oldest_number) {
		server.acknowledged = (int64_t)report.oldest_number - 1;
	}
	while (server.acknowledged + 1 <= (int64_t)server.newest_number && server.has[server.acknowledged + 1]) {
		server.acknowledged++;
	}
	memset(answer, 0, sizeof(*answer));
	answer->boot_id = report.boot_id;
	answer->has_acknowledged = server.acknowledged >= 0;
	answer->acknowledged = answer->has_acknowledged ? (uint32_t)server.acknowledged : 0U;
	return server.answers_lost == 0U || next_random() % server.answers_lost != 0U;
}

static void send(struct delivery *delivery, struct backlog *backlog, const struct backlog_span *span, uint64_t now_ms)
{
	static uint8_t windows[REPORT_WINDOW_BYTES * REPORT_WINDOWS_MAX];
	static uint8_t bytes[REPORT_SIZE_MAX];
	struct report report = {.window_ms = WINDOW_MS};
	struct report_answer answer;
	int size;

	EXPECT(backlog_fill(backlog, span, &report, windows) == 0);
	size = report_encode(&report, KEY, bytes, sizeof(bytes));
	EXPECT(size > 0);
	if (serve(bytes, (size_t)size, &answer)) {
		EXPECT(delivery_answered(delivery, backlog, &answer, now_ms, next_random()) == 1);
	} else {
		delivery_failed(delivery, now_ms, next_random());
	}
}

/* Sends what there is to send before the next window ends. */
static void report_until(struct delivery *delivery, struct backlog *backlog, uint64_t now_ms, uint64_t end_ms)
{
	while (now_ms < end_ms) {
		struct backlog_span span;
		uint64_t until_ms;
		enum delivery_step step = delivery_next(delivery, backlog, now_ms, &span, &until_ms);

		if (step == DELIVERY_WAIT && until_ms >= end_ms) {
			return;
		}
		if (step == DELIVERY_WAIT) {
			EXPECT(until_ms > now_ms);
			now_ms = until_ms;
			continue;
		}
		delivery_begin(delivery, step);
		send(delivery, backlog, &span, now_ms);
		now_ms += 40;
	}
}

struct outage {
	uint32_t from;
	uint32_t to;
};

/* Lets a sensor measure for so many windows; the server is away from and to the windows of the outage. */
static void run(struct backlog *backlog, uint32_t windows, struct outage outage, uint64_t boot_ms)
{
	struct delivery_options options = {.live_windows = 3, .retry_ms = 1000, .retry_ms_max = 60000};
	struct delivery delivery;

	memset(&server, 0, sizeof(server));
	server.acknowledged = -1;
	EXPECT(delivery_init(&delivery, &options) == 0);
	EXPECT(backlog_init(backlog, memory, DAY_WINDOWS, BOOT) == 0);
	for (uint32_t number = 0; number < windows; number++) {
		uint64_t end_ms = boot_ms + (number + 1ULL) * WINDOW_MS;
		struct window window = {.count = (uint8_t)(next_random() % 8U)};

		window.offset = window.count == 0U ? REPORT_OFFSET_NONE : 3U;
		truth[number] = window.count;
		server.is_up = number < outage.from || number >= outage.to;
		EXPECT(backlog_put(backlog, window) == 0);
		delivery_window(&delivery);
		report_until(&delivery, backlog, end_ms, end_ms + WINDOW_MS);
	}
}

static uint32_t sum_of(const uint8_t *counts, uint32_t from, uint32_t to)
{
	uint32_t sum = 0;

	for (uint32_t number = from; number < to; number++) {
		sum += counts[number];
	}
	return sum;
}

static void test_without_outage_each_window_comes(void)
{
	struct backlog backlog;
	struct outage none = {.from = 0, .to = 0};

	run(&backlog, 3000, none, 0);
	EXPECT(server.reports == 1000U);
	EXPECT(memcmp(server.counts, truth, 3000) == 0);
	EXPECT(backlog_waiting(&backlog) == 0U && backlog.lost_windows == 0U);
}

static void test_an_outage_within_memory_loses_nothing(void)
{
	struct backlog backlog;
	struct outage outage = {.from = 1001, .to = 1001 + DAY_WINDOWS - 30U};

	run(&backlog, 22000, outage, 0);
	EXPECT(memcmp(server.counts, truth, 21990) == 0);
	EXPECT(backlog.lost_windows == 0U && backlog_waiting(&backlog) < 3U);
}

static void test_of_a_longer_outage_the_energy_is_known(void)
{
	struct backlog backlog;
	struct outage outage = {.from = 1000, .to = 25000};
	uint32_t missing = 0;
	uint32_t missing_flashes = 0;
	uint32_t stored = 0;

	run(&backlog, 30000, outage, 0);
	for (uint32_t number = 0; number < 30000U; number++) {
		missing += server.has[number] ? 0U : 1U;
		missing_flashes += server.has[number] ? 0U : truth[number];
		stored += server.has[number] ? server.counts[number] : 0U;
	}
	EXPECT(missing == backlog.lost_windows && missing > 24000U - DAY_WINDOWS && missing < 24040U - DAY_WINDOWS);
	EXPECT(server.cumulative_count == sum_of(truth, 0, 30000));
	/* What is missing is the cumulative count less what is stored, to the flash. */
	EXPECT(server.cumulative_count - stored == missing_flashes);
}

static void test_lost_answers_cost_nothing(void)
{
	struct backlog backlog;
	struct outage outage = {.from = 100, .to = 5000};

	server.answers_lost = 0;
	random_state = 5;
	run(&backlog, 300, outage, 0);
	for (unsigned int one_in = 2; one_in < 5U; one_in++) {
		struct delivery_options options = {.live_windows = 3, .retry_ms = 1000, .retry_ms_max = 8000};
		struct delivery delivery;

		EXPECT(delivery_init(&delivery, &options) == 0);
		server.is_up = true;
		server.answers_lost = one_in;
		delivery_hasten(&delivery);
		report_until(&delivery, &backlog, 2000000U * one_in, 2000000U * one_in + 600000U);
		EXPECT(backlog_waiting(&backlog) == 0U);
		EXPECT(memcmp(server.counts, truth, 300) == 0);
	}
}

static void test_uptimes_beyond_32_bits_are_as_any(void)
{
	static const uint64_t BOOTS_MS[] = {0xffffffffULL - 500000ULL, 0xffffffffULL * 1000ULL - 500000ULL};

	for (size_t i = 0; i < sizeof(BOOTS_MS) / sizeof(BOOTS_MS[0]); i++) {
		struct backlog backlog;
		struct outage outage = {.from = 50, .to = 170};

		run(&backlog, 600, outage, BOOTS_MS[i]);
		EXPECT(memcmp(server.counts, truth, 600) == 0 && backlog_waiting(&backlog) == 0U);
	}
}

static void test_a_refusal_waits_longer_each_time(void)
{
	struct delivery_options options = {.live_windows = 1, .retry_ms = 1000, .retry_ms_max = 60000};
	struct report_answer answer = {.boot_id = BOOT, .status = REPORT_STATUS_RETRY};
	struct delivery delivery;
	struct backlog backlog;
	struct backlog_span span;
	struct window window = {.count = 0, .offset = REPORT_OFFSET_NONE};
	uint64_t now_ms = 1000;
	uint64_t until_ms;
	uint64_t waited_ms = 0;

	EXPECT(delivery_init(&delivery, &options) == 0);
	EXPECT(backlog_init(&backlog, memory, 100, BOOT) == 0);
	EXPECT(backlog_put(&backlog, window) == 0);
	delivery_window(&delivery);
	for (unsigned int i = 0; i < 10U; i++) {
		EXPECT(delivery_next(&delivery, &backlog, now_ms, &span, &until_ms) == DELIVERY_LIVE);
		delivery_begin(&delivery, DELIVERY_LIVE);
		EXPECT(delivery_answered(&delivery, &backlog, &answer, now_ms, next_random()) == 0);
		EXPECT(delivery_next(&delivery, &backlog, now_ms, &span, &until_ms) == DELIVERY_WAIT);
		waited_ms = until_ms - now_ms;
		now_ms = until_ms;
	}
	EXPECT(waited_ms >= 30000U && waited_ms <= 60000U && delivery.failures == 10U);
	delivery_begin(&delivery, DELIVERY_LIVE);
	answer.status = REPORT_STATUS_STORED;
	EXPECT(delivery_answered(&delivery, &backlog, &answer, now_ms, 0) == 1);
	EXPECT(delivery_next(&delivery, &backlog, now_ms, &span, &until_ms) == DELIVERY_WAIT && until_ms == UINT64_MAX);
}

static void test_waits_are_spread_between_half_and_all(void)
{
	struct backoff backoff;
	uint32_t ceiling_ms = 1000;

	EXPECT(backoff_init(&backoff, 0, 5) == KILOWINK_ERROR_RANGE);
	EXPECT(backoff_init(&backoff, 6, 5) == KILOWINK_ERROR_RANGE);
	EXPECT(backoff_init(&backoff, 1000, UINT32_MAX) == 0);
	for (unsigned int i = 0; i < 40U; i++) {
		struct backoff copy = backoff;

		EXPECT(backoff_fail(&copy, 0) == ceiling_ms / 2U);
		EXPECT(backoff_fail(&backoff, UINT32_MAX) == ceiling_ms);
		ceiling_ms = ceiling_ms > UINT32_MAX / 2U ? UINT32_MAX : 2U * ceiling_ms;
	}
	backoff_succeed(&backoff);
	EXPECT(backoff_fail(&backoff, UINT32_MAX) == 1000U);
}

static void test_the_watchdog_wants_both_to_get_on(void)
{
	struct liveness liveness;

	liveness_init(&liveness, 20000, 120000, 5000);
	EXPECT(liveness_is_alive(&liveness, 25000));
	EXPECT(!liveness_is_alive(&liveness, 25001));
	liveness_tell(&liveness, LIVENESS_SAMPLING, 120000);
	EXPECT(liveness_is_alive(&liveness, 125000));
	EXPECT(!liveness_is_alive(&liveness, 125001));
	liveness_tell(&liveness, LIVENESS_REPORTING, 125001);
	EXPECT(liveness_is_alive(&liveness, 125001));
}

int main(void)
{
	test_without_outage_each_window_comes();
	test_an_outage_within_memory_loses_nothing();
	test_of_a_longer_outage_the_energy_is_known();
	test_lost_answers_cost_nothing();
	test_uptimes_beyond_32_bits_are_as_any();
	test_a_refusal_waits_longer_each_time();
	test_waits_are_spread_between_half_and_all();
	test_the_watchdog_wants_both_to_get_on();
	printf("delivery_test: %s\n", failures == 0 ? "passed" : "FAILED");
	return failures == 0 ? 0 : 1;
}
