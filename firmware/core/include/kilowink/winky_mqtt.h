/*
 * The little of MQTT 3.1.1 that a gateway needs: connect, hear its settings, publish one message at QoS 1, go. Packets are
 * written into memory, and what comes is read in any pieces.
 */
#ifndef KILOWINK_WINKY_MQTT_H
#define KILOWINK_WINKY_MQTT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* The longest message that is taken in; a longer one is let go by. */
#define WINKY_MQTT_BODY_MAX 640U
/* Room for what stands before a message's payload: header, topic, packet identifier. */
#define WINKY_MQTT_HEAD_MAX 80U

struct winky_mqtt_login {
	const char *client_id;
	/* NULL or empty: none. */
	const char *username;
	const char *password;
	uint16_t keep_alive_s;
};

/* Each writes a packet and returns its size, or KILOWINK_ERROR_SIZE. */
int winky_mqtt_connect(const struct winky_mqtt_login *login, uint8_t *bytes, size_t capacity);
int winky_mqtt_subscribe(uint16_t packet, const char *topic, uint8_t *bytes, size_t capacity);
/* Only what stands before the payload, so that the payload need not be copied. */
int winky_mqtt_publish_head(uint16_t packet, const char *topic, size_t payload, uint8_t *bytes, size_t capacity);
int winky_mqtt_puback(uint16_t packet, uint8_t *bytes, size_t capacity);
int winky_mqtt_disconnect(uint8_t *bytes, size_t capacity);

enum winky_mqtt_kind {
	WINKY_MQTT_OTHER = 0,
	/* code: 0, or why not. */
	WINKY_MQTT_CONNACK = 2,
	/* A message; topic and payload point into the reader. packet is 0 when no acknowledgement is wanted. */
	WINKY_MQTT_PUBLISH = 3,
	WINKY_MQTT_PUBACK = 4,
	/* code: the QoS that was granted, or 0x80. */
	WINKY_MQTT_SUBACK = 9,
};

struct winky_mqtt_packet {
	enum winky_mqtt_kind kind;
	uint8_t code;
	uint16_t packet;
	const char *topic;
	size_t topic_size;
	const char *payload;
	size_t payload_size;
};

struct winky_mqtt_reader {
	uint8_t body[WINKY_MQTT_BODY_MAX];
	uint32_t wanted;
	uint32_t size;
	uint32_t shift;
	uint8_t first;
	/* 0 first byte, 1 length, 2 body; 3 is broken for good. */
	uint8_t stage;
};

void winky_mqtt_reader_init(struct winky_mqtt_reader *reader);

/* Takes a byte. 1 when it ends a packet, which is found until the next byte; 0 otherwise; KILOWINK_ERROR_FORM: not MQTT. */
int winky_mqtt_read(struct winky_mqtt_reader *reader, uint8_t byte, struct winky_mqtt_packet *found);

#ifdef __cplusplus
}
#endif

#endif
