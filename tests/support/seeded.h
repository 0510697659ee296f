#ifndef SUPPORT_SEEDED_H
#define SUPPORT_SEEDED_H

#include <math.h>
#include <stdint.h>

#include "dp/rng.h"

/*
 * Repeatable randomness for tests (xoshiro256**, Blackman and Vigna 2018, seeded by splitmix64).
 * fails_at: the number of the fill that fails, counted from 1; 0: none does.
 */
struct seeded {
	uint64_t s[4];
	uint64_t fills;
	uint64_t fails_at;
};

static inline void
seeded_init(struct seeded *seeded, uint64_t seed)
{
	int i;

	seeded->fills = seeded->fails_at = 0;
	for (i = 0; i < 4; i++) {
		uint64_t z = (seed += UINT64_C(0x9e3779b97f4a7c15));

		z = (z ^ z >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
		z = (z ^ z >> 27) * UINT64_C(0x94d049bb133111eb);
		seeded->s[i] = z ^ z >> 31;
	}
}

static inline uint64_t
seeded_next(struct seeded *seeded)
{
	uint64_t *s = seeded->s, x = s[1] * 5, t = s[1] << 17, result = (x << 7 | x >> 57) * 9;

	s[2] ^= s[0];
	s[3] ^= s[1];
	s[1] ^= s[2];
	s[0] ^= s[3];
	s[2] ^= t;
	s[3] = s[3] << 45 | s[3] >> 19;
	return result;
}

/* 0..n-1; the bias of the remainder is far below what a test can see. */
static inline uint64_t
seeded_below(struct seeded *seeded, uint64_t n)
{
	return seeded_next(seeded) % n;
}

/* [0, 1) */
static inline double
seeded_unit(struct seeded *seeded)
{
	return ldexp((double)(seeded_next(seeded) >> 11), -53);
}

static inline enum dp_status
seeded_fill(void *ctx, uint8_t *buf, size_t len)
{
	struct seeded *seeded = ctx;
	uint64_t word = 0;
	size_t i;

	if (++seeded->fills == seeded->fails_at)
		return DP_RNG;
	for (i = 0; i < len; i++) {
		if (i % 8 == 0)
			word = seeded_next(seeded);
		buf[i] = (uint8_t)(word >> 8 * (i % 8));
	}
	return DP_OK;
}

static inline struct dp_rng
seeded_rng(struct seeded *seeded)
{
	return (struct dp_rng){seeded_fill, seeded};
}

#endif
