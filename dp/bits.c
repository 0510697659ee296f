#include "dp/bits.h"

#include <sodium.h>
#include <string.h>

void
dp_bits_init(struct dp_bits *bits, const struct dp_rng *rng)
{
	bits->rng = rng;
	bits->next = DP_BITS_BUFFER;
	bits->word = 0;
	bits->left = 0;
	bits->taken = 0;
}

void
dp_bits_wipe(struct dp_bits *bits)
{
	sodium_memzero(bits, sizeof(*bits));
}

/* Fills the empty word, and the empty buffer before it. */
static enum dp_status
refill(struct dp_bits *bits)
{
	unsigned i;

	if (bits->next == DP_BITS_BUFFER) {
		enum dp_status status = bits->rng->fill(bits->rng->ctx, bits->buffer, sizeof(bits->buffer));

		if (status != DP_OK)
			return status;
		bits->next = 0;
	}
	for (i = 0; i < 8; i++)
		bits->word |= (uint64_t)bits->buffer[bits->next++] << 8 * i;
	bits->left = 64;
	return DP_OK;
}

enum dp_status
dp_bits_take(struct dp_bits *bits, dp_u128 *ret_value, unsigned count)
{
	dp_u128 value = 0;
	unsigned have = 0;

	if (count > 128)
		return DP_PARAM;
	while (have < count) {
		unsigned part = count - have;
		enum dp_status status;

		if (bits->left == 0 && (status = refill(bits)) != DP_OK)
			return status;
		if (part > bits->left)
			part = bits->left;
		if (part == 64) {
			value |= (dp_u128)bits->word << have;
			bits->word = 0;
		} else {
			value |= (dp_u128)(bits->word & ((UINT64_C(1) << part) - 1)) << have;
			bits->word >>= part;
		}
		bits->left -= part;
		have += part;
	}
	bits->taken += count;
	*ret_value = value;
	return DP_OK;
}

/* The number of bits of value: 0 for 0. */
static unsigned
width(dp_u128 value)
{
	uint64_t high = (uint64_t)(value >> 64), low = (uint64_t)value;

	if (high)
		return 128 - (unsigned)__builtin_clzll(high);
	return low ? 64 - (unsigned)__builtin_clzll(low) : 0;
}

enum dp_status
dp_bits_below(struct dp_bits *bits, dp_u128 *ret_value, dp_u128 bound)
{
	enum dp_status status;
	dp_u128 value;

	if (bound == 0)
		return DP_PARAM;
	/* The smallest power of two >= bound, so at least every other candidate is taken; a
	 * remainder instead of a new candidate would favor small values. */
	do
		if ((status = dp_bits_take(bits, &value, width(bound - 1))) != DP_OK)
			return status;
	while (value >= bound);
	*ret_value = value;
	return DP_OK;
}

enum dp_status
dp_bits_chance(struct dp_bits *bits, bool *ret_hit, dp_u128 num, dp_u128 den)
{
	enum dp_status status;
	dp_u128 value;

	if (num > den)
		return DP_PARAM;
	if ((status = dp_bits_below(bits, &value, den)) == DP_OK)
		*ret_hit = value < num;
	return status;
}
