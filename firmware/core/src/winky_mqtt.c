/* The gateway's MQTT; see winky_mqtt.h. */
#include <string.h>

#include <kilowink/error.h>
#include <kilowink/winky_mqtt.h>

#define CONNECT	   0x10U
#define PUBLISH	   0x30U
#define QOS_1	   0x02U
#define PUBACK	   0x40U
#define SUBSCRIBE  0x82U
#define DISCONNECT 0xe0U
#define CLEAN	   0x02U
#define USERNAME   0x80U
#define PASSWORD   0x40U

struct packet {
	uint8_t *bytes;
	size_t capacity;
	size_t size;
	bool is_full;
};

static void put(struct packet *packet, const void *bytes, size_t size)
{
	if (packet->is_full || size > packet->capacity - packet->size) {
		packet->is_full = true;
		return;
	}
	memcpy(&packet->bytes[packet->size], bytes, size);
	packet->size += size;
}

static void put_byte(struct packet *packet, uint32_t byte)
{
	const uint8_t one = (uint8_t)byte;

	put(packet, &one, 1);
}

static void put_u16(struct packet *packet, uint32_t value)
{
	put_byte(packet, value >> 8);
	put_byte(packet, value & 0xffU);
}

static void put_text(struct packet *packet, const char *text)
{
	put_u16(packet, (uint32_t)strlen(text));
	put(packet, text, strlen(text));
}

/* First byte and length of what follows, seven bits a byte. */
static void put_head(struct packet *packet, uint32_t first, size_t rest)
{
	put_byte(packet, first);
	do {
		uint32_t low = (uint32_t)(rest % 128U);

		rest /= 128U;
		put_byte(packet, low | (rest > 0 ? 0x80U : 0U));
	} while (rest > 0);
}

static int finish(const struct packet *packet)
{
	return packet->is_full ? KILOWINK_ERROR_SIZE : (int)packet->size;
}

static bool is_given(const char *text)
{
	return text != NULL && text[0] != '\0';
}

int winky_mqtt_connect(const struct winky_mqtt_login *login, uint8_t *bytes, size_t capacity)
{
	struct packet packet = {bytes, capacity, 0, false};
	bool has_password = is_given(login->username) && is_given(login->password);
	size_t rest = 10U + 2U + strlen(login->client_id);

	rest += is_given(login->username) ? 2U + strlen(login->username) : 0U;
	rest += has_password ? 2U + strlen(login->password) : 0U;
	put_head(&packet, CONNECT, rest);
	put_text(&packet, "MQTT");
	put_byte(&packet, 4);
	put_byte(&packet, CLEAN | (is_given(login->username) ? USERNAME : 0U) | (has_password ? PASSWORD : 0U));
	put_u16(&packet, login->keep_alive_s);
	put_text(&packet, login->client_id);
	if (is_given(login->username)) {
		put_text(&packet, login->username);
	}
	if (has_password) {
		put_text(&packet, login->password);
	}
	return finish(&packet);
}

int winky_mqtt_subscribe(uint16_t identifier, const char *topic, uint8_t *bytes, size_t capacity)
{
	struct packet packet = {bytes, capacity, 0, false};

	put_head(&packet, SUBSCRIBE, 2U + 2U + strlen(topic) + 1U);
	put_u16(&packet, identifier);
	put_text(&packet, topic);
	put_byte(&packet, 1);
	return finish(&packet);
}

int winky_mqtt_publish_head(uint16_t identifier, const char *topic, size_t payload, uint8_t *bytes, size_t capacity)
{
	struct packet packet = {bytes, capacity, 0, false};

	put_head(&packet, PUBLISH | QOS_1, 2U + strlen(topic) + 2U + payload);
	put_text(&packet, topic);
	put_u16(&packet, identifier);
	return finish(&packet);
}

