#include "coordinator/figure.h"

#include <stdlib.h>
#include <string.h>

#include "dp/rebuild.h"

/* The estimate's margin: summed from the first table of the group that holds it. */
static bool
add_estimate(uint64_t *cells, const struct dp_plan *plan, const struct dp_estimate *estimate, struct dp_figure figure)
{
	uint32_t code[DP_DIMS_MAX] = {0};
	uint64_t at, from;
	size_t t;

	for (t = 0; t < plan->tables; t++)
		if (plan->table[t].group == figure.group && (figure.dims & ~plan->table[t].dims) == 0)
			break;
	if (t == plan->tables)
		return false;
	from = dp_domain_cells(&plan->domain, plan->table[t].dims);
	for (at = 0; at < from; at++) {
		dp_domain_codes(code, &plan->domain, plan->table[t].dims, at);
		cells[dp_domain_cell(&plan->domain, figure.dims, code)] += estimate->cell[t][at];
	}
	return true;
}

static enum proto_code
read_sums(struct coord_figure *figure, const struct coord_published *published, struct coord_area *const *area,
    size_t areas, struct proto_error *error)
{
	const struct dp_plan *plan = &published->manifest.plan;
	int64_t *y = calloc(plan->cells, sizeof(*y));
	enum proto_code code = PROTO_OK;
	size_t i, at;

	if (y == NULL)
		return proto_error_set(error, PROTO_MEMORY, published->id, "out of memory");
	for (i = 0; i < areas; i++) {
		if (area[i]->y == NULL)
			continue;
		for (at = 0; at < plan->cells; at++)
			if (__builtin_add_overflow(y[at], area[i]->y[at], &y[at])) {
				code = proto_error_set(error, PROTO_FAILED, published->id, "a sum over areas is out of range");
				goto out;
			}
		if (!add_estimate(figure->estimate, plan, &area[i]->estimate, figure->figure))
			code = proto_error_set(error, PROTO_FAILED, published->id, "this combination lies in no table");
	}
	if (code == PROTO_OK && dp_rebuild_figure(figure->measured, plan, y, figure->figure) != DP_OK)
		code = proto_error_set(error, PROTO_FAILED, published->id, "this combination lies in no table");
out:
	free(y);
	return code;
}

enum proto_code
coord_figure_read(struct coord_figure *ret_figure, const struct coord_published *published,
    struct coord_area *const *area, size_t areas, struct dp_figure wanted, struct proto_error *error)
{
	struct coord_figure figure = {.figure = wanted};
	enum proto_code code;
	size_t i;

	figure.cells = dp_domain_cells(&published->manifest.plan.domain, wanted.dims);
	for (i = 0; i < areas; i++) {
		figure.listed += area[i]->listed;
		figure.reporters += area[i]->reporters;
	}
	if (figure.reporters > 0) {
		figure.measured = calloc(figure.cells, sizeof(*figure.measured));
		figure.estimate = calloc(figure.cells, sizeof(*figure.estimate));
		if (figure.measured == NULL || figure.estimate == NULL)
			code = proto_error_set(error, PROTO_MEMORY, published->id, "out of memory");
		else
			code = read_sums(&figure, published, area, areas, error);
		if (code != PROTO_OK) {
			coord_figure_wipe(&figure);
			return code;
		}
	}
	*ret_figure = figure;
	return PROTO_OK;
}

void
coord_figure_wipe(struct coord_figure *figure)
{
	free(figure->measured);
	free(figure->estimate);
	memset(figure, 0, sizeof(*figure));
}

static bool
cell_chosen(const struct coord_choice *choice, const struct dp_domain *domain, dp_dims dims, const uint32_t *code)
{
	uint32_t i;

	for (i = 0; i < domain->dims; i++)
		if ((dims >> i & 1) && !choice->chosen[i][code[i]])
			return false;
	return true;
}

enum proto_code
coord_figure_observe(struct coord_observation *ret_observation, const struct coord_figure *figure,
    const struct dp_plan *plan, const struct coord_choice *choice, struct proto_error *error)
{
	struct coord_observation seen = {.listed = figure->listed, .reporters = figure->reporters};
	uint32_t chosen[DP_DIMS_MAX] = {0}, code[DP_DIMS_MAX] = {0}, i, c;
	uint64_t at;

	seen.gap = figure->reporters < figure->listed;
	seen.any = figure->reporters > 0;
	for (at = 0; seen.any && at < figure->cells; at++) {
		dp_domain_codes(code, &plan->domain, figure->figure.dims, at);
		if (cell_chosen(choice, &plan->domain, figure->figure.dims, code)) {
			seen.measured += figure->measured[at];
			seen.estimate += figure->estimate[at];
		}
	}
	for (i = 0; i < plan->domain.dims; i++)
		for (c = 0; c < plan->domain.dim[i].codes; c++)
			chosen[i] += choice->chosen[i][c];
	if (dp_rebuild_variance_sum(&seen.variance, plan, figure->figure, chosen) != DP_OK)
		return proto_error_set(error, PROTO_FAILED, "query", "this combination lies in no table");
	/* countries draw independently, all under one plan: variances add */
	seen.variance *= (double)figure->reporters;
	*ret_observation = seen;
	return PROTO_OK;
}
