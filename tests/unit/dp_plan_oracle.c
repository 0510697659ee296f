#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "dp/plan.h"

#include "support/suite.h"

/*
 * The planner against dense linear algebra that knows nothing of residuals. A measurement with
 * Fisher matrix F over the N cells of the full table (F = sum of W' W / s2 over its integer
 * rows W) estimates a query q with variance q' F^+ q and costs one person of cell c rho =
 * F_cc / 2. Among all of them the best for a weighted sum with Gram matrix G of the queries
 * has F proportional to G^(1/2) (the singular value bound).
 */
#define N_MAX 162
#define RHO_TENTH UINT64_C(109951162777)
static const double rho = (double)RHO_TENTH / (double)(UINT64_C(1) << 40);

typedef double matrix[N_MAX][N_MAX];

/* One Jacobi rotation that clears a[p][q]; v collects the eigenvectors as columns. */
static void
rotate(matrix a, matrix v, int n, int p, int q)
{
	double theta, t, c, s;
	int k;

	if (fabs(a[p][q]) < 1e-300)
		return;
	theta = (a[q][q] - a[p][p]) / (2 * a[p][q]);
	t = copysign(1, theta) / (fabs(theta) + sqrt(theta * theta + 1));
	c = 1 / sqrt(t * t + 1);
	s = t * c;
	for (k = 0; k < n; k++) {
		double x = a[k][p], y = a[k][q];

		a[k][p] = c * x - s * y;
		a[k][q] = s * x + c * y;
	}
	for (k = 0; k < n; k++) {
		double x = a[p][k], y = a[q][k], z = v[k][p], w = v[k][q];

		a[p][k] = c * x - s * y;
		a[q][k] = s * x + c * y;
		v[k][p] = c * z - s * w;
		v[k][q] = s * z + c * w;
	}
}

/* Eigenvalues on the diagonal of a, eigenvectors in the columns of v. */
static void
eigen(matrix a, matrix v, int n)
{
	int sweep, p, q;

	for (p = 0; p < n; p++)
		for (q = 0; q < n; q++)
			v[p][q] = p == q;
	for (sweep = 0; sweep < 12; sweep++)
		for (p = 0; p < n; p++)
			for (q = p + 1; q < n; q++)
				rotate(a, v, n, p, q);
}

/* q' A^power q, A given by its eigenvalues and eigenvectors; its null space counts as 0,
 * and for a negative power q must not reach into it. */
static double
form(matrix a, matrix v, int n, const double *q, double power)
{
	double sum = 0, largest = 0;
	int i, k;

	for (i = 0; i < n; i++)
		largest = fmax(largest, a[i][i]);
	for (i = 0; i < n; i++) {
		double dot = 0;

		for (k = 0; k < n; k++)
			dot += v[k][i] * q[k];
		if (a[i][i] > 1e-9 * largest)
			sum += dot * dot * pow(a[i][i], power);
		else if (power < 0)
			CU_ASSERT_DOUBLE_EQUAL(dot, 0, 1e-9);
	}
	return sum;
}

/* Row of one cell of a marginal: 1 in every cell of the full table that falls into it. */
static void
query(double *row, const struct dp_domain *domain, dp_dims dims, uint64_t cell)
{
	dp_dims all = ((dp_dims)1 << domain->dims) - 1;
	uint64_t c, cells = dp_domain_cells(domain, all);
	uint32_t code[DP_DIMS_MAX];

	for (c = 0; c < cells; c++) {
		dp_domain_codes(code, domain, all, c);
		row[c] = dp_domain_cell(domain, dims, code) == cell;
	}
}

static void
add_gram(matrix gram, const double *row, int n, double weight)
{
	int i, k;

	for (i = 0; i < n; i++)
		for (k = 0; row[i] != 0 && k < n; k++)
			gram[i][k] += weight * row[i] * row[k];
}

/* Row of L C M for one cell of a residual: the marginal's row, centered axis by axis. */
static void
residual_row(double *row, const struct dp_domain *domain, const struct dp_residual *residual, uint64_t cell)
{
	dp_dims all = ((dp_dims)1 << domain->dims) - 1;
	uint64_t c, cells = dp_domain_cells(domain, all);
	uint32_t mine[DP_DIMS_MAX], code[DP_DIMS_MAX], i;

	dp_domain_codes(mine, domain, residual->dims, cell);
	for (c = 0; c < cells; c++) {
		dp_domain_codes(code, domain, all, c);
		row[c] = (double)residual->scale;
		for (i = 0; i < domain->dims; i++)
			if (residual->dims >> i & 1)
				row[c] *= (code[i] == mine[i]) - 1.0 / domain->dim[i].codes;
	}
}

