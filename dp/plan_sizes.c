#include "plan_sizes.h"

enum dp_status
dp_plan_sizes_first(struct dp_plan_sizes *ret_sizes, const struct dp_plan *plan)
{
	struct dp_plan_sizes sizes = {.dims = plan->domain.dims, .count = 1};
	dp_dims counted = 0;
	size_t t;
	uint32_t i;

	for (t = 0; t < plan->tables; t++)
		counted |= plan->table[t].group;
	for (i = 0; i < sizes.dims; i++) {
		uint32_t half = (plan->domain.dim[i].codes + 1) / 2, bound = plan->domain.dim[i].bound;

		if (!(counted >> i & 1))
			continue;
		sizes.low[i] = sizes.size[i] = bound < half ? bound : half;
		sizes.high[i] = bound;
		sizes.count *= bound - sizes.low[i] + 1;
		if (sizes.count > 1 && sizes.count > DP_PLAN_SIZES_MAX / plan->residuals)
			return DP_RANGE;
	}
	*ret_sizes = sizes;
	return DP_OK;
}

bool
dp_plan_sizes_next(struct dp_plan_sizes *sizes)
{
	uint32_t i;

	for (i = 0; i < sizes->dims; i++) {
		if (sizes->size[i] < sizes->high[i]) {
			sizes->size[i]++;
			return true;
		}
		sizes->size[i] = sizes->low[i];
	}
	return false;
}
