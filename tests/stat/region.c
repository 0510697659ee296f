#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "dp/estimate.h"
#include "dp/noise.h"
#include "dp/rebuild.h"
#include "dp/rho.h"
#include "support/memory_ledger.h"
#include "support/seeded.h"
#include "support/suite.h"

/*
 * A whole region in one process, through the public functions of dp/ alone: six countries from a
 * handful of persons to a thousand count, price, reserve, draw, commit; their vectors are
 * summed, rebuilt, given intervals and made into estimates; quarter after quarter.
 */
enum { SEX = 1, AGE = 2, EXPL = 4, CITGRP = 8 };
static const struct dp_domain domain = {4, {{4, 0}, {3, 0}, {12, 2}, {5, 0}}};
static const struct dp_figure tables[] = {
	{0, SEX | AGE}, {EXPL, EXPL | SEX}, {0, CITGRP | AGE}, {EXPL, EXPL | AGE}};
static const size_t persons[] = {3, 12, 40, 150, 400, 900};

#define TABLES 4
#define COUNTRIES 6
#define AREAS (COUNTRIES + 1) /* the last one is the region */
#define QUARTERS 240
#define CELLS_MAX 60

struct area {
	struct dp_counts *counts;
	int64_t *y;
	double variances; /* of the country's, that make up this area's */
	struct dp_estimate estimate;
};

/* What was measured, per table. Squared errors are in units of the published variance, so that a
 * small country weighs as much as the region. */
struct tally {
	double squares;          /* of the unbiased figures */
	double estimate_squares; /* of the estimates */
	double sum_squares;      /* of unbiased sums over chosen codes */
	size_t cells, sums;
	size_t covered;
	size_t zeros, zeros_covered; /* cells whose true count is 0 */
};

struct region {
	struct seeded random;
	struct dp_plan plan;
	struct dp_plan_report report;
	struct memory_ledger ledger[COUNTRIES];
	struct area area[AREAS];
	struct tally tally[TABLES];
};

static struct region region;

static void
make_plan(void)
{
	struct dp_plan_request request = {.domain = &domain, .table = tables, .tables = TABLES,
		.objective = DP_OBJECTIVE_MAX};
	struct dp_goal *goal = NULL;
	double largest = 0, variance;
	size_t g;

	CU_ASSERT_EQUAL_FATAL(dp_rho_parse(&request.rho_units, "0.1"), DP_OK);
	CU_ASSERT_EQUAL_FATAL(dp_plan_workload(&goal, &request.goals, &domain, tables, TABLES, 0), DP_OK);
	request.goal = goal;
	CU_ASSERT_EQUAL_FATAL(dp_plan_make(&region.plan, &region.report, &request), DP_OK);
	CU_ASSERT(region.report.rho_units <= request.rho_units);
	for (g = 0; g < request.goals; g++) {
		CU_ASSERT_EQUAL(dp_rebuild_variance(&variance, &region.plan, goal[g].figure), DP_OK);
		largest = variance > largest ? variance : largest;
	}
	/* the agreed standard error of this structure at rho 0.1 */
	CU_ASSERT_DOUBLE_EQUAL(sqrt(largest), 6.14, 0.005);
	free(goal);
}

/* A person of a skewed population: most cells of most countries stay empty. */
static void
draw_person(struct dp_person *person)
{
	uint32_t i;

	for (i = 0; i < domain.dims; i++) {
		double u = seeded_unit(&region.random);

		person->codes[i] = 1;
		person->code[i][0] = (uint32_t)(u * u * u * domain.dim[i].codes);
	}
	if (seeded_below(&region.random, 3) == 0) {
		person->codes[2] = 2;
		person->code[2][1] = (person->code[2][0] + 1 + (uint32_t)seeded_below(&region.random, 11)) % 12;
	}
}

static void
count(struct area *area, size_t n)
{
	struct dp_counts_conflict conflict;
	static struct dp_person person;

	CU_ASSERT_EQUAL_FATAL(dp_counts_new(&area->counts, &domain, tables, TABLES), DP_OK);
	while (n-- > 0) {
		draw_person(&person);
		CU_ASSERT_EQUAL(dp_counts_add(area->counts, &person), DP_OK);
	}
	CU_ASSERT_EQUAL(dp_counts_agree(&conflict, area->counts), DP_OK);
}

