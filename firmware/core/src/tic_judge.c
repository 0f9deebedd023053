/* Whether a piece of the line is a group; see packages/core/src/tic/judge.ts for the rules and why. */
#include <string.h>

#include <kilowink/tic.h>

#define TAB	      0x09U
#define SPACE	      0x20U
#define CHECKSUM_BITS 0x3fU
#define PRINTABLE_MAX 0x7eU
#define OPTION_MAX    0x5fU
#define RELAYS_MAX    255U
#define PROFILE_BLOCK 8U
#define PROFILE_SIZE  98U

#define ROW(name, name_size, mode, form, size, is_dated, phase) {name, name_size, mode, form, size, is_dated, phase},
const struct tic_label tic_labels[TIC_LABEL_COUNT] = {TIC_LABEL_ROWS(ROW)};

static bool is_digit(uint8_t byte)
{
	return byte >= '0' && byte <= '9';
}

static bool is_capital(uint8_t byte)
{
	return byte >= 'A' && byte <= 'Z';
}

static bool is_hex(uint8_t byte)
{
	return is_digit(byte) || (byte >= 'A' && byte <= 'F');
}

/* Whether a byte may stand in the data of a label of that form. */
static bool is_of_form(uint8_t byte, uint8_t form)
{
	switch (form) {
	case TIC_FORM_NUMBER:
	case TIC_FORM_IDENTITY:
	case TIC_FORM_RELAYS:
		return is_digit(byte);
	case TIC_FORM_HEX:
	case TIC_FORM_STATUS:
		return is_hex(byte);
	case TIC_FORM_CODE:
		return is_capital(byte) || byte == '.' || byte == '_' || byte == '-';
	case TIC_FORM_OPTION:
		return byte >= SPACE && byte <= OPTION_MAX;
	case TIC_FORM_MARK:
		return is_digit(byte) || is_capital(byte);
	default:
		return byte >= SPACE && byte <= PRINTABLE_MAX;
	}
}

static bool is_profile_block(const uint8_t *block)
{
	bool is_hexadecimal = true;

	for (size_t i = 0; i < PROFILE_BLOCK; i++) {
		is_hexadecimal = is_hexadecimal && is_hex(block[i]);
	}
	return is_hexadecimal || memcmp(block, "NONUTILE", PROFILE_BLOCK) == 0;
}

static bool is_profile(const uint8_t *data)
{
	for (size_t at = 0; at < PROFILE_SIZE; at += PROFILE_BLOCK + 1U) {
		if (!is_profile_block(&data[at])) {
			return false;
		}
		if (at + PROFILE_BLOCK < PROFILE_SIZE && data[at + PROFILE_BLOCK] != SPACE) {
			return false;
		}
	}
	return true;
}

static bool is_relays(const uint8_t *data)
{
	return (unsigned int)(data[0] - '0') * 100U + (unsigned int)(data[1] - '0') * 10U + (unsigned int)(data[2] - '0') <=
	       RELAYS_MAX;
}

/* The label's number, or TIC_LABEL_COUNT; meters send labels in order, so that the first looks find most. */
static size_t find_label(const uint8_t *name, size_t size, uint8_t expected)
{
	for (size_t i = 0; i < TIC_LABEL_COUNT; i++) {
		size_t id = (expected + i) % TIC_LABEL_COUNT;
		const struct tic_label *label = &tic_labels[id];

		if (label->name_size == size && memcmp(label->name, name, size) == 0) {
			return id;
		}
	}
	return TIC_LABEL_COUNT;
}

static enum tic_reason judge_body(const uint8_t *body, size_t size, struct tic_group *group)
{
	const struct tic_label *label = group->label;
	size_t before = label->is_dated ? TIC_HORODATE_BYTES + 1U : 0U;
	const uint8_t *data = &body[before];

	if (size != before + label->size) {
		return TIC_REASON_LENGTH;
	}
	if (label->is_dated && body[TIC_HORODATE_BYTES] != TAB) {
		return TIC_REASON_HORODATE;
	}
	for (size_t i = 0; i < label->size; i++) {
		if (!is_of_form(data[i], label->form)) {
			return TIC_REASON_CHARACTERS;
		}
	}
	if (label->is_dated && !tic_is_horodate((const char *)body)) {
		return TIC_REASON_HORODATE;
	}
	if ((label->form == TIC_FORM_RELAYS && !is_relays(data)) ||
	    (label->form == TIC_FORM_PROFILE && !is_profile(data))) {
		return TIC_REASON_CHARACTERS;
	}
	group->horodate = label->is_dated ? (const char *)body : NULL;
	group->data = (const char *)data;
	return TIC_REASON_NONE;
}

enum tic_reason tic_judge(const uint8_t *bytes, size_t size, uint8_t expected, struct tic_group *group)
{
	bool has_tab = memchr(bytes, TAB, size) != NULL;
	uint8_t separator = has_tab ? TAB : SPACE;
	unsigned int sum = 0;
	size_t name_size = 0;
	size_t id;

	/* The checksum is the last byte, whatever it is: it can be a space. */
	if (size < 3U || bytes[size - 2U] != separator) {
		return TIC_REASON_FORM;
	}
	while (bytes[name_size] != separator) {
		name_size++;
	}
	if (name_size == 0U || name_size >= size - 2U) {
		return TIC_REASON_FORM;
	}
	/* In standard mode the separator before the checksum counts, in historique it does not. */
	for (size_t i = 0; i < size - (has_tab ? 1U : 2U); i++) {
		sum += bytes[i];
	}
	if ((sum & CHECKSUM_BITS) + SPACE != bytes[size - 1U]) {
		return TIC_REASON_CHECKSUM;
	}
	id = find_label(bytes, name_size, expected);
	if (id == TIC_LABEL_COUNT || (tic_labels[id].mode == TIC_MODE_STANDARD) != has_tab) {
		return TIC_REASON_LABEL;
	}
	group->id = (enum tic_label_id)id;
	group->label = &tic_labels[id];
	return judge_body(&bytes[name_size + 1U], size - name_size - 3U, group);
}
