/*
 * The detector as a program for tests: `pulse_host RATE FULL_SCALE` reads samples (int16, little endian) from its
 * standard input and writes a line for each window ("w number state count last baseline amplitude noise length late") and
 * each flash ("f window sample amplitude length16"), in the order they were told. `pulse_host --time N` says how long
 * the last of N passes over its input took, in ns a sample; `pulse_host --size` the size of a detector.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <kilowink/pulse.h>

static void print_event(int events, const struct pulse_event *event)
{
	const struct pulse_window *window = &event->window;

	if ((events & PULSE_EVENT_WINDOW) != 0) {
		printf("w %lu %d %ld %ld %ld %ld %ld %ld %ld\n", (unsigned long)window->number, (int)window->state,
		       (long)window->count, (long)window->last_flash_sample, (long)window->baseline_mv,
		       (long)window->amplitude_mv, (long)window->noise_uv, (long)window->length_us,
		       (long)window->late_count);
	}
	for (int i = 0; i < event->flash_count; i++) {
		const struct pulse_flash *flash = &event->flashes[i];

		printf("f %lu %ld %ld %ld\n", (unsigned long)flash->window_number, (long)flash->sample,
		       (long)flash->amplitude_uv, (long)flash->length16);
	}
}

static int16_t sample_at(const unsigned char *bytes)
{
	return (int16_t)(uint16_t)(bytes[0] | bytes[1] << 8);
}

static int time_passes(long passes)
{
	static unsigned char bytes[2 * 600000];
	struct pulse_options options = {.rate_hz = 1000, .full_scale_mv = 3300};
	size_t samples = fread(bytes, 2, sizeof(bytes) / 2, stdin);
	struct pulse_detector detector;
	struct pulse_event event;
	struct timespec from;
	struct timespec to;
	unsigned long found = 0;

	if (pulse_init(&detector, &options) != 0 || samples == 0) {
		return 1;
	}
	for (long pass = 0; pass < passes; pass++) {
		clock_gettime(CLOCK_MONOTONIC, &from);
		for (size_t i = 0; i < samples; i++) {
			found += (unsigned long)pulse_feed(&detector, sample_at(&bytes[2 * i]), &event);
		}
		clock_gettime(CLOCK_MONOTONIC, &to);
	}
	printf("%.1f %lu\n",
	       ((double)(to.tv_sec - from.tv_sec) * 1e9 + (double)(to.tv_nsec - from.tv_nsec)) / (double)samples,
	       found);
	return 0;
}

int main(int argc, char **argv)
{
	unsigned char bytes[2 * 4096];
	struct pulse_options options;
	struct pulse_detector detector;
	struct pulse_event event;
	size_t samples;

	if (argc == 2 && strcmp(argv[1], "--size") == 0) {
		printf("%zu\n", sizeof(detector));
		return 0;
	}
	if (argc == 3 && strcmp(argv[1], "--time") == 0) {
		return time_passes(strtol(argv[2], NULL, 10));
	}
	if (argc != 3) {
		fprintf(stderr, "usage: pulse_host RATE FULL_SCALE | --time PASSES | --size\n");
		return 2;
	}
	options.rate_hz = (uint16_t)strtoul(argv[1], NULL, 10);
	options.full_scale_mv = (uint16_t)strtoul(argv[2], NULL, 10);
	if (pulse_init(&detector, &options) != 0) {
		fprintf(stderr, "pulse_host: rate or full scale out of range\n");
		return 1;
	}
	memset(&event, 0, sizeof(event));
	while ((samples = fread(bytes, 2, sizeof(bytes) / 2, stdin)) > 0) {
		for (size_t i = 0; i < samples; i++) {
			print_event(pulse_feed(&detector, sample_at(&bytes[2 * i]), &event), &event);
		}
	}
	return 0;
}
