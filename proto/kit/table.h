#ifndef PROTO_KIT_TABLE_H
#define PROTO_KIT_TABLE_H

#include <stddef.h>

#include "proto/buffer.h"
#include "proto/error.h"

/*
 * A table for people, laid out by libsmartcols (display widths of all scripts, whatever the locale). Nothing is cut
 * to the terminal's width. A cell's control characters are shown as \xNN; a NULL cell is empty.
 */
struct kit_table;
PROTO_CHECK enum proto_code kit_table_new(struct kit_table **ret_table, const char *const *heading, size_t columns, struct proto_error *error);
/* A leading '>' in a heading makes the column align right. */
PROTO_CHECK enum proto_code kit_table_row(struct kit_table *table, const char *const *cell, struct proto_error *error);
PROTO_CHECK enum proto_code kit_table_print(struct kit_table *table, struct proto_buffer *out, struct proto_error *error);
void kit_table_free(struct kit_table *table);

#endif
