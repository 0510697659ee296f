#include "node/structures.h"

#include <stdlib.h>
#include <string.h>

#include "proto/catalog.h"

static enum proto_code
load_catalog(struct proto_catalog *ret_catalog, const struct node_office *office, struct proto_error *error)
{
	struct kit_rows *rows = NULL;
	const uint8_t *bytes;
	size_t len;
	bool any;
	enum proto_code code = node_office_pinned(office, error);

	if (code == PROTO_OK)
		code = kit_db_query(office->state->db, &rows, error, "SELECT catalog FROM catalog", "");
	if (code == PROTO_OK && (code = kit_rows_next(rows, &any, error)) == PROTO_OK) {
		if (!any) {
			code = proto_error_set(error, PROTO_WAITING, office->state->path,
			    "no structure is here yet: run `sync` once this office is approved");
		} else {
			bytes = kit_rows_blob(rows, 0, &len);
			code = proto_catalog_open(ret_catalog, bytes, len, &office->trust, error);
		}
	}
	kit_rows_free(rows);
	return code;
}

enum proto_code
node_structures_list(struct proto_structure ***ret_structure, size_t *ret_structures, const struct node_office *office,
    struct proto_error *error)
{
	struct proto_catalog catalog = {0};
	struct proto_structure **structure = NULL;
	struct kit_rows *rows = NULL;
	const uint8_t *bytes;
	size_t structures = 0, len;
	bool any;
	enum proto_code code = load_catalog(&catalog, office, error);

	if (code != PROTO_OK)
		return code;
	if ((structure = calloc(catalog.structures + 1, sizeof(struct proto_structure *))) == NULL)
		code = proto_error_set(error, PROTO_MEMORY, "", "out of memory");
	else
		code = kit_db_query(office->state->db, &rows, error, "SELECT document FROM structure ORDER BY id, rowid", "");
	while (code == PROTO_OK && (code = kit_rows_next(rows, &any, error)) == PROTO_OK && any &&
	    structures < catalog.structures) {
		bytes = kit_rows_blob(rows, 0, &len);
		if ((code = proto_structure_decode(&structure[structures], bytes, len, error)) != PROTO_OK)
			break;
		if (proto_catalog_has(&catalog, structure[structures]->sha256))
			structures++;
		else
			proto_structure_free(structure[structures]);
	}
	kit_rows_free(rows);
	proto_catalog_wipe(&catalog);
	if (code != PROTO_OK) {
		node_structures_free(structure, structures);
		return code;
	}
	*ret_structure = structure;
	*ret_structures = structures;
	return PROTO_OK;
}

void
node_structures_free(struct proto_structure **structure, size_t structures)
{
	size_t i;

	for (i = 0; structure != NULL && i < structures; i++)
		proto_structure_free(structure[i]);
	free(structure);
}

enum proto_code
node_structures_load(struct proto_structure **ret_structure, const struct node_office *office, const char *id,
    struct proto_error *error)
{
	struct proto_structure **structure = NULL;
	size_t structures, i, found;
	char safe[256];
	enum proto_code code = node_structures_list(&structure, &structures, office, error);

	if (code != PROTO_OK)
		return code;
	for (found = 0; found < structures; found++)
		if (strcmp(structure[found]->id, id) == 0)
			break;
	if (found == structures) {
		code = proto_error_set(error, PROTO_NOT_FOUND, proto_error_text(safe, sizeof(safe), id, strlen(id)),
		    "no such structure; `structure list` shows those there are");
	} else {
		*ret_structure = structure[found];
		structure[found] = NULL;
	}
	for (i = 0; i < structures; i++)
		proto_structure_free(structure[i]);
	free(structure);
	return code;
}
