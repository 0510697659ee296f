#include <stdlib.h>
#include <string.h>

#include "dp/estimate.h"
#include "dp/noise.h"
#include "dp/rebuild.h"
#include "support/memory_ledger.h"
#include "support/seeded.h"
#include "support/suite.h"

/*
 * Every allocation on the way from counts to an estimate fails once (malloc and calloc are wrapped by
 * the linker). The answer must be NOMEM, and nothing may leak: the sanitizer build shows it.
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

static const struct dp_domain domain = {4, {{3, 0}, {4, 0}, {2, 0}, {3, 2}}};
static const struct dp_figure tables[] = {{0, 3}, {0, 7}, {0, 6}, {8, 9}, {8, 8}};
#define TABLES (sizeof(tables) / sizeof(tables[0]))

struct flow {
	struct dp_plan plan;
	struct dp_counts *counts;
	struct dp_grant *grant;
	struct dp_noisy *noisy;
	struct dp_rng rng;
	struct dp_estimate estimate, region, area[2];
};

static enum dp_status
draw(struct flow *flow)
{
	static const struct dp_ledger_caps caps = {UINT64_MAX, UINT64_MAX, UINT64_MAX, UINT64_MAX};
	static struct memory_ledger ledger;
	static struct dp_ledger_store store;
	struct dp_ledger_claim claim = memory_ledger_claim(1, 1, 2023, UINT64_MAX);
	enum dp_status status;

	ledger.entries = 0;
	store = memory_ledger_store(&ledger);
	if ((status = dp_ledger_reserve(&flow->grant, &store, &caps, &claim)) != DP_OK ||
	    (status = dp_noise_entropy(&flow->rng)) != DP_OK)
		return status;
	return dp_noise_apply(&flow->noisy, &flow->plan, flow->counts, flow->grant, &flow->rng);
}

static enum dp_status
run(struct flow *flow)
{
	static const uint64_t total[TABLES] = {20, 20, 20, 30, 30};
	struct dp_counts_conflict conflict;
	enum dp_status status;
	const int64_t *y[2];
	double x[24];
	size_t r, cells;

	if ((status = dp_counts_new(&flow->counts, &domain, tables, TABLES)) != DP_OK ||
	    (status = dp_counts_agree(&conflict, flow->counts)) != DP_OK ||
	    (status = dp_plan_layout(&flow->plan, &domain, tables, TABLES)) != DP_OK)
		return status;
	for (r = 0; r < flow->plan.residuals; r++)
		flow->plan.residual[r].s2 = UINT64_C(1000) << DP_S2_BITS;
	if ((status = draw(flow)) != DP_OK ||
	    (status = dp_rebuild_figure(x, &flow->plan, dp_noise_values(flow->noisy, &cells), tables[1])) != DP_OK)
		return status;
	y[0] = y[1] = dp_noise_values(flow->noisy, &cells);
	if ((status = dp_estimate_make(&flow->estimate, &flow->plan, y[0], total)) != DP_OK)
		return status;
	return dp_estimate_region(&flow->region, flow->area, &flow->plan, y, 2);
}

static enum dp_status
run_and_free(void)
{
	struct flow flow;
	enum dp_status status;

	memset(&flow, 0, sizeof(flow));
	status = run(&flow);
	dp_plan_wipe(&flow.plan);
	dp_counts_free(flow.counts);
	dp_ledger_grant_free(flow.grant);
	dp_noise_free(flow.noisy);
	dp_noise_entropy_wipe(&flow.rng);
	dp_estimate_wipe(&flow.estimate);
	dp_estimate_wipe(&flow.region);
	dp_estimate_wipe(&flow.area[0]);
	dp_estimate_wipe(&flow.area[1]);
	return status;
}

static void
every_failed_allocation_is_reported(void)
{
	unsigned long all, at;

	fails_at = 0;
	allocations = 0;
	CU_ASSERT_EQUAL_FATAL(run_and_free(), DP_OK);
	all = allocations;
	CU_ASSERT(all > 50);
	/* An estimate takes more or less memory with the noise, so the last few may not be reached. */
	for (at = 1; at <= all; at++) {
		enum dp_status status;

		allocations = 0;
		fails_at = at;
		status = run_and_free();
		CU_ASSERT_EQUAL(status, allocations < at ? DP_OK : DP_NOMEM);
	}
	fails_at = 0;
}

static const struct suite_case cases[] = {
	{"every failed allocation is reported", every_failed_allocation_is_reported},
	{NULL, NULL},
};

int
main(void)
{
	return suite_run("dp.flow_memory", cases);
}
