#include <ESP8266WiFi.h>
#include <WiFiClientSecure.h>

#include <memory>

#include <kilowink/winky_mqtt.h>

#include "network.h"

namespace
{

constexpr uint32_t KNOWN_MS = 3000;
constexpr uint32_t UNKNOWN_MS = 8000;
constexpr uint32_t ANSWER_MS = 5000;
constexpr uint32_t SETTINGS_MS = 150;
constexpr uint16_t KEEP_ALIVE_S = 30;
constexpr uint16_t SETTINGS_PACKET = 1;
constexpr uint16_t UPDATE_PACKET = 2;
constexpr uint16_t MESSAGE_PACKET = 3;

bool await_address(uint32_t for_ms)
{
	const uint32_t started = millis();

	while (WiFi.status() != WL_CONNECTED) {
		if (millis() - started > for_ms) {
			return false;
		}
		delay(5);
	}
	return true;
}

void remember(winky_network &network)
{
	const auto keep = [](uint8_t *place, const IPAddress &address) {
		for (int i = 0; i < 4; i++) {
			place[i] = address[i];
		}
	};

	keep(network.address, WiFi.localIP());
	keep(network.gateway, WiFi.gatewayIP());
	keep(network.netmask, WiFi.subnetMask());
	keep(network.dns, WiFi.dnsIP());
	memcpy(network.bssid, WiFi.BSSID(), sizeof(network.bssid));
	network.channel = static_cast<uint8_t>(WiFi.channel());
	network.is_known = 1;
}

/* One connection to the broker. */
class session
{
      public:
	session(Client &client, winky_settings &settings, told &also) : client_(client), settings_(settings), also_(also)
	{
		winky_mqtt_reader_init(&reader_);
	}

	bool run(const winky_memory &memory, const char *text, size_t size)
	{
		const winky_mqtt_login login = {settings_.sensor, settings_.username, settings_.password, KEEP_ALIVE_S};

		/* An update is never asked for while messages fail: what was published last is what is known to work. */
		return send(winky_mqtt_connect(&login, bytes_, sizeof(bytes_))) && await(WINKY_MQTT_CONNACK, 0) &&
		       ask("set", SETTINGS_PACKET) && (memory.failures > 0 || ask("ota", UPDATE_PACKET)) &&
		       say("tic", text, size) && await(WINKY_MQTT_PUBACK, MESSAGE_PACKET) && linger() &&
		       send(winky_mqtt_disconnect(bytes_, sizeof(bytes_)));
	}

      private:
	bool send(int size)
	{
		return size > 0 && client_.write(bytes_, static_cast<size_t>(size)) == static_cast<size_t>(size);
	}

	void name_topic(const char *last)
	{
		snprintf(topic_, sizeof(topic_), "kilowink/%s/%s", settings_.sensor, last);
	}

	bool ask(const char *what, uint16_t packet)
	{
		name_topic(what);
		return send(winky_mqtt_subscribe(packet, topic_, bytes_, sizeof(bytes_))) &&
		       await(WINKY_MQTT_SUBACK, packet);
	}

	bool say(const char *what, const char *text, size_t size)
	{
		name_topic(what);
		return send(winky_mqtt_publish_head(MESSAGE_PACKET, topic_, size, bytes_, sizeof(bytes_))) &&
		       client_.write(reinterpret_cast<const uint8_t *>(text), size) == size;
	}

	/* Takes what comes until it is this packet. */
	bool await(winky_mqtt_kind kind, uint16_t packet)
	{
		const uint32_t started = millis();

		while (millis() - started < ANSWER_MS && client_.connected()) {
			if (client_.available() == 0) {
				delay(1);
				continue;
			}
			const int result = winky_mqtt_read(&reader_, static_cast<uint8_t>(client_.read()), &found_);

			if (result < 0) {
				return false;
			}
			if (result == 1 && found_.kind == WINKY_MQTT_PUBLISH) {
				take_message();
			} else if (result == 1 && found_.kind == kind && found_.packet == packet) {
				return kind == WINKY_MQTT_CONNACK ? found_.code == 0 : true;
			}
		}
		return false;
	}

