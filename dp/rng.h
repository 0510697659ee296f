#ifndef DP_RNG_H
#define DP_RNG_H

#include <stddef.h>
#include <stdint.h>

#include "dp/status.h"

/*
 * dp_rng: randomness, handed in. In the programs it is a keystream keyed once
 * per call from the kernel through libsodium; in tests it may be seeded.
 *
 * fill(ctx, buf, len): write len random bytes. Returns DP_OK or DP_RNG.
 */
struct dp_rng {
	enum dp_status (*fill)(void *ctx, uint8_t *buf, size_t len);
	void *ctx;
};

#endif
