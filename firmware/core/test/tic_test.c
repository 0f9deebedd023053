/* What the decoder of the customer output promises beyond the vectors: its memory, its sinks, its limits. */
#include <stdio.h>
#include <string.h>

#include <kilowink/error.h>
#include <kilowink/tic.h>

static int failures;

#define CHECK(condition)                                                                                                   \
	do {                                                                                                               \
		if (!(condition)) {                                                                                        \
			printf("%s:%d: %s\n", __FILE__, __LINE__, #condition);                                             \
			failures++;                                                                                        \
		}                                                                                                          \
	} while (0)

static const char frame[] = "\x02\nADCO 021861000000 D\r\nPTEC HP..  \r\x03";

struct seen {
	int groups;
	int frames;
	int discarded;
	enum tic_label_id last;
};

static void on_group(void *context, const struct tic_group *group)
{
	struct seen *seen = context;

	seen->groups++;
	seen->last = group->id;
	CHECK(group->label == &tic_labels[group->id]);
}

static void on_frame(void *context, const struct tic_frame *end)
{
	((struct seen *)context)->frames++;
	CHECK(end->groups > 0U);
}

static void on_discarded(void *context, const struct tic_discarded *piece)
{
	((struct seen *)context)->discarded++;
	CHECK(piece->reason != TIC_REASON_NONE);
}

static void feed_text(struct tic_parser *parser, const char *text)
{
	tic_feed(parser, (const uint8_t *)text, strlen(text));
}

static void test_init_refuses_null(void)
{
	struct tic_parser parser;
	const struct tic_sink sink = {0};

	CHECK(tic_init(NULL, &sink, TIC_PARITY_LINE) == KILOWINK_ERROR_NULL);
	CHECK(tic_init(&parser, NULL, TIC_PARITY_LINE) == KILOWINK_ERROR_NULL);
}

static void test_sinks_are_optional(void)
{
	struct tic_parser parser;
	const struct tic_sink sink = {0};

	CHECK(tic_init(&parser, &sink, TIC_PARITY_LINE) == 0);
	feed_text(&parser, frame);
	feed_text(&parser, "rubbish\r");
	tic_end(&parser);
	CHECK(parser.counters.groups_ok + parser.counters.bad_checksum == 2U);
	CHECK(parser.counters.bad_format == 1U);
}

static void test_a_space_is_a_checksum(void)
{
	struct seen seen = {0};
	const struct tic_sink sink = {&seen, on_group, on_frame, on_discarded};
	struct tic_parser parser;

	CHECK(tic_init(&parser, &sink, TIC_PARITY_LINE) == 0);
	feed_text(&parser, "\x02\nPTEC HP..  \r\x03");
	CHECK(seen.groups == 1 && seen.last == TIC_LABEL_PTEC && seen.frames == 1 && seen.discarded == 0);
	CHECK(parser.has_mode && parser.mode == TIC_MODE_HISTORIQUE && parser.counters.frames_complete == 1U);
}

static void test_noise_without_end_takes_no_memory(void)
{
	struct seen seen = {0};
	const struct tic_sink sink = {&seen, on_group, on_frame, on_discarded};
	struct tic_parser parser;

	CHECK(tic_init(&parser, &sink, TIC_PARITY_LINE) == 0);
	for (int i = 0; i < 10000; i++) {
		feed_text(&parser, "UUUUUUUUUU");
	}
	feed_text(&parser, "\nPTEC HP..  \r");
	CHECK(seen.discarded == 1 && seen.groups == 1 && parser.counters.resyncs == 1U);
}

static void test_times(void)
{
	struct tic_time time = tic_decode_horodate("H081225223518");

	CHECK(time.is_known && !time.is_degraded && time.at_s == 1230240918U);
	time = tic_decode_horodate("e090714074553");
	CHECK(time.is_known && time.is_degraded && time.at_s == 1247550353U);
	time = tic_decode_horodate(" 000000000000");
	CHECK(!time.is_known);
	CHECK(!tic_is_horodate("H240230120000") && tic_is_horodate("H240229120000"));
	CHECK(!tic_is_horodate("X240229120000") && !tic_is_horodate("H2402291200 0"));
}

int main(void)
{
	test_init_refuses_null();
	test_sinks_are_optional();
	test_a_space_is_a_checksum();
	test_noise_without_end_takes_no_memory();
	test_times();
	printf("%d failed\n", failures);
	return failures == 0 ? 0 : 1;
}
