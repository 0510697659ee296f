#include "dp/gauss.h"

#include <math.h>
#include <stdlib.h>

#include "dp/bernoulli.h"
#include "dp/laplace.h"

#include "support/suite.h"

/*
 * Algorithm 3 with its two parts replaced (dp.laplace and dp.bernoulli hold the real ones
 * exact): the candidate y is set, and what the coin is asked for is recorded. The result is
 * the discrete Gaussian if and only if, for every y,
 *
 *   |y| / t + (m/x)(m/y') = y^2 / (2 sigma2) + a constant,
 *
 * which is an identity between rationals and is held as one, without any rounding. The
 * constant is sigma2 / (2 t^2).
 */
static struct {
	int64_t y;
	uint64_t s, t;
	dp_u128 m, x1, x2;
	unsigned misses, candidates;
} seen;

enum dp_status
dp_laplace_draw(int64_t *ret_y, uint64_t s, uint64_t t, struct dp_bits *bits)
{
	(void)bits;
	seen.s = s;
	seen.t = t;
	*ret_y = seen.y;
	seen.candidates++;
	return DP_OK;
}

enum dp_status
dp_bernoulli_exp_product(struct dp_bits *bits, bool *ret_hit, dp_u128 m, dp_u128 x, dp_u128 y)
{
	(void)bits;
	seen.m = m;
	seen.x1 = x;
	seen.x2 = y;
	*ret_hit = seen.misses == 0;
	seen.misses -= seen.misses > 0;
	return DP_OK;
}

static struct dp_ratio *
fraction(dp_u128 num, dp_u128 den)
{
	struct dp_ratio *ratio = NULL;

	CU_ASSERT_EQUAL_FATAL(dp_ratio_new(&ratio), DP_OK);
	CU_ASSERT_EQUAL_FATAL(dp_ratio_add(ratio, num, den), DP_OK);
	return ratio;
}

static bool
identity_holds(dp_u128 s2, unsigned bits, int64_t y)
{
	const dp_u128 size = (dp_u128)llabs(y), q = (dp_u128)1 << bits;
	struct dp_ratio *left, *right, *part;
	struct dp_bits tape;
	int64_t z;
	bool equal;

	dp_bits_init(&tape, NULL);
	seen.y = y;
	CU_ASSERT_EQUAL_FATAL(dp_gauss_draw_tape(&z, s2, bits, &tape), DP_OK);
	CU_ASSERT_EQUAL_FATAL(z, y);
	CU_ASSERT_FATAL(seen.s == 1 && seen.x1 > 0 && seen.x2 > 0);
	/* t is the paper's floor(sigma) + 1: (t - 1)^2 <= sigma2 < t^2. */
	CU_ASSERT_FATAL((dp_u128)(seen.t - 1) * (seen.t - 1) <= s2 >> bits);
	CU_ASSERT_FATAL((dp_u128)seen.t * seen.t > s2 >> bits);

	part = fraction(seen.m, seen.x1);
	CU_ASSERT_EQUAL_FATAL(dp_ratio_scale(part, seen.m, seen.x2), DP_OK);
	left = fraction(size, seen.t);
	CU_ASSERT_EQUAL_FATAL(dp_ratio_add_ratio(left, part), DP_OK);
	dp_ratio_free(part);

	part = fraction(size * size, 2);
	CU_ASSERT_EQUAL_FATAL(dp_ratio_scale(part, q, s2), DP_OK);
	right = fraction(s2, q * 2);
	CU_ASSERT_EQUAL_FATAL(dp_ratio_scale(right, 1, (dp_u128)seen.t * seen.t), DP_OK);
	CU_ASSERT_EQUAL_FATAL(dp_ratio_add_ratio(right, part), DP_OK);
	dp_ratio_free(part);
	equal = dp_ratio_cmp(left, right) == 0;
	dp_ratio_free(left);
	dp_ratio_free(right);
	return equal;
}

static void
small_sizes_are_exact(void)
{
	unsigned s2, bits;
	int64_t y;

	for (bits = 0; bits <= 3; bits++)
		for (s2 = 1; s2 <= 70; s2++)
			for (y = -20; y <= 20; y++)
				CU_ASSERT_FATAL(identity_holds(s2, bits, y));
}

/* The corners: the largest sigma2, the finest fraction, the largest candidate. */
static void
the_limits_are_exact(void)
{
	static const int64_t y[] = {0, 1, -1, INT64_C(1) << 40, DP_GAUSS_MAX - 1, -(DP_GAUSS_MAX - 1)};
	static const unsigned bits[] = {0, 1, 16, 31, 32};
	size_t i, k;

	for (i = 0; i < sizeof(y) / sizeof(y[0]); i++)
		for (k = 0; k < sizeof(bits) / sizeof(bits[0]); k++) {
			CU_ASSERT(identity_holds(1, bits[k], y[i]));
			CU_ASSERT(identity_holds((dp_u128)1 << (80 + bits[k]), bits[k], y[i]));
			CU_ASSERT(identity_holds(((dp_u128)1 << (80 + bits[k])) - 1, bits[k], y[i]));
		}
}

static void
any_size_is_exact(void)
{
	int i;

	srand48((long)suite_seed());
	for (i = 0; i < 100000; i++) {
		unsigned bits = (unsigned)(lrand48() % 33);
		dp_u128 s2 = (dp_u128)(uint32_t)mrand48() << 96 | (dp_u128)(uint32_t)mrand48() << 64 |
		    (dp_u128)(uint32_t)mrand48() << 32 | (uint32_t)mrand48();
		int64_t y = (int64_t)((uint64_t)mrand48() << 32 ^ (uint32_t)mrand48()) / 1024 >> lrand48() % 54;

		s2 >>= 128 - 80 - bits + (unsigned)lrand48() % (80 + bits);
		CU_ASSERT_FATAL(identity_holds(s2 ? s2 : 1, bits, y));
	}
}

static void
a_candidate_beyond_the_limit_is_refused(void)
{
	struct dp_bits tape;
	int64_t z = 42;

	dp_bits_init(&tape, NULL);
	seen.y = DP_GAUSS_MAX;
	CU_ASSERT_EQUAL(dp_gauss_draw_tape(&z, 1, 0, &tape), DP_RANGE);
	seen.y = -DP_GAUSS_MAX;
	CU_ASSERT_EQUAL(dp_gauss_draw_tape(&z, 1, 0, &tape), DP_RANGE);
	CU_ASSERT_EQUAL(z, 42);
}

static void
a_missed_coin_asks_for_a_new_candidate(void)
{
	struct dp_bits tape;
	int64_t z = 0;

	dp_bits_init(&tape, NULL);
	seen.y = 3;
	seen.misses = 5;
	seen.candidates = 0;
	CU_ASSERT_EQUAL(dp_gauss_draw_tape(&z, 1, 0, &tape), DP_OK);
	CU_ASSERT_EQUAL(z, 3);
	CU_ASSERT_EQUAL(seen.candidates, 6);
}

static const struct suite_case cases[] = {
	{"small sizes are exact", small_sizes_are_exact},
	{"the limits are exact", the_limits_are_exact},
	{"any size is exact", any_size_is_exact},
	{"a candidate beyond the limit is refused", a_candidate_beyond_the_limit_is_refused},
	{"a missed coin asks for a new candidate", a_missed_coin_asks_for_a_new_candidate},
	{NULL, NULL},
};

int
main(void)
{
	return suite_run("dp.gauss (exhaustive)", cases);
}
