#ifndef COORDINATOR_RELEASE_CSV_H
#define COORDINATOR_RELEASE_CSV_H

#include "coordinator/published.h"

/*
 * The two tidy files of a release: one row for every area, figure (tables, then the margins a user may
 * read) and cell; a dimension that a figure does not have holds _T. measured: the unbiased
 * values, negatives kept, with their variance; otherwise the estimates.
 */
PROTO_CHECK enum proto_code coord_release_csv(struct proto_buffer *ret_csv, const struct coord_published *published,
    bool measured, struct proto_error *error);

/* Is this cell of a figure left out of sums over countries (a code outside area_sum)? */
bool coord_release_csv_unsummed(const struct proto_structure *structure, dp_dims dims, const uint32_t code[DP_DIMS_MAX]);

#endif
