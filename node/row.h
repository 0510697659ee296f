#ifndef NODE_ROW_H
#define NODE_ROW_H

#include "proto/buffer.h"
#include "proto/keys.h"
#include "proto/kit/db.h"

/* Columns of a row that is judged by its seal afterwards: what does not have its form comes out empty. */

/* A hash of 32 bytes; zeros for anything else. */
void node_row_hash(uint8_t ret_hash[static PROTO_HASH], struct kit_rows *rows, int column);
/* A text that fits; "" for anything else. */
void node_row_text(char *ret_text, size_t size, struct kit_rows *rows, int column);
/* A blob, appended; nothing for null. */
void node_row_blob(struct proto_buffer *out, struct kit_rows *rows, int column);

#endif