static struct dp_ledger_claim
claim_of(size_t quarter, uint64_t price)
{
	return memory_ledger_claim((uint8_t)(quarter + 1), (uint8_t)(quarter + 1), 2000 + (uint32_t)quarter / 4, price);
}

/* One submission: from counts to a committed entry. */
static void
submit(struct area *area, struct memory_ledger *ledger, size_t quarter)
{
	struct dp_ledger_store store = memory_ledger_store(ledger);
	struct dp_rng rng = seeded_rng(&region.random);
	uint8_t body[DP_LEDGER_HASH] = {(uint8_t)quarter};
	struct dp_ledger_claim claim;
	struct dp_ledger_entry entry;
	struct dp_grant *grant = NULL;
	struct dp_noisy *noisy = NULL;
	uint64_t price = 0;
	size_t cells;

	CU_ASSERT_EQUAL_FATAL(dp_plan_rho(&price, &region.plan), DP_OK);
	const struct dp_ledger_caps caps = {price, price, 4 * price, price};
	claim = claim_of(quarter, price);
	CU_ASSERT_EQUAL_FATAL(dp_ledger_reserve(&grant, &store, &caps, &claim), DP_OK);
	CU_ASSERT_EQUAL_FATAL(dp_noise_apply(&noisy, &region.plan, area->counts, grant, &rng), DP_OK);
	CU_ASSERT_EQUAL_FATAL(dp_ledger_commit(&entry, grant, body), DP_OK);
	memcpy(area->y, dp_noise_values(noisy, &cells), region.plan.cells * sizeof(*area->y));
	/* the same round, a revision of the same period, a fifth round of the same year */
	CU_ASSERT_EQUAL(dp_ledger_check(&store, &caps, &claim), DP_SPENT);
	claim.round[1] = 0xff;
	CU_ASSERT_EQUAL(dp_ledger_check(&store, &caps, &claim), DP_PERIOD);
	claim.series[1] = 0xff;
	CU_ASSERT_EQUAL(dp_ledger_check(&store, &caps, &claim), quarter % 4 == 3 ? DP_YEAR : DP_OK);
	dp_noise_free(noisy);
	dp_ledger_grant_free(grant);
}

static void
sum_region(void)
{
	struct area *all = &region.area[COUNTRIES];
	size_t a, c;

	CU_ASSERT_EQUAL_FATAL(dp_counts_new(&all->counts, &domain, tables, TABLES), DP_OK);
	memset(all->y, 0, region.plan.cells * sizeof(*all->y));
	all->variances = COUNTRIES;
	for (a = 0; a < COUNTRIES; a++) {
		CU_ASSERT_EQUAL(dp_counts_merge(all->counts, region.area[a].counts), DP_OK);
		for (c = 0; c < region.plan.cells; c++)
			all->y[c] += region.area[a].y[c];
	}
}

static void
make_estimates(void)
{
	struct dp_estimate estimate[COUNTRIES];
	const int64_t *y[COUNTRIES];
	size_t a;

	for (a = 0; a < COUNTRIES; a++)
		y[a] = region.area[a].y;
	CU_ASSERT_EQUAL_FATAL(dp_estimate_region(&region.area[COUNTRIES].estimate, estimate, &region.plan, y, COUNTRIES),
	    DP_OK);
	for (a = 0; a < COUNTRIES; a++)
		region.area[a].estimate = estimate[a];
}

/* Adds up the estimate of a table over its second dimension or over its first. */
static void
add_up(uint64_t *ret_margin, const uint64_t *cell, size_t rows, size_t cols, bool keep_rows)
{
	size_t i, j;

	memset(ret_margin, 0, (keep_rows ? rows : cols) * sizeof(*ret_margin));
	for (i = 0; i < rows; i++)
		for (j = 0; j < cols; j++)
			ret_margin[keep_rows ? i : j] += cell[i * cols + j];
}

static uint64_t
estimated_total(const struct area *area, size_t t)
{
	uint64_t sum = 0;
	size_t c;

	for (c = 0; c < dp_domain_cells(&domain, tables[t].dims); c++)
		sum += area->estimate.cell[t][c];
	return sum;
}

