#include "dp/rebuild.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "dp/noise.h"
#include "support/memory_ledger.h"
#include "support/seeded.h"
#include "support/suite.h"

/* SEX (3), a dimension of one code, AGE (2), FORM (4, at most 2). */
static const struct dp_domain domain = {4, {{3, 0}, {1, 0}, {2, 0}, {4, 2}}};
static const struct dp_figure tables[] = {{0, 7}, {8, 9}, {8, 12}};
#define TABLES (sizeof(tables) / sizeof(tables[0]))

/* A residual's own variance each, some scaled as a regional part may be. */
static struct dp_plan
uneven_plan(struct seeded *random)
{
	struct dp_plan plan = {.cells = 0};
	size_t r;

	CU_ASSERT_EQUAL_FATAL(dp_plan_layout(&plan, &domain, tables, TABLES), DP_OK);
	for (r = 0; r < plan.residuals; r++) {
		plan.residual[r].scale *= 1 + seeded_below(random, 3);
		plan.residual[r].s2 = (1 + seeded_below(random, 1000)) << (DP_S2_BITS - 2);
	}
	return plan;
}

/*
 * The oracle: least squares over a whole table, dense, from the definition of the measurements. The
 * unknowns are the cells of one table; the observations are the values of all residuals inside it:
 * y = K x + z, K = L * (product of I - J/n) * (the summing matrix), Var z = sigma2. Then
 *
 *     x^ = (K' W K)^-1 K' W y,      Var = (K' W K)^-1.
 */
#define CELLS 12 /* of the largest table */

struct normal {
	size_t cells;
	double left[CELLS][2 * CELLS]; /* K' W K, and the identity beside it; after solving: its inverse */
	double right[CELLS];           /* K' W y */
};

/* The coefficient of cell x of the table in value v of the residual. */
static double
coefficient(const struct dp_residual *residual, dp_dims table, uint64_t v, uint64_t x)
{
	uint32_t here[DP_DIMS_MAX] = {0}, there[DP_DIMS_MAX] = {0}, i;
	double k = (double)residual->scale;

	dp_domain_codes(here, &domain, residual->dims, v);
	dp_domain_codes(there, &domain, table, x);
	for (i = 0; i < domain.dims; i++)
		if (residual->dims >> i & 1)
			k *= (here[i] == there[i]) - 1.0 / domain.dim[i].codes;
	return k;
}

static void
gather(struct normal *normal, const struct dp_plan *plan, struct dp_figure table, const int64_t *y)
{
	size_t r, a, b;
	uint64_t v;

	memset(normal, 0, sizeof(*normal));
	normal->cells = dp_domain_cells(&domain, table.dims);
	for (r = 0; r < plan->residuals; r++) {
		const struct dp_residual *residual = &plan->residual[r];
		double weight = 1 / ldexp((double)residual->s2, -DP_S2_BITS);

		if (residual->group != table.group || (residual->dims & ~table.dims))
			continue;
		for (v = 0; v < residual->cells; v++)
			for (a = 0; a < normal->cells; a++) {
				double k = coefficient(residual, table.dims, v, a) * weight;

				normal->right[a] += k * (double)y[residual->offset + v];
				for (b = 0; b < normal->cells; b++)
					normal->left[a][b] += k * coefficient(residual, table.dims, v, b);
			}
	}
	for (a = 0; a < normal->cells; a++)
		normal->left[a][normal->cells + a] = 1;
}

/* Gauss and Jordan with row pivots. */
static void
invert(struct normal *normal)
{
	size_t n = normal->cells, p, a, b;
	double row[2 * CELLS];

	for (p = 0; p < n; p++) {
		size_t best = p;

		for (a = p; a < n; a++)
			if (fabs(normal->left[a][p]) > fabs(normal->left[best][p]))
				best = a;
		memcpy(row, normal->left[best], sizeof(row));
		memcpy(normal->left[best], normal->left[p], sizeof(row));
		for (b = 0; b < 2 * n; b++)
			normal->left[p][b] = row[b] / row[p];
		for (a = 0; a < n; a++) {
			double factor = normal->left[a][p];

			for (b = 0; b < 2 * n && a != p; b++)
				normal->left[a][b] -= factor * normal->left[p][b];
		}
	}
}

static double
inverse(const struct normal *normal, size_t a, size_t b)
{
	return normal->left[a][normal->cells + b];
}

/* Is cell x of the table inside cell m of its margin? */
static bool
falls_in(dp_dims table, uint64_t x, dp_dims margin, uint64_t m)
{
	uint32_t code[DP_DIMS_MAX] = {0};

	dp_domain_codes(code, &domain, table, x);
	return dp_domain_cell(&domain, margin, code) == m;
}

