/* Reports over HTTP: POST, a connection for each, as sensors in the field do. docs/spec/report.md. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include <zephyr/kernel.h>
#include <zephyr/logging/log.h>
#include <zephyr/net/http/client.h>
#include <zephyr/net/socket.h>

#include "compat.h"
#include "network.h"
#include "server_address.h"
#include "transport.h"

LOG_MODULE_REGISTER(http, CONFIG_KILOWINK_LOG_LEVEL);

#define TIMEOUT_MS CONFIG_KILOWINK_ANSWER_TIMEOUT_MS
/* Head and answer of the server; what is longer is no answer. */
#define RECEIVE_BYTES 512
#define HOST_BYTES    (NET_IPV4_ADDR_LEN + sizeof(":65535"))

/* An answer in the making. */
struct exchange {
	uint8_t *answer;
	size_t capacity;
	size_t size;
	uint16_t status;
	bool is_whole;
};

static BLINK_HTTP_RESPONSE on_response(struct http_response *response, enum http_final_call final, void *user)
{
	struct exchange *exchange = user;

	if (response->body_frag_len > 0U && exchange->size + response->body_frag_len <= exchange->capacity) {
		memcpy(&exchange->answer[exchange->size], response->body_frag_start, response->body_frag_len);
		exchange->size += response->body_frag_len;
	}
	if (final == HTTP_DATA_FINAL) {
		exchange->status = response->http_status_code;
		exchange->is_whole = true;
	}
	return BLINK_HTTP_GO_ON;
}

/* A connection is waited for as long as NET_SOCKETS_CONNECT_TIMEOUT says. */
static int connect_to(const struct sockaddr_in *server)
{
	const struct zsock_timeval patience = {.tv_sec = TIMEOUT_MS / 1000, .tv_usec = TIMEOUT_MS % 1000 * 1000};
	int socket = zsock_socket(AF_INET, SOCK_STREAM, IPPROTO_TCP);
	int error = 0;

	if (socket < 0) {
		return -errno;
	}
	(void)zsock_setsockopt(socket, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof(patience));
	if (zsock_connect(socket, (const struct sockaddr *)server, sizeof(*server)) != 0) {
		error = -errno;
		(void)zsock_close(socket);
		return error;
	}
	return socket;
}

static int post(int socket, const struct sockaddr_in *server, struct http_request *request, struct exchange *exchange)
{
	static uint8_t received[RECEIVE_BYTES];
	char number[NET_IPV4_ADDR_LEN];
	char host[HOST_BYTES];
	int sent;

	(void)zsock_inet_ntop(AF_INET, &server->sin_addr, number, sizeof(number));
	(void)snprintf(host, sizeof(host), "%s:%u", number, ntohs(server->sin_port));
	request->method = HTTP_POST;
	request->host = host;
	request->protocol = "HTTP/1.1";
	request->response = on_response;
	request->recv_buf = received;
	request->recv_buf_len = sizeof(received);
	sent = http_client_req(socket, request, TIMEOUT_MS, exchange);
	if (sent < 0) {
		return sent;
	}
	if (!exchange->is_whole) {
		return -ECONNRESET;
	}
	/* 503 says in words to try again. */
	return exchange->status == 200U ? (int)exchange->size : -EAGAIN;
}

int transport_exchange(enum transport_path path, const uint8_t *message, size_t size, uint8_t *answer, size_t capacity)
{
	struct exchange exchange = {.answer = answer, .capacity = capacity};
	struct http_request request = {
		.url = path == TRANSPORT_UP ? "/sensor/up" : "/sensor/report",
		.payload = (const char *)message,
		.payload_len = size,
	};
	struct sockaddr_in server;
	int result;
	int socket;

	if (!network_is_up()) {
		return -ENETDOWN;
	}
	result = server_address_find(&server);
	if (result != 0) {
		return result;
	}
	socket = connect_to(&server);
	if (socket < 0) {
		server_address_forget();
		return socket;
	}
	result = post(socket, &server, &request, &exchange);
	(void)zsock_close(socket);
	return result;
}

int transport_start(void)
{
	return network_start();
}

void transport_describe(char *text, size_t size)
{
	int length = snprintf(text, size, "http from ");

	if (length > 0 && (size_t)length < size) {
		network_describe(&text[length], size - (size_t)length);
	}
}
