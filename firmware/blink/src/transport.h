/* What carries reports to a server and its answers back. One of transport_http.c and transport_usb.c is built. */
#ifndef BLINK_TRANSPORT_H
#define BLINK_TRANSPORT_H

#include <stddef.h>
#include <stdint.h>

/* Makes ready; what cannot be had now is tried for later. 0 or an errno. */
int transport_start(void);

enum transport_path {
	TRANSPORT_REPORT,
	/* Version 1 alone says that it has started. */
	TRANSPORT_UP,
};

/* Sends a message and waits for its answer; returns the answer's size, or a negative errno. From one thread only. */
int transport_exchange(enum transport_path path, const uint8_t *message, size_t size, uint8_t *answer, size_t capacity);

/* A sentence for `kw status`: where it sends, and how that stands. */
void transport_describe(char *text, size_t size);

#endif
