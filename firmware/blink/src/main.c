/*
 * The optical sensor. Measuring starts first and depends on nothing; whatever else fails is told and tried again, because
 * windows wait in the backlog.
 */
#include <zephyr/kernel.h>
#include <zephyr/logging/log.h>
#include <zephyr/sys/reboot.h>

#include "chance.h"
#include "identity.h"
#include "maintenance.h"
#include "measurement.h"
#include "reporting.h"
#include "sampling.h"
#include "settings_store.h"
#include "supervisor.h"

LOG_MODULE_REGISTER(blink, CONFIG_KILOWINK_LOG_LEVEL);

/* Long enough to read the reason on a console. */
#define RESTART_MS 10000

int main(void)
{
	int error = settings_store_start();

	if (error != 0) {
		LOG_ERR("settings of the build are in force: flash says %d", error);
	}
	identity_start();
	chance_start();
	measurement_start();
	error = sampling_start();
	if (error != 0) {
		LOG_ERR("no light: %d", error);
	}
	supervisor_start();
	maintenance_start();
	if (error == 0) {
		error = reporting_start();
	}
	if (error != 0) {
		LOG_ERR("cannot work: %d", error);
		k_msleep(RESTART_MS);
		sys_reboot(SYS_REBOOT_COLD);
	}
	return 0;
}
