#include "estimate_join.h"

#include <stdlib.h>

#include "marginal.h"
#include "transport.h"

/*
 * The joint marginal as a stack of matrices: one for every cell of the shared dimensions,
 * rows are the cells of what only left has, columns of what only right has.
 */
struct stack {
	const struct dp_domain *domain;
	dp_dims shared, left, right;
	size_t matrices, rows, cols;
	uint64_t *row; /* matrices * rows */
	uint64_t *col; /* matrices * cols */
	double *x;     /* matrices * rows * cols */
	uint64_t *n;
};

/* A walk over the cells of any marginal of the stack that knows their place in it. */
struct place {
	struct dp_marginal_walk shared, row, col;
};

static void
place_init(struct place *place, const struct stack *stack, dp_dims dims)
{
	dp_marginal_walk_init(&place->shared, stack->domain, dims, stack->shared);
	dp_marginal_walk_init(&place->row, stack->domain, dims, stack->left);
	dp_marginal_walk_init(&place->col, stack->domain, dims, stack->right);
}

static void
place_next(struct place *place)
{
	dp_marginal_walk_next(&place->shared);
	dp_marginal_walk_next(&place->row);
	dp_marginal_walk_next(&place->col);
}

static size_t
place_cell(const struct place *place, const struct stack *stack)
{
	return (place->shared.cell * stack->rows + place->row.cell) * stack->cols + place->col.cell;
}

static void
pile(struct stack *stack, const double *x, const struct dp_estimate_piece *left,
    const struct dp_estimate_piece *right)
{
	size_t c, cells = stack->matrices * stack->rows * stack->cols;
	struct place place;

	place_init(&place, stack, left->dims);
	for (c = 0; c < stack->matrices * stack->rows; c++, place_next(&place))
		stack->row[place.shared.cell * stack->rows + place.row.cell] = left->n[c];
	place_init(&place, stack, right->dims);
	for (c = 0; c < stack->matrices * stack->cols; c++, place_next(&place))
		stack->col[place.shared.cell * stack->cols + place.col.cell] = right->n[c];
	place_init(&place, stack, left->dims | right->dims);
	for (c = 0; c < cells; c++, place_next(&place))
		stack->x[place_cell(&place, stack)] = x[c];
}

static void
unpile(uint64_t *ret_n, const struct stack *stack)
{
	size_t c, cells = stack->matrices * stack->rows * stack->cols;
	struct place place;

	place_init(&place, stack, stack->shared | stack->left | stack->right);
	for (c = 0; c < cells; c++, place_next(&place))
		ret_n[c] = stack->n[place_cell(&place, stack)];
}

static enum dp_status
solve(struct stack *stack)
{
	enum dp_status status;
	size_t m;

	for (m = 0; m < stack->matrices; m++) {
		size_t first = m * stack->rows * stack->cols;
		struct dp_transport transport = {stack->rows, stack->cols, stack->row + m * stack->rows,
			stack->col + m * stack->cols};

		if ((status = dp_transport_project(stack->x + first, &transport)) != DP_OK ||
		    (status = dp_transport_round(stack->n + first, stack->x + first, &transport)) != DP_OK)
			return status;
	}
	return DP_OK;
}

enum dp_status
dp_estimate_join(uint64_t *ret_n, const struct dp_domain *domain, const double *x,
    const struct dp_estimate_piece *left, const struct dp_estimate_piece *right)
{
	struct stack stack = {.domain = domain, .shared = left->dims & right->dims};
	enum dp_status status = DP_NOMEM;

	stack.left = left->dims & ~stack.shared;
	stack.right = right->dims & ~stack.shared;
	stack.matrices = dp_domain_cells(domain, stack.shared);
	stack.rows = dp_domain_cells(domain, stack.left);
	stack.cols = dp_domain_cells(domain, stack.right);
	stack.row = calloc(stack.matrices * stack.rows, sizeof(*stack.row));
	stack.col = calloc(stack.matrices * stack.cols, sizeof(*stack.col));
	stack.x = calloc(stack.matrices * stack.rows * stack.cols, sizeof(*stack.x));
	stack.n = calloc(stack.matrices * stack.rows * stack.cols, sizeof(*stack.n));
	if (stack.row == NULL || stack.col == NULL || stack.x == NULL || stack.n == NULL)
		goto out;
	pile(&stack, x, left, right);
	if ((status = solve(&stack)) == DP_OK)
		unpile(ret_n, &stack);
out:
	free(stack.row);
	free(stack.col);
	free(stack.x);
	free(stack.n);
	return status;
}
