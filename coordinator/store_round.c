#include "store_row.h"

#include <stdlib.h>
#include <string.h>

#define COLUMNS "round, structure, state, rho_asked, opened, closes, closed, manifest_sha256, manifest, accepted, aborted"

static enum proto_code
read_round(void *ret_round, struct kit_rows *rows, struct proto_error *error)
{
	struct coord_round *round = ret_round;
	enum proto_code code;

	round->state = (enum proto_round_state)kit_rows_int(rows, 2);
	round->rho_asked = kit_rows_u64(rows, 3);
	round->opened = kit_rows_int(rows, 4);
	round->closes = kit_rows_int(rows, 5);
	round->closed = kit_rows_int(rows, 6);
	if ((code = coord_store_row_id(round->round, sizeof round->round, rows, 0, error)) != PROTO_OK ||
	    (code = coord_store_row_id(round->structure, sizeof round->structure, rows, 1, error)) != PROTO_OK ||
	    (code = coord_store_row_bytes(round->manifest_sha256, PROTO_HASH, rows, 7, error)) != PROTO_OK ||
	    (code = coord_store_row_buffer(&round->manifest, rows, 8, error)) != PROTO_OK ||
	    (code = coord_store_row_buffer(&round->accepted, rows, 9, error)) != PROTO_OK)
		return code;
	return coord_store_row_buffer(&round->aborted, rows, 10, error);
}

static enum proto_code
no_round(const char *round, struct proto_error *error)
{
	return proto_error_set(error, PROTO_NOT_FOUND, round, "no such round");
}

enum proto_code
coord_store_round(struct coord_round *ret_round, struct coord_store *store, const char *id, struct proto_error *error)
{
	struct coord_round round = {0};
	struct kit_rows *rows = NULL;
	enum proto_code code;
	bool row = false;

	code = kit_db_query(store->db, &rows, error, "SELECT " COLUMNS " FROM round WHERE round = ?", "t", id);
	if (code == PROTO_OK)
		code = kit_rows_next(rows, &row, error);
	if (code == PROTO_OK && !row)
		code = no_round(id, error);
	if (code == PROTO_OK)
		code = read_round(&round, rows, error);
	kit_rows_free(rows);
	if (code == PROTO_OK)
		*ret_round = round;
	else
		coord_store_round_wipe(&round);
	return code;
}

enum proto_code
coord_store_round_list(struct coord_round **ret_round, size_t *ret_rounds, struct coord_store *store, struct proto_error *error)
{
	static const struct coord_store_row_reader reader = {sizeof(struct coord_round), read_round};
	struct kit_rows *rows = NULL;
	void *list = NULL;
	size_t rounds = 0;
	enum proto_code code;

	code = kit_db_query(store->db, &rows, error, "SELECT " COLUMNS " FROM round ORDER BY opened, round", "");
	if (code == PROTO_OK)
		code = coord_store_row_list(&list, &rounds, rows, &reader, error);
	kit_rows_free(rows);
	if (code != PROTO_OK) {
		coord_store_round_free(list, rounds);
		return code;
	}
	*ret_round = list;
	*ret_rounds = rounds;
	return PROTO_OK;
}

enum proto_code
coord_store_round_add(struct coord_store *store, const struct coord_round *round, const struct proto_manifest *manifest,
    struct proto_error *error)
{
	uint8_t round_hash[PROTO_HASH], series_hash[PROTO_HASH];
	enum proto_code code;
	int64_t count;
	size_t i;
	bool any;

	code = kit_db_int(store->db, &count, &any, error, "SELECT 1 FROM round WHERE round = ?", "t", round->round);
	if (code != PROTO_OK)
		return code;
	if (any)
		return proto_error_set(error, PROTO_EXISTS, round->round, "the round was opened before");
	proto_manifest_round_hash(round_hash, manifest);
	proto_manifest_series_hash(series_hash, manifest);
	code = kit_db_run(store->db, error,
	    "INSERT INTO round (round, structure, state, rho_asked, opened, closes, closed, manifest_sha256, manifest,"
	    " round_hash, series_hash, year, rho_units) VALUES (?, ?, 1, ?, ?, ?, 0, ?, ?, ?, ?, ?, ?)",
	    "ttuiibbbbiu", round->round, round->structure, round->rho_asked, round->opened, round->closes,
	    round->manifest_sha256, (size_t)PROTO_HASH, round->manifest.data, round->manifest.len, round_hash, sizeof round_hash,
	    series_hash, sizeof series_hash, (int64_t)manifest->round.period.year, manifest->rho_units);
	for (i = 0; code == PROTO_OK && i < manifest->countries; i++)
		code = kit_db_run(store->db, error, "INSERT INTO round_country (round, country, signing) VALUES (?, ?, ?)", "ttb",
		    round->round, manifest->country[i].country, manifest->country[i].signing, (size_t)PROTO_PUBLIC);
	return code;
}