static void
fisher(matrix f, const struct dp_plan *plan, int n)
{
	static double row[N_MAX];
	size_t r;
	uint64_t c;

	memset(f, 0, sizeof(matrix));
	for (r = 0; r < plan->residuals; r++)
		for (c = 0; c < plan->residual[r].cells; c++) {
			residual_row(row, &plan->domain, &plan->residual[r], c);
			add_gram(f, row, n, 65536 / (double)plan->residual[r].s2);
		}
}

struct problem {
	struct dp_domain domain;
	uint32_t sizes; /* bit k: all tables of k dimensions */
};

static size_t
list(struct dp_figure *table, struct dp_goal *goal, const struct problem *problem)
{
	size_t tables = 0;
	dp_dims dims;

	for (dims = 0; dims < 1u << problem->domain.dims; dims++)
		if (problem->sizes >> __builtin_popcount(dims) & 1) {
			table[tables] = (struct dp_figure){0, dims};
			goal[tables] = (struct dp_goal){table[tables], 1};
			tables++;
		}
	return tables;
}

static struct dp_plan
make(struct dp_plan_report *report, const struct problem *problem, const struct dp_figure *table,
    const struct dp_goal *goal, size_t tables, enum dp_objective objective)
{
	struct dp_plan plan = {0};

	CU_ASSERT_EQUAL_FATAL(dp_plan_make(&plan, report, &(struct dp_plan_request){&problem->domain, table, tables,
	    goal, tables, objective, RHO_TENTH}), DP_OK);
	return plan;
}

static const struct problem small[] = {{{3, {{3, 0}, {4, 0}, {2, 0}}}, 14}, {{3, {{3, 0}, {4, 0}, {2, 0}}}, 7},
	{{2, {{5, 0}, {4, 0}}}, 6}, {{2, {{5, 0}, {4, 0}}}, 7}, {{1, {{7, 0}}}, 3}};
#define SMALL (sizeof(small) / sizeof(small[0]))

/* The price is half the largest diagonal entry of F; no cell's query is estimated worse than reported. */
static void
price_and_objective_are_those_of_least_squares(void)
{
	static matrix f, v;
	struct dp_figure table[8];
	struct dp_goal goal[8];
	size_t p, t;

	for (p = 0; p < SMALL; p++) {
		size_t tables = list(table, goal, &small[p]);
		struct dp_plan_report report;
		struct dp_plan plan = make(&report, &small[p], table, goal, tables, DP_OBJECTIVE_MAX);
		int n = (int)dp_domain_cells(&plan.domain, 255), i;
		double largest = 0, row[N_MAX];
		uint64_t c;

		fisher(f, &plan, n);
		for (i = 0; i < n; i++)
			CU_ASSERT_DOUBLE_EQUAL(f[i][i] / 2 * 0x1p40, (double)report.rho_units, 2);
		eigen(f, v, n);
		for (t = 0; t < tables; t++)
			for (c = 0; c < dp_domain_cells(&plan.domain, table[t].dims); c++) {
				query(row, &plan.domain, table[t].dims, c);
				largest = fmax(largest, form(f, v, n, row, -1));
			}
		CU_ASSERT_DOUBLE_EQUAL(largest / report.objective, 1, 1e-4); /* s2 is rounded */
		CU_ASSERT(largest >= report.bound * (1 - 1e-9));
		dp_plan_wipe(&plan);
	}
}

/* The trace of G^(1/2), G diagonal; what rounding left of a zero eigenvalue counts as zero. */
static double
trace_root(matrix g, int n)
{
	double sum = 0, largest = 0;
	int i;

	for (i = 0; i < n; i++)
		largest = fmax(largest, g[i][i]);
	for (i = 0; i < n; i++)
		if (g[i][i] > 1e-12 * largest)
			sum += sqrt(g[i][i]);
	return sum;
}

/* The trace of G^(1/2), squared, / N / (2 rho); leaves G diagonal. */
static double
singular_value_bound(matrix g, matrix v, int n)
{
	double sum;

	eigen(g, v, n);
	sum = trace_root(g, n);
	return sum * sum / n / (2 * rho);
}

