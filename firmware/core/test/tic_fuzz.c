/*
 * What libFuzzer calls: any bytes are a line. Whatever comes, a group has the data its label says, and the same bytes fed
 * one by one give the same counters. tools/fuzz-tic.ts builds and runs it.
 */
#include <stdlib.h>
#include <string.h>

#include <kilowink/tic.h>

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

static void check(bool condition)
{
	if (!condition) {
		abort();
	}
}

static void on_group(void *context, const struct tic_group *group)
{
	uint8_t form = group->label->form;
	bool is_dated = group->label->is_dated;

	(*(uint32_t *)context)++;
	check(group->label == &tic_labels[group->id]);
	check((group->horodate != NULL) == is_dated);
	if (is_dated) {
		struct tic_time time = tic_decode_horodate(group->horodate);

		check(time.is_known || time.at_s == 0U);
	}
	if (form == TIC_FORM_NUMBER) {
		check(tic_number(group) <= 999999999U);
	} else if (form == TIC_FORM_STATUS) {
		check(tic_decode_status(tic_hex(group)).supplier_index <= 16U);
	}
}

static void on_frame(void *context, const struct tic_frame *frame)
{
	(void)context;
	check(frame->groups > 0U && frame->groups <= TIC_LABEL_COUNT);
	check(frame->state != TIC_FRAME_COMPLETE || (frame->has_start && frame->has_end && frame->bad_groups == 0U));
}

static void on_discarded(void *context, const struct tic_discarded *piece)
{
	(void)context;
	check(piece->reason != TIC_REASON_NONE && piece->size > 0U && piece->burst > 0U);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
	uint32_t groups = 0;
	const struct tic_sink sink = {&groups, on_group, on_frame, on_discarded};
	enum tic_parity parity = size % 2U == 0U ? TIC_PARITY_LINE : TIC_PARITY_SOFTWARE;
	struct tic_parser whole;
	struct tic_parser single;

	tic_init(&whole, &sink, parity);
	tic_feed(&whole, bytes, size);
	tic_end(&whole);
	tic_init(&single, &sink, parity);
	for (size_t i = 0; i < size; i++) {
		tic_feed(&single, &bytes[i], 1U);
	}
	tic_end(&single);
	check(memcmp(&whole.counters, &single.counters, sizeof(whole.counters)) == 0);
	check(groups == whole.counters.groups_ok + single.counters.groups_ok);
	return 0;
}
