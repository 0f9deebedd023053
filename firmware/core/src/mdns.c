/* Finding a server; see mdns.h. */
#include <stdbool.h>
#include <string.h>

#include <kilowink/error.h>
#include <kilowink/mdns.h>

#define HEAD_BYTES    12U
#define RECORD_BYTES  10U
#define TYPE_A	      1U
#define TYPE_SRV      33U
#define SRV_TARGET    6U
#define NAME_MAX_BYTES 128U
/* More steps than any sane name has; a pointer that leads back ends there. */
#define HOPS_MAX      16U

/* One question of class IN that wants a unicast answer, written as it goes out. */
static const uint8_t QUERY[MDNS_QUERY_BYTES] = "\0\0\0\0\0\1\0\0\0\0\0\0"
					       "\11_kilowink\4_tcp\5local\0"
					       "\0\14\200\1";
static const char SERVICE[] = "._kilowink._tcp.local.";

struct record {
	size_t data;
	uint16_t data_size;
	uint16_t type;
	char name[NAME_MAX_BYTES];
};

int mdns_query_encode(uint8_t *bytes, size_t capacity)
{
	if (capacity < sizeof(QUERY)) {
		return KILOWINK_ERROR_SIZE;
	}
	memcpy(bytes, QUERY, sizeof(QUERY));
	return (int)sizeof(QUERY);
}

static uint16_t get_u16(const uint8_t *bytes)
{
	return (uint16_t)((uint32_t)bytes[0] << 8 | bytes[1]);
}

static char to_lower(uint8_t character)
{
	return (char)(character >= 'A' && character <= 'Z' ? character - 'A' + 'a' : character);
}

/*
 * Reads the name at an offset in small letters, each label with a dot behind it; returns the offset after it, 0 where the
 * message is damaged. A name that does not fit comes out empty: it is nobody's we look for.
 */
static size_t read_name(const uint8_t *bytes, size_t size, size_t at, char name[NAME_MAX_BYTES])
{
	size_t after = 0;
	size_t length = 0;
	bool fits = true;

	for (unsigned int hop = 0; hop < HOPS_MAX && at < size; hop++) {
		uint8_t label = bytes[at];

		if (label >= 0xc0U) {
			if (at + 1U >= size) {
				return 0;
			}
			after = after == 0U ? at + 2U : after;
			at = (size_t)(get_u16(&bytes[at]) & 0x3fffU);
			continue;
		}
		if (label == 0U) {
			name[fits ? length : 0U] = '\0';
			return after == 0U ? at + 1U : after;
		}
		if (label > 63U || at + label >= size) {
			return 0;
		}
		fits = fits && length + label + 2U <= NAME_MAX_BYTES;
		for (size_t i = 1; fits && i <= label; i++) {
			name[length] = to_lower(bytes[at + i]);
			length++;
		}
		if (fits) {
			name[length] = '.';
			length++;
		}
		at += label + 1U;
	}
	return 0;
}

/* Reads the record at an offset; returns the offset after it, 0 where the message is damaged. */
static size_t read_record(const uint8_t *bytes, size_t size, size_t at, struct record *record)
{
	size_t head = read_name(bytes, size, at, record->name);

	if (head == 0U || size - head < RECORD_BYTES) {
		return 0;
	}
	record->type = get_u16(&bytes[head]);
	record->data_size = get_u16(&bytes[head + 8U]);
	record->data = head + RECORD_BYTES;
	return size - record->data < record->data_size ? 0U : record->data + record->data_size;
}

/* The offset of the first record, behind the questions; 0 where the message is damaged. */
static size_t skip_questions(const uint8_t *bytes, size_t size)
{
	char name[NAME_MAX_BYTES];
	size_t at = HEAD_BYTES;

	for (unsigned int left = get_u16(&bytes[4]); left > 0U; left--) {
		at = read_name(bytes, size, at, name);
		if (at == 0U || size - at < 4U) {
			return 0;
		}
		at += 4U;
	}
	return at;
}

static bool is_service(const char *name)
{
	size_t length = strlen(name);
	size_t suffix = sizeof(SERVICE) - 1U;

	return length > suffix && strcmp(&name[length - suffix], SERVICE) == 0;
}

/*
 * Looks through all records: with target NULL for the service, whose port and host it gives; else for the address of that
 * host. Positive when found.
 */
static int look(const uint8_t *bytes, size_t size, const char *target, struct mdns_server *server, char host[NAME_MAX_BYTES])
{
	unsigned int left = (unsigned int)get_u16(&bytes[6]) + get_u16(&bytes[8]) + get_u16(&bytes[10]);
	size_t at = skip_questions(bytes, size);
	struct record record;

	for (; at != 0U && left > 0U; left--) {
		at = read_record(bytes, size, at, &record);
		if (at == 0U) {
			return KILOWINK_ERROR_SIZE;
		}
		if (target == NULL && record.type == TYPE_SRV && record.data_size > SRV_TARGET && is_service(record.name)) {
			server->port = get_u16(&bytes[record.data + 4U]);
			return read_name(bytes, size, record.data + SRV_TARGET, host) == 0U ? KILOWINK_ERROR_SIZE : 1;
		}
		if (target != NULL && record.type == TYPE_A && record.data_size == 4U && strcmp(record.name, target) == 0) {
			memcpy(server->address, &bytes[record.data], sizeof(server->address));
			return 1;
		}
	}
	return at == 0U ? KILOWINK_ERROR_SIZE : 0;
}

int mdns_response_decode(struct mdns_server *server, const uint8_t *bytes, size_t size)
{
	char host[NAME_MAX_BYTES];
	int found;

	if (size < HEAD_BYTES) {
		return KILOWINK_ERROR_SIZE;
	}
	found = look(bytes, size, NULL, server, host);
	if (found > 0 && host[0] != '\0') {
		found = look(bytes, size, host, server, host);
	}
	if (found < 0) {
		return found;
	}
	return found == 0 || host[0] == '\0' || server->port == 0U ? KILOWINK_ERROR_FIELD : 0;
}
