#ifndef COORDINATOR_STORE_ROW_H
#define COORDINATOR_STORE_ROW_H

#include "coordinator/store.h"
#include "proto/kit/db.h"

/* Private to the store's files. */
struct coord_store {
	struct kit_db *db;
};

/*
 * Columns into memory of ours. A column of another length than the type's is DAMAGED; a null
 * text or blob is left NULL or empty.
 */
PROTO_CHECK enum proto_code coord_store_row_bytes(uint8_t *ret_bytes, size_t size, struct kit_rows *rows, int column, struct proto_error *error);
PROTO_CHECK enum proto_code coord_store_row_buffer(struct proto_buffer *ret_buffer, struct kit_rows *rows, int column, struct proto_error *error);
PROTO_CHECK enum proto_code coord_store_row_text(char **ret_text, struct kit_rows *rows, int column, struct proto_error *error);
PROTO_CHECK enum proto_code coord_store_row_id(char *ret_text, size_t size, struct kit_rows *rows, int column, struct proto_error *error);

/*
 * coord_store_row_list(ret_list, ret_count, rows, size, read, error): every row, each read into an element of `size`
 * bytes that starts zeroed. On an error the elements read so far stay in *ret_list for the caller to free.
 */
struct coord_store_row_reader {
	size_t size;
	enum proto_code (*read)(void *ret_element, struct kit_rows *rows, struct proto_error *error);
};
PROTO_CHECK enum proto_code coord_store_row_list(void **ret_list, size_t *ret_count, struct kit_rows *rows,
    const struct coord_store_row_reader *reader, struct proto_error *error);

#endif
