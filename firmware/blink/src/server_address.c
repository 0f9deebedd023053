/* See server_address.h. What was found is kept until the server does not answer there. */
#include <string.h>

#include <zephyr/kernel.h>
#include <zephyr/logging/log.h>
#include <zephyr/net/socket.h>

#include <kilowink/mdns.h>

#include "server_address.h"
#include "settings_store.h"

LOG_MODULE_REGISTER(server, CONFIG_KILOWINK_LOG_LEVEL);

/* Asked so often, each time with so long to answer. */
#define MDNS_TRIES   3
#define MDNS_WAIT_MS 1000
#define MDNS_ANSWER_BYTES 512

static struct sockaddr_in known;
static char known_as[SETTING_HOST_MAX + 1U];
static uint16_t known_port;

static int ask_once(int socket, struct mdns_server *found)
{
	static uint8_t bytes[MDNS_ANSWER_BYTES];
	struct sockaddr_in group = {
		.sin_family = AF_INET,
		.sin_port = htons(MDNS_PORT),
		.sin_addr = {{{224, 0, 0, 251}}},
	};
	struct zsock_pollfd waiting = {.fd = socket, .events = ZSOCK_POLLIN};
	int size = mdns_query_encode(bytes, sizeof(bytes));
	int64_t until_ms = k_uptime_get() + MDNS_WAIT_MS;

	if (zsock_sendto(socket, bytes, (size_t)size, 0, (struct sockaddr *)&group, sizeof(group)) < 0) {
		return -errno;
	}
	for (int64_t left_ms = MDNS_WAIT_MS; left_ms > 0; left_ms = until_ms - k_uptime_get()) {
		if (zsock_poll(&waiting, 1, (int)left_ms) <= 0) {
			break;
		}
		size = (int)zsock_recv(socket, bytes, sizeof(bytes), 0);
		if (size > 0 && mdns_response_decode(found, bytes, (size_t)size) == 0) {
			return 0;
		}
	}
	return -ENOENT;
}

static int ask(struct sockaddr_in *server)
{
	struct mdns_server found;
	int socket = zsock_socket(AF_INET, SOCK_DGRAM, IPPROTO_UDP);
	int error = -ENOENT;

	if (socket < 0) {
		return -errno;
	}
	for (int i = 0; i < MDNS_TRIES && error != 0; i++) {
		error = ask_once(socket, &found);
	}
	(void)zsock_close(socket);
	if (error == 0) {
		server->sin_port = htons(found.port);
		memcpy(&server->sin_addr, found.address, sizeof(found.address));
	}
	return error;
}

static int look_up(const char *name, struct sockaddr_in *server)
{
#ifdef CONFIG_DNS_RESOLVER
	struct zsock_addrinfo hints = {.ai_family = AF_INET, .ai_socktype = SOCK_STREAM};
	struct zsock_addrinfo *found = NULL;
	int error = zsock_getaddrinfo(name, NULL, &hints, &found);

	if (error != 0) {
		LOG_DBG("%s: %d", name, error);
		return -ENOENT;
	}
	server->sin_addr = ((const struct sockaddr_in *)found->ai_addr)->sin_addr;
	zsock_freeaddrinfo(found);
	return 0;
#else
	ARG_UNUSED(name);
	ARG_UNUSED(server);
	return -ENOTSUP;
#endif
}

static int find(const struct sensor_settings *settings, struct sockaddr_in *server)
{
	memset(server, 0, sizeof(*server));
	server->sin_family = AF_INET;
	server->sin_port = htons(settings->port);
	if (zsock_inet_pton(AF_INET, settings->server, &server->sin_addr) == 1) {
		return 0;
	}
	return strcmp(settings->server, "mdns") == 0 ? ask(server) : look_up(settings->server, server);
}

int server_address_find(struct sockaddr_in *server)
{
	struct sensor_settings settings = settings_store_get();
	int error;

	if (strcmp(known_as, settings.server) != 0 || known_port != settings.port) {
		error = find(&settings, &known);
		if (error != 0) {
			server_address_forget();
			return error;
		}
		strcpy(known_as, settings.server);
		known_port = settings.port;
	}
	*server = known;
	return 0;
}

void server_address_forget(void)
{
	known_as[0] = '\0';
}
