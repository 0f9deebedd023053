/* Samples timed by the kernel: a thread waits for its timer and reads once. What it slept through is told as missed. */
#include <zephyr/kernel.h>

#include "adc_source.h"
#include "sampling.h"

/* Above the detector, below nothing of ours: a reading takes some 30 us of each period. */
#define PRIORITY   K_PRIO_COOP(2)
#define STACK_SIZE 1024
#define TICKS	   (CONFIG_SYS_CLOCK_TICKS_PER_SEC / CONFIG_KILOWINK_SAMPLE_RATE_HZ)

BUILD_ASSERT(CONFIG_SYS_CLOCK_TICKS_PER_SEC % CONFIG_KILOWINK_SAMPLE_RATE_HZ == 0,
	     "samples are a whole number of ticks apart: choose KILOWINK_SAMPLE_RATE_HZ so");

static K_THREAD_STACK_DEFINE(stack, STACK_SIZE);
static struct k_thread thread;
static K_TIMER_DEFINE(period, NULL, NULL);

static void run(void *a, void *b, void *c)
{
	uint16_t reading;
	struct adc_sequence sequence = {
		.buffer = &reading,
		.buffer_size = sizeof(reading),
	};

	ARG_UNUSED(a);
	ARG_UNUSED(b);
	ARG_UNUSED(c);
	(void)adc_sequence_init_dt(&adc_source_channel, &sequence);
	for (;;) {
		uint32_t periods = k_timer_status_sync(&period);

		if (periods > 1U) {
			sampling_miss(periods - 1U);
		}
		if (adc_read(adc_source_channel.dev, &sequence) == 0) {
			sampling_put(reading);
		} else {
			sampling_miss(1U);
		}
	}
}

int adc_source_start(void)
{
	static bool is_running;

	if (!is_running) {
		is_running = true;
		k_thread_create(&thread, stack, STACK_SIZE, run, NULL, NULL, NULL, PRIORITY, 0, K_NO_WAIT);
		(void)k_thread_name_set(&thread, "adc");
	}
	k_timer_start(&period, K_TICKS(TICKS), K_TICKS(TICKS));
	return 0;
}
