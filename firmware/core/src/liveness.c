/* What feeds the watchdog; see liveness.h. */
#include <kilowink/liveness.h>

void liveness_init(struct liveness *liveness, uint32_t sampling_limit_ms, uint32_t reporting_limit_ms, uint64_t now_ms)
{
	liveness->limit_ms[LIVENESS_SAMPLING] = sampling_limit_ms;
	liveness->limit_ms[LIVENESS_REPORTING] = reporting_limit_ms;
	for (int part = 0; part < (int)LIVENESS_PARTS; part++) {
		liveness->latest_ms[part] = now_ms;
	}
}

void liveness_tell(struct liveness *liveness, enum liveness_part part, uint64_t now_ms)
{
	liveness->latest_ms[part] = now_ms;
}

bool liveness_is_alive(const struct liveness *liveness, uint64_t now_ms)
{
	for (int part = 0; part < (int)LIVENESS_PARTS; part++) {
		if (now_ms - liveness->latest_ms[part] > liveness->limit_ms[part]) {
			return false;
		}
	}
	return true;
}