static void
compare_figure(const struct dp_plan *plan, const int64_t *y, const struct normal *normal, struct dp_figure table,
    dp_dims dims)
{
	struct dp_figure figure = {table.group, dims};
	double x[CELLS], variance = 0;
	uint64_t m, a, b, c;

	CU_ASSERT_EQUAL(dp_rebuild_figure(x, plan, y, figure), DP_OK);
	CU_ASSERT_EQUAL(dp_rebuild_variance(&variance, plan, figure), DP_OK);
	for (m = 0; m < dp_domain_cells(&domain, dims); m++) {
		double value = 0, spread = 0;

		for (a = 0; a < normal->cells; a++) {
			if (!falls_in(table.dims, a, dims, m))
				continue;
			for (b = 0; b < normal->cells; b++)
				value += inverse(normal, a, b) * normal->right[b];
			for (c = 0; c < normal->cells; c++)
				if (falls_in(table.dims, c, dims, m))
					spread += inverse(normal, a, c);
		}
		CU_ASSERT_DOUBLE_EQUAL(x[m], value, 1e-9 * (1 + fabs(value)));
		CU_ASSERT_DOUBLE_EQUAL(variance, spread, 1e-9 * spread);
	}
}

static void
every_figure_is_the_least_squares_solution(void)
{
	struct seeded random;
	struct normal normal;
	size_t t, c, run;

	seeded_init(&random, suite_seed());
	for (run = 0; run < 20; run++) {
		struct dp_plan plan = uneven_plan(&random);
		int64_t *y = malloc(plan.cells * sizeof(*y));

		CU_ASSERT_PTR_NOT_NULL_FATAL(y);
		for (c = 0; c < plan.cells; c++)
			y[c] = (int64_t)seeded_below(&random, 200001) - 100000;
		for (t = 0; t < TABLES; t++) {
			dp_dims dims = tables[t].dims;

			gather(&normal, &plan, tables[t], y);
			invert(&normal);
			for (;; dims = (dims - 1) & tables[t].dims) {
				compare_figure(&plan, y, &normal, tables[t], dims);
				if (dims == 0)
					break;
			}
		}
		free(y);
		dp_plan_wipe(&plan);
	}
}

/* The variance of a sum of chosen cells, from the covariance of single cells. */
static double
brute_variance(const struct normal *normal, struct dp_figure table, const bool chosen[DP_DIMS_MAX][4])
{
	uint32_t code[DP_DIMS_MAX] = {0}, i;
	bool in[CELLS];
	double sum = 0;
	size_t a, b;

	for (a = 0; a < normal->cells; a++) {
		in[a] = true;
		dp_domain_codes(code, &domain, table.dims, a);
		for (i = 0; i < domain.dims; i++)
			in[a] &= !(table.dims >> i & 1) || chosen[i][code[i]];
	}
	for (a = 0; a < normal->cells; a++)
		for (b = 0; b < normal->cells; b++)
			sum += in[a] && in[b] ? inverse(normal, a, b) : 0;
	return sum;
}

static void
the_variance_of_a_sum_counts_all_covariances(void)
{
	struct seeded random;
	size_t run, t;

	seeded_init(&random, suite_seed());
	for (run = 0; run < 200; run++) {
		struct dp_plan plan = uneven_plan(&random);
		int64_t *y = calloc(plan.cells, sizeof(*y));

		CU_ASSERT_PTR_NOT_NULL_FATAL(y);
		for (t = 0; t < TABLES; t++) {
			bool chosen[DP_DIMS_MAX][4] = {{false}};
			uint32_t count[DP_DIMS_MAX] = {0}, i;
			struct normal normal;
			double variance = 0, expected;

			for (i = 0; i < domain.dims; i++)
				while (count[i] == 0 || (count[i] < domain.dim[i].codes && seeded_below(&random, 2))) {
					uint32_t code = (uint32_t)seeded_below(&random, domain.dim[i].codes);

					count[i] += !chosen[i][code];
					chosen[i][code] = true;
				}
			gather(&normal, &plan, tables[t], y);
			invert(&normal);
			expected = brute_variance(&normal, tables[t], chosen);
			CU_ASSERT_EQUAL(dp_rebuild_variance_sum(&variance, &plan, tables[t], count), DP_OK);
			CU_ASSERT_DOUBLE_EQUAL(variance, expected, 1e-9 * expected);
		}
		free(y);
		dp_plan_wipe(&plan);
	}
}

