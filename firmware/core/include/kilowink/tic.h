/*
 * The customer output (TIC) of French meters, byte by byte, in both modes, which may change at any time:
 *
 *   byte -> piece (up to a control byte) -> group that verifies -> frame
 *
 * The twin of packages/core/src/tic, event for event; the rules and why are docs/design/tic-decoder.md. No group is kept:
 * each is told when it is there, and a frame when it is over.
 */
#ifndef KILOWINK_TIC_H
#define KILOWINK_TIC_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <kilowink/tic_labels.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Longer than the longest group; what is longer is noise. */
#define TIC_PIECE_BYTES_MAX 128U
/* Season letter, then YYMMDDhhmmss. */
#define TIC_HORODATE_BYTES 13U
#define TIC_NAME_BYTES_MAX 9U

struct tic_label {
	char name[TIC_NAME_BYTES_MAX + 1U];
	uint8_t name_size;
	uint8_t mode;
	uint8_t form;
	/* Characters of the data, always so many. */
	uint8_t size;
	bool is_dated;
	/* 1 to 3; 0 is the whole. */
	uint8_t phase;
};

/* By enum tic_label_id. */
extern const struct tic_label tic_labels[TIC_LABEL_COUNT];

/* A group that verified. The text has no end mark, and is there for as long as the call that tells of it. */
struct tic_group {
	enum tic_label_id id;
	const struct tic_label *label;
	/* TIC_HORODATE_BYTES characters; NULL for a label without time. */
	const char *horodate;
	/* label->size characters, as received. */
	const char *data;
};

enum tic_frame_state {
	/* STX and ETX were there, and no bad group between. */
	TIC_FRAME_COMPLETE = 0,
	TIC_FRAME_INCOMPLETE = 1,
	/* The meter itself broke it off after a whole group. */
	TIC_FRAME_INTERRUPTED = 2,
};

/* The end of a frame: of the groups told since the end of the one before. */
struct tic_frame {
	enum tic_mode mode;
	enum tic_frame_state state;
	bool has_start;
	bool has_end;
	uint16_t groups;
	uint16_t bad_groups;
};

/* A piece of the line that is no group. */
struct tic_discarded {
	enum tic_reason reason;
	/* At most TIC_PIECE_BYTES_MAX of its bytes. */
	const uint8_t *bytes;
	uint32_t size;
	/* 1 for the first after a good group, then one more each. */
	uint32_t burst;
};

/* Who is told; any of the functions may be NULL. They must not feed the parser that calls them. */
struct tic_sink {
	void *context;
	void (*on_group)(void *context, const struct tic_group *group);
	void (*on_frame)(void *context, const struct tic_frame *frame);
	void (*on_discarded)(void *context, const struct tic_discarded *piece);
};

/* Since the parser began; each goes on at 0 after 2^32 - 1. */
struct tic_counters {
	uint32_t bytes;
	uint32_t parity_errors;
	uint32_t groups_ok;
	uint32_t bad_checksum;
	uint32_t unknown_label;
	uint32_t bad_format;
	uint32_t frames_complete;
	uint32_t frames_incomplete;
	uint32_t frames_interrupted;
	/* Good groups that came after something was thrown away. */
	uint32_t resyncs;
	uint32_t mode_changes;
	/* At the line's speed, how long ago the last complete frame was. */
	uint32_t bytes_since_frame;
};

/* How bytes reach the parser. */
enum tic_parity {
	/* Seven data bits: the port looked at parity. */
	TIC_PARITY_LINE = 0,
	/* Eight bits without parity: bit 7 is even parity, checked and counted here. */
	TIC_PARITY_SOFTWARE = 1,
};

