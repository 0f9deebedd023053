/* See chance.h. SHA-256 of a seed and a count. */
#include <string.h>

#include <zephyr/kernel.h>

#include <kilowink/report.h>
#include <kilowink/sha256.h>

#include "chance.h"
#include "compat.h"
#include "identity.h"
#include "settings_store.h"

static struct {
	uint32_t drawn;
	uint32_t boots;
	uint32_t chip[4];
	uint32_t cycles;
	uint8_t sensor_id[REPORT_SENSOR_ID_BYTES];
} seed;
static K_MUTEX_DEFINE(lock);

void chance_start(void)
{
	struct report report = {0};

	identity_fill(&report);
	memcpy(seed.sensor_id, report.sensor_id, sizeof(seed.sensor_id));
	seed.boots = settings_store_count_boot();
	seed.cycles = k_cycle_get_32();
#ifdef CONFIG_ENTROPY_HAS_DRIVER
	sys_rand_get(seed.chip, sizeof(seed.chip));
#endif
}

uint32_t chance_u32(void)
{
	uint8_t digest[SHA256_BYTES];
	struct sha256 hash;
	uint32_t number;

	(void)k_mutex_lock(&lock, K_FOREVER);
	seed.drawn++;
	sha256_init(&hash);
	sha256_update(&hash, (const uint8_t *)&seed, sizeof(seed));
	(void)k_mutex_unlock(&lock);
	sha256_finish(&hash, digest);
	memcpy(&number, digest, sizeof(number));
	return number;
}
