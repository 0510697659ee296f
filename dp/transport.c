#include "transport.h"

#include <math.h>
#include <stdlib.h>

#include "simplex.h"

#define SWEEPS_MAX 2000

/* How far a row may miss its sum at the end: far below what rounding does next, and not
 * below what double can tell at this size. */
static double
accuracy(const double *x, const struct dp_transport *transport)
{
	double largest = 0;
	size_t c, i;

	for (c = 0; c < transport->rows * transport->cols; c++)
		largest = fabs(x[c]) > largest ? fabs(x[c]) : largest;
	for (i = 0; i < transport->rows; i++)
		largest = (double)transport->row[i] > largest ? (double)transport->row[i] : largest;
	return 1e-7 + 1e-12 * largest;
}

/* The price b_j of column j such that max(0, u_ij - a_i - b_j) has its sum. */
static void
settle_columns(double *b, double *line, const double *u, const double *a, const struct dp_transport *transport)
{
	size_t i, j;

	for (j = 0; j < transport->cols; j++) {
		for (i = 0; i < transport->rows; i++)
			line[i] = u[i * transport->cols + j] - a[i];
		b[j] = dp_simplex_threshold(line, transport->rows, (double)transport->col[j]);
	}
}

/* The same for rows; returns by how much the worst row missed its sum before. */
static double
settle_rows(double *a, double *line, const double *u, const double *b, const struct dp_transport *transport)
{
	double worst = 0;
	size_t i, j;

	for (i = 0; i < transport->rows; i++) {
		double sum = 0, miss;

		for (j = 0; j < transport->cols; j++) {
			line[j] = u[i * transport->cols + j] - b[j];
			sum += line[j] > a[i] ? line[j] - a[i] : 0;
		}
		miss = fabs(sum - (double)transport->row[i]);
		worst = miss > worst ? miss : worst;
		a[i] = dp_simplex_threshold(line, transport->cols, (double)transport->row[i]);
	}
	return worst;
}

enum dp_status
dp_transport_project(double *x, const struct dp_transport *transport)
{
	size_t rows = transport->rows, cols = transport->cols, sweep, i, j;
	double *a = calloc(rows, sizeof(*a)), *b = calloc(cols, sizeof(*b));
	double *line = calloc(rows > cols ? rows : cols, sizeof(*line));
	enum dp_status status = DP_NOMEM;
	double enough = accuracy(x, transport);

	if (a == NULL || b == NULL || line == NULL)
		goto out;
	for (sweep = 0; sweep < SWEEPS_MAX; sweep++) {
		settle_columns(b, line, x, a, transport);
		if (settle_rows(a, line, x, b, transport) <= enough)
			break;
	}
	for (i = 0; i < rows; i++)
		for (j = 0; j < cols; j++) {
			double left = x[i * cols + j] - a[i] - b[j];

			x[i * cols + j] = left > 0 ? left : 0;
		}
	status = DP_OK;
out:
	free(a);
	free(b);
	free(line);
	return status;
}
