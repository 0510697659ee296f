#include "dp/plan.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "dp/rho.h"

#include "support/suite.h"

#define RHO_TENTH UINT64_C(109951162777)

/* Builds goals = tables, each of this weight, and plans; the caller wipes. */
static enum dp_status
literal(struct dp_plan *plan, struct dp_plan_report *report, const struct dp_domain *domain, uint32_t sizes,
    enum dp_objective objective)
{
	struct dp_figure table[DP_TABLES_MAX];
	struct dp_goal goal[DP_TABLES_MAX];
	size_t tables = 0;
	dp_dims dims;

	/* Bit n of sizes: all tables of n dimensions. */
	for (dims = 0; dims < 1u << domain->dims; dims++)
		if (sizes >> __builtin_popcount(dims) & 1) {
			table[tables] = (struct dp_figure){dims & dp_domain_multi(domain), dims};
			goal[tables] = (struct dp_goal){table[tables], 1};
			tables++;
		}
	return dp_plan_make(plan, report, &(struct dp_plan_request){.domain = domain, .table = table, .tables = tables,
	    .goal = goal, .goals = tables, .objective = objective, .rho_units = RHO_TENTH});
}

/* Figures published for these workloads at rho 0.1 (one contribution per person). */
static void
known_optima_are_reached(void)
{
	static const struct dp_domain three = {3, {{3, 0}, {6, 0}, {9, 0}}},
	    five = {5, {{3, 0}, {6, 0}, {9, 0}, {60, 0}, {4, 0}}},
	    six = {6, {{3, 0}, {6, 0}, {9, 0}, {200, 0}, {4, 0}, {12, 0}}};
	static const struct {
		const struct dp_domain *domain;
		uint32_t sizes;
		enum dp_objective objective;
		double expected;
	} known[] = {
		{&three, 14, DP_OBJECTIVE_MAX, 20.92022177}, {&three, 14, DP_OBJECTIVE_SUM, 3474.19727307},
		{&three, 15, DP_OBJECTIVE_MAX, 23.14285714}, {&five, 6, DP_OBJECTIVE_MAX, 46.33921862},
		{&five, 6, DP_OBJECTIVE_SUM, 46834.85101388}, {&five, 7, DP_OBJECTIVE_MAX, 48.23606557},
		{&six, 7, DP_OBJECTIVE_MAX, 68.12863703}, {&six, 7, DP_OBJECTIVE_SUM, 256681.57293416},
	};
	size_t i;

	for (i = 0; i < sizeof(known) / sizeof(known[0]); i++) {
		struct dp_plan plan = {0};
		struct dp_plan_report report = {0};

		CU_ASSERT_EQUAL_FATAL(literal(&plan, &report, known[i].domain, known[i].sizes, known[i].objective), DP_OK);
		CU_ASSERT_DOUBLE_EQUAL(report.objective / known[i].expected, 1, 1e-8);
		CU_ASSERT_DOUBLE_EQUAL(report.bound / known[i].expected, 1, 1e-8);
		CU_ASSERT(report.gap >= 0 && report.gap <= (known[i].objective == DP_OBJECTIVE_SUM ? 1e-12 : 1e-9));
		dp_plan_wipe(&plan);
	}
}

/* The variance of one cell of a figure, written down once more from the definition of the estimate. */
static double
variance(const struct dp_plan *plan, struct dp_figure figure)
{
	double sum = 0;
	size_t r;
	uint32_t i;

	for (r = 0; r < plan->residuals; r++) {
		const struct dp_residual *b = &plan->residual[r];
		double term = (double)b->s2 / 65536 / (double)b->scale / (double)b->scale;

		if (b->group != figure.group || (b->dims & ~figure.dims))
			continue;
		for (i = 0; i < plan->domain.dims; i++)
			if (figure.dims >> i & 1) {
				double n = plan->domain.dim[i].codes;

				term *= b->dims >> i & 1 ? (n - 1) / n : 1 / (n * n);
			}
		sum += term;
	}
	return sum;
}

struct structure {
	struct dp_domain domain;
	struct dp_figure table[4];
	size_t tables;
	dp_dims keep;
	double error; /* of every figure, at rho 0.1 */
};

