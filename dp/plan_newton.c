#include "plan_dual.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/*
 * A primal-dual interior point method for the weights z = (l, v). The bound S^2 is
 * homogeneous of degree 1 in l and in v, so its best value over weights of sum 1 is
 * reached where
 *
 *   F(z) = log S(z) - (sum of z) / 2,   z >= 0
 *
 * is largest, without the two equations. F is concave. With slack y_i = 1/2 - dS/dz_i / S
 * the optimum has z_i y_i = 0; a step solves, for a falling mu,
 *
 *   (-F'' + diag(y/z)) dz = F' + mu/z,     dy = (mu - z y - y dz) / z
 *
 * and stays inside z > 0, y > 0.
 */
struct newton {
	size_t count;         /* goals + sizes */
	double *z, *y;        /* [count] */
	double *gradient, *dz; /* [count] */
	double *matrix;       /* [count][count], lower triangle */
	double *row;          /* [count]: the column of one residual */
	double *best;         /* [count]: the best weights so far */
	double sum[2];        /* of the goals' and the sizes' part of z */
};

static enum dp_status
newton_init(struct newton *newton, const struct dp_plan_dual *dual)
{
	size_t n = dual->goals + dual->sizes, i;

	*newton = (struct newton){.count = n};
	newton->z = calloc(n * (n + 6), sizeof(double));
	if (!newton->z)
		return DP_NOMEM;
	newton->y = newton->z + n;
	newton->gradient = newton->y + n;
	newton->dz = newton->gradient + n;
	newton->row = newton->dz + n;
	newton->best = newton->row + n;
	newton->matrix = newton->best + n;
	for (i = 0; i < n; i++) {
		newton->best[i] = dual->weight[i];
		newton->z[i] = fmax(dual->weight[i], 1e-4);
		newton->y[i] = fmax(0.5 - dual->ratio[i] / 2, 1e-4);
	}
	return DP_OK;
}

/* Adds one residual's part; row holds du_B/dl_a for the goals and dp_B/dv_j for the sizes. */
static void
add_residual(struct newton *newton, const struct dp_plan_dual *dual, size_t r, double s)
{
	double root = sqrt(dual->p[r] * dual->u[r]), *row = newton->row;
	size_t i, k;

	/* d sqrt(p u) = sqrt(p u)/2 (dp/p + du/u), and once more. dual->u and dual->p belong to
	 * weights of sum 1; those of z are sum[] times larger, and root / s is the same for both. */
	for (i = 0; i < newton->count; i++)
		row[i] /= i < dual->goals ? dual->u[r] * newton->sum[0] : dual->p[r] * newton->sum[1];
	for (i = 0; i < newton->count; i++) {
		if (row[i] == 0)
			continue;
		newton->gradient[i] += root / 2 * row[i] / s;
		for (k = 0; k <= i; k++)
			newton->matrix[i * newton->count + k] += root / 4 * row[i] * row[k] / s *
			    ((i < dual->goals) == (k < dual->goals) ? 1 : -1);
	}
}

static void
load_row(struct newton *newton, const struct dp_plan_dual *dual, size_t r)
{
	size_t a, j, pair;

	memset(newton->row, 0, newton->count * sizeof(double));
	for (a = 0; a < dual->goals; a++)
		for (pair = dual->first[a]; pair < dual->first[a + 1]; pair++)
			if (dual->residual[pair] == r)
				newton->row[a] = dual->share[pair];
	for (j = 0; j < dual->sizes; j++)
		newton->row[dual->goals + j] = dual->price[j * dual->residuals + r];
}

