#include <openssl/crypto.h>
#include <stdlib.h>
#include <string.h>

#include "dp/plan.h"

#include "support/suite.h"

/*
 * Every allocation of planning and pricing fails once, ours (malloc and calloc are wrapped by
 * the linker) and BN's. The answer must be NOMEM, outputs untouched, or the right one: BN can
 * do without some of its own. The sanitizer build shows that nothing leaks.
 */
static unsigned long allocations, fails_at; /* counted from 1; 0: none fails */

void *__real_malloc(size_t size);
void *__real_calloc(size_t count, size_t size);
void *__wrap_malloc(size_t size);
void *__wrap_calloc(size_t count, size_t size);

static bool
fails(void)
{
	return ++allocations == fails_at;
}

void *
__wrap_malloc(size_t size)
{
	return fails() ? NULL : __real_malloc(size);
}

void *
__wrap_calloc(size_t count, size_t size)
{
	return fails() ? NULL : __real_calloc(count, size);
}

static void *
bn_malloc(size_t size, const char *file, int line)
{
	(void)file;
	(void)line;
	return fails() ? NULL : __real_malloc(size);
}

static void *
bn_realloc(void *old, size_t size, const char *file, int line)
{
	(void)file;
	(void)line;
	return fails() ? NULL : realloc(old, size);
}

static void
bn_free(void *old, const char *file, int line)
{
	(void)file;
	(void)line;
	free(old);
}

/* LEGAL 3 of 4: two combinations of set sizes, so prices are compared as well; the second
 * domain stalls the iteration and so reaches Newton's. */
static const struct dp_domain domains[] = {{3, {{4, 3}, {3, 0}, {2, 0}}}, {3, {{20, 20}, {4, 0}, {5, 0}}}};
static const struct dp_figure table[] = {{1, 3}, {0, 6}};

static enum dp_status
all(const struct dp_domain *domain, struct dp_plan *ret_plan, uint64_t *ret_units)
{
	struct dp_goal *goal = NULL;
	struct dp_plan plan = {0}, copy = {0};
	struct dp_plan_report report;
	struct dp_ratio *price = NULL;
	size_t goals;
	enum dp_status status;

	if ((status = dp_plan_workload(&goal, &goals, domain, table, 2, 0)) == DP_OK &&
	    (status = dp_plan_make(&plan, &report, &(struct dp_plan_request){domain, table, 2, goal, goals,
	    DP_OBJECTIVE_MAX, UINT64_C(1) << 37})) == DP_OK &&
	    (status = dp_plan_copy(&copy, &plan)) == DP_OK && (status = dp_plan_price(&price, &copy)) == DP_OK &&
	    (status = dp_ratio_scale(price, 1, 3)) == DP_OK && (status = dp_ratio_add_ratio(price, price)) == DP_OK &&
	    dp_ratio_cmp(price, price) == -2)
		status = DP_NOMEM;
	if (status == DP_OK && (status = dp_ratio_ceil(ret_units, price, 40)) == DP_OK) {
		*ret_plan = copy;
		copy.residual = NULL;
	}
	free(goal);
	dp_ratio_free(price);
	dp_plan_wipe(&plan);
	dp_plan_wipe(&copy);
	return status;
}

static void
every_failed_allocation_is_reported(void)
{
	size_t d;

	for (d = 0; d < 2; d++) {
		struct dp_plan plan = {0};
		uint64_t expected = 0, units;
		unsigned long total, n, tried = 0, refused = 0;

		fails_at = allocations = 0;
		CU_ASSERT_EQUAL_FATAL(all(&domains[d], &plan, &expected), DP_OK);
		total = allocations;
		CU_ASSERT_FATAL(total > 100);
		dp_plan_wipe(&plan);
		/* All of the first few hundred, later ones in strides: they repeat themselves. */
		for (n = 1; n <= total; n += n < 600 ? 1 : 1 + total / 400) {
			enum dp_status status;

			units = 77;
			plan.tables = 77;
			fails_at = n;
			allocations = 0;
			status = all(&domains[d], &plan, &units);
			fails_at = 0;
			CU_ASSERT(status == DP_NOMEM || status == DP_OK);
			CU_ASSERT_EQUAL(units, status == DP_OK ? expected : 77);
			CU_ASSERT_EQUAL(plan.tables, status == DP_OK ? 2 : 77);
			refused += status == DP_NOMEM;
			tried++;
			if (status == DP_OK)
				dp_plan_wipe(&plan);
		}
		CU_ASSERT(refused > tried * 9 / 10);
		CU_ASSERT_EQUAL_FATAL(all(&domains[d], &plan, &units), DP_OK);
		CU_ASSERT_EQUAL(units, expected);
		dp_plan_wipe(&plan);
	}
}

static const struct suite_case cases[] = {
	{"every failed allocation is reported", every_failed_allocation_is_reported},
	{NULL, NULL},
};

int
main(void)
{
	if (!CRYPTO_set_mem_functions(bn_malloc, bn_realloc, bn_free))
		return 1;
	return suite_run("dp (memory)", cases);
}
