#include <string.h>

#include <kilowink/sha256.h>

#define LENGTH_BYTES 8U
#define ROUNDS	     64U

/* The first 32 bits of the fractional parts of the cube roots of the first 64 primes. */
static const uint32_t round_constants[ROUNDS] = {
	0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5,
	0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174,
	0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da,
	0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967,
	0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85,
	0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070,
	0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3,
	0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2,
};

/* The first 32 bits of the fractional parts of the square roots of the first 8 primes. */
static const uint32_t first_state[8] = {
	0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a, 0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19,
};

static uint32_t rotate(uint32_t word, unsigned int bits)
{
	return (word >> bits) | (word << (32U - bits));
}

static uint32_t big_endian(const uint8_t *bytes)
{
	return ((uint32_t)bytes[0] << 24) | ((uint32_t)bytes[1] << 16) | ((uint32_t)bytes[2] << 8) |
	       (uint32_t)bytes[3];
}

/* The schedule is kept as a ring of its last 16 words: a sensor's stack is small. */
static uint32_t next_word(uint32_t ring[16], unsigned int round)
{
	uint32_t near = ring[(round - 2U) % 16U];
	uint32_t far = ring[(round - 15U) % 16U];
	uint32_t small_1 = rotate(near, 17) ^ rotate(near, 19) ^ (near >> 10);
	uint32_t small_0 = rotate(far, 7) ^ rotate(far, 18) ^ (far >> 3);

	ring[round % 16U] += small_1 + ring[(round - 7U) % 16U] + small_0;
	return ring[round % 16U];
}

static void compress(uint32_t state[8], const uint8_t block[SHA256_BLOCK_BYTES])
{
	uint32_t ring[16];
	uint32_t s[8];

	memcpy(s, state, sizeof(s));
	for (unsigned int round = 0; round < ROUNDS; round++) {
		uint32_t word;
		uint32_t first;
		uint32_t second;

		if (round < 16U) {
			ring[round] = big_endian(&block[4U * round]);
			word = ring[round];
		} else {
			word = next_word(ring, round);
		}
		first = s[7] + (rotate(s[4], 6) ^ rotate(s[4], 11) ^ rotate(s[4], 25)) +
			((s[4] & s[5]) ^ (~s[4] & s[6])) + round_constants[round] + word;
		second = (rotate(s[0], 2) ^ rotate(s[0], 13) ^ rotate(s[0], 22)) +
			 ((s[0] & s[1]) ^ (s[0] & s[2]) ^ (s[1] & s[2]));
		memmove(&s[1], &s[0], 7U * sizeof(s[0]));
		s[4] += first;
		s[0] = first + second;
	}
	for (unsigned int i = 0; i < 8U; i++) {
		state[i] += s[i];
	}
}

void sha256_init(struct sha256 *hash)
{
	memcpy(hash->state, first_state, sizeof(first_state));
	hash->size = 0;
}

void sha256_update(struct sha256 *hash, const uint8_t *bytes, size_t size)
{
	for (size_t i = 0; i < size; i++) {
		hash->block[hash->size % SHA256_BLOCK_BYTES] = bytes[i];
		hash->size++;
		if (hash->size % SHA256_BLOCK_BYTES == 0U) {
			compress(hash->state, hash->block);
		}
	}
}

void sha256_finish(struct sha256 *hash, uint8_t digest[SHA256_BYTES])
{
	static const uint8_t end = 0x80;
	static const uint8_t zero;
	uint64_t bits = hash->size * 8U;
	uint8_t length[LENGTH_BYTES];

	for (unsigned int i = 0; i < LENGTH_BYTES; i++) {
		length[i] = (uint8_t)(bits >> (8U * (LENGTH_BYTES - 1U - i)));
	}
	sha256_update(hash, &end, 1);
	while (hash->size % SHA256_BLOCK_BYTES != SHA256_BLOCK_BYTES - LENGTH_BYTES) {
		sha256_update(hash, &zero, 1);
	}
	sha256_update(hash, length, LENGTH_BYTES);
	for (unsigned int i = 0; i < SHA256_BYTES; i++) {
		digest[i] = (uint8_t)(hash->state[i / 4U] >> (24U - 8U * (i % 4U)));
	}
}

void hmac_sha256_init(struct hmac_sha256 *mac, const uint8_t *key, size_t key_size)
{
	uint8_t fitted[SHA256_BLOCK_BYTES] = {0};

	if (key_size > SHA256_BLOCK_BYTES) {
		sha256_init(&mac->inner);
		sha256_update(&mac->inner, key, key_size);
		sha256_finish(&mac->inner, fitted);
	} else if (key_size > 0U) {
		memcpy(fitted, key, key_size);
	}
	for (unsigned int i = 0; i < SHA256_BLOCK_BYTES; i++) {
		mac->outer_key[i] = (uint8_t)(fitted[i] ^ 0x5cU);
		fitted[i] = (uint8_t)(fitted[i] ^ 0x36U);
	}
	sha256_init(&mac->inner);
	sha256_update(&mac->inner, fitted, SHA256_BLOCK_BYTES);
}

void hmac_sha256_update(struct hmac_sha256 *mac, const uint8_t *bytes, size_t size)
{
	sha256_update(&mac->inner, bytes, size);
}

void hmac_sha256_finish(struct hmac_sha256 *mac, uint8_t digest[SHA256_BYTES])
{
	sha256_finish(&mac->inner, digest);
	sha256_init(&mac->inner);
	sha256_update(&mac->inner, mac->outer_key, SHA256_BLOCK_BYTES);
	sha256_update(&mac->inner, digest, SHA256_BYTES);
	sha256_finish(&mac->inner, digest);
}
