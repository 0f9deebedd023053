/*
 * SHA-256 (FIPS 180-4) and HMAC-SHA-256 (RFC 2104). The twin of packages/core/src/hash. A sensor whose chip has a hardware
 * engine may use that instead.
 */
#ifndef KILOWINK_SHA256_H
#define KILOWINK_SHA256_H

#include <stddef.h>
#include <stdint.h>

#define SHA256_BYTES	   32U
#define SHA256_BLOCK_BYTES 64U

/* A digest in the making: 108 bytes. */
struct sha256 {
	uint32_t state[8];
	uint64_t size;
	uint8_t block[SHA256_BLOCK_BYTES];
};

void sha256_init(struct sha256 *hash);

/* Takes in more of the message; bytes may be NULL where size is 0. */
void sha256_update(struct sha256 *hash, const uint8_t *bytes, size_t size);

/* Gives the digest; the state is of no use afterwards. */
void sha256_finish(struct sha256 *hash, uint8_t digest[SHA256_BYTES]);

/* An HMAC in the making. Any key length is legal. */
struct hmac_sha256 {
	struct sha256 inner;
	uint8_t outer_key[SHA256_BLOCK_BYTES];
};

void hmac_sha256_init(struct hmac_sha256 *mac, const uint8_t *key, size_t key_size);
void hmac_sha256_update(struct hmac_sha256 *mac, const uint8_t *bytes, size_t size);
void hmac_sha256_finish(struct hmac_sha256 *mac, uint8_t digest[SHA256_BYTES]);

#endif
