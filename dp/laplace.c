#include "dp/laplace.h"

#include "dp/bernoulli.h"

/* One pass through the loop of algorithm 2; *ret_taken says whether it gave a value. */
static enum dp_status
attempt(int64_t *ret_y, bool *ret_taken, uint64_t s, uint64_t t, struct dp_bits *bits)
{
	enum dp_status status;
	dp_u128 u, x;
	uint64_t v = 0;
	bool hit, negative;

	*ret_taken = false;
	/* "Sample U uniform on {0, ..., t-1}. Sample D ~ Bernoulli(exp(-U/t)). If D = 0, restart." */
	if ((status = dp_bits_below(bits, &u, t)) != DP_OK ||
	    (status = dp_bernoulli_exp(bits, &hit, u, t)) != DP_OK)
		return status;
	if (!hit)
		return DP_OK;
	/* "Initialize V := 0. Repeat: A ~ Bernoulli(exp(-1)); if A = 0, break; V := V + 1." */
	for (;; v++) {
		if ((status = dp_bernoulli_exp_one(bits, &hit)) != DP_OK)
			return status;
		if (!hit)
			break;
	}
	/* "Set X := U + t V. Set Y := floor(X / s)." */
	x = (u + (dp_u128)t * v) / s;
	if (x >= (dp_u128)DP_LAPLACE_MAX)
		return DP_RANGE;
	/* "Sample B ~ Bernoulli(1/2). If B = 1 and Y = 0, restart. Return (1 - 2 B) Y." */
	if ((status = dp_bits_chance(bits, &negative, 1, 2)) != DP_OK)
		return status;
	if (negative && x == 0)
		return DP_OK;
	*ret_y = negative ? -(int64_t)x : (int64_t)x;
	*ret_taken = true;
	return DP_OK;
}

enum dp_status
dp_laplace_draw(int64_t *ret_y, uint64_t s, uint64_t t, struct dp_bits *bits)
{
	enum dp_status status;
	bool taken;

	if (s == 0 || t == 0 || t > (uint64_t)DP_LAPLACE_MAX)
		return DP_PARAM;
	do
		status = attempt(ret_y, &taken, s, t, bits);
	while (status == DP_OK && !taken);
	return status;
}
