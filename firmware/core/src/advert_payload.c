/* Advertisements; see advert_payload.h. */
#include <string.h>

#include <kilowink/advert_payload.h>
#include <kilowink/error.h>

#define AD_FLAGS	       0x01U
#define AD_MANUFACTURER	       0xffU
#define FLAGS_GENERAL_NO_BREDR 0x06U
/* The length byte of an element counts its type. */
#define ELEMENT_DATA_MAX 254U
#define SHORT_ABSENCE	 0xfcU

int advert_payload_encode(const uint8_t *report, size_t size, uint8_t *payload, size_t capacity)
{
	size_t total = ADVERT_FLAGS_BYTES + ADVERT_ELEMENT_BYTES + size;

	if (size > ELEMENT_DATA_MAX || total > capacity) {
		return KILOWINK_ERROR_SIZE;
	}
	payload[0] = 2U;
	payload[1] = AD_FLAGS;
	payload[2] = FLAGS_GENERAL_NO_BREDR;
	payload[3] = (uint8_t)(size + 1U);
	payload[4] = AD_MANUFACTURER;
	memcpy(&payload[ADVERT_FLAGS_BYTES + ADVERT_ELEMENT_BYTES], report, size);
	return (int)total;
}

uint16_t advert_windows_max(size_t payload_bytes, bool is_tagged)
{
	size_t fixed = ADVERT_FLAGS_BYTES + ADVERT_ELEMENT_BYTES + REPORT_BYTES + (is_tagged ? REPORT_TAG_BYTES : 0U);
	size_t windows = payload_bytes < fixed ? 0U : (payload_bytes - fixed) / REPORT_WINDOW_BYTES;

	return (uint16_t)(windows > REPORT_WINDOWS_ADVERT ? REPORT_WINDOWS_ADVERT : windows);
}

bool advert_short_of(const struct backlog *backlog, struct report_short *report)
{
	const struct window_buffer *buffer = &backlog->buffer;

	if (buffer->held == 0U) {
		return false;
	}
	report->newest_number = buffer->next_number - 1U;
	report->boot_id_low = (uint16_t)backlog->boot_id;
	for (uint32_t i = 0; i < REPORT_WINDOWS_SHORT; i++) {
		struct window window = window_absent(REPORT_ABSENCE_UNFILLED);

		if (i < buffer->held) {
			(void)window_buffer_get(buffer, report->newest_number - i, &window);
		} else if (i <= report->newest_number) {
			window = window_absent(REPORT_ABSENCE_LOST);
		} else {
			/* Before window 0 there was none. */
		}
		report->counts[i] = (uint8_t)(window.count == REPORT_COUNT_NONE ? SHORT_ABSENCE + window.offset : window.count);
	}
	return true;
}
