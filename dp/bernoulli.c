#include "dp/bernoulli.h"

/* A probability between 0 and 1 given as a product of two fractions, each at most 1. */
struct factor {
	dp_u128 num, den;
};

/*
 * "Algorithm 1", the case gamma in [0, 1]: with gamma = f g,
 *   K := 1; repeat: A ~ Bernoulli(gamma / K); if A = 0 leave, else K := K + 1.
 *   Return 1 if K is odd, 0 if K is even.
 * P(K > k) = gamma^k / k!, so P(K odd) = sum (-gamma)^k / k! = exp(-gamma). A coin of
 * probability f g / K is three coins f, g and 1/K that all show 1.
 */
static enum dp_status
exp_small(struct dp_bits *bits, bool *ret_hit, struct factor f, struct factor g)
{
	enum dp_status status;
	uint64_t k;

	for (k = 1;; k++) {
		bool a;

		if ((status = dp_bits_chance(bits, &a, 1, k)) != DP_OK)
			return status;
		if (a && (status = dp_bits_chance(bits, &a, f.num, f.den)) != DP_OK)
			return status;
		if (a && (status = dp_bits_chance(bits, &a, g.num, g.den)) != DP_OK)
			return status;
		if (!a)
			break;
	}
	*ret_hit = k & 1;
	return DP_OK;
}

static const struct factor one = {1, 1};

enum dp_status
dp_bernoulli_exp_one(struct dp_bits *bits, bool *ret_hit)
{
	return exp_small(bits, ret_hit, one, one);
}

enum dp_status
dp_bernoulli_exp(struct dp_bits *bits, bool *ret_hit, dp_u128 num, dp_u128 den)
{
	if (den == 0 || num > den)
		return DP_PARAM;
	return exp_small(bits, ret_hit, (struct factor){num, den}, one);
}

/* exp(-whole * f g) : "for k = 1 to floor(gamma): B ~ Bernoulli(exp(-1)); if B = 0, return 0",
 * with f g in the place of 1. */
static enum dp_status
exp_repeated(struct dp_bits *bits, bool *ret_hit, dp_u128 whole, struct factor f, struct factor g)
{
	enum dp_status status;
	bool hit = true;

	if (f.num == 0 || g.num == 0)
		whole = 0;
	for (; hit && whole > 0; whole--)
		if ((status = exp_small(bits, &hit, f, g)) != DP_OK)
			return status;
	*ret_hit = hit;
	return DP_OK;
}

/*
 * With m/x = i + f and m/y = j + g, whole parts i, j and fractions f, g below 1,
 *   (m/x)(m/y) = i (j + g) + j f + f g,
 * and exp(-) of a sum is the chance that the coins of its terms all show 1.
 */
enum dp_status
dp_bernoulli_exp_product(struct dp_bits *bits, bool *ret_hit, dp_u128 m, dp_u128 x, dp_u128 y)
{
	struct factor f, g;
	enum dp_status status = DP_OK;
	dp_u128 i, j;
	bool hit = true;

	if (x == 0 || y == 0)
		return DP_PARAM;
	f = (struct factor){m % x, x};
	g = (struct factor){m % y, y};
	j = m / y;
	for (i = m / x; hit && i > 0; i--) {
		if ((status = exp_repeated(bits, &hit, j, one, one)) != DP_OK)
			return status;
		if (hit && (status = exp_repeated(bits, &hit, 1, g, one)) != DP_OK)
			return status;
	}
	if (hit && (status = exp_repeated(bits, &hit, j, f, one)) != DP_OK)
		return status;
	if (hit && (status = exp_repeated(bits, &hit, 1, f, g)) != DP_OK)
		return status;
	*ret_hit = hit;
	return DP_OK;
}
