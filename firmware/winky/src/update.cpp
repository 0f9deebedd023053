#include <ESP8266WiFi.h>
#include <ESP8266httpUpdate.h>

#include "update.h"

namespace
{

/* Some 400 KB: fetching with the radio on, then copying in the boot loader. */
constexpr int32_t RADIO_MS = 12000;
constexpr int32_t SPARE_TIMES = 2;

#ifdef WINKY_UPDATE_KEY
/* RSA public key of who makes programs, in PEM, given at build time. */
const char public_key[] PROGMEM = WINKY_UPDATE_KEY;
#endif

} // namespace

bool update_is_affordable(const winky_settings &settings, const winky_memory &memory, int32_t now_mv)
{
	const auto radio_ms = static_cast<int32_t>(memory.join_ms + memory.publish_ms);

	/* Without a measured voltage nothing is known, and a copy that is cut half-way is a brick. */
	if (now_mv < WINKY_MEASURED_MV_MIN || radio_ms <= 0) {
		return false;
	}
	const int32_t needed_mv = memory.schedule.cost_mv * RADIO_MS / radio_ms * SPARE_TIMES;

	return now_mv - needed_mv > settings.stop_mv && now_mv >= settings.full_mv;
}

void run_update(const char *url)
{
#ifdef WINKY_UPDATE_KEY
	static BearSSL::PublicKey key(public_key);
	static BearSSL::HashSHA256 hash;
	static BearSSL::SigningVerifier verifier(&key);
	WiFiClient client;

	Update.installSignature(&hash, &verifier);
	ESPhttpUpdate.rebootOnUpdate(true);
	ESPhttpUpdate.update(client, url);
#else
	/* A build without a key takes no update from anybody. */
	(void)url;
#endif
}