static void
gram_of(matrix g, const struct dp_domain *domain, const struct dp_figure *table, size_t tables, const double *weight)
{
	int n = (int)dp_domain_cells(domain, 255);
	double row[N_MAX];
	size_t t;
	uint64_t c;

	memset(g, 0, sizeof(matrix));
	for (t = 0; t < tables; t++)
		for (c = 0; c < dp_domain_cells(domain, table[t].dims); c++) {
			query(row, domain, table[t].dims, c);
			add_gram(g, row, n, weight[t]);
		}
}

static void
the_sum_reaches_the_singular_value_bound(void)
{
	static const struct problem problems[] = {{{3, {{3, 0}, {6, 0}, {9, 0}}}, 14},
		{{3, {{3, 0}, {4, 0}, {2, 0}}}, 6}, {{2, {{5, 0}, {4, 0}}}, 7}};
	static matrix g, v;
	struct dp_figure table[8];
	struct dp_goal goal[8];
	double weight[8];
	size_t p, t;

	srand48((long)suite_seed());
	for (p = 0; p < 3; p++) {
		size_t tables = list(table, goal, &problems[p]);
		struct dp_plan_report report;
		struct dp_plan plan;

		for (t = 0; t < tables; t++) /* the first one is the known figure: equal weights */
			goal[t].weight = weight[t] = p ? exp(2 * drand48() - 1) : 1;
		plan = make(&report, &problems[p], table, goal, tables, DP_OBJECTIVE_SUM);
		gram_of(g, &problems[p].domain, table, tables, weight);
		CU_ASSERT_DOUBLE_EQUAL(singular_value_bound(g, v, (int)dp_domain_cells(&problems[p].domain, 255)) /
		    report.objective, 1, 1e-10);
		CU_ASSERT(report.gap <= 1e-12);
		if (p == 0)
			CU_ASSERT_DOUBLE_EQUAL(report.objective / 3474.19727307, 1, 1e-8);
		dp_plan_wipe(&plan);
	}
}

/*
 * The largest variance, minimized without residuals: for table weights l (spread evenly over
 * the cells) the best F is 2 rho N G^(1/2) / tr G^(1/2); then l_A *= Var_A / mean. The
 * singular value bound of the last l bounds every Gaussian measurement whatever.
 */
static void
the_largest_variance_is_the_smallest_possible(void)
{
	static matrix g, v;
	struct dp_figure table[8];
	struct dp_goal goal[8];
	size_t p, t;
	int round;

	for (p = 0; p < SMALL; p++) {
		size_t tables = list(table, goal, &small[p]);
		int n = (int)dp_domain_cells(&small[p].domain, 255);
		struct dp_plan_report report;
		struct dp_plan plan = make(&report, &small[p], table, goal, tables, DP_OBJECTIVE_MAX);
		double l[8], weight[8], row[N_MAX], bound = 0;

		for (t = 0; t < tables; t++)
			l[t] = 1.0 / (double)tables;
		for (round = 0; round < 60; round++) {
			double trace, sum = 0;

			for (t = 0; t < tables; t++)
				weight[t] = l[t] / (double)dp_domain_cells(&small[p].domain, table[t].dims);
			gram_of(g, &small[p].domain, table, tables, weight);
			bound = singular_value_bound(g, v, n);
			trace = trace_root(g, n);
			for (t = 0; t < tables; t++) {
				query(row, &small[p].domain, table[t].dims, 0);
				l[t] *= form(g, v, n, row, -0.5) * trace / n / (2 * rho) / bound;
				sum += l[t];
			}
			for (t = 0; t < tables; t++)
				l[t] /= sum;
		}
		CU_ASSERT_DOUBLE_EQUAL(report.objective / bound, 1, 1e-8);
		dp_plan_wipe(&plan);
	}
}

static const struct suite_case cases[] = {
	{"price and objective are those of least squares", price_and_objective_are_those_of_least_squares},
	{"the sum reaches the singular value bound", the_sum_reaches_the_singular_value_bound},
	{"the largest variance is the smallest possible", the_largest_variance_is_the_smallest_possible},
	{NULL, NULL},
};

int
main(void)
{
	return suite_run("dp.plan (oracle)", cases);
}