/* gradient = F', matrix = -F'' + diag(y/z). */
static void
assemble(struct newton *newton, const struct dp_plan_dual *dual)
{
	size_t n = newton->count, i, k, r;
	double s = 0;

	memset(newton->gradient, 0, n * sizeof(double));
	memset(newton->matrix, 0, n * n * sizeof(double));
	for (r = 0; r < dual->residuals; r++)
		s += sqrt(dual->p[r] * dual->u[r]);
	for (r = 0; r < dual->residuals; r++) {
		load_row(newton, dual, r);
		add_residual(newton, dual, r, s);
	}
	for (i = 0; i < n; i++) {
		for (k = 0; k <= i; k++)
			newton->matrix[i * n + k] += newton->gradient[i] * newton->gradient[k];
		newton->matrix[i * n + i] += newton->y[i] / newton->z[i];
	}
	for (i = 0; i < n; i++)
		newton->gradient[i] -= 0.5;
}

/* dz := matrix^-1 dz by Cholesky; false when the matrix is not positive definite in double. */
static bool
solve(struct newton *newton)
{
	size_t n = newton->count, i, j, k;
	double *m = newton->matrix, *x = newton->dz;

	for (i = 0; i < n; i++)
		for (j = 0; j <= i; j++) {
			double sum = m[i * n + j];

			for (k = 0; k < j; k++)
				sum -= m[i * n + k] * m[j * n + k];
			if (i == j && !(sum > 0))
				return false;
			m[i * n + j] = i == j ? sqrt(sum) : sum / m[j * n + j];
		}
	for (i = 0; i < n; i++) {
		for (k = 0; k < i; k++)
			x[i] -= m[i * n + k] * x[k];
		x[i] /= m[i * n + i];
	}
	for (i = n; i-- > 0;) {
		for (k = i + 1; k < n; k++)
			x[i] -= m[k * n + i] * x[k];
		x[i] /= m[i * n + i];
	}
	return true;
}

/* The longest step, at most 1, that keeps value + step * change > 0. */
static double
longest(double step, double value, double change)
{
	return change < 0 ? fmin(step, -0.99 * value / change) : step;
}

/* One step with mu a tenth of the present mean of z y. */
static bool
step(struct newton *newton, const struct dp_plan_dual *dual)
{
	double mu = 0, step_z = 1, step_y = 1;
	size_t n = newton->count, i;

	for (i = 0; i < n; i++)
		mu += newton->z[i] * newton->y[i];
	mu *= 0.1 / (double)n;
	assemble(newton, dual);
	for (i = 0; i < n; i++)
		newton->dz[i] = newton->gradient[i] + mu / newton->z[i];
	if (!solve(newton))
		return false;
	for (i = 0; i < n; i++) {
		double dy = mu / newton->z[i] - newton->y[i] - newton->y[i] / newton->z[i] * newton->dz[i];

		step_z = longest(step_z, newton->z[i], newton->dz[i]);
		step_y = longest(step_y, newton->y[i], dy);
		newton->row[i] = dy;
	}
	for (i = 0; i < n; i++) {
		newton->z[i] += step_z * newton->dz[i];
		newton->y[i] += step_y * newton->row[i];
	}
	return true;
}

/* The problem's weights := z, each part divided by its sum. */
static void
normalize(struct newton *newton, struct dp_plan_dual *dual)
{
	size_t i;

	newton->sum[0] = newton->sum[1] = 0;
	for (i = 0; i < newton->count; i++)
		newton->sum[i >= dual->goals] += newton->z[i];
	for (i = 0; i < newton->count; i++)
		dual->weight[i] = newton->z[i] / newton->sum[i >= dual->goals];
}

enum dp_status
dp_plan_newton(struct dp_plan_dual *dual, double gap, unsigned rounds)
{
	struct newton newton;
	double least = dp_plan_dual_evaluate(dual), now;
	enum dp_status status = newton_init(&newton, dual);

	if (status != DP_OK)
		return status;
	while (least > gap && rounds-- > 0) {
		normalize(&newton, dual);
		if ((now = dp_plan_dual_evaluate(dual)) < least) {
			least = now;
			memcpy(newton.best, dual->weight, newton.count * sizeof(double));
		}
		if (!step(&newton, dual))
			break;
	}
	memcpy(dual->weight, newton.best, newton.count * sizeof(double));
	(void)dp_plan_dual_evaluate(dual);
	free(newton.z);
	return DP_OK;
}
