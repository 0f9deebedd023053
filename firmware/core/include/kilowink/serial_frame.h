/*
 * Reports and answers on a serial line, among whatever else is on it: docs/spec/serial.md.
 *
 *   'K' 'W' | size, 2 bytes | the message | CRC-32 of size and message, 4 bytes        big-endian
 */
#ifndef KILOWINK_SERIAL_FRAME_H
#define KILOWINK_SERIAL_FRAME_H

#include <stddef.h>
#include <stdint.h>

#define SERIAL_FRAME_HEAD_BYTES	 4U
#define SERIAL_FRAME_CRC_BYTES	 4U
#define SERIAL_FRAME_SIZE(bytes) (SERIAL_FRAME_HEAD_BYTES + (size_t)(bytes) + SERIAL_FRAME_CRC_BYTES)

/* CRC-32 of IEEE 802.3, over what came before (0 at first) and these bytes. */
uint32_t serial_crc32(uint32_t crc, const uint8_t *bytes, size_t size);

/* Puts a message of 1 to 65535 bytes into a frame; returns the frame's size or KILOWINK_ERROR_SIZE. */
int serial_frame_encode(const uint8_t *message, size_t size, uint8_t *frame, size_t capacity);

/* Takes frames out of a stream, byte by byte. The fields are its own; discarded_bytes is there to be shown. */
struct serial_parser {
	uint8_t *message;
	size_t capacity;
	uint32_t discarded_bytes;
	uint32_t crc;
	uint16_t size;
	uint16_t at;
	uint8_t state;
};

/* Messages are written to memory of the caller, which stays in use. */
int serial_parser_init(struct serial_parser *parser, uint8_t *message, size_t capacity);

/* Takes a byte; returns the size of the message that it completes, else 0. A frame that is too long or wrong is skipped. */
size_t serial_parser_feed(struct serial_parser *parser, uint8_t byte);

#endif