static const struct structure defaults[] = {
	/* SEX, AGE, EXPL (2), CITGRP */
	{{4, {{4, 0}, {3, 0}, {12, 2}, {5, 0}}}, {{0, 3}, {4, 5}, {0, 10}, {4, 6}}, 4, 0, 6.137},
	/* MEANS (3), RECR, EXPL */
	{{3, {{10, 3}, {7, 0}, {12, 0}}}, {{1, 5}, {0, 2}}, 2, 0, 5.886},
	/* BASIS, ORIGIN, AGE; no margin over BASIS */
	{{3, {{4, 0}, {18, 0}, {3, 0}}}, {{0, 3}, {0, 5}}, 2, 1, 3.460},
	/* LEGAL (3 of 4), SEX, AGE, CITGRP, EXPL: k > n/2, the joint maximum */
	{{5, {{4, 3}, {4, 0}, {3, 0}, {5, 0}, {12, 0}}}, {{1, 3}, {1, 9}, {1, 17}}, 3, 0, 5.918},
};

static enum dp_status
default_plan(struct dp_plan *plan, struct dp_plan_report *report, struct dp_goal **goal, size_t *goals,
    const struct structure *s)
{
	CU_ASSERT_EQUAL_FATAL(dp_plan_workload(goal, goals, &s->domain, s->table, s->tables, s->keep), DP_OK);
	return dp_plan_make(plan, report, &(struct dp_plan_request){.domain = &s->domain, .table = s->table,
	    .tables = s->tables, .goal = *goal, .goals = *goals, .objective = DP_OBJECTIVE_MAX, .rho_units = RHO_TENTH});
}

static void
default_structures_have_their_errors(void)
{
	size_t s, a;

	for (s = 0; s < sizeof(defaults) / sizeof(defaults[0]); s++) {
		struct dp_plan plan = {0};
		struct dp_plan_report report = {0};
		struct dp_goal *goal = NULL;
		size_t goals = 0;
		double largest = 0;

		CU_ASSERT_EQUAL_FATAL(default_plan(&plan, &report, &goal, &goals, &defaults[s]), DP_OK);
		for (a = 0; a < goals; a++) {
			double error = sqrt(variance(&plan, goal[a].figure));

			largest = fmax(largest, error);
			/* LEGAL alone need not be as bad as its cross tables; all others are equal. */
			if (s != 3)
				CU_ASSERT_DOUBLE_EQUAL(error, defaults[s].error, 5e-4);
		}
		CU_ASSERT_DOUBLE_EQUAL(largest, defaults[s].error, 5e-4);
		CU_ASSERT(report.gap <= 1e-9);
		/* Rounding s2 up to the lattice costs less than 1e-4 of the variance. */
		CU_ASSERT(largest * largest >= report.objective * (1 - 1e-12));
		CU_ASSERT(largest * largest <= report.objective * (1 + 1e-4));
		free(goal);
		dp_plan_wipe(&plan);
	}
}

/* From one unit to the cap: the exact price never passes the request, and stays near it. */
static void
the_price_never_passes_the_request(void)
{
	static const uint64_t request[] = {1, 2, 12345, RHO_TENTH / 1000, RHO_TENTH, RHO_TENTH + 1, DP_RHO_ONE,
		DP_RHO_MAX};
	size_t s, i;

	for (s = 0; s < sizeof(defaults) / sizeof(defaults[0]); s++)
		for (i = 0; i < sizeof(request) / sizeof(request[0]); i++) {
			const struct structure *d = &defaults[s];
			struct dp_plan plan = {0};
			struct dp_plan_report report = {0};
			struct dp_goal *goal = NULL;
			size_t goals = 0;
			uint64_t units = 0;

			CU_ASSERT_EQUAL_FATAL(dp_plan_workload(&goal, &goals, &d->domain, d->table, d->tables, d->keep), DP_OK);
			CU_ASSERT_EQUAL_FATAL(dp_plan_make(&plan, &report, &(struct dp_plan_request){&d->domain, d->table,
			    d->tables, goal, goals, DP_OBJECTIVE_MAX, request[i]}), DP_OK);
			CU_ASSERT_EQUAL(dp_plan_rho(&units, &plan), DP_OK);
			CU_ASSERT_EQUAL(units, report.rho_units);
			CU_ASSERT(units <= request[i]);
			if (request[i] <= DP_RHO_ONE)
				CU_ASSERT((double)units >= (double)request[i] * (1 - 1e-4));
			free(goal);
			dp_plan_wipe(&plan);
		}
}

