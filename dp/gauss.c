#include "dp/gauss.h"

#include "dp/bernoulli.h"
#include "dp/laplace.h"

/* floor(sqrt(value)), digit by digit in base 2, integers only. */
static uint64_t
root(dp_u128 value)
{
	uint64_t result = 0;
	unsigned i;

	for (i = 41; i-- > 0;) {
		uint64_t next = result | UINT64_C(1) << i;

		if ((dp_u128)next * next <= value)
			result = next;
	}
	return result;
}

/*
 * Algorithm 3 with sigma2 = a / q, q = 2^bits:
 *   t := floor(sigma) + 1
 *   repeat: Y ~ discrete Laplace of scale t
 *           C ~ Bernoulli(exp(-(|Y| - sigma2/t)^2 / (2 sigma2)))
 *           if C = 1 return Y
 * In integers, with m = | |Y| q t - a |, the exponent is
 *   (m / (q t))^2 q / (2 a) = (m / (q t^2)) (m / (2 a)).
 * Room: q <= 2^32, t <= 2^40 + 1, a <= 2^112, |Y| < 2^54: |Y| q t, q t^2 and 2 a are
 * all below 2^127.
 */
enum dp_status
dp_gauss_draw_tape(int64_t *ret_z, dp_u128 s2, unsigned bits, struct dp_bits *tape)
{
	enum dp_status status;
	dp_u128 q;
	uint64_t t;

	if (bits > 32 || s2 == 0 || s2 > (dp_u128)1 << (DP_GAUSS_SIGMA2_BITS + bits))
		return DP_PARAM;
	q = (dp_u128)1 << bits;
	t = root(s2 >> bits) + 1; /* floor(sqrt(a/q)) = floor(sqrt(floor(a/q))) */
	for (;;) {
		dp_u128 mean, m;
		int64_t y;
		bool hit;

		if ((status = dp_laplace_draw(&y, 1, t, tape)) != DP_OK)
			return status;
		if (y <= -DP_GAUSS_MAX || y >= DP_GAUSS_MAX)
			return DP_RANGE;
		mean = (dp_u128)(y < 0 ? -y : y) * q * t;
		m = mean > s2 ? mean - s2 : s2 - mean;
		if ((status = dp_bernoulli_exp_product(tape, &hit, m, q * t * t, 2 * s2)) != DP_OK)
			return status;
		if (hit) {
			*ret_z = y;
			return DP_OK;
		}
	}
}

enum dp_status
dp_gauss_draw(int64_t *ret_z, dp_u128 s2, unsigned bits, const struct dp_rng *rng)
{
	struct dp_bits tape;
	enum dp_status status;

	dp_bits_init(&tape, rng);
	status = dp_gauss_draw_tape(ret_z, s2, bits, &tape);
	dp_bits_wipe(&tape);
	return status;
}
