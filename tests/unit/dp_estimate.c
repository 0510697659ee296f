#include "dp/estimate.h"

#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "dp/rebuild.h"
#include "support/suite.h"
#include "support/trial.h"

static void
a_split_is_the_nearest_point_of_the_simplex_rounded(void)
{
	/* nearest to (5, 3, -2, 0.5) with sum 4: threshold 2, (3, 1, 0, 0) */
	static const double x[] = {5, 3, -2, 0.5}, even[] = {1, 1, 1}, huge[] = {1e300, 0, 0},
	    low[] = {-7.5, -7.5, -9}, halves[] = {0.5, 1.5, 2.5, 0.5};
	uint64_t n[4] = {9, 9, 9, 9};

	CU_ASSERT_EQUAL(dp_estimate_split(n, x, 4, 4), DP_OK);
	CU_ASSERT(n[0] == 3 && n[1] == 1 && n[2] == 0 && n[3] == 0);
	CU_ASSERT_EQUAL(dp_estimate_split(n, x, 4, 0), DP_OK);
	CU_ASSERT(n[0] == 0 && n[1] == 0 && n[2] == 0 && n[3] == 0);
	/* ties go to the lower index */
	CU_ASSERT_EQUAL(dp_estimate_split(n, even, 3, 5), DP_OK);
	CU_ASSERT(n[0] == 2 && n[1] == 2 && n[2] == 1);
	CU_ASSERT_EQUAL(dp_estimate_split(n, halves, 4, 5), DP_OK);
	CU_ASSERT(n[0] == 1 && n[1] == 2 && n[2] == 2 && n[3] == 0);
	CU_ASSERT_EQUAL(dp_estimate_split(n, low, 3, 10), DP_OK);
	CU_ASSERT_EQUAL(n[0] + n[1] + n[2], 10);
	CU_ASSERT(n[0] >= n[1] && n[1] >= n[2] && n[2] == 2);
	CU_ASSERT_EQUAL(dp_estimate_split(n, even, 1, 7), DP_OK);
	CU_ASSERT_EQUAL(n[0], 7);
	/* where double has no fractions left, the sum is still exact */
	CU_ASSERT_EQUAL(dp_estimate_split(n, huge, 3, DP_ESTIMATE_MAX), DP_OK);
	CU_ASSERT_EQUAL(n[0] + n[1] + n[2], DP_ESTIMATE_MAX);
}

/* Values far beyond the fractions of double, of either sign: the sum is exact all the same. */
static void
a_split_adds_up_whatever_the_values(void)
{
	struct seeded random;
	size_t run, c;

	seeded_init(&random, suite_seed());
	for (run = 0; run < 20000; run++) {
		size_t cells = 1 + seeded_below(&random, 12);
		double size = ldexp(1, (int)seeded_below(&random, 1000)), x[12];
		uint64_t n[12], total = seeded_next(&random) % (DP_ESTIMATE_MAX + 1) >> seeded_below(&random, 53), sum = 0;

		for (c = 0; c < cells; c++)
			x[c] = (seeded_unit(&random) - 0.5 * (double)seeded_below(&random, 3)) * size;
		CU_ASSERT_EQUAL(dp_estimate_split(n, x, cells, total), DP_OK);
		for (c = 0; c < cells; c++)
			sum += n[c];
		CU_ASSERT_EQUAL(sum, total);
	}
}

static void
what_cannot_be_split_is_refused(void)
{
	static const double nan[] = {1, NAN}, inf[] = {INFINITY, 1};
	uint64_t n[2] = {9, 9};

	CU_ASSERT_EQUAL(dp_estimate_split(n, nan, 0, 0), DP_PARAM);
	CU_ASSERT_EQUAL(dp_estimate_split(n, nan, 2, 5), DP_PARAM);
	CU_ASSERT_EQUAL(dp_estimate_split(n, inf, 2, 5), DP_PARAM);
	CU_ASSERT_EQUAL(dp_estimate_split(n, nan, 1, DP_ESTIMATE_MAX + 1), DP_RANGE);
	CU_ASSERT(n[0] == 9 && n[1] == 9);
}

static void
run_trials(size_t trials, uint32_t widest, int width)
{
	unsigned long long seed = suite_seed();
	struct seeded random;

	for (; trials-- > 0; seed++) {
		struct dp_estimate estimate = {0, NULL};
		struct trial trial;

		seeded_init(&random, seed);
		trial_domain(&trial, &random, widest);
		trial_count(&trial, &random);
		CU_ASSERT_FATAL(trial_draw(&trial, &random, false));
		CU_ASSERT_EQUAL_FATAL(dp_estimate_make(&estimate, &trial.plan, trial.y, trial.total), DP_OK);
		trial_check(&trial, &estimate, width);
		dp_estimate_wipe(&estimate);
		trial_free(&trial);
	}
}

static void
tables_of_two_dimensions_agree_on_all_they_share(void)
{
	run_trials(400, 2, DP_DIMS_MAX);
}

