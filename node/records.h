#ifndef NODE_RECORDS_H
#define NODE_RECORDS_H

#include "node/columns.h"
#include "node/mapping.h"
#include "node/profile.h"
#include "node/report.h"

/*
 * From rows to persons. Without a record key every row is one. With a key the rows of one key are one person: the codes
 * are united over them, and rows that disagree on a dimension with one code for a person are an error, unless
 * the mapping says on_conflict: first-code. Rows wait in a small batch, so that the places of their persons in the table
 * are in the processor's reach when they are looked up: flush before telling an error of a later row.
 */
struct node_records;

PROTO_CHECK enum proto_code node_records_new(struct node_records **ret_records, const struct node_mapping *mapping,
    struct node_profiles *profiles, struct proto_error *error);
void node_records_free(struct node_records *records);

/* node_records_take(records, row, line, writer, report): one row. MEMORY. */
struct node_records_to {
	struct node_report *report;
	struct node_report_writer *writer;
};
PROTO_CHECK enum proto_code node_records_take(struct node_records *records, const struct node_columns_row *row, uint64_t line,
    const struct node_records_to *to);
PROTO_CHECK enum proto_code node_records_flush(struct node_records *records, const struct node_records_to *to);

/* node_records_finish: after the last row: counts every person's profile. */
PROTO_CHECK enum proto_code node_records_finish(struct node_records *records, const struct node_records_to *to);

#endif
