#ifndef NODE_COUNT_PASS_H
#define NODE_COUNT_PASS_H

#include "node/aggregate.h"
#include "node/columns.h"
#include "node/count.h"
#include "node/input.h"
#include "node/records.h"

/* Private to counting: one pass over the file, from its first byte to counts and figures. */
struct node_count_pass {
	const struct node_count_request *request;
	const struct node_mapping *mapping;
	struct node_input *input;
	struct proto_error *error;
	bool remember_all;                /* see node/records.h */
	bool again;                       /* the pass failed because it has to be done with remember_all */
	struct node_count *count;
	struct node_csv *csv;
	struct node_report_writer *writer;
	struct node_profiles *profiles;
	struct node_columns *columns;
	struct node_records *records;     /* kind records */
	struct node_aggregate *aggregate; /* kind aggregate */
	uint64_t empty, empty_line;       /* empty lines that nothing has followed yet, and the first of them */
};

/* node_count_pass_run(pass): the caller has set what comes before `count`; the rest is zero. With OK and with INPUT (something in the
 * file is wrong, and told) count holds the figures. */
PROTO_CHECK enum proto_code node_count_pass_run(struct node_count_pass *pass);
/* node_count_pass_wipe(pass): what the pass made, but for count and writer. */
void node_count_pass_wipe(struct node_count_pass *pass);

#endif