static enum proto_code
state_of(enum proto_round_state *ret_state, struct coord_store *store, const char *round, struct proto_error *error)
{
	enum proto_code code;
	int64_t state;
	bool any;

	code = kit_db_int(store->db, &state, &any, error, "SELECT state FROM round WHERE round = ?", "t", round);
	if (code != PROTO_OK)
		return code;
	if (!any)
		return no_round(round, error);
	*ret_state = (enum proto_round_state)state;
	return PROTO_OK;
}

enum proto_code
coord_store_round_accept(struct coord_store *store, const char *round, const struct proto_buffer *signed_set, int64_t now,
    struct proto_error *error)
{
	enum proto_round_state state;
	enum proto_code code = state_of(&state, store, round, error);

	if (code != PROTO_OK)
		return code;
	/* The condition stands in the statement too: two closes may race. */
	code = kit_db_run(store->db, error, "UPDATE round SET state = 2, accepted = ?, closed = ? WHERE round = ? AND state = 1", "bit",
	    signed_set->data, signed_set->len, now, round);
	if (code == PROTO_OK && kit_db_changes(store->db) != 1)
		code = proto_error_set(error, PROTO_LATE, round, "the round is not open");
	return code;
}

enum proto_code
coord_store_round_abort(struct coord_store *store, const char *round, const struct proto_buffer *signed_abort, int64_t now,
    struct proto_error *error)
{
	enum proto_round_state state;
	enum proto_code code = state_of(&state, store, round, error);

	if (code != PROTO_OK)
		return code;
	code = kit_db_run(store->db, error,
	    "UPDATE round SET state = 4, aborted = ?, closed = CASE closed WHEN 0 THEN ? ELSE closed END WHERE round = ? AND state IN (1, 2)",
	    "bit", signed_abort->data, signed_abort->len, now, round);
	if (code == PROTO_OK && kit_db_changes(store->db) != 1)
		code = proto_error_set(error, PROTO_REFUSED, round, "the round is published or aborted already");
	return code;
}

static enum proto_code
read_terms(struct coord_terms *terms, struct kit_rows *rows, struct proto_error *error)
{
	enum proto_code code;
	size_t len;

	terms->state = (enum proto_round_state)kit_rows_int(rows, 0);
	terms->opened = kit_rows_int(rows, 1);
	terms->closes = kit_rows_int(rows, 2);
	terms->closed = kit_rows_int(rows, 3);
	terms->year = (uint32_t)kit_rows_int(rows, 7);
	terms->rho_units = kit_rows_u64(rows, 8);
	if ((code = coord_store_row_bytes(terms->manifest_sha256, PROTO_HASH, rows, 4, error)) != PROTO_OK ||
	    (code = coord_store_row_bytes(terms->round_hash, PROTO_HASH, rows, 5, error)) != PROTO_OK ||
	    (code = coord_store_row_bytes(terms->series_hash, PROTO_HASH, rows, 6, error)) != PROTO_OK)
		return code;
	terms->listed = kit_rows_blob(rows, 9, &len) != NULL;
	return terms->listed ? coord_store_row_bytes(terms->signing, PROTO_PUBLIC, rows, 9, error) : PROTO_OK;
}

enum proto_code
coord_store_round_terms(struct coord_terms *ret_terms, struct coord_store *store, const char *round, const char *country,
    struct proto_error *error)
{
	struct coord_terms terms = {0};
	struct kit_rows *rows = NULL;
	enum proto_code code;
	bool row = false;

	code = kit_db_query(store->db, &rows, error,
	    "SELECT r.state, r.opened, r.closes, r.closed, r.manifest_sha256, r.round_hash, r.series_hash, r.year, r.rho_units, c.signing"
	    " FROM round r LEFT JOIN round_country c ON c.round = r.round AND c.country = ? WHERE r.round = ?", "tt", country, round);
	if (code == PROTO_OK)
		code = kit_rows_next(rows, &row, error);
	if (code == PROTO_OK && !row)
		code = no_round(round, error);
	if (code == PROTO_OK)
		code = read_terms(&terms, rows, error);
	kit_rows_free(rows);
	if (code == PROTO_OK)
		*ret_terms = terms;
	return code;
}

void
coord_store_round_wipe(struct coord_round *round)
{
	proto_buffer_wipe(&round->manifest);
	proto_buffer_wipe(&round->accepted);
	proto_buffer_wipe(&round->aborted);
}

void
coord_store_round_free(struct coord_round *round, size_t rounds)
{
	size_t i;

	for (i = 0; i < rounds; i++)
		coord_store_round_wipe(&round[i]);
	free(round);
}