static void
wider_tables_agree_on_every_one_way_margin(void)
{
	run_trials(300, 4, 1);
}

/* A x B x C, A x B x D, and B x C: AB and BC both bind the first table. */
static void
a_wider_margin_that_two_tables_share_is_the_same_in_both(void)
{
	static const struct dp_figure table[] = {{0, 7}, {0, 11}, {0, 6}};
	unsigned long long seed = suite_seed();
	struct seeded random;
	size_t run;

	for (run = 0; run < 100; run++) {
		struct dp_estimate estimate = {0, NULL};
		struct trial trial;

		seeded_init(&random, seed + run);
		memset(&trial, 0, sizeof(trial));
		trial.domain = (struct dp_domain){4, {{3, 0}, {4, 0}, {2, 0}, {5, 0}}};
		trial.tables = 3;
		memcpy(trial.table, table, sizeof(table));
		trial_count(&trial, &random);
		CU_ASSERT_FATAL(trial_draw(&trial, &random, false));
		CU_ASSERT_EQUAL_FATAL(dp_estimate_make(&estimate, &trial.plan, trial.y, trial.total), DP_OK);
		trial_check(&trial, &estimate, DP_DIMS_MAX);
		dp_estimate_wipe(&estimate);
		trial_free(&trial);
	}
}

/* A x B x C x D x E holds A x B x C and A x B x D, whose join has a C x D of its own that
 * C x D x E contradicts. */
static void
margins_that_contradict_a_join_are_given_up_but_no_one_way_margin(void)
{
	static const struct dp_figure table[] = {{0, 31}, {0, 7}, {0, 11}, {0, 28}};
	unsigned long long seed = suite_seed();
	struct seeded random;
	size_t run;

	for (run = 0; run < 50; run++) {
		struct dp_estimate estimate = {0, NULL};
		struct trial trial;

		seeded_init(&random, seed + run);
		memset(&trial, 0, sizeof(trial));
		trial.domain = (struct dp_domain){5, {{2, 0}, {3, 0}, {2, 0}, {3, 0}, {2, 0}}};
		trial.tables = 4;
		memcpy(trial.table, table, sizeof(table));
		trial_count(&trial, &random);
		CU_ASSERT_FATAL(trial_draw(&trial, &random, false));
		CU_ASSERT_EQUAL_FATAL(dp_estimate_make(&estimate, &trial.plan, trial.y, trial.total), DP_OK);
		trial_check(&trial, &estimate, 1);
		CU_ASSERT(trial_agree(&trial, &estimate, 0, 1, 7));
		CU_ASSERT(trial_agree(&trial, &estimate, 0, 2, 11));
		dp_estimate_wipe(&estimate);
		trial_free(&trial);
	}
}

static void
without_noise_the_estimate_is_the_truth(void)
{
	unsigned long long seed = suite_seed();
	struct seeded random;
	size_t run, t, c;

	for (run = 0; run < 200; seed++) {
		struct dp_estimate estimate = {0, NULL};
		struct trial trial;

		seeded_init(&random, seed);
		trial_domain(&trial, &random, 4);
		trial_count(&trial, &random);
		if (!trial_draw(&trial, &random, true)) {
			trial_free(&trial);
			continue;
		}
		run++;
		CU_ASSERT_EQUAL_FATAL(dp_estimate_make(&estimate, &trial.plan, trial.y, trial.total), DP_OK);
		for (t = 0; t < trial.tables; t++) {
			size_t cells = dp_domain_cells(&trial.domain, trial.table[t].dims);
			uint64_t *truth = calloc(cells, sizeof(*truth));

			CU_ASSERT_PTR_NOT_NULL_FATAL(truth);
			CU_ASSERT_EQUAL(dp_counts_figure(truth, trial.counts, trial.table[t]), DP_OK);
			for (c = 0; c < cells; c++)
				CU_ASSERT_EQUAL(estimate.cell[t][c], truth[c]);
			free(truth);
		}
		dp_estimate_wipe(&estimate);
		trial_free(&trial);
	}
}

/*
 * The oracle for one two-way table: Dykstra's algorithm in its plain form, on the three sets
 * {x >= 0}, {sums of rows}, {sums of columns}, run far too long.
 */
#define SIDE 6

static void
plain_dykstra(double x[SIDE][SIDE], size_t rows, size_t cols, const double *row, const double *col)
{
	double p[SIDE][SIDE] = {{0}};
	size_t sweep, i, j;

	for (sweep = 0; sweep < 40000; sweep++) {
		for (i = 0; i < rows; i++) {
			double miss = row[i];

			for (j = 0; j < cols; j++)
				miss -= x[i][j];
			for (j = 0; j < cols; j++)
				x[i][j] += miss / (double)cols;
		}
		for (j = 0; j < cols; j++) {
			double miss = col[j];

			for (i = 0; i < rows; i++)
				miss -= x[i][j];
			for (i = 0; i < rows; i++)
				x[i][j] += miss / (double)rows;
		}
		/* the two above are affine and need no correction; this one does */
		for (i = 0; i < rows; i++)
			for (j = 0; j < cols; j++) {
				double v = x[i][j] + p[i][j];

				x[i][j] = v > 0 ? v : 0;
				p[i][j] = v - x[i][j];
			}
	}
}