int winky_mqtt_puback(uint16_t identifier, uint8_t *bytes, size_t capacity)
{
	struct packet packet = {bytes, capacity, 0, false};

	put_head(&packet, PUBACK, 2);
	put_u16(&packet, identifier);
	return finish(&packet);
}

int winky_mqtt_disconnect(uint8_t *bytes, size_t capacity)
{
	struct packet packet = {bytes, capacity, 0, false};

	put_head(&packet, DISCONNECT, 0);
	return finish(&packet);
}

void winky_mqtt_reader_init(struct winky_mqtt_reader *reader)
{
	memset(reader, 0, sizeof(*reader));
}

static uint16_t get_u16(const uint8_t *bytes)
{
	return (uint16_t)((bytes[0] << 8) | bytes[1]);
}

static int read_publish(const struct winky_mqtt_reader *reader, struct winky_mqtt_packet *found)
{
	uint32_t identifier = (reader->first & 0x06U) != 0 ? 2U : 0U;
	uint32_t topic = reader->wanted < 2U ? 0 : get_u16(reader->body);

	if (reader->wanted < 2U + topic + identifier) {
		return KILOWINK_ERROR_FORM;
	}
	found->topic = (const char *)&reader->body[2];
	found->topic_size = topic;
	found->packet = identifier == 0 ? 0 : get_u16(&reader->body[2U + topic]);
	found->payload = (const char *)&reader->body[2U + topic + identifier];
	found->payload_size = reader->wanted - 2U - topic - identifier;
	return 1;
}

/* A whole packet; one that did not fit is told as another kind. */
static int finish_read(struct winky_mqtt_reader *reader, struct winky_mqtt_packet *found)
{
	uint8_t kind = (uint8_t)(reader->first >> 4);

	reader->stage = 0;
	memset(found, 0, sizeof(*found));
	if (reader->wanted > WINKY_MQTT_BODY_MAX) {
		return 1;
	}
	if (kind == WINKY_MQTT_PUBLISH) {
		found->kind = WINKY_MQTT_PUBLISH;
		return read_publish(reader, found);
	}
	if (kind != WINKY_MQTT_CONNACK && kind != WINKY_MQTT_PUBACK && kind != WINKY_MQTT_SUBACK) {
		return 1;
	}
	if (reader->wanted < (kind == WINKY_MQTT_SUBACK ? 3U : 2U)) {
		return KILOWINK_ERROR_FORM;
	}
	found->kind = (enum winky_mqtt_kind)kind;
	if (kind == WINKY_MQTT_CONNACK) {
		found->code = reader->body[1];
	} else {
		found->packet = get_u16(reader->body);
		found->code = kind == WINKY_MQTT_SUBACK ? reader->body[2] : 0;
	}
	return 1;
}

static int read_length(struct winky_mqtt_reader *reader, uint8_t byte, struct winky_mqtt_packet *found)
{
	reader->wanted |= (uint32_t)(byte & 0x7fU) << reader->shift;
	reader->shift += 7U;
	if ((byte & 0x80U) != 0) {
		return reader->shift > 21U ? KILOWINK_ERROR_FORM : 0;
	}
	reader->stage = 2;
	return reader->wanted == 0 ? finish_read(reader, found) : 0;
}

int winky_mqtt_read(struct winky_mqtt_reader *reader, uint8_t byte, struct winky_mqtt_packet *found)
{
	int result = KILOWINK_ERROR_FORM;

	switch (reader->stage) {
	case 0:
		reader->first = byte;
		reader->wanted = 0;
		reader->size = 0;
		reader->shift = 0;
		reader->stage = 1;
		return 0;
	case 1:
		result = read_length(reader, byte, found);
		break;
	case 2:
		if (reader->size < WINKY_MQTT_BODY_MAX) {
			reader->body[reader->size] = byte;
		}
		reader->size++;
		result = reader->size == reader->wanted ? finish_read(reader, found) : 0;
		break;
	default:
		break;
	}
	if (result < 0) {
		reader->stage = 3;
	}
	return result;
}
