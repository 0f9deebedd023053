/*
 * A gateway's MQTT on standard input and output, for a test that stands between it and a broker:
 *   winky_mqtt_host CLIENT USERNAME PASSWORD SUBSCRIBED PUBLISHED PAYLOAD
 * It connects, subscribes, waits for the message that is kept there, acknowledges it, publishes, waits for the
 * acknowledgement, says goodbye, and tells on standard error what it heard.
 */
#include <stdio.h>
#include <string.h>

#include <kilowink/winky_mqtt.h>

static uint8_t bytes[1024];
static struct winky_mqtt_reader reader;

static void send_packet(int size)
{
	if (size > 0) {
		fwrite(bytes, 1, (size_t)size, stdout);
		fflush(stdout);
	}
}

static bool await_packet(enum winky_mqtt_kind kind, struct winky_mqtt_packet *found)
{
	int byte;

	while ((byte = getchar()) != EOF) {
		int result = winky_mqtt_read(&reader, (uint8_t)byte, found);

		if (result < 0) {
			fprintf(stderr, "broken\n");
			return false;
		}
		if (result == 1 && found->kind == kind) {
			return true;
		}
	}
	fprintf(stderr, "ended\n");
	return false;
}

int main(int count, char **words)
{
	struct winky_mqtt_login login = {NULL, NULL, NULL, 30};
	struct winky_mqtt_packet found;

	if (count != 7) {
		return 2;
	}
	login.client_id = words[1];
	login.username = words[2];
	login.password = words[3];
	winky_mqtt_reader_init(&reader);
	send_packet(winky_mqtt_connect(&login, bytes, sizeof(bytes)));
	if (!await_packet(WINKY_MQTT_CONNACK, &found)) {
		return 1;
	}
	fprintf(stderr, "connack %d\n", found.code);
	if (found.code != 0) {
		return 0;
	}
	send_packet(winky_mqtt_subscribe(1, words[4], bytes, sizeof(bytes)));
	if (!await_packet(WINKY_MQTT_PUBLISH, &found)) {
		return 1;
	}
	fprintf(stderr, "%.*s %.*s\n", (int)found.topic_size, found.topic, (int)found.payload_size, found.payload);
	send_packet(winky_mqtt_puback(found.packet, bytes, sizeof(bytes)));
	send_packet(winky_mqtt_publish_head(2, words[5], strlen(words[6]), bytes, sizeof(bytes)));
	fputs(words[6], stdout);
	fflush(stdout);
	if (!await_packet(WINKY_MQTT_PUBACK, &found)) {
		return 1;
	}
	fprintf(stderr, "puback %u\n", found.packet);
	send_packet(winky_mqtt_disconnect(bytes, sizeof(bytes)));
	return 0;
}
