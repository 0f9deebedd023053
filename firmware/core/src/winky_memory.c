/* What a gateway remembers over deep sleep; see winky_memory.h. */
#include <stddef.h>
#include <string.h>

#include <kilowink/winky_memory.h>
#include <kilowink/winky_settings.h>

#define MINUTE_S	60U
#define WAIT_CYCLES_MAX 8U

/* An array that can only be declared if the memory fits the chip. */
extern char winky_memory_fits[sizeof(struct winky_memory) <= WINKY_MEMORY_BYTES_MAX ? 1 : -1];

static uint32_t checksum(const struct winky_memory *memory)
{
	const size_t first = offsetof(struct winky_memory, boot);

	return winky_crc32((const uint8_t *)memory + first, sizeof(*memory) - first);
}

void winky_memory_init(struct winky_memory *memory, uint32_t boot)
{
	memset(memory, 0, sizeof(*memory));
	memory->boot = boot;
	memory->unsent_minute = WINKY_NO_MINUTE;
	memory->failed_minute = WINKY_NO_MINUTE;
	memory->min_mv = UINT16_MAX;
	winky_schedule_init(&memory->schedule);
	winky_minutes_init(&memory->minutes);
}

void winky_memory_seal(struct winky_memory *memory)
{
	memory->crc = checksum(memory);
}

bool winky_memory_is_sealed(const struct winky_memory *memory)
{
	return memory->crc == checksum(memory);
}

void winky_memory_pass(struct winky_memory *memory, uint32_t ms)
{
	memory->uptime_ms += ms % 1000U;
	memory->uptime_s += ms / 1000U + memory->uptime_ms / 1000U;
	memory->uptime_ms %= 1000U;
}

uint32_t winky_memory_minute(const struct winky_memory *memory)
{
	return memory->uptime_s / MINUTE_S;
}

void winky_memory_note_mv(struct winky_memory *memory, int32_t now_mv)
{
	if (now_mv < WINKY_MEASURED_MV_MIN || now_mv > UINT16_MAX) {
		return;
	}
	if (now_mv < memory->min_mv) {
		memory->min_mv = (uint16_t)now_mv;
	}
	if (now_mv > memory->max_mv) {
		memory->max_mv = (uint16_t)now_mv;
	}
}

void winky_memory_keep(struct winky_memory *memory, uint32_t minute)
{
	if (memory->unsent_minute == WINKY_NO_MINUTE) {
		memory->unsent_minute = minute;
	}
	memory->failed_minute = minute;
}

bool winky_memory_past(const struct winky_memory *memory, uint32_t *first, uint32_t *end)
{
	uint32_t oldest = winky_minutes_oldest(&memory->minutes);

	*end = winky_memory_minute(memory);
	*first = memory->unsent_minute > oldest ? memory->unsent_minute : oldest;
	return memory->unsent_minute != WINKY_NO_MINUTE && *first < *end;
}

void winky_memory_stored(struct winky_memory *memory, uint32_t minute)
{
	memory->failures = 0;
	memory->cycles_to_wait = 0;
	/* What was measured in this minute before is told with the next message. */
	memory->unsent_minute = memory->failed_minute == minute ? minute : WINKY_NO_MINUTE;
	memory->min_mv = UINT16_MAX;
	memory->max_mv = 0;
}

void winky_memory_lost(struct winky_memory *memory, uint32_t minute)
{
	uint32_t wait = 1;

	for (uint32_t i = 0; i < memory->failures && wait < WAIT_CYCLES_MAX; i++) {
		wait *= 2U;
	}
	memory->cycles_to_wait = (uint8_t)(wait - 1U);
	if (memory->failures < UINT8_MAX) {
		memory->failures++;
	}
	memory->network.is_known = 0;
	winky_memory_keep(memory, minute);
}
