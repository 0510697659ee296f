#include "dp/estimate.h"

#include <stdlib.h>

#include "estimate_stage.h"

void
dp_estimate_wipe(struct dp_estimate *estimate)
{
	size_t t;

	for (t = 0; t < estimate->tables; t++)
		free(estimate->cell[t]);
	free(estimate->cell);
	*estimate = (struct dp_estimate){0, NULL};
}

static size_t
first_of_group(const struct dp_plan *plan, size_t table)
{
	size_t t = 0;

	while (plan->table[t].group != plan->table[table].group)
		t++;
	return t;
}

enum dp_status
dp_estimate_make(struct dp_estimate *ret_estimate, const struct dp_plan *plan, const int64_t *y, const uint64_t *total)
{
	struct dp_estimate estimate = {.tables = plan->tables};
	enum dp_status status = DP_OK;
	size_t t;

	for (t = 0; t < plan->tables; t++)
		if (total[t] != total[first_of_group(plan, t)])
			return DP_PARAM;
	if ((estimate.cell = calloc(plan->tables, sizeof(*estimate.cell))) == NULL)
		return DP_NOMEM;
	for (t = 0; status == DP_OK && t < plan->tables; t++) {
		struct dp_estimate_stage stage = {.plan = plan, .y = y, .group = plan->table[t].group};

		if (first_of_group(plan, t) != t)
			continue;
		if ((status = dp_estimate_stage_run(&stage, total[t])) == DP_OK)
			status = dp_estimate_stage_take(estimate.cell, &stage);
		dp_estimate_stage_wipe(&stage);
	}
	if (status == DP_OK)
		*ret_estimate = estimate;
	else
		dp_estimate_wipe(&estimate);
	return status;
}
