/* Where the server is: by address, by name, or asked for in the local network. */
#ifndef BLINK_SERVER_ADDRESS_H
#define BLINK_SERVER_ADDRESS_H

#include <zephyr/net/net_ip.h>

/* Finds the server, or remembers where it was; 0 or a negative errno. */
int server_address_find(struct sockaddr_in *server);

/* It did not answer there: look again next time. */
void server_address_forget(void);

#endif