	/* What was kept for it comes with the answers; what comes a little later is still taken. */
	bool linger()
	{
		const uint32_t started = millis();

		while (millis() - started < SETTINGS_MS && client_.available() > 0) {
			if (winky_mqtt_read(&reader_, static_cast<uint8_t>(client_.read()), &found_) == 1 &&
			    found_.kind == WINKY_MQTT_PUBLISH) {
				take_message();
			}
		}
		return true;
	}

	/* `{"url":"http://…"}`; what is none is no update. */
	void take_update()
	{
		static const char key[] = "{\"url\":\"";
		const size_t skipped = sizeof(key) - 1;
		const char *url = found_.payload + skipped;

		if (found_.payload_size < skipped + 2 || memcmp(found_.payload, key, skipped) != 0) {
			return;
		}
		const auto *end = static_cast<const char *>(memchr(url, '"', found_.payload_size - skipped));

		if (end != nullptr && static_cast<size_t>(end - url) < sizeof(also_.update_url)) {
			memcpy(also_.update_url, url, static_cast<size_t>(end - url));
			also_.update_url[end - url] = '\0';
		}
	}

	void take_message()
	{
		const bool is_update = found_.topic_size > 4 &&
				       memcmp(&found_.topic[found_.topic_size - 4], "/ota", 4) == 0;

		if (is_update) {
			take_update();
		} else {
			const winky_settings before = settings_;

			if (winky_settings_apply(&settings_, found_.payload, found_.payload_size) > 0 &&
			    memcmp(&before, &settings_, sizeof(before)) != 0) {
				also_.has_settings = true;
			}
		}
		if (found_.packet != 0) {
			send(winky_mqtt_puback(found_.packet, bytes_, sizeof(bytes_)));
		}
	}

	Client &client_;
	winky_settings &settings_;
	told &also_;
	winky_mqtt_reader reader_;
	winky_mqtt_packet found_;
	uint8_t bytes_[256];
	char topic_[WINKY_MQTT_HEAD_MAX];
};

std::unique_ptr<WiFiClient> new_client(const winky_settings &settings)
{
	if (!settings.is_tls) {
		return std::unique_ptr<WiFiClient>(new WiFiClient());
	}
	auto secure = std::unique_ptr<BearSSL::WiFiClientSecure>(new BearSSL::WiFiClientSecure());

	if (settings.fingerprint[0] == '\0' || !secure->setFingerprint(settings.fingerprint)) {
		secure->setInsecure();
	}
	/* A broker's records are short; the usual 16 KB would not fit beside a message. */
	secure->setBufferSizes(1024, 1024);
	return secure;
}

} // namespace

bool join(const winky_settings &settings, winky_memory &memory)
{
	const uint32_t started = millis();
	winky_network &network = memory.network;

	WiFi.persistent(false);
	WiFi.forceSleepWake();
	WiFi.mode(WIFI_STA);
	if (network.is_known != 0) {
		WiFi.config(IPAddress(network.address), IPAddress(network.gateway), IPAddress(network.netmask),
			    IPAddress(network.dns));
		WiFi.begin(settings.wifi_ssid, settings.wifi_password, network.channel, network.bssid);
	} else {
		WiFi.begin(settings.wifi_ssid, settings.wifi_password);
	}
	const bool is_joined = await_address(network.is_known != 0 ? KNOWN_MS : UNKNOWN_MS);

	if (is_joined) {
		remember(network);
	} else {
		network.is_known = 0;
	}
	memory.join_ms = millis() - started;
	return is_joined;
}

bool publish(winky_settings &settings, winky_memory &memory, const char *text, size_t size, told &also)
{
	/* Topics and login are of the settings at the start, whatever comes meanwhile. */
	winky_settings changed = settings;
	const uint32_t started = millis();
	const auto client = new_client(settings);

	client->setTimeout(ANSWER_MS);
	client->setNoDelay(true);
	bool is_stored = false;

	if (client->connect(settings.broker, settings.port)) {
		session talk(*client, changed, also);

		is_stored = talk.run(memory, text, size);
		client->stop(200);
	}
	if (also.has_settings) {
		settings = changed;
	}
	memory.publish_ms = millis() - started;
	return is_stored;
}

void leave()
{
	WiFi.disconnect(true);
	WiFi.mode(WIFI_OFF);
	WiFi.forceSleepBegin();
}
