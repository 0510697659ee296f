#include "store_row.h"

#include <stdlib.h>
#include <string.h>

static enum proto_code
damaged(struct proto_error *error)
{
	return proto_error_set(error, PROTO_DAMAGED, "coordinator.db", "a stored value has the wrong length");
}

enum proto_code
coord_store_row_bytes(uint8_t *ret_bytes, size_t size, struct kit_rows *rows, int column, struct proto_error *error)
{
	size_t len;
	const uint8_t *bytes = kit_rows_blob(rows, column, &len);

	if (bytes == NULL || len != size)
		return damaged(error);
	memcpy(ret_bytes, bytes, size);
	return PROTO_OK;
}

enum proto_code
coord_store_row_buffer(struct proto_buffer *ret_buffer, struct kit_rows *rows, int column, struct proto_error *error)
{
	size_t len;
	const uint8_t *bytes = kit_rows_blob(rows, column, &len);

	if (bytes != NULL)
		proto_buffer_put(ret_buffer, bytes, len);
	if (ret_buffer->failed)
		return proto_error_set(error, PROTO_MEMORY, "coordinator.db", "out of memory");
	return PROTO_OK;
}

enum proto_code
coord_store_row_text(char **ret_text, struct kit_rows *rows, int column, struct proto_error *error)
{
	const char *text = kit_rows_text(rows, column);
	char *copy;

	if (text == NULL)
		return PROTO_OK;
	copy = strdup(text);
	if (copy == NULL)
		return proto_error_set(error, PROTO_MEMORY, "coordinator.db", "out of memory");
	*ret_text = copy;
	return PROTO_OK;
}

enum proto_code
coord_store_row_id(char *ret_text, size_t size, struct kit_rows *rows, int column, struct proto_error *error)
{
	const char *text = kit_rows_text(rows, column);

	if (text == NULL || strlen(text) >= size)
		return damaged(error);
	strcpy(ret_text, text);
	return PROTO_OK;
}

enum proto_code
coord_store_row_list(void **ret_list, size_t *ret_count, struct kit_rows *rows, const struct coord_store_row_reader *reader,
    struct proto_error *error)
{
	enum proto_code code;
	size_t room = 0;
	bool row;

	*ret_list = NULL;
	*ret_count = 0;
	while ((code = kit_rows_next(rows, &row, error)) == PROTO_OK && row) {
		uint8_t *element;

		if (*ret_count == room) {
			void *more = reallocarray(*ret_list, room * 2 + 8, reader->size);

			if (more == NULL)
				return proto_error_set(error, PROTO_MEMORY, "coordinator.db", "out of memory");
			*ret_list = more;
			room = room * 2 + 8;
		}
		element = (uint8_t *)*ret_list + *ret_count * reader->size;
		memset(element, 0, reader->size);
		/* Counted before it is read, so that a half-read element is freed with the rest. */
		(*ret_count)++;
		code = reader->read(element, rows, error);
		if (code != PROTO_OK)
			return code;
	}
	return code;
}
