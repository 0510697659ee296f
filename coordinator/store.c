#include "store_row.h"

#include <limits.h>
#include <stdlib.h>

#include "proto/kit/files.h"

#define APPLICATION 0x43484343u /* "CHCC" */
#define VERSION 1

/*
 * Standard SQL but for STRICT. Triggers keep S1, S2 and S5 against our own slips: a bound header, a
 * receipt, evidence and an event can be added, never changed.
 */
static const char schema[] =
    "CREATE TABLE identity (id INTEGER PRIMARY KEY CHECK (id = 1), coordinator TEXT NOT NULL, area TEXT NOT NULL,"
    " name TEXT NOT NULL, created INTEGER NOT NULL, trust BLOB NOT NULL, structures_signed BLOB NOT NULL) STRICT;"

    "CREATE TABLE country (code TEXT PRIMARY KEY, name TEXT NOT NULL, state INTEGER NOT NULL CHECK (state BETWEEN 1 AND 4),"
    " secret BLOB, expires INTEGER NOT NULL, signing BLOB, sealing BLOB, tls BLOB, proof BLOB, self BLOB, certificate BLOB,"
    " CHECK (secret IS NULL OR length(secret) = 32),"
    " CHECK (state <> 3 OR (signing IS NOT NULL AND certificate IS NOT NULL))) STRICT, WITHOUT ROWID;"

    "CREATE TABLE structure (added_order INTEGER PRIMARY KEY, sha256 BLOB NOT NULL UNIQUE, id TEXT NOT NULL,"
    " current INTEGER NOT NULL CHECK (current IN (0, 1)), added INTEGER NOT NULL, document BLOB NOT NULL) STRICT;"
    "CREATE UNIQUE INDEX structure_current ON structure (id) WHERE current = 1;"

    "CREATE TABLE round (round TEXT PRIMARY KEY, structure TEXT NOT NULL, state INTEGER NOT NULL CHECK (state BETWEEN 1 AND 4),"
    " rho_asked INTEGER NOT NULL, opened INTEGER NOT NULL, closes INTEGER NOT NULL, closed INTEGER NOT NULL,"
    " manifest_sha256 BLOB NOT NULL UNIQUE, manifest BLOB NOT NULL, accepted BLOB, aborted BLOB,"
    " round_hash BLOB NOT NULL, series_hash BLOB NOT NULL, year INTEGER NOT NULL, rho_units INTEGER NOT NULL,"
    " CHECK (state NOT IN (2, 3) OR accepted IS NOT NULL), CHECK (state <> 4 OR aborted IS NOT NULL)) STRICT;"
    "CREATE TABLE round_country (round TEXT NOT NULL REFERENCES round (round), country TEXT NOT NULL, signing BLOB NOT NULL,"
    " PRIMARY KEY (round, country)) STRICT, WITHOUT ROWID;"
    "CREATE TRIGGER round_fixed BEFORE UPDATE OF round, manifest, manifest_sha256, opened, closes ON round"
    " BEGIN SELECT RAISE(ABORT, 'a manifest is never changed'); END;"

    "CREATE TABLE header (round TEXT NOT NULL REFERENCES round (round), node TEXT NOT NULL, sequence INTEGER NOT NULL CHECK (sequence > 0),"
    " total INTEGER NOT NULL, previous BLOB NOT NULL, head BLOB NOT NULL, digest BLOB NOT NULL UNIQUE, country_part BLOB NOT NULL,"
    " header BLOB NOT NULL, bound INTEGER NOT NULL,"
    " PRIMARY KEY (round, node), UNIQUE (node, sequence)) STRICT;"
    "CREATE TRIGGER header_fixed BEFORE UPDATE ON header BEGIN SELECT RAISE(ABORT, 'a bound header is never changed'); END;"
    "CREATE TRIGGER header_kept BEFORE DELETE ON header BEGIN SELECT RAISE(ABORT, 'a bound header is never removed'); END;"

    "CREATE TABLE body (round TEXT NOT NULL, node TEXT NOT NULL, receipt BLOB NOT NULL, receipt_sha256 BLOB NOT NULL, body BLOB NOT NULL,"
    " PRIMARY KEY (round, node), FOREIGN KEY (round, node) REFERENCES header (round, node)) STRICT;"
    "CREATE TRIGGER body_fixed BEFORE UPDATE ON body BEGIN SELECT RAISE(ABORT, 'a receipt is never changed'); END;"
    "CREATE TRIGGER body_kept BEFORE DELETE ON body BEGIN SELECT RAISE(ABORT, 'a receipt is never removed'); END;"

    "CREATE TABLE release (release TEXT PRIMARY KEY, round TEXT NOT NULL REFERENCES round (round), version INTEGER NOT NULL CHECK (version > 0),"
    " state TEXT NOT NULL, sha256 BLOB NOT NULL, published INTEGER NOT NULL, UNIQUE (round, version)) STRICT;"

    "CREATE TABLE evidence (id INTEGER PRIMARY KEY, time INTEGER NOT NULL, kind TEXT NOT NULL, node TEXT NOT NULL, round TEXT NOT NULL,"
    " data BLOB NOT NULL) STRICT;"
    "CREATE INDEX evidence_node ON evidence (node, round);"
    "CREATE TRIGGER evidence_fixed BEFORE UPDATE ON evidence BEGIN SELECT RAISE(ABORT, 'evidence is never changed'); END;"

    "CREATE TABLE event (id INTEGER PRIMARY KEY, time INTEGER NOT NULL, what TEXT NOT NULL, whom TEXT NOT NULL) STRICT;";

enum proto_code
coord_store_open(struct coord_store **ret_store, const char *dir, bool create, struct proto_error *error)
{
	static const struct kit_db_schema coordinator = {APPLICATION, VERSION, schema};
	struct coord_store *store = NULL;
	char path[PATH_MAX];
	enum proto_code code;

	code = kit_files_join(path, sizeof path, dir, "coordinator.db", error);
	if (code != PROTO_OK)
		return code;
	store = calloc(1, sizeof *store);
	if (store == NULL)
		return proto_error_set(error, PROTO_MEMORY, path, "out of memory");
	code = kit_db_open(&store->db, path, &coordinator, create, error);
	if (code != PROTO_OK) {
		if (code == PROTO_NOT_FOUND)
			code = proto_error_set(error, PROTO_NOT_FOUND, dir, "no coordinator here; run `init` first");
		free(store);
		return code;
	}
	*ret_store = store;
	return PROTO_OK;
}

void
coord_store_close(struct coord_store *store)
{
	if (store == NULL)
		return;
	kit_db_close(store->db);
	free(store);
}

enum proto_code
coord_store_begin(struct coord_store *store, struct proto_error *error)
{
	return kit_db_begin(store->db, error);
}

enum proto_code
coord_store_commit(struct coord_store *store, struct proto_error *error)
{
	return kit_db_commit(store->db, error);
}

void
coord_store_rollback(struct coord_store *store)
{
	kit_db_rollback(store->db);
}
