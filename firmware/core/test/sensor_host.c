/*
 * What a sensor writes, as a program for tests. Each line of the standard input is answered by one line of hex:
 *   v1 TYPE UPTIME_S COUNT…   a version 1 report, newest count first
 *   frame HEX                 a serial frame
 *   frames BYTES_MAX HEX      the messages in a stream, each with a space behind it, then how many bytes were skipped
 *   advert HEX                an advertisement around a report
 *   mdns                      the question for a server
 *   server HEX                what an answer to it says: a.b.c.d port, or the error
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <kilowink/advert_payload.h>
#include <kilowink/mdns.h>
#include <kilowink/serial_frame.h>
#include <kilowink/v1_report.h>

#define BYTES_MAX 8192U

static uint8_t bytes[BYTES_MAX];
static uint8_t out[BYTES_MAX];

static size_t read_hex(const char *hex)
{
	size_t size = 0;
	unsigned int byte;

	while (size < BYTES_MAX && sscanf(&hex[2U * size], "%2x", &byte) == 1) {
		bytes[size] = (uint8_t)byte;
		size++;
	}
	return size;
}

static int version_1(char *line)
{
	static struct window memory[255];
	struct window_buffer buffer;
	struct window forgotten;
	unsigned int counts[255];
	unsigned int windows = 0;
	const char *type = strtok(line, " ");
	const char *uptime = strtok(NULL, " ");
	const char *count;

	if (type == NULL || uptime == NULL || window_buffer_init(&buffer, memory, 255) != 0) {
		return -1;
	}
	while (windows < 255U && (count = strtok(NULL, " \n")) != NULL) {
		counts[windows] = (unsigned int)strtoul(count, NULL, 10);
		windows++;
	}
	for (unsigned int i = windows; i > 0U; i--) {
		struct window window = {.count = (uint8_t)counts[i - 1U]};

		(void)window_buffer_put(&buffer, window, &forgotten);
	}
	return v1_report_encode(&buffer, (uint8_t)strtoul(type, NULL, 10), strtoull(uptime, NULL, 10) * 1000U,
				(uint8_t)windows, out, sizeof(out));
}

static void print_server(const char *hex)
{
	struct mdns_server server;
	int error = mdns_response_decode(&server, bytes, read_hex(hex));

	if (error != 0) {
		printf("%d\n", error);
		return;
	}
	printf("%u.%u.%u.%u %u\n", server.address[0], server.address[1], server.address[2], server.address[3], server.port);
}

static int answer(char *line)
{
	if (strncmp(line, "v1 ", 3) == 0) {
		return version_1(&line[3]);
	}
	if (strncmp(line, "frame ", 6) == 0) {
		return serial_frame_encode(bytes, read_hex(&line[6]), out, sizeof(out));
	}
	if (strncmp(line, "advert ", 7) == 0) {
		return advert_payload_encode(bytes, read_hex(&line[7]), out, sizeof(out));
	}
	return mdns_query_encode(out, sizeof(out));
}

static void print_frames(const char *line)
{
	static uint8_t message[BYTES_MAX];
	struct serial_parser parser;
	char *hex;
	size_t capacity = strtoul(line, &hex, 10);
	size_t size = read_hex(&hex[1]);

	if (capacity > sizeof(message) || serial_parser_init(&parser, message, capacity) != 0) {
		printf("error\n");
		return;
	}
	for (size_t i = 0; i < size; i++) {
		size_t found = serial_parser_feed(&parser, bytes[i]);

		for (size_t at = 0; at < found; at++) {
			printf("%02x", message[at]);
		}
		if (found > 0U) {
			printf(" ");
		}
	}
	printf("%u\n", (unsigned int)parser.discarded_bytes);
}

int main(void)
{
	static char line[2U * BYTES_MAX + 16U];

	while (fgets(line, sizeof(line), stdin) != NULL) {
		int size;

		if (strncmp(line, "server ", 7) == 0) {
			print_server(&line[7]);
			continue;
		}
		if (strncmp(line, "frames ", 7) == 0) {
			print_frames(&line[7]);
			continue;
		}
		size = answer(line);
		for (int i = 0; i < size; i++) {
			printf("%02x", out[i]);
		}
		printf(size < 0 ? "%d\n" : "\n", size);
	}
	return 0;
}
