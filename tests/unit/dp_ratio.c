#include "dp/ratio.h"

#include <stddef.h>

#include "support/suite.h"

static struct dp_ratio *
fraction(dp_u128 num, dp_u128 den)
{
	struct dp_ratio *ratio = NULL;

	CU_ASSERT_EQUAL_FATAL(dp_ratio_new(&ratio), DP_OK);
	CU_ASSERT_EQUAL_FATAL(dp_ratio_add(ratio, num, den), DP_OK);
	return ratio;
}

static void
sums_are_exact(void)
{
	struct dp_ratio *sum = fraction(1, 3), *half = fraction(1, 2), *one = fraction(1, 1);

	CU_ASSERT_EQUAL(dp_ratio_add(sum, 1, 6), DP_OK);
	CU_ASSERT_EQUAL(dp_ratio_cmp(sum, half), 0);
	CU_ASSERT_EQUAL(dp_ratio_add_ratio(sum, half), DP_OK);
	CU_ASSERT_EQUAL(dp_ratio_cmp(sum, one), 0);
	/* The smallest difference that two 128-bit fractions can show. */
	CU_ASSERT_EQUAL(dp_ratio_add(sum, 1, ~(dp_u128)0), DP_OK);
	CU_ASSERT_EQUAL(dp_ratio_cmp(sum, one), 1);
	CU_ASSERT_EQUAL(dp_ratio_cmp(one, sum), -1);
	dp_ratio_free(sum);
	dp_ratio_free(half);
	dp_ratio_free(one);
}

/* 1 - 1/n by n - 1 terms 1/(k (k+1)): a telescope, exact only if nothing is rounded. */
static void
a_telescope_closes(void)
{
	struct dp_ratio *sum = fraction(0, 1), *closed = fraction(199, 200);
	unsigned k;

	for (k = 1; k < 200; k++)
		CU_ASSERT_EQUAL(dp_ratio_add(sum, 1, (dp_u128)k * (k + 1)), DP_OK);
	CU_ASSERT_EQUAL(dp_ratio_cmp(sum, closed), 0);
	CU_ASSERT_EQUAL(dp_ratio_scale(sum, 200, 199), DP_OK);
	dp_ratio_free(closed);
	closed = fraction(1, 1);
	CU_ASSERT_EQUAL(dp_ratio_cmp(sum, closed), 0);
	dp_ratio_free(sum);
	dp_ratio_free(closed);
}

static uint64_t
ceiling(dp_u128 num, dp_u128 den, unsigned bits)
{
	struct dp_ratio *ratio = fraction(num, den);
	uint64_t units = 0;

	CU_ASSERT_EQUAL(dp_ratio_ceil(&units, ratio, bits), DP_OK);
	dp_ratio_free(ratio);
	return units;
}

static void
the_ceiling_never_rounds_down(void)
{
	CU_ASSERT_EQUAL(ceiling(0, 7, 40), 0);
	CU_ASSERT_EQUAL(ceiling(1, 2, 40), UINT64_C(1) << 39);
	CU_ASSERT_EQUAL(ceiling(1, 10, 40), 109951162778); /* 0.1 * 2^40 = 109951162777.6 */
	CU_ASSERT_EQUAL(ceiling(1, (dp_u128)1 << 100, 40), 1);
	CU_ASSERT_EQUAL(ceiling(((dp_u128)1 << 100) + 1, (dp_u128)1 << 100, 0), 2);
	CU_ASSERT_EQUAL(ceiling(UINT64_MAX, 1, 0), UINT64_MAX);
}

static void
too_large_a_ceiling_is_refused(void)
{
	struct dp_ratio *ratio = fraction((dp_u128)1 << 24, 1);
	uint64_t units = 5;

	CU_ASSERT_EQUAL(dp_ratio_ceil(&units, ratio, 40), DP_RANGE);
	CU_ASSERT_EQUAL(units, 5);
	dp_ratio_free(ratio);
}

static void
a_zero_denominator_is_refused(void)
{
	struct dp_ratio *ratio = fraction(1, 2), *half = fraction(1, 2);

	CU_ASSERT_EQUAL(dp_ratio_add(ratio, 1, 0), DP_PARAM);
	CU_ASSERT_EQUAL(dp_ratio_scale(ratio, 1, 0), DP_PARAM);
	CU_ASSERT_EQUAL(dp_ratio_cmp(ratio, half), 0);
	dp_ratio_free(ratio);
	dp_ratio_free(half);
	dp_ratio_free(NULL);
}

static const struct suite_case cases[] = {
	{"sums are exact", sums_are_exact},
	{"a telescope closes", a_telescope_closes},
	{"the ceiling never rounds down", the_ceiling_never_rounds_down},
	{"too large a ceiling is refused", too_large_a_ceiling_is_refused},
	{"a zero denominator is refused", a_zero_denominator_is_refused},
	{NULL, NULL},
};

int
main(void)
{
	return suite_run("dp.ratio", cases);
}