static struct dp_counts *
random_counts(struct seeded *random, size_t persons)
{
	struct dp_counts *counts = NULL;
	struct dp_person *person = calloc(1, sizeof(*person));

	CU_ASSERT_EQUAL_FATAL(dp_counts_new(&counts, &domain, tables, TABLES), DP_OK);
	CU_ASSERT_PTR_NOT_NULL_FATAL(person);
	while (persons-- > 0) {
		person->codes[0] = person->codes[1] = person->codes[2] = 1;
		person->code[0][0] = (uint32_t)seeded_below(random, 3);
		person->code[2][0] = (uint32_t)seeded_below(random, 2);
		person->codes[3] = 1 + (uint32_t)seeded_below(random, 2);
		person->code[3][0] = (uint32_t)seeded_below(random, 3);
		person->code[3][1] = person->code[3][0] + 1;
		CU_ASSERT_EQUAL(dp_counts_add(counts, person), DP_OK);
	}
	free(person);
	return counts;
}

static struct dp_noisy *
noisy_of(const struct dp_plan *plan, const struct dp_counts *counts, struct seeded *random)
{
	static const struct dp_ledger_caps caps = {UINT64_MAX, UINT64_MAX, UINT64_MAX, UINT64_MAX};
	struct memory_ledger ledger = {.entries = 0};
	struct dp_ledger_store store = memory_ledger_store(&ledger);
	struct dp_ledger_claim claim = memory_ledger_claim(1, 1, 2023, UINT64_MAX - 1);
	struct dp_rng rng = seeded_rng(random);
	struct dp_grant *grant = NULL;
	struct dp_noisy *noisy = NULL;

	CU_ASSERT_EQUAL_FATAL(dp_ledger_reserve(&grant, &store, &caps, &claim), DP_OK);
	CU_ASSERT_EQUAL_FATAL(dp_noise_apply(&noisy, plan, counts, grant, &rng), DP_OK);
	dp_ledger_grant_free(grant);
	return noisy;
}

static void
without_noise_every_figure_is_the_true_marginal(void)
{
	struct seeded random;
	struct dp_plan plan;
	struct dp_counts *counts;
	struct dp_noisy *noisy;
	uint64_t truth[CELLS];
	double x[CELLS];
	size_t t, cells, c;

	seeded_init(&random, suite_seed());
	plan = uneven_plan(&random);
	for (c = 0; c < plan.residuals; c++) /* sigma2 = 1/64: a z other than 0 has probability below 10^-13 */
		plan.residual[c].s2 = 1 << (DP_S2_BITS - 6);
	counts = random_counts(&random, 100000);
	noisy = noisy_of(&plan, counts, &random);
	for (t = 0; t < TABLES; t++) {
		dp_dims dims = tables[t].dims;

		for (;; dims = (dims - 1) & tables[t].dims) {
			struct dp_figure figure = {tables[t].group, dims};

			CU_ASSERT_EQUAL(dp_rebuild_figure(x, &plan, dp_noise_values(noisy, &cells), figure), DP_OK);
			CU_ASSERT_EQUAL(dp_counts_figure(truth, counts, figure), DP_OK);
			for (c = 0; c < dp_domain_cells(&domain, dims); c++)
				CU_ASSERT_DOUBLE_EQUAL(x[c], (double)truth[c], 1e-9);
			if (dims == 0)
				break;
		}
	}
	dp_noise_free(noisy);
	dp_counts_free(counts);
	dp_plan_wipe(&plan);
}

static void
figures_of_one_vector_agree_on_every_shared_margin(void)
{
	struct seeded random;
	struct dp_plan plan;
	double wide[CELLS], narrow[CELLS];
	int64_t *y;
	size_t c;

	seeded_init(&random, suite_seed());
	plan = uneven_plan(&random);
	y = malloc(plan.cells * sizeof(*y));
	CU_ASSERT_PTR_NOT_NULL_FATAL(y);
	for (c = 0; c < plan.cells; c++)
		y[c] = (int64_t)seeded_below(&random, 20001) - 10000;
	/* FORM from SEX x FORM and from AGE x FORM */
	CU_ASSERT_EQUAL(dp_rebuild_figure(wide, &plan, y, tables[1]), DP_OK);
	CU_ASSERT_EQUAL(dp_rebuild_figure(narrow, &plan, y, tables[2]), DP_OK);
	for (c = 0; c < 4; c++)
		CU_ASSERT_DOUBLE_EQUAL(wide[c] + wide[4 + c] + wide[8 + c], narrow[c] + narrow[4 + c], 1e-9);
	free(y);
	dp_plan_wipe(&plan);
}

