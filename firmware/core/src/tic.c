/* Pieces, groups and frames out of bytes; see tic.h. The names are those of packages/core/src/tic/parser.ts. */
#include <string.h>

#include <kilowink/error.h>
#include <kilowink/tic.h>

#define STX   0x02U
#define ETX   0x03U
#define EOT   0x04U
#define TAB   0x09U
#define SPACE 0x20U

static void count_discarded(struct tic_counters *counters, enum tic_reason reason)
{
	if (reason == TIC_REASON_CHECKSUM) {
		counters->bad_checksum++;
	} else if (reason == TIC_REASON_LABEL) {
		counters->unknown_label++;
	} else {
		counters->bad_format++;
	}
}

static void discard(struct tic_parser *parser, enum tic_reason reason, const uint8_t *bytes, uint32_t size)
{
	const struct tic_discarded piece = {
		.reason = reason,
		.bytes = bytes,
		.size = size,
		.burst = parser->burst + 1U,
	};

	parser->burst++;
	if (parser->is_open && parser->frame_bad < UINT16_MAX) {
		parser->frame_bad++;
	}
	count_discarded(&parser->counters, reason);
	if (parser->sink.on_discarded != NULL) {
		parser->sink.on_discarded(parser->sink.context, &piece);
	}
}

/* A frame without any group is none: noise has STX and ETX too. */
static void close_frame(struct tic_parser *parser, enum tic_frame_state state, bool has_end)
{
	if (parser->frame_groups > 0U) {
		const struct tic_frame frame = {
			.mode = parser->mode,
			.state = state,
			.has_start = parser->has_start,
			.has_end = has_end,
			.groups = parser->frame_groups,
			.bad_groups = parser->frame_bad,
		};

		if (state == TIC_FRAME_COMPLETE) {
			parser->counters.frames_complete++;
		} else if (state == TIC_FRAME_INCOMPLETE) {
			parser->counters.frames_incomplete++;
		} else {
			parser->counters.frames_interrupted++;
		}
		if (parser->sink.on_frame != NULL) {
			parser->sink.on_frame(parser->sink.context, &frame);
		}
	}
	memset(parser->seen, 0, sizeof(parser->seen));
	parser->frame_groups = 0;
	parser->frame_bad = 0;
	parser->is_open = false;
	parser->has_start = false;
}

static void enter_mode(struct tic_parser *parser, enum tic_mode mode)
{
	if (parser->has_mode && parser->mode == mode) {
		return;
	}
	if (parser->frame_groups > 0U) {
		close_frame(parser, TIC_FRAME_INCOMPLETE, false);
	}
	if (parser->has_mode) {
		parser->counters.mode_changes++;
	}
	parser->mode = mode;
	parser->has_mode = true;
}

static void take_group(struct tic_parser *parser, const struct tic_group *group)
{
	size_t byte = (size_t)group->id / 8U;
	unsigned int bit = 1U << ((unsigned int)group->id % 8U);

	enter_mode(parser, (enum tic_mode)group->label->mode);
	if ((parser->seen[byte] & bit) != 0U) {
		close_frame(parser, TIC_FRAME_INCOMPLETE, false);
	}
	parser->is_open = true;
	parser->seen[byte] = (uint8_t)(parser->seen[byte] | bit);
	parser->frame_groups++;
	parser->counters.groups_ok++;
	if (parser->burst > 0U) {
		parser->counters.resyncs++;
	}
	parser->burst = 0;
	parser->expected = (uint8_t)(((size_t)group->id + 1U) % TIC_LABEL_COUNT);
	if (parser->sink.on_group != NULL) {
		parser->sink.on_group(parser->sink.context, group);
	}
}

static enum tic_reason judge(struct tic_parser *parser, const uint8_t *bytes, size_t size)
{
	struct tic_group group;
	enum tic_reason reason = tic_judge(bytes, size, parser->expected, &group);

	if (reason == TIC_REASON_NONE) {
		take_group(parser, &group);
	}
	return reason;
}

