/*
 * Finding a server in the local network: the question for _kilowink._tcp.local (RFC 6762, RFC 6763), and where an answer says
 * that one is. Answers without the server's IPv4 address are not taken; servers send it along.
 */
#ifndef KILOWINK_MDNS_H
#define KILOWINK_MDNS_H

#include <stddef.h>
#include <stdint.h>

/* Where questions and answers go: 224.0.0.251. */
#define MDNS_PORT 5353U
#define MDNS_QUERY_BYTES 38U

struct mdns_server {
	uint8_t address[4];
	uint16_t port;
};

/*
 * Writes the question; returns its size or KILOWINK_ERROR_SIZE. It asks for the answer to the sender's own address, which
 * needs no membership of the group.
 */
int mdns_query_encode(uint8_t *bytes, size_t capacity);

/* The first server an answer names. KILOWINK_ERROR_SIZE: damaged; KILOWINK_ERROR_FIELD: it names none. */
int mdns_response_decode(struct mdns_server *server, const uint8_t *bytes, size_t size);

#endif
