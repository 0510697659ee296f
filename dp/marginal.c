#include "marginal.h"

#include <string.h>

void
dp_marginal_strides(uint64_t ret_stride[DP_DIMS_MAX], const struct dp_domain *domain, dp_dims dims)
{
	uint64_t stride = 1;
	uint32_t i;

	memset(ret_stride, 0, DP_DIMS_MAX * sizeof(ret_stride[0]));
	for (i = domain->dims; i-- > 0;)
		if (dims >> i & 1) {
			ret_stride[i] = stride;
			stride *= domain->dim[i].codes;
		}
}

void
dp_marginal_walk_init(struct dp_marginal_walk *walk, const struct dp_domain *domain, dp_dims large,
    dp_dims small)
{
	uint64_t stride[DP_DIMS_MAX];
	uint32_t i;

	memset(walk, 0, sizeof(*walk));
	dp_marginal_strides(stride, domain, small);
	for (i = 0; i < domain->dims; i++)
		if (large >> i & 1) {
			walk->codes[walk->dims] = domain->dim[i].codes;
			walk->stride[walk->dims++] = stride[i];
		}
}

void
dp_marginal_walk_next(struct dp_marginal_walk *walk)
{
	uint32_t i;

	for (i = walk->dims; i-- > 0;) {
		if (++walk->at[i] < walk->codes[i]) {
			walk->cell += walk->stride[i];
			return;
		}
		walk->cell -= walk->stride[i] * (walk->codes[i] - 1);
		walk->at[i] = 0;
	}
}

void
dp_marginal_sum(uint64_t *ret_small, const struct dp_domain *domain, dp_dims small, const uint64_t *cell,
    dp_dims large)
{
	uint64_t cells = dp_domain_cells(domain, large), c;
	struct dp_marginal_walk walk;

	memset(ret_small, 0, dp_domain_cells(domain, small) * sizeof(ret_small[0]));
	dp_marginal_walk_init(&walk, domain, large, small);
	for (c = 0; c < cells; c++, dp_marginal_walk_next(&walk))
		ret_small[walk.cell] += cell[c];
}
