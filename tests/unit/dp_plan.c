#include "dp/plan.h"

#include "dp/rho.h"

#include "support/suite.h"

/* SEX 4, AGE 3, EXPL 12 with at most 2, CITGRP 5, and one dimension of one code. */
static const struct dp_domain domain = {5, {{4, 0}, {3, 0}, {12, 2}, {5, 0}, {1, 0}}};
enum { SEX = 1, AGE = 2, EXPL = 4, CITGRP = 8, ONE = 16 };
static const struct dp_figure table[] = {
	{0, SEX | AGE}, {EXPL, EXPL | SEX}, {0, CITGRP | AGE | ONE}, {EXPL, EXPL | AGE}};

static struct dp_plan
laid_out(uint32_t s2)
{
	struct dp_plan plan = {0};
	size_t r;

	CU_ASSERT_EQUAL_FATAL(dp_plan_layout(&plan, &domain, table, 4), DP_OK);
	for (r = 0; r < plan.residuals; r++)
		plan.residual[r].s2 = s2;
	return plan;
}

static void
residuals_stand_once_in_order(void)
{
	static const struct dp_figure expected[] = {{0, 0}, {0, SEX}, {0, AGE}, {0, CITGRP}, {0, SEX | AGE},
		{0, AGE | CITGRP}, {EXPL, 0}, {EXPL, SEX}, {EXPL, AGE}, {EXPL, EXPL}, {EXPL, SEX | EXPL},
		{EXPL, AGE | EXPL}};
	struct dp_plan plan = laid_out(1);
	size_t r, cells = 0;

	CU_ASSERT_EQUAL_FATAL(plan.residuals, 12);
	for (r = 0; r < plan.residuals; r++) {
		const struct dp_residual *residual = &plan.residual[r];

		CU_ASSERT_EQUAL(residual->group, expected[r].group);
		CU_ASSERT_EQUAL(residual->dims, expected[r].dims);
		CU_ASSERT_EQUAL(residual->cells, dp_domain_cells(&domain, expected[r].dims));
		CU_ASSERT_EQUAL(residual->scale, residual->cells);
		CU_ASSERT_EQUAL(residual->offset, cells);
		cells += residual->cells;
	}
	CU_ASSERT_EQUAL(plan.cells, cells);
	dp_plan_wipe(&plan);
	CU_ASSERT_PTR_NULL(plan.residual);
	dp_plan_wipe(&plan);
}

static void
wrong_tables_are_refused(void)
{
	static const struct dp_domain wide = {4, {{250, 0}, {250, 0}, {250, 0}, {250, 0}}};
	static const struct dp_figure group_missing = {0, EXPL | SEX}, group_extra = {EXPL, SEX}, outside = {0, 64},
	    large = {0, 15};
	struct dp_plan plan = {.tables = 77};

	CU_ASSERT_EQUAL(dp_plan_layout(&plan, &domain, &group_missing, 1), DP_PARAM);
	CU_ASSERT_EQUAL(dp_plan_layout(&plan, &domain, &group_extra, 1), DP_PARAM);
	CU_ASSERT_EQUAL(dp_plan_layout(&plan, &domain, &outside, 1), DP_PARAM);
	CU_ASSERT_EQUAL(dp_plan_layout(&plan, &domain, table, 0), DP_PARAM);
	CU_ASSERT_EQUAL(dp_plan_layout(&plan, &wide, &large, 1), DP_RANGE);
	CU_ASSERT_EQUAL(plan.tables, 77);
}

