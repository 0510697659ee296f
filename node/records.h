#ifndef NODE_RECORDS_H
#define NODE_RECORDS_H

#include "node/columns.h"
#include "node/mapping.h"
#include "node/profile.h"
#include "node/report.h"

/*
 * From rows to persons. Without a record key every row is one. With a key the rows of one key are one person: the codes
 * are united over them, and rows that disagree on a dimension with one code for a person are an error, unless
 * the mapping says on_conflict: first-code. Rows wait in a batch: flush before telling an error of a later row.
 *
 * Every key seen has to be remembered, but for one case: as long as keys only ever ascend, or only ever descend, none
 * can come back. So when there are many persons and the order has held so far, the table is given up and only the
 * person at hand is kept. Should the order break after that, the rows must be counted AGAIN from the first,
 * with remember_all.
 */
struct node_records;

struct node_records_to {
	struct node_report *report;
	struct node_report_writer *writer;
};

enum node_records_fate { NODE_RECORDS_DONE, NODE_RECORDS_MEMORY, NODE_RECORDS_AGAIN };

PROTO_CHECK enum proto_code node_records_new(struct node_records **ret_records, const struct node_mapping *mapping,
    struct node_profiles *profiles, bool remember_all, struct proto_error *error);
void node_records_free(struct node_records *records);

/* node_records_take: one row. node_records_flush: what is waiting. node_records_finish: after the last row: counts every
 * person's profile. */
PROTO_CHECK enum node_records_fate node_records_take(struct node_records *records,
    const struct node_columns_row *row, uint64_t line,
    const struct node_records_to *to);
PROTO_CHECK enum node_records_fate node_records_flush(struct node_records *records, const struct node_records_to *to);
PROTO_CHECK enum node_records_fate node_records_finish(struct node_records *records, const struct node_records_to *to);

#endif
