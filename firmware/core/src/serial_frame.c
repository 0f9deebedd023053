/* Frames on a serial line; see serial_frame.h. */
#include <string.h>

#include <kilowink/error.h>
#include <kilowink/serial_frame.h>

#define FIRST  0x4bU
#define SECOND 0x57U
/* IEEE 802.3, least significant bit first. */
#define POLYNOMIAL 0xedb88320U

enum parser_state {
	STATE_FIRST = 0,
	STATE_SECOND,
	STATE_SIZE_HIGH,
	STATE_SIZE_LOW,
	STATE_MESSAGE,
	STATE_CRC,
};

/* Bit by bit: a report every 15 s is not worth a table of 1 KB in a chip's flash. */
uint32_t serial_crc32(uint32_t crc, const uint8_t *bytes, size_t size)
{
	crc = ~crc;
	for (size_t i = 0; i < size; i++) {
		crc ^= bytes[i];
		for (int bit = 0; bit < 8; bit++) {
			crc = (crc >> 1) ^ ((crc & 1U) != 0U ? POLYNOMIAL : 0U);
		}
	}
	return ~crc;
}

int serial_frame_encode(const uint8_t *message, size_t size, uint8_t *frame, size_t capacity)
{
	uint32_t crc;

	if (size == 0U || size > UINT16_MAX || capacity < SERIAL_FRAME_SIZE(size)) {
		return KILOWINK_ERROR_SIZE;
	}
	frame[0] = FIRST;
	frame[1] = SECOND;
	frame[2] = (uint8_t)(size >> 8);
	frame[3] = (uint8_t)size;
	memcpy(&frame[SERIAL_FRAME_HEAD_BYTES], message, size);
	crc = serial_crc32(0U, &frame[2], size + 2U);
	for (size_t i = 0; i < SERIAL_FRAME_CRC_BYTES; i++) {
		frame[SERIAL_FRAME_HEAD_BYTES + size + i] = (uint8_t)(crc >> (24U - 8U * i));
	}
	return (int)SERIAL_FRAME_SIZE(size);
}

int serial_parser_init(struct serial_parser *parser, uint8_t *message, size_t capacity)
{
	if (parser == NULL || message == NULL) {
		return KILOWINK_ERROR_NULL;
	}
	memset(parser, 0, sizeof(*parser));
	parser->message = message;
	parser->capacity = capacity;
	return 0;
}

static void discard(struct serial_parser *parser, uint32_t bytes)
{
	parser->discarded_bytes += bytes;
	parser->state = STATE_FIRST;
}

static void take_size(struct serial_parser *parser, uint8_t byte)
{
	uint8_t size[2];

	parser->size = (uint16_t)(parser->size | byte);
	if (parser->size == 0U || parser->size > parser->capacity) {
		discard(parser, SERIAL_FRAME_HEAD_BYTES);
		return;
	}
	size[0] = (uint8_t)(parser->size >> 8);
	size[1] = byte;
	parser->crc = serial_crc32(0U, size, sizeof(size));
	parser->at = 0;
	parser->state = STATE_MESSAGE;
}

static void take_message(struct serial_parser *parser, uint8_t byte)
{
	parser->message[parser->at] = byte;
	parser->at++;
	if (parser->at == parser->size) {
		parser->crc = serial_crc32(parser->crc, parser->message, parser->size);
		parser->at = 0;
		parser->state = STATE_CRC;
	}
}

static size_t take_crc(struct serial_parser *parser, uint8_t byte)
{
	uint8_t expected = (uint8_t)(parser->crc >> (24U - 8U * parser->at));

	if (byte != expected) {
		discard(parser, (uint32_t)(SERIAL_FRAME_HEAD_BYTES + parser->size + parser->at + 1U));
		return 0;
	}
	parser->at++;
	if (parser->at < SERIAL_FRAME_CRC_BYTES) {
		return 0;
	}
	parser->state = STATE_FIRST;
	return parser->size;
}

size_t serial_parser_feed(struct serial_parser *parser, uint8_t byte)
{
	switch (parser->state) {
	case STATE_SECOND:
		if (byte == SECOND) {
			parser->state = STATE_SIZE_HIGH;
		} else {
			/* The first letter twice: the second may begin a frame. */
			discard(parser, byte == FIRST ? 1U : 2U);
			parser->state = byte == FIRST ? STATE_SECOND : STATE_FIRST;
		}
		return 0;
	case STATE_SIZE_HIGH:
		parser->size = (uint16_t)(byte << 8);
		parser->state = STATE_SIZE_LOW;
		return 0;
	case STATE_SIZE_LOW:
		take_size(parser, byte);
		return 0;
	case STATE_MESSAGE:
		take_message(parser, byte);
		return 0;
	case STATE_CRC:
		return take_crc(parser, byte);
	case STATE_FIRST:
	default:
		if (byte == FIRST) {
			parser->state = STATE_SECOND;
		} else {
			discard(parser, 1U);
		}
		return 0;
	}
}
