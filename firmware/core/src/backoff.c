/* Waits between tries; see backoff.h. */
#include <stddef.h>

#include <kilowink/backoff.h>
#include <kilowink/error.h>

int backoff_init(struct backoff *backoff, uint32_t base_ms, uint32_t max_ms)
{
	if (backoff == NULL) {
		return KILOWINK_ERROR_NULL;
	}
	if (base_ms == 0U || base_ms > max_ms) {
		return KILOWINK_ERROR_RANGE;
	}
	backoff->base_ms = base_ms;
	backoff->max_ms = max_ms;
	backoff->ceiling_ms = base_ms;
	return 0;
}

uint32_t backoff_fail(struct backoff *backoff, uint32_t random)
{
	uint32_t ceiling_ms = backoff->ceiling_ms;
	uint32_t half_ms = ceiling_ms / 2U;
	uint64_t spread = (uint64_t)(ceiling_ms - half_ms) + 1U;

	backoff->ceiling_ms = ceiling_ms > backoff->max_ms / 2U ? backoff->max_ms : 2U * ceiling_ms;
	return half_ms + (uint32_t)((random * spread) >> 32);
}

void backoff_succeed(struct backoff *backoff)
{
	backoff->ceiling_ms = backoff->base_ms;
}
