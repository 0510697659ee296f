#ifndef COORDINATOR_QUERY_ASK_H
#define COORDINATOR_QUERY_ASK_H

#include "coordinator/query.h"

/* A query resolved against one structure. */
struct coord_query_ask {
	size_t bys;
	uint32_t by[DP_DIMS_MAX];
	struct coord_choice kept;      /* per dimension: the codes that --where keeps; all without */
	bool limited[DP_DIMS_MAX];     /* --where names the dimension */
	struct dp_figure figure;       /* what must be read */
};

/* Resolves --by and --where; says by name what does not exist, and which tables there are. */
PROTO_CHECK enum proto_code coord_query_ask(struct coord_query_ask *ret_ask, const struct proto_structure *structure,
    const struct coord_query_text *text, struct proto_error *error);

/* May a row of this dimension sum all its codes (_T)? Not a multi-valued or no_margin_over one. */
bool coord_query_ask_total(const struct proto_structure *structure, uint32_t dim);

#endif
