#include "dp/plan.h"
#include "dp/rho.h"
#include "dp/sensitivity.h"

#include "plan_sizes.h"

/* The sum over residuals of D2_B / (2 sigma2_B) for persons with these set sizes. */
static enum dp_status
price_of_sizes(struct dp_ratio **ret_price, const struct dp_plan *plan, const uint32_t size[DP_DIMS_MAX])
{
	struct dp_ratio *price = NULL;
	enum dp_status status = dp_ratio_new(&price);
	size_t r;

	for (r = 0; status == DP_OK && r < plan->residuals; r++) {
		const struct dp_residual *residual = &plan->residual[r];
		dp_u128 d2;

		status = dp_sensitivity_d2(&d2, &plan->domain,
		    (struct dp_figure){residual->group, residual->dims}, residual->scale, size);
		if (status == DP_OK)
			status = dp_ratio_add(price, d2, residual->s2);
	}
	/* s2 counts 2^-16, so D2 / (2 s2 2^-16) = 2^15 D2 / s2. */
	if (status == DP_OK)
		status = dp_ratio_scale(price, (dp_u128)1 << (DP_S2_BITS - 1), 1);
	if (status == DP_OK)
		*ret_price = price;
	else
		dp_ratio_free(price);
	return status;
}

enum dp_status
dp_plan_price(struct dp_ratio **ret_price, const struct dp_plan *plan)
{
	struct dp_ratio *most = NULL, *price;
	struct dp_plan_sizes sizes;
	enum dp_status status;

	if ((status = dp_plan_check(plan)) != DP_OK || (status = dp_plan_sizes_first(&sizes, plan)) != DP_OK)
		return status;
	do {
		if ((status = price_of_sizes(&price, plan, sizes.size)) != DP_OK)
			goto out;
		switch (most ? dp_ratio_cmp(most, price) : -1) {
		case -2:
			dp_ratio_free(price);
			status = DP_NOMEM;
			goto out;
		case -1:
			dp_ratio_free(most);
			most = price;
			break;
		default:
			dp_ratio_free(price);
		}
	} while (dp_plan_sizes_next(&sizes));
	*ret_price = most;
	return DP_OK;
out:
	dp_ratio_free(most);
	return status;
}

enum dp_status
dp_plan_rho(uint64_t *ret_units, const struct dp_plan *plan)
{
	struct dp_ratio *price = NULL;
	enum dp_status status = dp_plan_price(&price, plan);

	if (status == DP_OK)
		status = dp_ratio_ceil(ret_units, price, DP_RHO_BITS);
	dp_ratio_free(price);
	return status;
}
