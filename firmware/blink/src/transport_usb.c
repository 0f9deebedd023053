/*
 * Reports in frames on a serial line, as a rule CDC-ACM on USB: docs/spec/serial.md. The line is kilowink,report-uart of the
 * chosen nodes. Where the driver has interrupts they fill a ring; where it has none, it is asked every few milliseconds.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include <zephyr/drivers/uart.h>
#include <zephyr/kernel.h>
#include <zephyr/sys/ring_buffer.h>

#include <kilowink/report.h>
#include <kilowink/serial_frame.h>

#include "transport.h"

#define POLL_MS	   5
#define RING_BYTES 256
/* USB's drivers drop what their ring cannot take; so much leaves in so long. */
#define CHUNK_BYTES 128
#define CHUNK_MS    3

static const struct device *const uart = DEVICE_DT_GET(DT_CHOSEN(kilowink_report_uart));
static uint8_t frame[SERIAL_FRAME_SIZE(REPORT_SIZE_MAX)];
static struct serial_parser parser;
/* Answers of version 2 have 30 bytes; what is longer is not for us. */
static uint8_t parsed[64];

#ifdef CONFIG_UART_INTERRUPT_DRIVEN
RING_BUF_DECLARE(received, RING_BYTES);

static void on_interrupt(const struct device *device, void *user)
{
	uint8_t bytes[16];

	ARG_UNUSED(user);
	while (uart_irq_update(device) != 0 && uart_irq_rx_ready(device) != 0) {
		int count = uart_fifo_read(device, bytes, sizeof(bytes));

		if (count <= 0) {
			return;
		}
		(void)ring_buf_put(&received, bytes, (uint32_t)count);
	}
}

static bool take(uint8_t *byte)
{
	return ring_buf_get(&received, byte, 1U) == 1U;
}
#else
static bool take(uint8_t *byte)
{
	return uart_poll_in(uart, byte) == 0;
}
#endif

int transport_start(void)
{
	if (!device_is_ready(uart)) {
		return -ENODEV;
	}
#ifdef CONFIG_UART_INTERRUPT_DRIVEN
	(void)uart_irq_callback_user_data_set(uart, on_interrupt, NULL);
	uart_irq_rx_enable(uart);
#endif
	return serial_parser_init(&parser, parsed, sizeof(parsed));
}

static int wait_for_answer(uint8_t *answer, size_t capacity)
{
	int64_t until_ms = k_uptime_get() + CONFIG_KILOWINK_ANSWER_TIMEOUT_MS;

	while (k_uptime_get() < until_ms) {
		uint8_t byte;

		while (take(&byte)) {
			size_t size = serial_parser_feed(&parser, byte);

			if (size > 0U && size <= capacity) {
				memcpy(answer, parsed, size);
				return (int)size;
			}
		}
		k_msleep(POLL_MS);
	}
	return -ETIMEDOUT;
}

int transport_exchange(enum transport_path path, const uint8_t *message, size_t size, uint8_t *answer, size_t capacity)
{
	int length = serial_frame_encode(message, size, frame, sizeof(frame));
	uint8_t stale;

	ARG_UNUSED(path);
	if (length < 0) {
		return -EMSGSIZE;
	}
	/* An answer to an earlier report, come too late, would fail its tag. */
	while (take(&stale)) {
	}
	for (int i = 0; i < length; i++) {
		uart_poll_out(uart, frame[i]);
		if (i % CHUNK_BYTES == CHUNK_BYTES - 1) {
			k_msleep(CHUNK_MS);
		}
	}
	return wait_for_answer(answer, capacity);
}

void transport_describe(char *text, size_t size)
{
	(void)snprintf(text, size, "serial line %s, %u bytes skipped", uart->name, parser.discarded_bytes);
}