static void
the_largest_values_do_not_overflow(void)
{
	struct seeded random;
	struct dp_plan plan;
	double x[CELLS];
	int64_t *y;
	size_t c;

	seeded_init(&random, 1);
	plan = uneven_plan(&random);
	y = malloc(plan.cells * sizeof(*y));
	CU_ASSERT_PTR_NOT_NULL_FATAL(y);
	for (c = 0; c < plan.cells; c++)
		y[c] = c % 2 ? INT64_MAX : INT64_MIN;
	for (c = 0; c < plan.residuals; c++)
		plan.residual[c].scale = plan.residual[c].cells;
	CU_ASSERT_EQUAL(dp_rebuild_figure(x, &plan, y, tables[0]), DP_OK);
	/* the empty set alone makes the mean; the sum over all cells gives it back */
	CU_ASSERT_DOUBLE_EQUAL((x[0] + x[1] + x[2] + x[3] + x[4] + x[5]) / (double)y[0], 1, 1e-12);
	free(y);
	dp_plan_wipe(&plan);
}

static void
what_lies_in_no_table_is_refused(void)
{
	static const uint32_t none[DP_DIMS_MAX] = {0, 1, 1, 1}, many[DP_DIMS_MAX] = {4, 1, 1, 1},
	    elsewhere[DP_DIMS_MAX] = {1, 99, 99, 99};
	static const struct dp_figure strangers[] = {{8, 13}, {0, 8}, {0, 9}, {4, 4}, {0, 16}};
	struct seeded random;
	struct dp_plan plan;
	double x[64] = {7}, variance = 7;
	int64_t *y;
	size_t s;

	seeded_init(&random, 1);
	plan = uneven_plan(&random);
	y = calloc(plan.cells, sizeof(*y));
	CU_ASSERT_PTR_NOT_NULL_FATAL(y);
	for (s = 0; s < sizeof(strangers) / sizeof(strangers[0]); s++) {
		CU_ASSERT_EQUAL(dp_rebuild_figure(x, &plan, y, strangers[s]), DP_PARAM);
		CU_ASSERT_EQUAL(dp_rebuild_variance(&variance, &plan, strangers[s]), DP_PARAM);
	}
	CU_ASSERT_EQUAL(dp_rebuild_variance_sum(&variance, &plan, (struct dp_figure){0, 1}, none), DP_PARAM);
	CU_ASSERT_EQUAL(dp_rebuild_variance_sum(&variance, &plan, (struct dp_figure){0, 1}, many), DP_PARAM);
	CU_ASSERT_EQUAL(x[0], 7);
	CU_ASSERT_EQUAL(variance, 7);
	CU_ASSERT_EQUAL(dp_rebuild_variance_sum(&variance, &plan, (struct dp_figure){0, 1}, elsewhere), DP_OK);
	CU_ASSERT_NOT_EQUAL(variance, 7);
	free(y);
	dp_plan_wipe(&plan);
}

static void
an_interval_is_clipped_at_zero(void)
{
	double low, high;

	dp_rebuild_interval(&low, &high, 100, 10);
	CU_ASSERT_DOUBLE_EQUAL(low, 80.40036015459946, 1e-12);
	CU_ASSERT_DOUBLE_EQUAL(high, 119.59963984540054, 1e-12);
	dp_rebuild_interval(&low, &high, 10, 10);
	CU_ASSERT_EQUAL(low, 0);
	CU_ASSERT_DOUBLE_EQUAL(high, 29.59963984540054, 1e-12);
	dp_rebuild_interval(&low, &high, -30, 10);
	CU_ASSERT_EQUAL(low, 0);
	CU_ASSERT_EQUAL(high, 0);
}

static const struct suite_case cases[] = {
	{"every figure is the least-squares solution", every_figure_is_the_least_squares_solution},
	{"the variance of a sum counts all covariances", the_variance_of_a_sum_counts_all_covariances},
	{"without noise every figure is the true marginal", without_noise_every_figure_is_the_true_marginal},
	{"figures of one vector agree on every shared margin", figures_of_one_vector_agree_on_every_shared_margin},
	{"the largest values do not overflow", the_largest_values_do_not_overflow},
	{"what lies in no table is refused", what_lies_in_no_table_is_refused},
	{"an interval is clipped at zero", an_interval_is_clipped_at_zero},
	{NULL, NULL},
};

int
main(void)
{
	return suite_run("dp.rebuild", cases);
}
