#ifndef COORDINATOR_FIGURE_H
#define COORDINATOR_FIGURE_H

#include "coordinator/observation.h"
#include "coordinator/published.h"

/*
 * Reading one figure out of one release, for one area or a sum over areas: unbiased
 * values, estimates, and for any selection of codes the variance of its sum.
 */
struct coord_figure {
	struct dp_figure figure;
	uint64_t cells;
	double *measured;   /* NULL when nobody reported */
	uint64_t *estimate;
	size_t listed, reporters;
};

/* coord_figure_read(ret, published, area, areas, figure, error): sums over the given areas.
 * Errors: FAILED when figure lies in no table of its group; MEMORY. */
PROTO_CHECK enum proto_code coord_figure_read(struct coord_figure *ret_figure, const struct coord_published *published,
    struct coord_area *const *area, size_t areas, struct dp_figure figure, struct proto_error *error);
void coord_figure_wipe(struct coord_figure *figure);

/*
 * One observation: the sum over the chosen codes. chosen[i][c] tells whether code c of dimension i counts;
 * only dimensions of the figure are looked at.
 */
struct coord_choice {
	bool chosen[DP_DIMS_MAX][DP_CODES_MAX];
};
PROTO_CHECK enum proto_code coord_figure_observe(struct coord_observation *ret_observation, const struct coord_figure *figure,
    const struct dp_plan *plan, const struct coord_choice *choice, struct proto_error *error);

#endif
