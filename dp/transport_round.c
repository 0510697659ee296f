#include "transport.h"

#include <math.h>
#include <stdbool.h>
#include <stdlib.h>

#define FRACTION_MIN 1e-6 /* a smaller one is an inaccuracy of the projection */

/*
 * The rounding: every cell starts at its floor; what rows and columns still miss
 * is handed out in single units to cells with a fraction, at most one each. Such a unit is an
 * edge of a bipartite graph, and a complete handing out is a maximum flow; since the fractions
 * themselves are one, a whole-numbered one exists.
 */
struct rounding {
	const struct dp_transport *transport;
	const double *x;
	uint64_t *n;
	int64_t *row, *col; /* still missing */
	char *edge;         /* per cell: NONE, FREE to take a unit, or TAKEN */
	/* the search: */
	size_t *from;  /* the row that led to column j; rows: unseen */
	size_t *back;  /* the column that led to row i; cols: unseen; START */
	size_t *queue; /* of rows */
};

enum { NONE, FREE, TAKEN };
#define START SIZE_MAX

static void
move(struct rounding *rounding, size_t cell, int64_t units)
{
	size_t i = cell / rounding->transport->cols, j = cell % rounding->transport->cols;

	rounding->n[cell] += (uint64_t)units; /* modulo 2^64, never below zero */
	rounding->row[i] -= units;
	rounding->col[j] -= units;
}

static void
take_floors(struct rounding *rounding)
{
	const struct dp_transport *transport = rounding->transport;
	size_t i, j, cell;

	for (i = 0; i < transport->rows; i++)
		rounding->row[i] = (int64_t)transport->row[i];
	for (j = 0; j < transport->cols; j++)
		rounding->col[j] = (int64_t)transport->col[j];
	for (cell = 0; cell < transport->rows * transport->cols; cell++) {
		double low = floor(rounding->x[cell] + FRACTION_MIN);

		rounding->n[cell] = (uint64_t)low;
		rounding->edge[cell] = rounding->x[cell] - low > FRACTION_MIN ? FREE : NONE;
		rounding->row[cell / transport->cols] -= (int64_t)low;
		rounding->col[cell % transport->cols] -= (int64_t)low;
	}
	/* An x that strayed may have floors above a sum: take back what is too much. */
	for (cell = 0; cell < transport->rows * transport->cols; cell++) {
		int64_t row = rounding->row[cell / transport->cols], col = rounding->col[cell % transport->cols];
		int64_t above = row < col ? -row : -col, here = (int64_t)rounding->n[cell];

		if (above > 0)
			move(rounding, cell, -(above < here ? above : here));
	}
}

struct fraction {
	double size;
	size_t cell;
};

static int
compare_fractions(const void *a, const void *b)
{
	const struct fraction *one = a, *two = b;

	if (one->size != two->size)
		return one->size > two->size ? -1 : 1;
	return one->cell < two->cell ? -1 : one->cell > two->cell;
}

/* The largest fractions first: most units find their place here. */
static enum dp_status
take_largest(struct rounding *rounding)
{
	size_t cells = rounding->transport->rows * rounding->transport->cols, cols = rounding->transport->cols, c;
	struct fraction *order = calloc(cells, sizeof(*order));

	if (order == NULL)
		return DP_NOMEM;
	for (c = 0; c < cells; c++)
		order[c] = (struct fraction){rounding->x[c] - floor(rounding->x[c] + FRACTION_MIN), c};
	qsort(order, cells, sizeof(*order), compare_fractions);
	for (c = 0; c < cells; c++) {
		size_t cell = order[c].cell;

		if (rounding->edge[cell] != FREE || rounding->row[cell / cols] <= 0 || rounding->col[cell % cols] <= 0)
			continue;
		move(rounding, cell, 1);
		rounding->edge[cell] = TAKEN;
	}
	free(order);
	return DP_OK;
}

/* A unit changes place along the path found: free edges take one, taken ones give it back. */
static void
turn_path(struct rounding *rounding, size_t j)
{
	size_t cols = rounding->transport->cols;

	for (;;) {
		size_t i = rounding->from[j], taken = i * cols + j;

		move(rounding, taken, 1);
		rounding->edge[taken] = TAKEN;
		j = rounding->back[i];
		if (j == START)
			return;
		move(rounding, i * cols + j, -1);
		rounding->edge[i * cols + j] = FREE;
	}
}

/* Breadth first from one row that misses a unit to any column that misses one. */
static bool
find_path(struct rounding *rounding, size_t start)
{
	size_t rows = rounding->transport->rows, cols = rounding->transport->cols;
	size_t head = 0, tail = 0, i, j, k;

	for (i = 0; i < rows; i++)
		rounding->back[i] = cols;
	for (j = 0; j < cols; j++)
		rounding->from[j] = rows;
	rounding->back[start] = START;
	rounding->queue[tail++] = start;
	while (head < tail) {
		i = rounding->queue[head++];
		for (j = 0; j < cols; j++) {
			if (rounding->edge[i * cols + j] != FREE || rounding->from[j] != rows)
				continue;
			rounding->from[j] = i;
			if (rounding->col[j] > 0) {
				turn_path(rounding, j);
				return true;
			}
			for (k = 0; k < rows; k++)
				if (rounding->edge[k * cols + j] == TAKEN && rounding->back[k] == cols) {
					rounding->back[k] = j;
					rounding->queue[tail++] = k;
				}
		}
	}
	return false;
}

/* What no path could place (only when x strayed from its sums): anywhere it fits. */
static void
take_rest(struct rounding *rounding)
{
	size_t cols = rounding->transport->cols, i, j;

	for (i = 0; i < rounding->transport->rows; i++)
		for (j = 0; j < cols; j++) {
			int64_t least = rounding->row[i] < rounding->col[j] ? rounding->row[i] : rounding->col[j];

			if (least > 0)
				move(rounding, i * cols + j, least);
		}
}

enum dp_status
dp_transport_round(uint64_t *ret_n, const double *x, const struct dp_transport *transport)
{
	size_t rows = transport->rows, cols = transport->cols, i;
	struct rounding rounding = {.transport = transport, .x = x, .n = ret_n};
	enum dp_status status = DP_NOMEM;

	rounding.row = calloc(rows, sizeof(*rounding.row));
	rounding.col = calloc(cols, sizeof(*rounding.col));
	rounding.edge = calloc(rows, cols);
	rounding.from = calloc(cols, sizeof(*rounding.from));
	rounding.queue = calloc(rows, sizeof(*rounding.queue));
	rounding.back = calloc(rows, sizeof(*rounding.back));
	if (rounding.row == NULL || rounding.col == NULL || rounding.edge == NULL || rounding.from == NULL ||
	    rounding.queue == NULL || rounding.back == NULL)
		goto out;
	take_floors(&rounding);
	if ((status = take_largest(&rounding)) != DP_OK)
		goto out;
	for (i = 0; i < rows; i++)
		while (rounding.row[i] > 0 && find_path(&rounding, i))
			;
	take_rest(&rounding);
out:
	free(rounding.row);
	free(rounding.col);
	free(rounding.edge);
	free(rounding.from);
	free(rounding.queue);
	free(rounding.back);
	return status;
}
