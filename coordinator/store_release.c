#include "store_row.h"

#include <stdlib.h>
#include <string.h>

#define COLUMNS "release, round, version, state, sha256, published"

static enum proto_code
read_release(void *ret_release, struct kit_rows *rows, struct proto_error *error)
{
	struct coord_release *release = ret_release;
	enum proto_code code;

	release->version = (uint32_t)kit_rows_int(rows, 2);
	release->published = kit_rows_int(rows, 5);
	if ((code = coord_store_row_id(release->release, sizeof release->release, rows, 0, error)) != PROTO_OK ||
	    (code = coord_store_row_id(release->round, sizeof release->round, rows, 1, error)) != PROTO_OK ||
	    (code = coord_store_row_text(&release->state, rows, 3, error)) != PROTO_OK)
		return code;
	return coord_store_row_bytes(release->sha256, PROTO_HASH, rows, 4, error);
}

enum proto_code
coord_store_release(struct coord_release *ret_release, struct coord_store *store, const char *id, struct proto_error *error)
{
	struct coord_release release = {0};
	struct kit_rows *rows = NULL;
	enum proto_code code;
	bool row = false;

	code = kit_db_query(store->db, &rows, error, "SELECT " COLUMNS " FROM release WHERE release = ?", "t", id);
	if (code == PROTO_OK)
		code = kit_rows_next(rows, &row, error);
	if (code == PROTO_OK && !row)
		code = proto_error_set(error, PROTO_NOT_FOUND, id, "no such release; `release list` shows them");
	if (code == PROTO_OK)
		code = read_release(&release, rows, error);
	kit_rows_free(rows);
	if (code == PROTO_OK)
		*ret_release = release;
	else
		coord_store_release_wipe(&release);
	return code;
}

enum proto_code
coord_store_release_list(struct coord_release **ret_release, size_t *ret_releases, struct coord_store *store, struct proto_error *error)
{
	static const struct coord_store_row_reader reader = {sizeof(struct coord_release), read_release};
	struct kit_rows *rows = NULL;
	void *list = NULL;
	size_t releases = 0;
	enum proto_code code;

	code = kit_db_query(store->db, &rows, error, "SELECT " COLUMNS " FROM release ORDER BY round, version", "");
	if (code == PROTO_OK)
		code = coord_store_row_list(&list, &releases, rows, &reader, error);
	kit_rows_free(rows);
	if (code != PROTO_OK) {
		coord_store_release_free(list, releases);
		return code;
	}
	*ret_release = list;
	*ret_releases = releases;
	return PROTO_OK;
}

enum proto_code
coord_store_release_add(struct coord_store *store, const struct coord_release *release, struct proto_error *error)
{
	struct coord_release old = {0};
	enum proto_code code = coord_store_release(&old, store, release->release, error);

	if (code == PROTO_OK) {
		if (memcmp(old.sha256, release->sha256, sizeof old.sha256) != 0)
			code = proto_error_set(error, PROTO_EXISTS, release->release, "another release stands under this number");
		coord_store_release_wipe(&old);
		return code;
	}
	if (code != PROTO_NOT_FOUND)
		return code;
	/* The round first: only a closed one has a release, also when an abort came meanwhile. */
	code = kit_db_run(store->db, error, "UPDATE round SET state = 3 WHERE round = ? AND state IN (2, 3)", "t", release->round);
	if (code == PROTO_OK && kit_db_changes(store->db) != 1)
		code = proto_error_set(error, PROTO_REFUSED, release->round, "the round is not closed");
	if (code == PROTO_OK)
		code = kit_db_run(store->db, error, "INSERT INTO release (" COLUMNS ") VALUES (?, ?, ?, ?, ?, ?)", "ttitbi", release->release,
		    release->round, (int64_t)release->version, release->state, release->sha256, sizeof release->sha256, release->published);
	return code;
}

void
coord_store_release_wipe(struct coord_release *release)
{
	free(release->state);
	release->state = NULL;
}

void
coord_store_release_free(struct coord_release *release, size_t releases)
{
	size_t i;

	for (i = 0; i < releases; i++)
		coord_store_release_wipe(&release[i]);
	free(release);
}