/* What a manifest might bring: each departure from the layout is caught. */
static void
an_unsound_plan_is_refused(void)
{
	struct dp_plan plan = laid_out(1 << 16), *p = &plan;
	struct dp_residual kept = plan.residual[4];
	struct dp_ratio *price = NULL;
	uint64_t units;

	CU_ASSERT_EQUAL(dp_plan_check(p), DP_OK);
#define REFUSED(change) \
	do { \
		change; \
		CU_ASSERT_EQUAL(dp_plan_check(p), DP_PARAM); \
		CU_ASSERT_EQUAL(dp_plan_price(&price, p), DP_PARAM); \
		CU_ASSERT_EQUAL(dp_plan_rho(&units, p), DP_PARAM); \
		plan.residual[4] = kept; \
	} while (0)
	REFUSED(plan.residual[4].s2 = 0);
	REFUSED(plan.residual[4].s2 = ((dp_u128)1 << 96) + 1);
	REFUSED(plan.residual[4].scale = 0);
	REFUSED(plan.residual[4].scale -= 1);
	REFUSED(plan.residual[4].scale *= (1 << 30) / 12 + 1); /* scale * 2^32 >= 2^62 */
	REFUSED(plan.residual[4].dims = SEX | CITGRP);
	REFUSED(plan.residual[4].group = EXPL);
	REFUSED(plan.residual[4].cells++);
	REFUSED(plan.residual[4].offset++);
	REFUSED((plan.residuals--, plan.residual[4] = kept));
	plan.residuals++;
	REFUSED(plan.cells++);
	plan.cells--;
	plan.residual[4].scale *= 3;
	plan.residual[4].s2 = (dp_u128)1 << 96;
	CU_ASSERT_EQUAL(dp_plan_check(p), DP_OK);
	CU_ASSERT_PTR_NULL(price);
	dp_plan_wipe(p);
}

/* By hand, s2 = 10^6 lattice steps squared throughout, L the number of cells:
 * persons: 1 + 12 + 6 + 20 + 72 + 120 = 231; EXPL (k = 2): 4 (1 + 12 + 6) + 240 (1 + 12 + 6) = 4636. */
static void
the_price_is_the_exact_sum(void)
{
	struct dp_plan plan = laid_out(0);
	struct dp_ratio *price = NULL, *expected = NULL;
	uint64_t units = 0;
	size_t r;

	for (r = 0; r < plan.residuals; r++)
		plan.residual[r].s2 = (dp_u128)1000000 << DP_S2_BITS;
	CU_ASSERT_EQUAL_FATAL(dp_plan_price(&price, &plan), DP_OK);
	CU_ASSERT_EQUAL_FATAL(dp_ratio_new(&expected), DP_OK);
	CU_ASSERT_EQUAL(dp_ratio_add(expected, 231 + 4636, 2000000), DP_OK);
	CU_ASSERT_EQUAL(dp_ratio_cmp(price, expected), 0);
	CU_ASSERT_EQUAL(dp_plan_rho(&units, &plan), DP_OK);
	CU_ASSERT_EQUAL(units, UINT64_C(2675661547)); /* 4867 / 2000000 * 2^40 = 2675661546.19 */
	/* One unit of s2 less makes it dearer, and the units are rounded up, never down. */
	plan.residual[0].s2--;
	dp_ratio_free(price);
	CU_ASSERT_EQUAL_FATAL(dp_plan_price(&price, &plan), DP_OK);
	CU_ASSERT_EQUAL(dp_ratio_cmp(price, expected), 1);
	dp_ratio_free(price);
	dp_ratio_free(expected);
	dp_plan_wipe(&plan);
}

static void
a_copy_is_independent(void)
{
	struct dp_plan plan = laid_out(1 << 16), copy = {0};

	CU_ASSERT_EQUAL(dp_plan_copy(&copy, &plan), DP_OK);
	dp_plan_wipe(&plan);
	CU_ASSERT_EQUAL(dp_plan_check(&copy), DP_OK);
	dp_plan_wipe(&copy);
}

static const struct suite_case cases[] = {
	{"residuals stand once, in order", residuals_stand_once_in_order},
	{"wrong tables are refused", wrong_tables_are_refused},
	{"an unsound plan is refused", an_unsound_plan_is_refused},
	{"the price is the exact sum", the_price_is_the_exact_sum},
	{"a copy is independent", a_copy_is_independent},
	{NULL, NULL},
};

int
main(void)
{
	return suite_run("dp.plan", cases);
}
