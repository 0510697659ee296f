#ifndef NODE_AGGREGATE_H
#define NODE_AGGREGATE_H

#include "dp/counts.h"
#include "node/columns.h"
#include "node/mapping.h"
#include "node/report.h"

/*
 * Counts that an office hands in as counts: one row per cell. A row's level is the set of dimensions whose code is not
 * `_T`. Nothing here can bound a person's share, so the office attests it (mapping key `attest`).
 */
struct node_aggregate;

PROTO_CHECK enum proto_code node_aggregate_new(struct node_aggregate **ret_aggregate, const struct node_mapping *mapping,
    struct proto_error *error);
void node_aggregate_free(struct node_aggregate *aggregate);

/* node_aggregate_take(ret_right, aggregate, row, line, writer): *ret_right false: the row was told as wrong. MEMORY. */
PROTO_CHECK enum proto_code node_aggregate_take(bool *ret_right, struct node_aggregate *aggregate,
    const struct node_columns_row *row, uint64_t line, struct node_report_writer *writer);

/*
 * node_aggregate_finish(counts, aggregate, report, writer, error): fills the tables. A table takes the rows of exactly its
 * level; if there are none, the sum over the smallest finer level in the file (fewest dimensions, then fewest cells,
 * then first in the order of dimensions) that adds no multi-valued dimension, since there a person stands
 * several times. Tables that cannot be filled or that disagree are told as errors. Errors: TOO_LARGE, MEMORY.
 */
PROTO_CHECK enum proto_code node_aggregate_finish(struct dp_counts *counts, struct node_aggregate *aggregate,
    struct node_report *report, struct node_report_writer *writer, struct proto_error *error);

/* node_aggregate_number(ret_value, text, len, thousands): a whole number in ASCII digits, in groups of three where a
 * separator stands in it. False: anything else, or above 2^63. */
bool node_aggregate_number(uint64_t *ret_value, const char *text, size_t len, const char *thousands);

#endif
