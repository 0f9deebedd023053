/*
 * A Wi-Fi station that comes back: a join that fails or is lost is tried again, after waits that double up to two minutes,
 * each with jitter, so that sensors do not besiege an access point that restarts.
 */
#include <string.h>

#include <zephyr/kernel.h>
#include <zephyr/logging/log.h>
#include <zephyr/net/net_if.h>
#include <zephyr/net/net_mgmt.h>
#include <zephyr/net/wifi_mgmt.h>

#include <kilowink/backoff.h>

#include "chance.h"
#include "compat.h"
#include "settings_store.h"
#include "wifi.h"

LOG_MODULE_REGISTER(wifi, CONFIG_KILOWINK_LOG_LEVEL);

#define EVENTS (NET_EVENT_WIFI_CONNECT_RESULT | NET_EVENT_WIFI_DISCONNECT_RESULT)
/* A join that says nothing for so long has failed. */
#define JOIN_MS	     20000
#define RETRY_MS     2000
#define RETRY_MS_MAX 120000

static struct net_if *station;
static struct net_mgmt_event_callback events;
static struct backoff backoff;
static atomic_t is_joined;

static void join(struct k_work *work);
static K_WORK_DELAYABLE_DEFINE(join_work, join);

static void join_later(void)
{
	uint32_t wait_ms = backoff_fail(&backoff, chance_u32());

	LOG_INF("joins again in %u ms", wait_ms);
	(void)k_work_reschedule(&join_work, K_MSEC(wait_ms));
}

static void join(struct k_work *work)
{
	struct sensor_settings settings = settings_store_get();
	struct wifi_connect_req_params request = {
		.ssid = (const uint8_t *)settings.wifi_ssid,
		.ssid_length = (uint8_t)strlen(settings.wifi_ssid),
		.psk = (uint8_t *)settings.wifi_password,
		.psk_length = (uint8_t)strlen(settings.wifi_password),
		.channel = WIFI_CHANNEL_ANY,
		.band = WIFI_FREQ_BAND_UNKNOWN,
		.mfp = WIFI_MFP_OPTIONAL,
		.timeout = SYS_FOREVER_MS,
	};

	ARG_UNUSED(work);
	if (atomic_get(&is_joined) != 0) {
		return;
	}
	request.security = request.psk_length > 0U ? WIFI_SECURITY_TYPE_PSK : WIFI_SECURITY_TYPE_NONE;
	if (request.ssid_length == 0U) {
		LOG_WRN("no network is set: kw set ssid NAME");
		join_later();
		return;
	}
	if (net_mgmt(NET_REQUEST_WIFI_CONNECT, station, &request, sizeof(request)) != 0) {
		join_later();
		return;
	}
	(void)k_work_reschedule(&join_work, K_MSEC(JOIN_MS));
}

static void on_event(struct net_mgmt_event_callback *callback, BLINK_NET_EVENT event, struct net_if *iface)
{
	const struct wifi_status *status = callback->info;
	bool is_success = event == NET_EVENT_WIFI_CONNECT_RESULT && (status == NULL || status->status == 0);

	if (iface != station) {
		return;
	}
	(void)atomic_set(&is_joined, is_success ? 1 : 0);
	if (is_success) {
		backoff_succeed(&backoff);
		(void)k_work_cancel_delayable(&join_work);
		LOG_INF("joined");
		return;
	}
	LOG_WRN("%s (%d)", event == NET_EVENT_WIFI_CONNECT_RESULT ? "not joined" : "lost",
		status == NULL ? 0 : status->status);
	join_later();
}

int wifi_start(struct net_if *iface)
{
	int error = backoff_init(&backoff, RETRY_MS, RETRY_MS_MAX);

	station = iface;
	net_mgmt_init_event_callback(&events, on_event, EVENTS);
	net_mgmt_add_event_callback(&events);
	(void)k_work_schedule(&join_work, K_MSEC(500));
	return error;
}

bool wifi_is_joined(void)
{
	return atomic_get(&is_joined) != 0;
}
