#ifndef DP_BITS_H
#define DP_BITS_H

#include <stdbool.h>
#include <stdint.h>

#include "dp/ratio.h"
#include "dp/rng.h"
#include "dp/status.h"

/*
 * The random tape of the reference samplers: bits from a source, taken in order, each
 * once (byte by byte, low bit first). The buffer lives only as long as one draw, so no
 * randomness is kept between calls.
 *
 * With an error of the source every function returns it (RNG) and writes nothing.
 */
#define DP_BITS_BUFFER 64 /* bytes asked of the source at a time */

struct dp_bits {
	const struct dp_rng *rng;
	uint8_t buffer[DP_BITS_BUFFER];
	unsigned next;  /* next byte of the buffer */
	uint64_t word;  /* bits taken from the buffer and not yet handed out */
	unsigned left;  /* their number, 0..64 */
	uint64_t taken; /* bits handed out so far */
};

/* init: nothing is drawn yet. wipe: clears what is left. */
void dp_bits_init(struct dp_bits *bits, const struct dp_rng *rng);
void dp_bits_wipe(struct dp_bits *bits);

/* dp_bits_take(bits, ret_value, count): count <= 128 bits as a number. */
DP_CHECK enum dp_status dp_bits_take(struct dp_bits *bits, dp_u128 *ret_value, unsigned count);

/* dp_bits_below(bits, ret_value, bound): uniform on 0..bound-1 by rejection, bound > 0. */
DP_CHECK enum dp_status dp_bits_below(struct dp_bits *bits, dp_u128 *ret_value, dp_u128 bound);

/* dp_bits_chance(bits, ret_hit, num, den): true with probability num / den exactly;
 * num <= den, den > 0. */
DP_CHECK enum dp_status dp_bits_chance(struct dp_bits *bits, bool *ret_hit, dp_u128 num, dp_u128 den);

#endif