/* In historique the tab is a control byte as any other. */
static void split_at_tabs(struct tic_parser *parser, const uint8_t *bytes, size_t size)
{
	size_t from = 0;

	for (size_t to = 0; to <= size; to++) {
		if (to < size && bytes[to] != TAB) {
			continue;
		}
		if (to > from) {
			enum tic_reason reason = judge(parser, &bytes[from], to - from);

			if (reason != TIC_REASON_NONE) {
				discard(parser, reason, &bytes[from], (uint32_t)(to - from));
			}
		}
		from = to + 1U;
	}
}

static void take_piece(struct tic_parser *parser)
{
	const uint8_t *bytes = parser->piece;
	size_t size = parser->piece_size;
	enum tic_reason reason;

	parser->piece_size = 0;
	if (size > TIC_PIECE_BYTES_MAX) {
		discard(parser, TIC_REASON_TOO_LONG, bytes, (uint32_t)size);
		return;
	}
	while (size > 0U && *bytes == TAB) {
		bytes++;
		size--;
	}
	if (size == 0U) {
		return;
	}
	reason = judge(parser, bytes, size);
	if (reason == TIC_REASON_NONE) {
		return;
	}
	if (parser->has_mode && parser->mode == TIC_MODE_HISTORIQUE && memchr(bytes, TAB, size) != NULL) {
		split_at_tabs(parser, bytes, size);
	} else {
		discard(parser, reason, bytes, (uint32_t)size);
	}
}

static void take_control(struct tic_parser *parser, uint8_t byte)
{
	if (byte == STX) {
		close_frame(parser, TIC_FRAME_INCOMPLETE, false);
		parser->is_open = true;
		parser->has_start = true;
	} else if (byte == ETX) {
		bool is_whole = parser->has_start && parser->frame_bad == 0U && parser->frame_groups > 0U;

		if (is_whole) {
			parser->counters.bytes_since_frame = 0;
		}
		close_frame(parser, is_whole ? TIC_FRAME_COMPLETE : TIC_FRAME_INCOMPLETE, true);
	} else if (byte == EOT) {
		close_frame(parser, TIC_FRAME_INTERRUPTED, false);
	}
}

/* Bit 7 away. A byte of wrong parity keeps it, with which no group is right; a control byte ends a piece all the same. */
static uint8_t check_parity(struct tic_parser *parser, uint8_t byte)
{
	unsigned int folded = (unsigned int)byte ^ ((unsigned int)byte >> 4);
	uint8_t bits = (uint8_t)(byte & 0x7fU);

	if (((0x6996U >> (folded & 0xfU)) & 1U) == 0U) {
		return bits;
	}
	parser->counters.parity_errors++;
	return bits < SPACE && bits != TAB ? bits : (uint8_t)(bits | 0x80U);
}

static void take_byte(struct tic_parser *parser, uint8_t byte)
{
	parser->counters.bytes++;
	parser->counters.bytes_since_frame++;
	if (byte >= SPACE || byte == TAB) {
		if (parser->piece_size < TIC_PIECE_BYTES_MAX) {
			parser->piece[parser->piece_size] = byte;
		}
		if (parser->piece_size < UINT32_MAX) {
			parser->piece_size++;
		}
		return;
	}
	if (parser->piece_size > 0U) {
		take_piece(parser);
	}
	take_control(parser, byte);
}

int tic_init(struct tic_parser *parser, const struct tic_sink *sink, enum tic_parity parity)
{
	if (parser == NULL || sink == NULL) {
		return KILOWINK_ERROR_NULL;
	}
	memset(parser, 0, sizeof(*parser));
	parser->sink = *sink;
	parser->parity = parity;
	return 0;
}

void tic_feed(struct tic_parser *parser, const uint8_t *bytes, size_t size)
{
	for (size_t i = 0; i < size; i++) {
		bool is_checked = parser->parity == TIC_PARITY_SOFTWARE;

		take_byte(parser, is_checked ? check_parity(parser, bytes[i]) : bytes[i]);
	}
}

void tic_end(struct tic_parser *parser)
{
	if (parser->piece_size > 0U) {
		take_piece(parser);
	}
	close_frame(parser, TIC_FRAME_INCOMPLETE, false);
}