/* Tables of one group agree on their total and on the margin that they share. */
static void
check_estimate(const struct area *area)
{
	uint64_t a[12], b[12];

	CU_ASSERT_EQUAL(estimated_total(area, 0), estimated_total(area, 2));
	CU_ASSERT_EQUAL(estimated_total(area, 1), estimated_total(area, 3));
	/* cells run by ascending dimension: SEX x AGE, AGE x CITGRP; SEX x EXPL, AGE x EXPL */
	add_up(a, area->estimate.cell[0], 4, 3, false);
	add_up(b, area->estimate.cell[2], 3, 5, true);
	CU_ASSERT_EQUAL(memcmp(a, b, 3 * sizeof(a[0])), 0);
	add_up(a, area->estimate.cell[1], 4, 12, false);
	add_up(b, area->estimate.cell[3], 3, 12, false);
	CU_ASSERT_EQUAL(memcmp(a, b, 12 * sizeof(a[0])), 0);
}

/* The region is the sum of its countries, and its total the unbiased one, rounded. */
static void
check_region(void)
{
	const struct area *all = &region.area[COUNTRIES];
	size_t t, a, c;

	for (t = 0; t < TABLES; t++) {
		double total;

		CU_ASSERT_EQUAL(dp_rebuild_figure(&total, &region.plan, all->y, (struct dp_figure){tables[t].group, 0}), DP_OK);
		CU_ASSERT_EQUAL(estimated_total(all, t), total > 0 ? (uint64_t)llround(total) : 0);
		for (c = 0; c < dp_domain_cells(&domain, tables[t].dims); c++) {
			uint64_t sum = 0;

			for (a = 0; a < COUNTRIES; a++)
				sum += region.area[a].estimate.cell[t][c];
			CU_ASSERT_EQUAL(all->estimate.cell[t][c], sum);
		}
	}
}

/* A sum over some codes of each dimension: its published variance against its error. */
static void
tally_sum(struct tally *tally, const struct area *area, size_t t, const double *x, const uint64_t *truth)
{
	uint32_t chosen[DP_DIMS_MAX] = {0}, code[DP_DIMS_MAX] = {0}, i;
	double variance = 0, error = 0;
	size_t c;

	for (i = 0; i < domain.dims; i++)
		chosen[i] = 1 + (uint32_t)seeded_below(&region.random, domain.dim[i].codes);
	CU_ASSERT_EQUAL(dp_rebuild_variance_sum(&variance, &region.plan, tables[t], chosen), DP_OK);
	for (c = 0; c < dp_domain_cells(&domain, tables[t].dims); c++) {
		bool in = true;

		dp_domain_codes(code, &domain, tables[t].dims, c);
		for (i = 0; i < domain.dims; i++)
			in &= !(tables[t].dims >> i & 1) || code[i] < chosen[i];
		error += in ? x[c] - (double)truth[c] : 0;
	}
	tally->sum_squares += error * error / (variance * area->variances);
	tally->sums++;
}

static void
tally_area(const struct area *area)
{
	size_t t, c;

	for (t = 0; t < TABLES; t++) {
		struct tally *tally = &region.tally[t];
		size_t cells = dp_domain_cells(&domain, tables[t].dims);
		double x[CELLS_MAX], variance = 0, low, high;
		uint64_t truth[CELLS_MAX];

		CU_ASSERT_EQUAL(dp_rebuild_figure(x, &region.plan, area->y, tables[t]), DP_OK);
		CU_ASSERT_EQUAL(dp_rebuild_variance(&variance, &region.plan, tables[t]), DP_OK);
		CU_ASSERT_EQUAL(dp_counts_figure(truth, area->counts, tables[t]), DP_OK);
		variance *= area->variances;
		for (c = 0; c < cells; c++) {
			double error = x[c] - (double)truth[c];
			double estimate_error = (double)area->estimate.cell[t][c] - (double)truth[c];
			bool in;

			dp_rebuild_interval(&low, &high, x[c], sqrt(variance));
			in = low <= (double)truth[c] && (double)truth[c] <= high;
			tally->squares += error * error / variance;
			tally->estimate_squares += estimate_error * estimate_error / variance;
			tally->cells++;
			tally->covered += in;
			tally->zeros += truth[c] == 0;
			tally->zeros_covered += in && truth[c] == 0;
		}
		tally_sum(tally, area, t, x, truth);
	}
}

