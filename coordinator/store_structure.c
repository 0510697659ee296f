#include "store_row.h"

#include <stdlib.h>
#include <string.h>

#define COLUMNS "id, sha256, current, added, document"

static enum proto_code
read_structure(void *ret_structure, struct kit_rows *rows, struct proto_error *error)
{
	struct coord_structure *structure = ret_structure;
	enum proto_code code;

	structure->current = kit_rows_int(rows, 2) != 0;
	structure->added = kit_rows_int(rows, 3);
	if ((code = coord_store_row_id(structure->id, sizeof structure->id, rows, 0, error)) != PROTO_OK ||
	    (code = coord_store_row_bytes(structure->sha256, PROTO_HASH, rows, 1, error)) != PROTO_OK)
		return code;
	return coord_store_row_buffer(&structure->document, rows, 4, error);
}

enum proto_code
coord_store_structure(struct coord_structure *ret_structure, struct coord_store *store, const char *id, struct proto_error *error)
{
	struct coord_structure structure = {0};
	struct kit_rows *rows = NULL;
	enum proto_code code;
	bool row = false;

	code = kit_db_query(store->db, &rows, error, "SELECT " COLUMNS " FROM structure WHERE id = ? AND current = 1", "t", id);
	if (code == PROTO_OK)
		code = kit_rows_next(rows, &row, error);
	if (code == PROTO_OK && !row)
		code = proto_error_set(error, PROTO_NOT_FOUND, id, "no such structure; `structure list` shows them");
	if (code == PROTO_OK)
		code = read_structure(&structure, rows, error);
	kit_rows_free(rows);
	if (code == PROTO_OK)
		*ret_structure = structure;
	else
		coord_store_structure_wipe(&structure);
	return code;
}

enum proto_code
coord_store_structure_list(struct coord_structure **ret_structure, size_t *ret_structures, struct coord_store *store, struct proto_error *error)
{
	static const struct coord_store_row_reader reader = {sizeof(struct coord_structure), read_structure};
	struct kit_rows *rows = NULL;
	void *list = NULL;
	size_t structures = 0;
	enum proto_code code;

	code = kit_db_query(store->db, &rows, error, "SELECT " COLUMNS " FROM structure WHERE current = 1 ORDER BY added_order", "");
	if (code == PROTO_OK)
		code = coord_store_row_list(&list, &structures, rows, &reader, error);
	kit_rows_free(rows);
	if (code != PROTO_OK) {
		coord_store_structure_free(list, structures);
		return code;
	}
	*ret_structure = list;
	*ret_structures = structures;
	return PROTO_OK;
}

enum proto_code
coord_store_structure_add(bool *ret_new, struct coord_store *store, const struct proto_structure *structure, int64_t now,
    struct proto_error *error)
{
	enum proto_code code;
	int64_t current;
	bool any;

	code = kit_db_int(store->db, &current, &any, error, "SELECT current FROM structure WHERE sha256 = ?", "b", structure->sha256,
	    (size_t)PROTO_HASH);
	if (code != PROTO_OK)
		return code;
	*ret_new = !any || current == 0;
	if (!*ret_new)
		return PROTO_OK;
	code = kit_db_run(store->db, error, "UPDATE structure SET current = 0 WHERE id = ?", "t", structure->id);
	if (code != PROTO_OK)
		return code;
	if (any)
		return kit_db_run(store->db, error, "UPDATE structure SET current = 1 WHERE sha256 = ?", "b", structure->sha256,
		    (size_t)PROTO_HASH);
	return kit_db_run(store->db, error, "INSERT INTO structure (sha256, id, current, added, document) VALUES (?, ?, 1, ?, ?)", "btib",
	    structure->sha256, (size_t)PROTO_HASH, structure->id, now, structure->document.data, structure->document.len);
}

void
coord_store_structure_wipe(struct coord_structure *structure)
{
	proto_buffer_wipe(&structure->document);
}

void
coord_store_structure_free(struct coord_structure *structure, size_t structures)
{
	size_t i;

	for (i = 0; i < structures; i++)
		coord_store_structure_wipe(&structure[i]);
	free(structure);
}
