#include "dp/plan.h"

#include <stdlib.h>

struct workload {
	const struct dp_domain *domain;
	struct dp_goal *goal;
	size_t goals;
	bool seen[1 << DP_DIMS_MAX][1 << DP_DIMS_MAX]; /* [group][informative dims] */
};

static void
add(struct workload *workload, dp_dims group, dp_dims dims)
{
	bool *seen = &workload->seen[group][dp_domain_informative(workload->domain, dims)];

	if (!*seen)
		workload->goal[workload->goals++] = (struct dp_goal){{group, dims}, 1};
	*seen = true;
}

static int
compare(const void *left, const void *right)
{
	struct dp_figure a = ((const struct dp_goal *)left)->figure, b = ((const struct dp_goal *)right)->figure;
	int size_a = __builtin_popcount(a.dims), size_b = __builtin_popcount(b.dims);

	if (a.group != b.group)
		return a.group < b.group ? -1 : 1;
	if (size_a != size_b)
		return size_a < size_b ? -1 : 1;
	return a.dims < b.dims ? -1 : a.dims > b.dims;
}

/* Every margin of the table that keeps the group's own dimensions and those of keep. */
static void
add_margins(struct workload *workload, const struct dp_figure *table, dp_dims keep)
{
	dp_dims fixed = table->group | (table->dims & keep);
	dp_dims free_dims = dp_domain_informative(workload->domain, table->dims & ~fixed), dims = free_dims;

	while (dims) {
		dims = (dims - 1) & free_dims;
		add(workload, table->group, fixed | dims);
	}
}

enum dp_status
dp_plan_workload(struct dp_goal **ret_goal, size_t *ret_goals, const struct dp_domain *domain,
    const struct dp_figure *table, size_t tables, dp_dims keep)
{
	struct dp_plan model;
	struct workload *workload = NULL;
	enum dp_status status = dp_plan_layout(&model, domain, table, tables);
	size_t t, first;

	if (status != DP_OK)
		return status;
	dp_plan_wipe(&model);
	if (!(workload = calloc(1, sizeof(*workload))) ||
	    !(workload->goal = malloc(tables * (1 << DP_DIMS_MAX) * sizeof(*workload->goal)))) {
		free(workload);
		return DP_NOMEM;
	}
	workload->domain = domain;
	for (t = 0; t < tables; t++)
		add(workload, table[t].group, table[t].dims);
	first = workload->goals;
	for (t = 0; t < tables; t++)
		add_margins(workload, &table[t], keep);
	qsort(workload->goal + first, workload->goals - first, sizeof(*workload->goal), compare);
	*ret_goal = workload->goal;
	*ret_goals = workload->goals;
	free(workload);
	return DP_OK;
}
