#ifndef NODE_COLUMNS_H
#define NODE_COLUMNS_H

#include <stdint.h>

#include "node/csv.h"
#include "node/mapping.h"
#include "node/profile.h"
#include "node/report.h"

/*
 * The columns of one file under one mapping: from a record's cells to codes. What a text means is worked out
 * once and remembered per column (by its bytes, in a small cache), so a file of millions of rows costs
 * little more than finding its cells.
 */
struct node_columns;

struct node_columns_for {
	const struct node_mapping *mapping;
	struct proto_period period;
	int64_t today; /* days since 1970-01-01, UTC; a row may be dated one day later (time zones) */
	struct node_profiles *profiles; /* borrowed */
};

/* What a record holds. */
struct node_columns_row {
	uint32_t set[DP_DIMS_MAX];  /* records: the number of the set of codes, see node/profile.h */
	uint32_t code[DP_DIMS_MAX]; /* aggregate: the code; the number of codes for `_T` */
	const char *key;            /* records with a key: its text, trimmed */
	uint32_t key_len;
	const char *value;          /* aggregate: the text of the count, trimmed */
	uint32_t value_len;
	uint32_t dual;
};

enum node_columns_fate { NODE_ROW_TAKEN, NODE_ROW_NOT_SELECTED, NODE_ROW_WRONG, NODE_ROW_MEMORY };

/*
 * node_columns_new(ret_columns, what_for, header, writer, error): finds every column of the mapping in the header.
 * Errors: INPUT, a header that repeats a name or is not UTF-8 (added to the report); MAPPING, a
 * column that is not there; MEMORY.
 */
PROTO_CHECK enum proto_code node_columns_new(struct node_columns **ret_columns, const struct node_columns_for *what_for,
    const struct node_csv_row *header, struct node_report_writer *writer, struct proto_error *error);
void node_columns_free(struct node_columns *columns);

/* node_columns_read(ret_row, columns, row): the fate of a record; *ret_row is written only when it is taken, and
 * borrows from columns until the next call. */
enum node_columns_fate node_columns_read(struct node_columns_row *ret_row, struct node_columns *columns,
    const struct node_csv_row *row);

/* node_columns_tell(columns, row, writer): everything that is wrong with a record whose fate was WRONG. */
void node_columns_tell(struct node_columns *columns, const struct node_csv_row *row, struct node_report_writer *writer);

/* node_columns_forget(columns): drops what was remembered (the profiles were started afresh). */
void node_columns_forget(struct node_columns *columns);

#endif
