/* Version 1 reports; see v1_report.h. */
#include <kilowink/error.h>
#include <kilowink/v1_report.h>

#define MAGIC	0x19U
#define VERSION 0x01U

int v1_report_encode(const struct window_buffer *buffer, uint8_t sensor_type, uint64_t uptime_ms, uint8_t windows,
		     uint8_t *bytes, size_t capacity)
{
	uint32_t uptime_s = (uint32_t)(uptime_ms / 1000U);

	if (windows == 0U) {
		return KILOWINK_ERROR_RANGE;
	}
	if (capacity < V1_REPORT_SIZE(windows)) {
		return KILOWINK_ERROR_SIZE;
	}
	bytes[0] = MAGIC;
	bytes[1] = VERSION;
	bytes[2] = sensor_type;
	bytes[3] = (uint8_t)(uptime_s >> 24);
	bytes[4] = (uint8_t)(uptime_s >> 16);
	bytes[5] = (uint8_t)(uptime_s >> 8);
	bytes[6] = (uint8_t)uptime_s;
	for (uint32_t i = 0; i < windows; i++) {
		struct window window = window_absent(REPORT_ABSENCE_UNFILLED);

		if (i < buffer->held) {
			(void)window_buffer_get(buffer, buffer->next_number - 1U - i, &window);
		}
		bytes[V1_REPORT_HEAD_BYTES + i] = window.count;
	}
	return (int)V1_REPORT_SIZE(windows);
}