static void
run_quarter(size_t quarter)
{
	size_t a;

	for (a = 0; a < COUNTRIES; a++) {
		region.area[a].variances = 1;
		count(&region.area[a], persons[a]);
		submit(&region.area[a], &region.ledger[a], quarter);
	}
	sum_region();
	make_estimates();
	check_region();
	for (a = 0; a < AREAS; a++) {
		struct area *area = &region.area[a];

		check_estimate(area);
		tally_area(area);
		dp_estimate_wipe(&area->estimate);
		dp_counts_free(area->counts);
	}
}

static void
rounds_run_quarter_after_quarter(void)
{
	size_t a, q;

	seeded_init(&region.random, suite_seed());
	make_plan();
	for (a = 0; a < AREAS; a++)
		CU_ASSERT_PTR_NOT_NULL_FATAL(region.area[a].y = calloc(region.plan.cells, sizeof(int64_t)));
	for (q = 0; q < QUARTERS; q++)
		run_quarter(q);
	for (a = 0; a < AREAS; a++)
		free(region.area[a].y);
	dp_plan_wipe(&region.plan);
}

static void
every_ledger_is_one_chain_of_all_that_was_spent(void)
{
	size_t a, e;

	for (a = 0; a < COUNTRIES; a++) {
		const struct dp_ledger_entry *entry = region.ledger[a].entry;

		CU_ASSERT_EQUAL(region.ledger[a].entries, QUARTERS);
		for (e = 0; e < region.ledger[a].entries; e++)
			CU_ASSERT_EQUAL(dp_ledger_follows(&entry[e], e ? &entry[e - 1] : NULL), DP_OK);
		CU_ASSERT_EQUAL(entry[QUARTERS - 1].total, QUARTERS * region.report.rho_units);
	}
}

static void
published_standard_errors_are_the_measured_ones(void)
{
	size_t t;

	for (t = 0; t < TABLES; t++) {
		const struct tally *tally = &region.tally[t];
		double ratio = sqrt(tally->squares / (double)tally->cells);
		double sums = sqrt(tally->sum_squares / (double)tally->sums);

		printf("table %zu: measured / published standard error %.4f, of sums %.4f\n", t, ratio, sums);
		CU_ASSERT_DOUBLE_EQUAL(ratio, 1, 0.03);
		/* one sum per table, area and quarter: 1680 values, of which the region's repeats its countries' */
		CU_ASSERT_DOUBLE_EQUAL(sums, 1, 0.09);
	}
}

static void
intervals_cover_the_truth_as_often_as_they_say(void)
{
	size_t t, cells = 0, covered = 0, zeros = 0, zeros_covered = 0;
	double all, zero, positive;

	for (t = 0; t < TABLES; t++) {
		cells += region.tally[t].cells;
		covered += region.tally[t].covered;
		zeros += region.tally[t].zeros;
		zeros_covered += region.tally[t].zeros_covered;
	}
	all = (double)covered / (double)cells;
	zero = (double)zeros_covered / (double)zeros;
	positive = (double)(covered - zeros_covered) / (double)(cells - zeros);
	printf("coverage: %.4f of %zu cells; true zeros %.4f, others %.4f\n", all, cells, zero, positive);
	CU_ASSERT(all >= 0.95 && all <= 0.98);
	CU_ASSERT(zero >= 0.97 && zero <= 0.985);
	CU_ASSERT(positive >= 0.945 && positive <= 0.965);
}

static void
estimates_are_nearer_to_the_truth_than_unbiased_figures(void)
{
	size_t t;

	for (t = 0; t < TABLES; t++) {
		double ratio = sqrt(region.tally[t].estimate_squares / region.tally[t].squares);

		printf("table %zu: root mean square error, estimate / unbiased %.3f\n", t, ratio);
		CU_ASSERT(ratio < 0.93);
	}
}

static const struct suite_case cases[] = {
	{"rounds run quarter after quarter", rounds_run_quarter_after_quarter},
	{"every ledger is one chain of all that was spent", every_ledger_is_one_chain_of_all_that_was_spent},
	{"published standard errors are the measured ones", published_standard_errors_are_the_measured_ones},
	{"intervals cover the truth as often as they say", intervals_cover_the_truth_as_often_as_they_say},
	{"estimates are nearer to the truth than unbiased figures",
	    estimates_are_nearer_to_the_truth_than_unbiased_figures},
	{NULL, NULL},
};

int
main(void)
{
	return suite_run("whole.region", cases);
}
