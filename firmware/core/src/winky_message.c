/* The gateway's messages; see winky_message.h. */
#include <string.h>

#include <kilowink/error.h>
#include <kilowink/winky_message.h>

/* Text that is written until it is full, and then not any more. */
struct writer {
	char *text;
	size_t capacity;
	size_t size;
	bool is_full;
};

static void put_bytes(struct writer *writer, const char *bytes, size_t size)
{
	if (writer->is_full || size > writer->capacity - writer->size) {
		writer->is_full = true;
		return;
	}
	memcpy(&writer->text[writer->size], bytes, size);
	writer->size += size;
}

static void put(struct writer *writer, const char *text)
{
	put_bytes(writer, text, strlen(text));
}

static void put_number(struct writer *writer, uint32_t value)
{
	char digits[10];
	size_t first = sizeof(digits);

	do {
		first--;
		digits[first] = (char)('0' + value % 10U);
		value /= 10U;
	} while (value > 0);
	put_bytes(writer, &digits[first], sizeof(digits) - first);
}

/* Printable text in quotes; JSON wants two of its characters marked. */
static void put_quoted(struct writer *writer, const char *text, size_t size)
{
	put(writer, "\"");
	for (size_t i = 0; i < size; i++) {
		if (text[i] == '"' || text[i] == '\\') {
			put(writer, "\\");
		}
		put_bytes(writer, &text[i], 1);
	}
	put(writer, "\"");
}

void winky_frame_clear(struct winky_frame *frame)
{
	frame->size = 0;
	frame->power_va = 0;
	frame->has_power = false;
	frame->has_serial = false;
	frame->is_too_long = false;
}

static bool is_label(const struct tic_group *group, const char *name)
{
	return strcmp(group->label->name, name) == 0;
}

void winky_frame_take(void *context, const struct tic_group *group)
{
	struct winky_frame *frame = (struct winky_frame *)context;
	struct writer writer = {frame->text, sizeof(frame->text), frame->size, frame->is_too_long};

	if (is_label(group, "PAPP") || is_label(group, "SINSTS")) {
		frame->power_va = tic_number(group);
		frame->has_power = true;
	}
	if (is_label(group, "ADCO") || is_label(group, "ADSC")) {
		frame->has_serial = true;
	}
	put(&writer, frame->size == 0 ? "" : ",");
	put_quoted(&writer, group->label->name, group->label->name_size);
	put(&writer, ":");
	if (group->horodate != NULL) {
		put(&writer, "[");
		put_quoted(&writer, group->horodate, TIC_HORODATE_BYTES);
		put(&writer, ",");
	}
	put_quoted(&writer, group->data, group->label->size);
	put(&writer, group->horodate == NULL ? "" : "]");
	frame->is_too_long = writer.is_full;
	if (!writer.is_full) {
		frame->size = writer.size;
	}
}

bool winky_frame_is_whole(const struct winky_frame *frame)
{
	return frame->has_serial && !frame->is_too_long;
}

static void put_vital(struct writer *writer, const char *name, uint32_t value)
{
	put(writer, name);
	put_number(writer, value);
}

static void put_vitals(struct writer *writer, const struct winky_vitals *vitals)
{
	put(writer, ",\"vitals\":{");
	if (vitals->capacitor_max_mv > 0) {
		put_vital(writer, "\"capacitorMinMv\":", vitals->capacitor_min_mv);
		put_vital(writer, ",\"capacitorMaxMv\":", vitals->capacitor_max_mv);
		put(writer, ",");
	}
	put_vital(writer, "\"awakeMs\":", vitals->awake_ms);
	put_vital(writer, ",\"sleepMs\":", vitals->sleep_ms);
	put_vital(writer, ",\"joinMs\":", vitals->join_ms);
	put_vital(writer, ",\"publishMs\":", vitals->publish_ms);
	put(writer, ",\"rssiDbm\":");
	put(writer, vitals->rssi_dbm < 0 ? "-" : "");
	put_number(writer, (uint32_t)(vitals->rssi_dbm < 0 ? -vitals->rssi_dbm : vitals->rssi_dbm));
	put_vital(writer, ",\"framesOk\":", vitals->frames_ok);
	put_vital(writer, ",\"framesBad\":", vitals->frames_bad);
	put_vital(writer, ",\"boots\":", vitals->boots);
	put(writer, ",\"bootReason\":");
	put_quoted(writer, vitals->boot_reason, strlen(vitals->boot_reason));
	put(writer, ",\"firmware\":");
	put_quoted(writer, vitals->firmware, strlen(vitals->firmware));
	put(writer, "}");
}

enum column {
	COLUMN_MIN,
	COLUMN_MEAN,
	COLUMN_MAX,
};

static void put_column(struct writer *writer, const struct winky_message *message, enum column column)
{
	for (uint32_t minute = message->past_first; minute < message->past_end; minute++) {
		struct winky_minute found;

		put(writer, minute == message->past_first ? "" : ",");
		if (!winky_minutes_read(message->past, minute, &found)) {
			put(writer, "null");
		} else if (column == COLUMN_MIN) {
			put_number(writer, found.min_va);
		} else {
			put_number(writer, column == COLUMN_MEAN ? found.mean_va : found.max_va);
		}
	}
}

static void put_past(struct writer *writer, const struct winky_message *message)
{
	put_vital(writer, ",\"past\":{\"newest\":", message->past_end - 1U);
	if (message->past_age_ms > 0) {
		put_vital(writer, ",\"age\":", message->past_age_ms);
	}
	put(writer, ",\"min\":[");
	put_column(writer, message, COLUMN_MIN);
	put(writer, "],\"mean\":[");
	put_column(writer, message, COLUMN_MEAN);
	put(writer, "],\"max\":[");
	put_column(writer, message, COLUMN_MAX);
	put(writer, "]}");
}

int winky_message_write(const struct winky_message *message, char *text, size_t capacity)
{
	struct writer writer = {text, capacity, 0, false};

	put_vital(&writer, "{\"v\":1,\"boot\":", message->boot);
	put_vital(&writer, ",\"seq\":", message->sequence);
	if (message->age_ms > 0) {
		put_vital(&writer, ",\"age\":", message->age_ms);
	}
	put(&writer, ",\"groups\":{");
	put_bytes(&writer, message->frame->text, message->frame->size);
	put(&writer, "}");
	put_vitals(&writer, message->vitals);
	if (message->past != NULL && message->past_end > message->past_first) {
		put_past(&writer, message);
	}
	put(&writer, "}");
	return writer.is_full ? KILOWINK_ERROR_SIZE : (int)writer.size;
}
