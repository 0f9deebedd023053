/*
 * Lets the decoder of the customer output be asked from outside. On standard input, again and again: four bytes of size
 * (low first), one of options (bit 0: parity in software; the others: bytes fed at once, less one), and the line's bytes.
 * For each the events, a line each, ending with the counters:
 *
 *   g LABEL TIME VALUE DATA      time: seconds UTC with d when degraded, ? unknown, - none; data in hex
 *   s FIELD…                     after a status register: its fields
 *   d REASON SIZE BURST BYTES
 *   f MODE STATE HAS_START HAS_END GROUPS BAD_GROUPS
 *   c COUNTER…
 *
 * With --time N the bytes of standard input are decoded N times over: ns a byte. With --size: bytes of a parser.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <kilowink/tic.h>

#define OPTION_PARITY 1U

static void print_hex(const uint8_t *bytes, size_t size)
{
	for (size_t i = 0; i < size; i++) {
		printf("%02x", bytes[i]);
	}
	printf("\n");
}

static void print_time(const char *horodate)
{
	struct tic_time time;

	if (horodate == NULL) {
		printf(" -");
		return;
	}
	time = tic_decode_horodate(horodate);
	if (time.is_known) {
		printf(" %lu%s", (unsigned long)time.at_s, time.is_degraded ? "d" : "");
	} else {
		printf(" ?%s", time.is_degraded ? "d" : "");
	}
}

static void print_status(uint32_t bits)
{
	const struct tic_status s = tic_decode_status(bits);

	printf("s %d %d %d %d %d %d %d %d %d %d %d %d %d %d %d %d %d %d\n", s.is_contact_open, s.breaker, s.is_cover_open,
	       s.is_over_voltage, s.is_over_power, s.is_producer, s.is_injecting, s.supplier_index, s.distributor_index,
	       s.is_clock_degraded, s.is_standard_mode, s.euridis, s.plc, s.is_plc_synchronised, (int)s.tempo_today,
	       (int)s.tempo_tomorrow, s.peak_notice, s.peak_running);
}

static void on_group(void *context, const struct tic_group *group)
{
	uint8_t form = group->label->form;
	bool is_hex = form == TIC_FORM_HEX || form == TIC_FORM_STATUS;

	(void)context;
	printf("g %s", group->label->name);
	print_time(group->horodate);
	if (form == TIC_FORM_NUMBER || form == TIC_FORM_RELAYS) {
		printf(" %lu ", (unsigned long)tic_number(group));
	} else if (is_hex) {
		printf(" %lu ", (unsigned long)tic_hex(group));
	} else if (group->id == TIC_LABEL_PTEC) {
		printf(" %d ", (int)tic_decode_ptec(group->data));
	} else {
		printf(" - ");
	}
	print_hex((const uint8_t *)group->data, group->label->size);
	if (form == TIC_FORM_STATUS) {
		print_status(tic_hex(group));
	}
}

static void on_frame(void *context, const struct tic_frame *frame)
{
	(void)context;
	printf("f %d %d %d %d %d %d\n", (int)frame->mode, (int)frame->state, frame->has_start, frame->has_end, frame->groups,
	       frame->bad_groups);
}

static void on_discarded(void *context, const struct tic_discarded *piece)
{
	size_t kept = piece->size < TIC_PIECE_BYTES_MAX ? piece->size : TIC_PIECE_BYTES_MAX;

	(void)context;
	printf("d %d %lu %lu ", (int)piece->reason, (unsigned long)piece->size, (unsigned long)piece->burst);
	print_hex(piece->bytes, kept);
}

static void print_counters(const struct tic_counters *c)
{
	const uint32_t values[] = {c->bytes,
				   c->parity_errors,
				   c->groups_ok,
				   c->bad_checksum,
				   c->unknown_label,
				   c->bad_format,
				   c->frames_complete,
				   c->frames_incomplete,
				   c->frames_interrupted,
				   c->resyncs,
				   c->mode_changes,
				   c->bytes_since_frame};

	printf("c");
	for (size_t i = 0; i < sizeof(values) / sizeof(values[0]); i++) {
		printf(" %lu", (unsigned long)values[i]);
	}
	printf("\n");
}

/* The bytes in memory of just their size, so that the sanitizer sees a read past their end. */
static uint8_t *read_exact(size_t size)
{
	uint8_t *bytes = malloc(size > 0U ? size : 1U);

	if (bytes == NULL || fread(bytes, 1, size, stdin) != size) {
		abort();
	}
	return bytes;
}

static void decode(const uint8_t *bytes, size_t size, uint8_t options)
{
	const struct tic_sink sink = {NULL, on_group, on_frame, on_discarded};
	bool in_software = (options & OPTION_PARITY) != 0U;
	size_t at_once = ((size_t)options >> 1) + 1U;
	struct tic_parser parser;

	tic_init(&parser, &sink, in_software ? TIC_PARITY_SOFTWARE : TIC_PARITY_LINE);
	for (size_t from = 0; from < size; from += at_once) {
		tic_feed(&parser, &bytes[from], size - from < at_once ? size - from : at_once);
	}
	tic_end(&parser);
	print_counters(&parser.counters);
}

static void count_frame(void *context, const struct tic_frame *frame)
{
	*(unsigned long *)context += frame->groups;
}

static int measure(int times)
{
	static uint8_t bytes[1U << 24];
	size_t size = fread(bytes, 1, sizeof(bytes), stdin);
	unsigned long groups = 0;
	const struct tic_sink sink = {&groups, NULL, count_frame, NULL};
	struct tic_parser parser;
	clock_t from = clock();

	tic_init(&parser, &sink, TIC_PARITY_LINE);
	for (int i = 0; i < times; i++) {
		tic_feed(&parser, bytes, size);
	}
	printf("%.3f %lu\n", 1e9 * (double)(clock() - from) / CLOCKS_PER_SEC / ((double)size * times), groups);
	return 0;
}

int main(int argc, char **argv)
{
	uint8_t head[5];

	if (argc == 3 && strcmp(argv[1], "--time") == 0) {
		return measure(atoi(argv[2]));
	}
	if (argc == 2 && strcmp(argv[1], "--size") == 0) {
		printf("%lu\n", (unsigned long)sizeof(struct tic_parser));
		return 0;
	}
	while (fread(head, 1, sizeof(head), stdin) == sizeof(head)) {
		size_t size = (size_t)head[0] | (size_t)head[1] << 8 | (size_t)head[2] << 16 | (size_t)head[3] << 24;
		uint8_t *bytes = read_exact(size);

		decode(bytes, size, head[4]);
		free(bytes);
	}
	return 0;
}
