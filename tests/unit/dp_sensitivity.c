#include "dp/sensitivity.h"

#include "support/suite.h"

/* SEX 4, AGE 3, EXPL 12 with at most 2, LEGAL 4 with at most 3, and one code. */
static const struct dp_domain domain = {5, {{4, 0}, {3, 0}, {12, 2}, {4, 3}, {1, 0}}};
enum { SEX = 1, AGE = 2, EXPL = 4, LEGAL = 8, ONE = 16 };

static uint64_t
d2(dp_dims group, dp_dims dims, uint64_t scale, const uint32_t *size)
{
	dp_u128 value = 0;

	CU_ASSERT_EQUAL(dp_sensitivity_d2(&value, &domain, (struct dp_figure){group, dims}, scale, size), DP_OK);
	return (uint64_t)value;
}

/* By hand from the formula. */
static void
known_values(void)
{
	static const uint32_t size[DP_DIMS_MAX] = {0, 0, 1, 2, 0};

	CU_ASSERT_EQUAL(d2(0, 0, 1, NULL), 1);
	CU_ASSERT_EQUAL(d2(0, SEX, 4, NULL), 12);             /* 4^2 (1 - 1/4) */
	CU_ASSERT_EQUAL(d2(0, SEX | AGE, 12, NULL), 72);      /* 12 * 6 */
	CU_ASSERT_EQUAL(d2(0, SEX | AGE, 36, NULL), 72 * 9);  /* L three times as large */
	CU_ASSERT_EQUAL(d2(EXPL, 0, 1, NULL), 4);             /* two contributions */
	CU_ASSERT_EQUAL(d2(EXPL, EXPL, 12, NULL), 240);       /* 12^2 2 (1 - 2/12) */
	CU_ASSERT_EQUAL(d2(EXPL, EXPL | SEX, 48, NULL), 2880);
	CU_ASSERT_EQUAL(d2(LEGAL, LEGAL, 4, NULL), 16);       /* best at 2 of 4 codes, not at 3 */
	CU_ASSERT_EQUAL(d2(LEGAL, 0, 1, NULL), 9);            /* best at 3 */
	CU_ASSERT_EQUAL(d2(EXPL | LEGAL, LEGAL, 4, NULL), 64);
	CU_ASSERT_EQUAL(d2(EXPL | LEGAL, LEGAL, 4, size), 16); /* 1^2 * 4 2 (4 - 2) */
	CU_ASSERT_EQUAL(d2(EXPL | LEGAL, EXPL, 12, size), 528); /* 12 1 (12 - 1) * 2^2 */
	CU_ASSERT_EQUAL(d2(0, ONE, 1, NULL), 0);              /* C_1 = 0 */
}

static void
wrong_figures_are_refused(void)
{
	static const uint32_t none[DP_DIMS_MAX] = {0}, many[DP_DIMS_MAX] = {0, 0, 3, 1};
	static const struct dp_domain broken = {1, {{0, 0}}};
	dp_u128 value = 77;

	CU_ASSERT_EQUAL(dp_sensitivity_d2(&value, &domain, (struct dp_figure){0, EXPL}, 12, NULL), DP_PARAM);
	CU_ASSERT_EQUAL(dp_sensitivity_d2(&value, &domain, (struct dp_figure){SEX, SEX}, 4, NULL), DP_PARAM);
	CU_ASSERT_EQUAL(dp_sensitivity_d2(&value, &domain, (struct dp_figure){0, 32}, 4, NULL), DP_PARAM);
	CU_ASSERT_EQUAL(dp_sensitivity_d2(&value, &domain, (struct dp_figure){0, SEX}, 0, NULL), DP_PARAM);
	CU_ASSERT_EQUAL(dp_sensitivity_d2(&value, &domain, (struct dp_figure){0, SEX}, 6, NULL), DP_PARAM);
	CU_ASSERT_EQUAL(dp_sensitivity_d2(&value, &domain, (struct dp_figure){EXPL, EXPL}, 12, none), DP_PARAM);
	CU_ASSERT_EQUAL(dp_sensitivity_d2(&value, &domain, (struct dp_figure){EXPL, EXPL}, 12, many), DP_PARAM);
	CU_ASSERT_EQUAL(dp_sensitivity_d2(&value, &broken, (struct dp_figure){0, 0}, 1, NULL), DP_PARAM);
	CU_ASSERT_EQUAL((uint64_t)value, 77);
}

static void
what_does_not_fit_is_refused(void)
{
	static const struct dp_domain wide = {8, {{250, 250}, {250, 250}, {250, 250}, {250, 250}, {250, 250}, {250, 250},
		{250, 250}, {250, 250}}};
	dp_u128 value = 77, expected;
	uint64_t unit = 250 * 125 * 125;

	/* 250^4 codes, summed over four more dimensions: (250 125 125)^4 (250^2)^4 > 2^128 */
	CU_ASSERT_EQUAL(dp_sensitivity_d2(&value, &wide, (struct dp_figure){255, 15}, UINT64_C(3906250000), NULL), DP_RANGE);
	CU_ASSERT_EQUAL((uint64_t)value, 77);
	CU_ASSERT_EQUAL(dp_sensitivity_d2(&value, &wide, (struct dp_figure){15, 15}, UINT64_C(3906250000), NULL), DP_OK);
	expected = (dp_u128)unit * unit * unit * unit;
	CU_ASSERT(value == expected);
	/* A scale of 2^63: its square alone takes 126 bits. */
	CU_ASSERT_EQUAL(dp_sensitivity_d2(&value, &wide, (struct dp_figure){0, 0}, UINT64_C(1) << 63, NULL), DP_OK);
	CU_ASSERT(value == (dp_u128)1 << 126);
	CU_ASSERT_EQUAL(dp_sensitivity_d2(&value, &wide, (struct dp_figure){1, 0}, UINT64_C(1) << 63, NULL), DP_RANGE);
}

static const struct suite_case cases[] = {
	{"known values", known_values},
	{"wrong figures are refused", wrong_figures_are_refused},
	{"what does not fit is refused", what_does_not_fit_is_refused},
	{NULL, NULL},
};

int
main(void)
{
	return suite_run("dp.sensitivity", cases);
}
