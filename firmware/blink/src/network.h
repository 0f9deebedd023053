/* The interface reports leave by: an address, and, on Wi-Fi, a network that is joined again whenever it is lost. */
#ifndef BLINK_NETWORK_H
#define BLINK_NETWORK_H

#include <stdbool.h>
#include <stddef.h>

int network_start(void);

/* Whether there is an address to send from. */
bool network_is_up(void);

void network_describe(char *text, size_t size);

#endif