static void
a_two_way_table_is_the_projection_rounded_up_or_down(void)
{
	unsigned long long seed = suite_seed();
	struct seeded random;
	size_t run, i, j;

	for (run = 0; run < 60; run++) {
		struct dp_estimate estimate = {0, NULL};
		struct trial trial;
		size_t rows, cols;
		double x[SIDE][SIDE] = {{0}}, flat[SIDE * SIDE], row[SIDE] = {0}, col[SIDE] = {0};

		seeded_init(&random, seed + run);
		memset(&trial, 0, sizeof(trial));
		rows = 2 + seeded_below(&random, SIDE - 1);
		cols = 2 + seeded_below(&random, SIDE - 1);
		trial.domain = (struct dp_domain){2, {{(uint32_t)rows, 0}, {(uint32_t)cols, 0}}};
		trial.tables = 1;
		trial.table[0] = (struct dp_figure){0, 3};
		trial_count(&trial, &random);
		CU_ASSERT_FATAL(trial_draw(&trial, &random, false));
		CU_ASSERT_EQUAL_FATAL(dp_estimate_make(&estimate, &trial.plan, trial.y, trial.total), DP_OK);
		CU_ASSERT_EQUAL(dp_rebuild_figure(flat, &trial.plan, trial.y, trial.table[0]), DP_OK);
		for (i = 0; i < rows; i++)
			for (j = 0; j < cols; j++) {
				x[i][j] = flat[i * cols + j];
				row[i] += (double)estimate.cell[0][i * cols + j];
				col[j] += (double)estimate.cell[0][i * cols + j];
			}
		plain_dykstra(x, rows, cols, row, col);
		for (i = 0; i < rows; i++)
			for (j = 0; j < cols; j++)
				CU_ASSERT(fabs((double)estimate.cell[0][i * cols + j] - x[i][j]) < 1 + 1e-3);
		dp_estimate_wipe(&estimate);
		trial_free(&trial);
	}
}

static void
totals_of_one_group_must_not_differ(void)
{
	static const struct dp_figure table[] = {{0, 1}, {0, 2}, {4, 4}};
	struct dp_estimate estimate = {0, NULL};
	struct seeded random;
	struct trial trial;

	seeded_init(&random, 1);
	memset(&trial, 0, sizeof(trial));
	trial.domain = (struct dp_domain){3, {{3, 0}, {4, 0}, {2, 2}}};
	trial.tables = 3;
	memcpy(trial.table, table, sizeof(table));
	trial_count(&trial, &random);
	CU_ASSERT_FATAL(trial_draw(&trial, &random, false));
	trial.total[0] = trial.total[1] = 10;
	trial.total[2] = 13;
	CU_ASSERT_EQUAL(dp_estimate_make(&estimate, &trial.plan, trial.y, trial.total), DP_OK);
	trial_check(&trial, &estimate, DP_DIMS_MAX);
	dp_estimate_wipe(&estimate);
	CU_ASSERT_PTR_NULL(estimate.cell);
	trial.total[1] = 11;
	CU_ASSERT_EQUAL(dp_estimate_make(&estimate, &trial.plan, trial.y, trial.total), DP_PARAM);
	trial.total[0] = trial.total[1] = DP_ESTIMATE_MAX + 1;
	CU_ASSERT_EQUAL(dp_estimate_make(&estimate, &trial.plan, trial.y, trial.total), DP_RANGE);
	CU_ASSERT_PTR_NULL(estimate.cell);
	dp_estimate_wipe(&estimate);
	trial_free(&trial);
}

static const struct suite_case cases[] = {
	{"a split is the nearest point of the simplex, rounded", a_split_is_the_nearest_point_of_the_simplex_rounded},
	{"a split adds up whatever the values", a_split_adds_up_whatever_the_values},
	{"what cannot be split is refused", what_cannot_be_split_is_refused},
	{"tables of two dimensions agree on all they share", tables_of_two_dimensions_agree_on_all_they_share},
	{"wider tables agree on every one-way margin", wider_tables_agree_on_every_one_way_margin},
	{"a wider margin that two tables share is the same in both",
	    a_wider_margin_that_two_tables_share_is_the_same_in_both},
	{"margins that contradict a join are given up, but no one-way margin",
	    margins_that_contradict_a_join_are_given_up_but_no_one_way_margin},
	{"without noise the estimate is the truth", without_noise_the_estimate_is_the_truth},
	{"a two-way table is the projection, rounded up or down", a_two_way_table_is_the_projection_rounded_up_or_down},
	{"totals of one group must not differ", totals_of_one_group_must_not_differ},
	{NULL, NULL},
};

int
main(void)
{
	return suite_run("dp.estimate", cases);
}
