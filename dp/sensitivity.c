#include "dp/sensitivity.h"

#include <stdbool.h>

static bool
multiply(dp_u128 *product, uint64_t factor)
{
	return !__builtin_mul_overflow(*product, (dp_u128)factor, product);
}

/*
 * The factor of a multi-valued dimension when a person holds size of its codes. Inside
 * the residual n^2 |C_n 1_S|^2 = n^2 size (1 - size/n) = n size (n - size); summed out,
 * every other factor is counted size times: size^2.
 */
static uint64_t
multi_factor(const struct dp_dim *dim, bool inside, uint64_t size)
{
	return inside ? dim->codes * size * (dim->codes - size) : size * size;
}

static uint64_t
multi_factor_max(const struct dp_dim *dim, bool inside)
{
	uint64_t size, factor, most = 0;

	for (size = 1; size <= dim->bound; size++)
		if ((factor = multi_factor(dim, inside, size)) > most)
			most = factor;
	return most;
}

static bool
valid(const struct dp_domain *domain, struct dp_figure figure, const uint32_t *size)
{
	dp_dims multi;
	uint32_t i;

	if (dp_domain_check(domain) != DP_OK)
		return false;
	multi = dp_domain_multi(domain);
	if (figure.dims >> domain->dims || (figure.group & ~multi) || (figure.dims & multi & ~figure.group))
		return false;
	for (i = 0; size && i < domain->dims; i++)
		if ((figure.group >> i & 1) && (size[i] < 1 || size[i] > domain->dim[i].bound))
			return false;
	return true;
}

enum dp_status
dp_sensitivity_d2(dp_u128 *ret_d2, const struct dp_domain *domain, struct dp_figure figure, uint64_t scale,
    const uint32_t *size)
{
	uint64_t cells, g;
	dp_u128 d2;
	uint32_t i;

	if (!valid(domain, figure, size))
		return DP_PARAM;
	cells = dp_domain_cells(domain, figure.dims);
	if (scale == 0 || scale % cells)
		return DP_PARAM;
	g = scale / cells;
	d2 = (dp_u128)g * g;
	/* L = g * product of the codes, so every factor n_i^2 of L^2 stands with its dimension
	 * and clears the fraction there: the result is an integer, factor by factor. */
	for (i = 0; i < domain->dims; i++) {
		const struct dp_dim *dim = &domain->dim[i];
		bool inside = figure.dims >> i & 1;
		uint64_t factor = 1;

		if (figure.group >> i & 1)
			factor = size ? multi_factor(dim, inside, size[i]) : multi_factor_max(dim, inside);
		else if (inside)
			factor = (uint64_t)dim->codes * (dim->codes - 1);
		if (!multiply(&d2, factor))
			return DP_RANGE;
	}
	*ret_d2 = d2;
	return DP_OK;
}
