#ifndef DP_MARGINAL_H
#define DP_MARGINAL_H

#include "dp/domain.h"

/*
 * A walk over the cells of one marginal, in their order, that keeps the number of the
 * cell of a smaller marginal in which each falls. It serves both directions: summing
 * (from the large to the small) and broadcasting (from the small to the large).
 */
struct dp_marginal_walk {
	uint32_t dims;
	uint32_t codes[DP_DIMS_MAX];
	uint32_t at[DP_DIMS_MAX];
	uint64_t stride[DP_DIMS_MAX]; /* in the small marginal; 0: summed out */
	uint64_t cell;                /* of the small marginal */
};

/* dp_marginal_walk_init: stands at cell 0 of the marginal on large. A dimension that only small has
 * stays at its first code. */
void dp_marginal_walk_init(struct dp_marginal_walk *walk, const struct dp_domain *domain,
    dp_dims large, dp_dims small);

/* dp_marginal_walk_next: the next cell; after the last one the walk stands at cell 0 again. */
void dp_marginal_walk_next(struct dp_marginal_walk *walk);

/* dp_marginal_sum: the marginal on small of the cells of the marginal on large. The caller
 * knows that no sum passes 64 bits. */
void dp_marginal_sum(uint64_t *ret_small, const struct dp_domain *domain, dp_dims small,
    const uint64_t *cell, dp_dims large);

/* dp_marginal_strides: how far apart two neighbouring codes of each dimension of dims lie. */
void dp_marginal_strides(uint64_t ret_stride[DP_DIMS_MAX], const struct dp_domain *domain, dp_dims dims);

#endif
