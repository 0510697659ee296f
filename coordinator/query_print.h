#ifndef COORDINATOR_QUERY_PRINT_H
#define COORDINATOR_QUERY_PRINT_H

#include "coordinator/query.h"

/* The answer as CSV or JSON, or as a table for people. */
void coord_query_print_csv(struct proto_buffer *out, const struct coord_query *query);
void coord_query_print_json(struct proto_buffer *out, const struct coord_query *query);
PROTO_CHECK enum proto_code coord_query_print_table(struct proto_buffer *out, const struct coord_query *query, struct proto_error *error);

#endif
