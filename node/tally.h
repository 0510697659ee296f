#ifndef NODE_TALLY_H
#define NODE_TALLY_H

#include "dp/counts.h"
#include "node/profile.h"
#include "node/report.h"
#include "proto/error.h"
#include "proto/structure.h"

/*
 * node_tally(counts, report, structure, profiles, error): adds every counted profile to the counts, as persons within
 * their bounds, by rules that look at this person alone:
 *   `_U` stands only where there is no other code;
 *   a multi-valued dimension keeps its first k codes by the public priority;
 *   a dimension of kind pick takes its first code by the public order;
 *   any other single-valued dimension takes its first code in the order of the list.
 * report->bound sums what was seen and kept. Errors: TOO_LARGE (a total above DP_COUNT_MAX), MEMORY.
 */
PROTO_CHECK enum proto_code node_tally(struct dp_counts *counts, struct node_report *report,
    const struct proto_structure *structure, const struct node_profiles *profiles, struct proto_error *error);

#endif