/* The problem is convex: if no small change of equal price is better, nothing is. */
static void
no_neighboring_plan_is_better(void)
{
	size_t s, r, a;
	int round;

	srand48((long)suite_seed());
	for (s = 0; s < sizeof(defaults) / sizeof(defaults[0]); s++) {
		struct dp_plan plan = {0}, other = {0};
		struct dp_plan_report report = {0};
		struct dp_goal *goal = NULL;
		size_t goals = 0;

		CU_ASSERT_EQUAL_FATAL(default_plan(&plan, &report, &goal, &goals, &defaults[s]), DP_OK);
		CU_ASSERT_EQUAL_FATAL(dp_plan_copy(&other, &plan), DP_OK);
		for (round = 0; round < 400; round++) {
			double step = pow(10, -1 - round % 5), largest = 0;
			uint64_t units;

			for (r = 0; r < plan.residuals; r++)
				other.residual[r].s2 = (dp_u128)((double)plan.residual[r].s2 * exp(step * (2 * drand48() - 1)));
			CU_ASSERT_EQUAL_FATAL(dp_plan_rho(&units, &other), DP_OK);
			for (a = 0; a < goals; a++)
				largest = fmax(largest, variance(&other, goal[a].figure));
			CU_ASSERT(largest * (double)units / (double)RHO_TENTH >= report.bound * (1 - 1e-9));
		}
		free(goal);
		dp_plan_wipe(&plan);
		dp_plan_wipe(&other);
	}
}

/* Joint problems in which most combinations of set sizes tie. */
static void
many_set_sizes_are_planned_too(void)
{
	static const struct dp_domain hard[] = {
		{1, {{9, 9}}}, {3, {{20, 20}, {4, 0}, {5, 0}}}, {4, {{9, 9}, {8, 8}, {4, 0}, {5, 0}}},
		{3, {{10, 7}, {8, 8}, {6, 6}}}};
	size_t i;
	int objective;

	for (i = 0; i < sizeof(hard) / sizeof(hard[0]); i++)
		for (objective = 0; objective < 2; objective++) {
			struct dp_plan plan = {0};
			struct dp_plan_report report = {0};

			CU_ASSERT_EQUAL_FATAL(literal(&plan, &report, &hard[i], 7, (enum dp_objective)objective), DP_OK);
			CU_ASSERT(report.gap <= 1e-9);
			CU_ASSERT(report.rho_units <= RHO_TENTH);
			CU_ASSERT(report.rho_units >= RHO_TENTH / 10000 * 9999);
			dp_plan_wipe(&plan);
		}
}

static void
bounds_set_the_proportions(void)
{
	static const struct dp_domain domain = {2, {{4, 0}, {5, 0}}};
	static const struct dp_figure table[] = {{0, 1}, {0, 2}, {0, 3}};
	static const struct dp_goal goal[] = {{{0, 1}, 0.5}, {{0, 2}, 1}, {{0, 3}, 2}};
	struct dp_plan plan = {0};
	struct dp_plan_report report;

	CU_ASSERT_EQUAL_FATAL(dp_plan_make(&plan, &report, &(struct dp_plan_request){&domain, table, 3, goal, 3,
	    DP_OBJECTIVE_MAX, RHO_TENTH}), DP_OK);
	CU_ASSERT_DOUBLE_EQUAL(variance(&plan, table[0]) / report.objective, 0.5, 1e-4);
	CU_ASSERT_DOUBLE_EQUAL(variance(&plan, table[1]) / report.objective, 1, 1e-4);
	CU_ASSERT_DOUBLE_EQUAL(variance(&plan, table[2]) / report.objective, 2, 1e-4);
	dp_plan_wipe(&plan);
}

static void
wrong_requests_are_refused(void)
{
	static const struct dp_domain domain = {3, {{4, 0}, {5, 0}, {6, 2}}};
	static const struct dp_figure table[] = {{0, 3}, {4, 6}};
	struct dp_goal goal[] = {{{0, 3}, 1}, {{4, 6}, 1}};
	struct dp_plan_request good = {&domain, table, 2, goal, 2, DP_OBJECTIVE_MAX, RHO_TENTH}, bad;
	static const double weight[] = {0, -1, NAN, INFINITY, 1e-10, 1e10};
	struct dp_plan plan = {.tables = 77};
	struct dp_plan_report report;
	size_t i;

#define REFUSED(expected, change) \
	do { \
		bad = good; \
		change; \
		CU_ASSERT_EQUAL(dp_plan_make(&plan, &report, &bad), expected); \
	} while (0)
	REFUSED(DP_PARAM, bad.rho_units = 0);
	REFUSED(DP_PARAM, bad.goals = 0);
	REFUSED(DP_PARAM, bad.goals = 1); /* the second table is below no goal */
	REFUSED(DP_PARAM, bad.tables = 0);
	REFUSED(DP_PARAM, bad.tables = 1); /* the second goal lies in no table */
	REFUSED(DP_PARAM, bad.objective = (enum dp_objective)2);
	for (i = 0; i < sizeof(weight) / sizeof(weight[0]); i++) {
		REFUSED(DP_PARAM, goal[1].weight = weight[i]);
		goal[1].weight = 1;
	}
	REFUSED(DP_PARAM, goal[1].figure.group = 0); /* counts persons, the table contributions */
	CU_ASSERT_EQUAL(plan.tables, 77);
}

