/*
 * Reports in Bluetooth advertisements: each window changes what is on air. Nobody answers, so a report carries as many of the
 * last windows as fit, and a listener that was away for less than that misses nothing. Connectable, for maintenance.
 */
#include <errno.h>

#include <zephyr/bluetooth/bluetooth.h>
#include <zephyr/bluetooth/conn.h>
#include <zephyr/bluetooth/hci.h>
#include <zephyr/bluetooth/hci_vs.h>
#include <zephyr/kernel.h>
#include <zephyr/logging/log.h>

#include <kilowink/advert_payload.h>
#include <kilowink/report.h>

#include "compat.h"
#include "identity.h"
#include "measurement.h"
#include "reporting.h"
#include "settings_store.h"
#include "supervisor.h"

LOG_MODULE_REGISTER(reporting, CONFIG_KILOWINK_LOG_LEVEL);

#define PRIORITY   K_PRIO_PREEMPT(8)
#define STACK_SIZE CONFIG_KILOWINK_REPORTING_STACK_SIZE
#define WAKE_MS	   5000
/* In units of 0.625 ms. */
#define INTERVAL_SLOW 1600U
#define INTERVAL_FAST 160U

static K_THREAD_STACK_DEFINE(stack, STACK_SIZE);
static struct k_thread thread;
static struct reporting_figures figures;
static struct bt_le_ext_adv *advertiser;
static uint8_t window_bytes[REPORT_WINDOW_BYTES * REPORT_WINDOWS_ADVERT];
static uint8_t message[REPORT_SIZE(REPORT_WINDOWS_ADVERT)];
static uint8_t payload[CONFIG_KILOWINK_BT_PAYLOAD_BYTES];

static void start_again(struct k_work *work)
{
	int error = bt_le_ext_adv_start(advertiser, BT_LE_EXT_ADV_START_DEFAULT);

	ARG_UNUSED(work);
	if (error != 0 && error != -EALREADY) {
		LOG_WRN("advertising not started: %d", error);
	}
}

static K_WORK_DEFINE(start_work, start_again);

static void on_disconnected(struct bt_conn *connection, uint8_t reason)
{
	ARG_UNUSED(connection);
	ARG_UNUSED(reason);
	/* A connection ended the advertising. */
	(void)k_work_submit(&start_work);
}

BT_CONN_CB_DEFINE(connection_callbacks) = {
	.disconnected = on_disconnected,
};

/* As many of the latest windows as an advertisement holds; their report's size, or an error. */
static int make_report(const uint8_t *key)
{
	struct report report = {0};
	struct backlog *backlog = measurement_lock();
	struct backlog_span span = {
		.newest = backlog->buffer.next_number - 1U,
		.count = (uint16_t)MIN(backlog->buffer.held, advert_windows_max(sizeof(payload), key != NULL)),
	};
	int error = span.count == 0U ? -ENODATA : measurement_report(&span, &report, window_bytes);

	measurement_unlock();
	if (error != 0) {
		return error;
	}
	identity_fill(&report);
	return report_encode(&report, key, message, sizeof(message));
}

static int publish(const struct sensor_settings *settings)
{
	int size = make_report(settings->has_key ? settings->key : NULL);
	struct bt_data elements[2];

	if (size < 0) {
		return size;
	}
	size = advert_payload_encode(message, (size_t)size, payload, sizeof(payload));
	if (size < 0) {
		return size;
	}
	/* The stack puts length and type before each element itself. */
	elements[0] = (struct bt_data)BT_DATA(payload[1], &payload[2], 1);
	elements[1] = (struct bt_data)BT_DATA(payload[4], &payload[5], (uint8_t)(size - 5));
	return bt_le_ext_adv_set_data(advertiser, elements, ARRAY_SIZE(elements), NULL, 0);
}

static void run(void *a, void *b, void *c)
{
	uint32_t published = 0;

	ARG_UNUSED(a);
	ARG_UNUSED(b);
	ARG_UNUSED(c);
	for (;;) {
		struct sensor_settings settings = settings_store_get();
		uint32_t windows = measurement_lock()->buffer.next_number;

		measurement_unlock();
		if (windows != published) {
			int error = publish(&settings);

			published = windows;
			figures.sent++;
			figures.failed += error == 0 ? 0U : 1U;
			figures.latest_error = error;
		}
		supervisor_tell(LIVENESS_REPORTING);
		measurement_wait(K_MSEC(WAKE_MS));
	}
}

/* With the controllers that let it be set: those of Zephyr, by a command of their own. */
static void set_power(int8_t power_dbm)
{
#ifdef CONFIG_BT_CTLR_TX_PWR_DYNAMIC_CONTROL
	struct bt_hci_cp_vs_write_tx_power_level *command;
	struct net_buf *buffer = blink_hci_command(BT_HCI_OP_VS_WRITE_TX_POWER_LEVEL, sizeof(*command));

	if (buffer == NULL) {
		return;
	}
	command = net_buf_add(buffer, sizeof(*command));
	command->handle_type = BT_HCI_VS_LL_HANDLE_TYPE_ADV;
	command->handle = bt_le_ext_adv_get_index(advertiser);
	command->tx_power_level = power_dbm;
	LOG_INF("power %d dBm: %d", power_dbm,
		bt_hci_cmd_send_sync(BT_HCI_OP_VS_WRITE_TX_POWER_LEVEL, buffer, NULL));
#else
	ARG_UNUSED(power_dbm);
#endif
}

/* A controller without the Coded PHY advertises on 1M: better to be heard less far than not at all. */
static int create(struct bt_le_adv_param *parameters)
{
	int error = bt_le_ext_adv_create(parameters, NULL, &advertiser);

	if (error != 0 && (parameters->options & BT_LE_ADV_OPT_CODED) != 0U) {
		LOG_WRN("no Coded PHY (%d): 1M", error);
		parameters->options = (parameters->options & ~BT_LE_ADV_OPT_CODED) | BT_LE_ADV_OPT_NO_2M;
		error = bt_le_ext_adv_create(parameters, NULL, &advertiser);
	}
	return error;
}

int reporting_start(void)
{
	struct sensor_settings settings = settings_store_get();
	uint32_t interval = settings.bt_is_fast ? INTERVAL_FAST : INTERVAL_SLOW;
	struct bt_le_adv_param parameters = {
		.id = BT_ID_DEFAULT,
		.options = BT_LE_ADV_OPT_EXT_ADV | BT_LE_ADV_OPT_USE_IDENTITY |
			   (IS_ENABLED(CONFIG_BT_PERIPHERAL) ? BLINK_BT_CONNECTABLE : 0U) |
			   (settings.bt_is_coded ? BT_LE_ADV_OPT_CODED : BT_LE_ADV_OPT_NO_2M),
		.interval_min = interval,
		.interval_max = interval + interval / 20U,
	};
	int error = bt_enable(NULL);

	error = error == 0 ? create(&parameters) : error;
	error = error == 0 ? bt_le_ext_adv_start(advertiser, BT_LE_EXT_ADV_START_DEFAULT) : error;
	if (error != 0) {
		return error;
	}
	set_power(settings.bt_power_dbm);
	k_thread_create(&thread, stack, STACK_SIZE, run, NULL, NULL, NULL, PRIORITY, 0, K_NO_WAIT);
	(void)k_thread_name_set(&thread, "reporting");
	return 0;
}

struct reporting_figures reporting_figures(void)
{
	return figures;
}

void reporting_hasten(void)
{
	measurement_wake();
}
