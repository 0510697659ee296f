#include "row.h"

#include <string.h>

void
node_row_hash(uint8_t ret_hash[static PROTO_HASH], struct kit_rows *rows, int column)
{
	size_t len;
	const uint8_t *data = kit_rows_blob(rows, column, &len);

	memset(ret_hash, 0, PROTO_HASH);
	if (data != NULL && len == PROTO_HASH)
		memcpy(ret_hash, data, len);
}

void
node_row_text(char *ret_text, size_t size, struct kit_rows *rows, int column)
{
	const char *text = kit_rows_text(rows, column);

	ret_text[0] = '\0';
	if (text != NULL && strlen(text) < size)
		memcpy(ret_text, text, strlen(text) + 1);
}

void
node_row_blob(struct proto_buffer *out, struct kit_rows *rows, int column)
{
	size_t len;
	const uint8_t *data = kit_rows_blob(rows, column, &len);

	if (data != NULL)
		proto_buffer_put(out, data, len);
}
