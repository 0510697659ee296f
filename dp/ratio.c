#include "dp/ratio.h"

#include <openssl/bn.h>
#include <stdlib.h>

/*
 * num / den, den > 0. Never reduced: a price has a few dozen terms, so the numbers stay
 * a few thousand bits long, and BN_gcd costs more than it saves.
 */
struct dp_ratio {
	BIGNUM *num, *den;
	BN_CTX *ctx;
};

static BIGNUM *
from_u128(dp_u128 value)
{
	uint8_t bytes[16];
	int i;

	for (i = 0; i < 16; i++)
		bytes[i] = (uint8_t)(value >> 8 * i);
	return BN_lebin2bn(bytes, 16, NULL);
}

enum dp_status
dp_ratio_new(struct dp_ratio **ret_ratio)
{
	struct dp_ratio *ratio = calloc(1, sizeof(*ratio));

	if (!ratio)
		return DP_NOMEM;
	ratio->num = BN_new();
	ratio->den = BN_new();
	ratio->ctx = BN_CTX_new();
	if (!ratio->num || !ratio->den || !ratio->ctx || !BN_one(ratio->den)) {
		dp_ratio_free(ratio);
		return DP_NOMEM;
	}
	*ret_ratio = ratio;
	return DP_OK;
}

void
dp_ratio_free(struct dp_ratio *ratio)
{
	if (!ratio)
		return;
	BN_free(ratio->num);
	BN_free(ratio->den);
	BN_CTX_free(ratio->ctx);
	free(ratio);
}

/* ratio := num / den; takes both. */
static void
set(struct dp_ratio *ratio, BIGNUM *take_num, BIGNUM *take_den)
{
	BN_free(ratio->num);
	BN_free(ratio->den);
	ratio->num = take_num;
	ratio->den = take_den;
}

/* ratio += num / den, through temporaries so that a failure leaves ratio as it was. */
static enum dp_status
add(struct dp_ratio *ratio, const BIGNUM *num, const BIGNUM *den)
{
	BIGNUM *sum = BN_new(), *cross = BN_new(), *common = BN_new();

	if (!sum || !cross || !common)
		goto out;
	if (BN_cmp(ratio->den, den) == 0) {
		if (!BN_add(sum, ratio->num, num) || !BN_copy(common, den))
			goto out;
	} else if (!BN_mul(sum, ratio->num, den, ratio->ctx) || !BN_mul(cross, num, ratio->den, ratio->ctx) ||
	    !BN_add(sum, sum, cross) || !BN_mul(common, ratio->den, den, ratio->ctx)) {
		goto out;
	}
	set(ratio, sum, common);
	BN_free(cross);
	return DP_OK;
out:
	BN_free(sum);
	BN_free(cross);
	BN_free(common);
	return DP_NOMEM;
}

enum dp_status
dp_ratio_add(struct dp_ratio *ratio, dp_u128 num, dp_u128 den)
{
	BIGNUM *n = NULL, *d = NULL;
	enum dp_status status = DP_NOMEM;

	if (den == 0)
		return DP_PARAM;
	if ((n = from_u128(num)) && (d = from_u128(den)))
		status = add(ratio, n, d);
	BN_free(n);
	BN_free(d);
	return status;
}

enum dp_status
dp_ratio_add_ratio(struct dp_ratio *ratio, const struct dp_ratio *other)
{
	return add(ratio, other->num, other->den);
}

enum dp_status
dp_ratio_scale(struct dp_ratio *ratio, dp_u128 num, dp_u128 den)
{
	BIGNUM *n = NULL, *d = NULL;

	if (den == 0)
		return DP_PARAM;
	if (!(n = from_u128(num)) || !(d = from_u128(den)) || !BN_mul(n, n, ratio->num, ratio->ctx) ||
	    !BN_mul(d, d, ratio->den, ratio->ctx)) {
		BN_free(n);
		BN_free(d);
		return DP_NOMEM;
	}
	set(ratio, n, d);
	return DP_OK;
}

int
dp_ratio_cmp(const struct dp_ratio *a, const struct dp_ratio *b)
{
	BN_CTX *ctx = BN_CTX_new();
	BIGNUM *left = BN_new(), *right = BN_new();
	int order = -2;

	if (ctx && left && right && BN_mul(left, a->num, b->den, ctx) && BN_mul(right, b->num, a->den, ctx))
		order = BN_cmp(left, right);
	BN_free(left);
	BN_free(right);
	BN_CTX_free(ctx);
	return order;
}

enum dp_status
dp_ratio_ceil(uint64_t *ret_units, const struct dp_ratio *ratio, unsigned bits)
{
	BN_CTX *ctx = BN_CTX_new();
	BIGNUM *shifted = BN_new(), *whole = BN_new(), *rest = BN_new();
	enum dp_status status = DP_NOMEM;
	uint8_t bytes[8];
	uint64_t units = 0;
	int i;

	if (!ctx || !shifted || !whole || !rest)
		goto out;
	if (bits > 4096) {
		status = DP_PARAM;
		goto out;
	}
	if (!BN_lshift(shifted, ratio->num, (int)bits) || !BN_div(whole, rest, shifted, ratio->den, ctx))
		goto out;
	if (!BN_is_zero(rest) && !BN_add_word(whole, 1))
		goto out;
	if (BN_bn2lebinpad(whole, bytes, sizeof(bytes)) < 0) {
		status = DP_RANGE;
		goto out;
	}
	for (i = 0; i < 8; i++)
		units |= (uint64_t)bytes[i] << 8 * i;
	*ret_units = units;
	status = DP_OK;
out:
	BN_free(shifted);
	BN_free(whole);
	BN_free(rest);
	BN_CTX_free(ctx);
	return status;
}
