#include <DNSServer.h>
#include <ESP8266WebServer.h>
#include <ESP8266WiFi.h>

#include "board.h"
#include "portal.h"

namespace
{

constexpr uint16_t DNS_PORT = 53;
constexpr uint16_t HTTP_PORT = 80;

struct input {
	const char *name;
	const char *label;
	const char *type;
};

/* Names are those of the settings. */
const input inputs[] = {
	{"sensor", "Name of the sensor", "text"},
	{"wifi", "Wi-Fi", "text"},
	{"wifiPassword", "Its password", "password"},
	{"broker", "Broker", "text"},
	{"port", "Port", "number"},
	{"username", "User name", "text"},
	{"password", "Password", "password"},
};

String page(const char *said)
{
	String html = F("<!doctype html><meta name=viewport content='width=device-width'><title>WinKy</title>"
			"<style>body{font:16px system-ui;margin:2em auto;max-width:24em}input{display:block;width:100%;"
			"padding:.5em;margin:.2em 0 1em;box-sizing:border-box}</style><h1>WinKy</h1>");

	html += F("<p>");
	html += said;
	html += F("</p><form method=post>");
	for (const input &each : inputs) {
		html += F("<label>");
		html += each.label;
		html += F("<input name=");
		html += each.name;
		html += F(" type=");
		html += each.type;
		html += F("></label>");
	}
	html += F("<button>Save</button></form>");
	return html;
}

} // namespace

bool run_portal(winky_settings &settings, uint32_t for_ms, int32_t lowest_mv)
{
	const IPAddress own(192, 168, 4, 1);
	ESP8266WebServer server(own, HTTP_PORT);
	DNSServer names;
	bool is_done = false;
	char name[16];

	snprintf(name, sizeof(name), "winky-%06x", ESP.getChipId());
	WiFi.persistent(false);
	WiFi.forceSleepWake();
	WiFi.mode(WIFI_AP);
	WiFi.softAP(name);
	names.start(DNS_PORT, "*", own);
	/* Any address leads here, so that a phone shows the page by itself. */
	server.onNotFound([&server]() { server.send(200, "text/html", page("What is left empty stays as it is.")); });
	server.on("/", HTTP_POST, [&]() {
		winky_settings changed = settings;

		for (const input &each : inputs) {
			const String &value = server.arg(each.name);

			if (value.length() > 0 && winky_settings_set(&changed, each.name, value.c_str()) < 0) {
				server.send(400, "text/html", page("A value is too long, or none that is taken."));
				return;
			}
		}
		if (!winky_settings_are_enough(&changed)) {
			server.send(400, "text/html", page("Name, Wi-Fi and broker are needed."));
			return;
		}
		settings = changed;
		is_done = true;
		server.send(200, "text/html", page("Saved."));
	});
	server.begin();
	const uint32_t started = millis();

	while (!is_done && millis() - started < for_ms) {
		names.processNextRequest();
		server.handleClient();
		const int32_t now_mv = board::capacitor_mv(settings);

		if (now_mv >= WINKY_MEASURED_MV_MIN && now_mv < lowest_mv) {
			break;
		}
		delay(2);
	}
	server.stop();
	names.stop();
	WiFi.softAPdisconnect(true);
	WiFi.mode(WIFI_OFF);
	return is_done;
}
