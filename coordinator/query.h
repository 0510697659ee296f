#ifndef COORDINATOR_QUERY_H
#define COORDINATOR_QUERY_H

#include "coordinator/figure.h"
#include "coordinator/state.h"

/*
 * What a researcher asks of the published releases, and the rows that answer it. Every row carries
 * the error of exactly what it sums: cells (their covariance), countries and periods
 * (independent draws).
 *
 * A range of periods gives every period in order, then their sum (TIME_PERIOD "P..P"), as a dimension
 * gives its codes in order, then _T.
 */
#define COORD_QUERY_PERIODS 400

struct coord_query_text { /* as typed; NULL where absent */
	const char *structure, *by, *where, *period, *area;
	bool measured;
};

struct coord_query_row {
	char area[256];                  /* REF_AREA: a code, or codes joined by + */
	char period[2 * PROTO_PERIOD_TEXT + 2];
	int code[DP_DIMS_MAX];           /* per --by dimension, in that order: index of the code, or -1: _T */
	struct coord_observation seen;
	char release[256];               /* ids joined by +; "" where there is none */
};

struct coord_query {
	const struct proto_structure *structure; /* borrowed from the newest release read */
	char freq;
	bool measured;
	size_t bys;
	uint32_t by[DP_DIMS_MAX];
	size_t rows;
	struct coord_query_row *row;
	uint64_t rho_units;              /* of the newest release read: what it cost */
	size_t releases;
	struct coord_published *published; /* owned: what was read, by period */
};

/*
 * Errors: NOT_FOUND (structure, dimension, code, country, nothing published), REFUSED (the combination lies in no
 * table: names the tables; a no_margin_over dimension is summed; structures differ between periods), MALFORMED.
 */
PROTO_CHECK enum proto_code coord_query_run(struct coord_query *ret_query, const struct coord_state *state,
    const struct coord_query_text *text, struct proto_error *error);
void coord_query_wipe(struct coord_query *query);

#endif
