#include "store_row.h"

#include <stdlib.h>

static enum proto_code
read_identity(struct coord_identity *identity, struct kit_rows *rows, struct proto_error *error)
{
	enum proto_code code;

	identity->created = kit_rows_int(rows, 3);
	if ((code = coord_store_row_id(identity->coordinator, sizeof identity->coordinator, rows, 0, error)) != PROTO_OK ||
	    (code = coord_store_row_id(identity->area, sizeof identity->area, rows, 1, error)) != PROTO_OK ||
	    (code = coord_store_row_text(&identity->name, rows, 2, error)) != PROTO_OK ||
	    (code = coord_store_row_buffer(&identity->trust, rows, 4, error)) != PROTO_OK)
		return code;
	return coord_store_row_buffer(&identity->structures_signed, rows, 5, error);
}

enum proto_code
coord_store_identity(struct coord_identity *ret_identity, struct coord_store *store, struct proto_error *error)
{
	struct coord_identity identity = {0};
	struct kit_rows *rows = NULL;
	enum proto_code code;
	bool row = false;

	code = kit_db_query(store->db, &rows, error,
	    "SELECT coordinator, area, name, created, trust, structures_signed FROM identity WHERE id = 1", "");
	if (code == PROTO_OK)
		code = kit_rows_next(rows, &row, error);
	if (code == PROTO_OK && !row)
		code = proto_error_set(error, PROTO_NOT_FOUND, "coordinator.db", "no coordinator here; run `init` first");
	if (code == PROTO_OK)
		code = read_identity(&identity, rows, error);
	kit_rows_free(rows);
	if (code == PROTO_OK)
		*ret_identity = identity;
	else
		coord_store_identity_wipe(&identity);
	return code;
}

enum proto_code
coord_store_identity_set(struct coord_store *store, const struct coord_identity *identity, struct proto_error *error)
{
	return kit_db_run(store->db, error,
	    "INSERT INTO identity (id, coordinator, area, name, created, trust, structures_signed) VALUES (1, ?, ?, ?, ?, ?, ?)", "tttibb",
	    identity->coordinator, identity->area, identity->name, identity->created, identity->trust.data, identity->trust.len,
	    identity->structures_signed.data, identity->structures_signed.len);
}

enum proto_code
coord_store_identity_sign(struct coord_store *store, const struct proto_buffer *signed_list, struct proto_error *error)
{
	return kit_db_run(store->db, error, "UPDATE identity SET structures_signed = ? WHERE id = 1", "b", signed_list->data,
	    signed_list->len);
}

void
coord_store_identity_wipe(struct coord_identity *identity)
{
	free(identity->name);
	identity->name = NULL;
	proto_buffer_wipe(&identity->trust);
	proto_buffer_wipe(&identity->structures_signed);
}