static void
too_many_set_sizes_are_refused(void)
{
	static const struct dp_domain domain = {3, {{250, 250}, {250, 250}, {250, 250}}};
	static const struct dp_figure table[] = {{1, 1}, {2, 2}, {4, 4}};
	static const struct dp_goal goal[] = {{{1, 1}, 1}, {{2, 2}, 1}, {{4, 4}, 1}};
	struct dp_plan plan = {0};
	struct dp_plan_report report;

	CU_ASSERT_EQUAL(dp_plan_make(&plan, &report, &(struct dp_plan_request){&domain, table, 3, goal, 3,
	    DP_OBJECTIVE_MAX, RHO_TENTH}), DP_RANGE);
	CU_ASSERT_EQUAL(dp_plan_make(&plan, &report, &(struct dp_plan_request){&domain, table, 1, goal, 1,
	    DP_OBJECTIVE_MAX, RHO_TENTH}), DP_OK);
	dp_plan_wipe(&plan);
}

static void
the_workload_is_what_may_be_read(void)
{
	/* SEX, AGE, EXPL (2), CITGRP, and a dimension of one code */
	static const struct dp_domain domain = {5, {{4, 0}, {3, 0}, {12, 2}, {5, 0}, {1, 0}}};
	static const struct dp_figure table[] = {{0, 3}, {4, 5}, {0, 26}, {4, 6}, {0, 3}};
	static const struct dp_figure expected[] = {{0, 3}, {4, 5}, {0, 26}, {4, 6}, {0, 0}, {0, 1}, {0, 2}, {0, 8},
		{4, 4}};
	struct dp_goal *goal = NULL;
	size_t goals = 0, i;

	CU_ASSERT_EQUAL_FATAL(dp_plan_workload(&goal, &goals, &domain, table, 5, 0), DP_OK);
	CU_ASSERT_EQUAL_FATAL(goals, 9);
	for (i = 0; i < goals; i++) {
		CU_ASSERT_EQUAL(goal[i].figure.group, expected[i].group);
		CU_ASSERT_EQUAL(goal[i].figure.dims, expected[i].dims);
		CU_ASSERT_EQUAL(goal[i].weight, 1);
	}
	free(goal);
	/* Never a margin that sums AGE out: SEX x AGE gives AGE only, EXPL x SEX has no AGE to keep. */
	CU_ASSERT_EQUAL_FATAL(dp_plan_workload(&goal, &goals, &domain, table, 4, 2), DP_OK);
	CU_ASSERT_EQUAL_FATAL(goals, 6);
	CU_ASSERT_EQUAL(goal[4].figure.dims, 2);
	CU_ASSERT_EQUAL(goal[5].figure.dims, 4);
	free(goal);
	CU_ASSERT_EQUAL(dp_plan_workload(&goal, &goals, &domain, table, 0, 0), DP_PARAM);
}

static const struct suite_case cases[] = {
	{"known optima are reached", known_optima_are_reached},
	{"default structures have their errors", default_structures_have_their_errors},
	{"the price never passes the request", the_price_never_passes_the_request},
	{"no neighboring plan is better", no_neighboring_plan_is_better},
	{"many set sizes are planned too", many_set_sizes_are_planned_too},
	{"bounds set the proportions", bounds_set_the_proportions},
	{"wrong requests are refused", wrong_requests_are_refused},
	{"too many set sizes are refused", too_many_set_sizes_are_refused},
	{"the workload is what may be read", the_workload_is_what_may_be_read},
	{NULL, NULL},
};

int
main(void)
{
	return suite_run("dp.plan_make", cases);
}