/* The fields but counters and has_mode with mode are the parser's own. */
struct tic_parser {
	struct tic_sink sink;
	struct tic_counters counters;
	/* The mode of the last good group, once has_mode is set. */
	enum tic_mode mode;
	bool has_mode;
	enum tic_parity parity;
	uint32_t piece_size;
	uint32_t burst;
	uint16_t frame_groups;
	uint16_t frame_bad;
	bool is_open;
	bool has_start;
	/* Where the next label is looked for first: meters send them in the order of the table. */
	uint8_t expected;
	uint8_t piece[TIC_PIECE_BYTES_MAX];
	uint8_t seen[(TIC_LABEL_COUNT + 7U) / 8U];
};

/* Makes a parser ready for its first byte. 0, or KILOWINK_ERROR_NULL. */
int tic_init(struct tic_parser *parser, const struct tic_sink *sink, enum tic_parity parity);

/* Takes the next bytes of the line, of any number. Any bytes may come. */
void tic_feed(struct tic_parser *parser, const uint8_t *bytes, size_t size);

/* The line has ended: what is left is taken as a group if it is one, and an open frame is told as incomplete. */
void tic_end(struct tic_parser *parser);

/*
 * Whether a piece of the line is a group; expected says which label is looked at first. TIC_REASON_NONE: group is set and
 * points into the bytes.
 */
enum tic_reason tic_judge(const uint8_t *bytes, size_t size, uint8_t expected, struct tic_group *group);

/* A time of standard mode. */
struct tic_time {
	/* UTC, seconds since 1970; 0 where the meter sent zeros for a time it does not have. */
	uint32_t at_s;
	bool is_known;
	/* The meter says that its clock is not to be trusted. */
	bool is_degraded;
};

/* Whether TIC_HORODATE_BYTES characters have the form of a time. */
bool tic_is_horodate(const char *text);

/* A text that is one to UTC; with a space as season it is civil time of mainland France. */
struct tic_time tic_decode_horodate(const char *text);

/* The number of a group whose form is number or relays; its data are digits, at most nine. */
uint32_t tic_number(const struct tic_group *group);

/* The bits of a group whose form is hex or status. */
uint32_t tic_hex(const struct tic_group *group);

/* Tariff periods of historique (PTEC). */
enum tic_period {
	TIC_PERIOD_UNKNOWN = 0,
	TIC_PERIOD_TH = 1,
	TIC_PERIOD_HC = 2,
	TIC_PERIOD_HP = 3,
	TIC_PERIOD_HN = 4,
	TIC_PERIOD_PM = 5,
	TIC_PERIOD_HCJB = 6,
	TIC_PERIOD_HPJB = 7,
	TIC_PERIOD_HCJW = 8,
	TIC_PERIOD_HPJW = 9,
	TIC_PERIOD_HCJR = 10,
	TIC_PERIOD_HPJR = 11,
};

/* The period that the four characters of PTEC name. */
enum tic_period tic_decode_ptec(const char *data);

enum tic_colour {
	TIC_COLOUR_NONE = 0,
	TIC_COLOUR_BLUE = 1,
	TIC_COLOUR_WHITE = 2,
	TIC_COLOUR_RED = 3,
};

/* The status register of standard mode (STGE); see packages/core/src/tic/status.ts. */
struct tic_status {
	bool is_contact_open;
	bool is_cover_open;
	bool is_over_voltage;
	bool is_over_power;
	bool is_producer;
	bool is_injecting;
	bool is_clock_degraded;
	bool is_standard_mode;
	bool is_plc_synchronised;
	/* 0 closed, else why it is open. */
	uint8_t breaker;
	/* 1 to 10. */
	uint8_t supplier_index;
	/* 1 to 4. */
	uint8_t distributor_index;
	uint8_t euridis;
	uint8_t plc;
	enum tic_colour tempo_today;
	enum tic_colour tempo_tomorrow;
	/* Number of the mobile peak, 1 to 3; 0 is none. */
	uint8_t peak_notice;
	uint8_t peak_running;
};

struct tic_status tic_decode_status(uint32_t bits);

#ifdef __cplusplus
}
#endif

#endif
