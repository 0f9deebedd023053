/* The shell's kw: status, light, trace, set, report. Secrets are taken and never shown. */
#include <stdlib.h>

#include <zephyr/kernel.h>
#include <zephyr/shell/shell.h>

#include <kilowink/error.h>

#include "identity.h"
#include "measurement.h"
#include "reporting.h"
#include "sampling.h"
#include "settings_store.h"
#ifndef CONFIG_KILOWINK_TRANSPORT_BT
#include "transport.h"
#endif
#include "wall_clock.h"

#define LIGHT_SECONDS_MAX 3600

static const char *const STATES[] = {"good", "weak", "none", "saturated", "missing"};

static void print_reporting(const struct shell *shell)
{
	struct reporting_figures figures = reporting_figures();
#ifndef CONFIG_KILOWINK_TRANSPORT_BT
	char text[80];

	transport_describe(text, sizeof(text));
	shell_print(shell, "transport  %s", text);
#endif
	shell_print(shell, "reports    %u sent, %u failed, %u refused, latest error %d", figures.sent, figures.failed,
		    figures.refused, figures.latest_error);
}

static int status(const struct shell *shell, size_t argc, char **argv)
{
	struct sampling_figures sampling = sampling_figures();
	struct backlog backlog = *measurement_lock();
	char id[IDENTITY_TEXT_BYTES];

	measurement_unlock();
	ARG_UNUSED(argc);
	ARG_UNUSED(argv);
	identity_text(id);
	shell_print(shell, "sensor     %s, %s", id, settings_store_get().name);
	shell_print(shell, "uptime     %u s, time %lld ms UTC", (uint32_t)(k_uptime_get() / 1000), wall_clock_now());
	shell_print(shell, "boot       %08x: %u windows, %u flashes", backlog.boot_id, backlog.buffer.next_number,
		    backlog.cumulative_count);
	shell_print(shell, "backlog    %u waiting, %u lost, room for %u", backlog_waiting(&backlog), backlog.lost_windows,
		    backlog.buffer.capacity);
	shell_print(shell, "samples    %u, %u overruns, ADC started again %u times", sampling.samples, sampling.overruns,
		    sampling.restarts);
	print_reporting(shell);
	return 0;
}

/* A line a window, for aligning the sensor with both hands. */
static int light(const struct shell *shell, size_t argc, char **argv)
{
	long seconds = argc > 1U ? strtol(argv[1], NULL, 10) : PULSE_WINDOW_S;
	uint32_t shown = UINT32_MAX;

	for (long second = 0; second < CLAMP(seconds, 1, LIGHT_SECONDS_MAX); second++) {
		struct pulse_window window;

		if (measurement_latest(&window) && window.number != shown) {
			shown = window.number;
			shell_print(shell, "window %u: %s, %d flashes, light %d mV, flashes %d mV high, noise %d.%d mV",
				    window.number, STATES[window.state], window.count, window.baseline_mv,
				    window.amplitude_mv, window.noise_uv / 1000, window.noise_uv / 100 % 10);
		}
		shell_print(shell, "now %d mV", sampling_figures().latest_mv);
		k_msleep(1000);
	}
	return 0;
}

#if CONFIG_KILOWINK_TRACE_SAMPLES > 0
static int trace(const struct shell *shell, size_t argc, char **argv)
{
	static int16_t samples_mv[CONFIG_KILOWINK_TRACE_SAMPLES];
	long wanted = argc > 1U ? strtol(argv[1], NULL, 10) : CONFIG_KILOWINK_TRACE_SAMPLES;
	size_t count = sampling_trace(samples_mv, (size_t)CLAMP(wanted, 1, CONFIG_KILOWINK_TRACE_SAMPLES));

	for (size_t i = 0; i < count; i++) {
		/* What the ADC failed to give is a line without a number, as kilowink detect takes it. */
		if (samples_mv[i] == PULSE_SAMPLE_MISSING) {
			shell_print(shell, "nan");
		} else {
			shell_print(shell, "%d", samples_mv[i]);
		}
	}
	return 0;
}
#endif

static int show_settings(const struct shell *shell)
{
	struct sensor_settings settings = settings_store_get();

	for (size_t i = 0; i < setting_count(); i++) {
		char value[SETTING_VALUE_BYTES];
		const char *name = setting_name(i);

		(void)setting_show(&settings, name, value);
		shell_print(shell, "%-9s %-24s %s", name, value, setting_help(name));
	}
	return 0;
}

static int set(const struct shell *shell, size_t argc, char **argv)
{
	int error;

	if (argc < 2U) {
		return show_settings(shell);
	}
	if (argc < 3U) {
		shell_error(shell, "kw set NAME VALUE; \"\" for none");
		return -EINVAL;
	}
	error = settings_store_set(argv[1], argv[2]);
	if (error == KILOWINK_ERROR_FIELD) {
		shell_error(shell, "no setting is called %s; kw set lists them", argv[1]);
		return -EINVAL;
	}
	if (error == KILOWINK_ERROR_RANGE) {
		shell_error(shell, "%s takes: %s", argv[1], setting_help(argv[1]));
		return -EINVAL;
	}
	if (error != 0) {
		shell_error(shell, "in force until the next start, but not kept: %d", error);
		return error;
	}
	shell_print(shell, "kept; address, network and Bluetooth change with the next start");
	return 0;
}

static int report(const struct shell *shell, size_t argc, char **argv)
{
	uint32_t before = reporting_figures().sent;

	ARG_UNUSED(argc);
	ARG_UNUSED(argv);
	reporting_hasten();
	for (int i = 0; i < 100 && reporting_figures().sent == before; i++) {
		k_msleep(100);
	}
	print_reporting(shell);
	return 0;
}

SHELL_STATIC_SUBCMD_SET_CREATE(commands,
	SHELL_CMD_ARG(status, NULL, "How the sensor does", status, 1, 0),
	SHELL_CMD_ARG(light, NULL, "[SECONDS] Live figures of the light", light, 1, 1),
#if CONFIG_KILOWINK_TRACE_SAMPLES > 0
	SHELL_CMD_ARG(trace, NULL, "[SAMPLES] Samples in mV, for kilowink detect", trace, 1, 1),
#endif
	SHELL_CMD_ARG(set, NULL, "[NAME VALUE] Shows or changes settings", set, 1, 2),
	SHELL_CMD_ARG(report, NULL, "Reports now", report, 1, 0),
	SHELL_SUBCMD_SET_END);

SHELL_CMD_REGISTER(kw, &commands, "Kilowink optical sensor", NULL);
