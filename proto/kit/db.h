#ifndef PROTO_KIT_DB_H
#define PROTO_KIT_DB_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "proto/error.h"

/*
 * SQLite, opened one way: rollback journal (DELETE), synchronous=EXTRA, foreign keys on, defensive, trusted_schema off, no
 * double-quoted strings, busy timeout 5 s; every setting is read back and a difference refused (DAMAGED). Schemas are STRICT tables;
 * PRAGMA user_version holds the schema's version, application_id the program. The file is private (files.h). Nothing else in a
 * process may open it: closing a second descriptor would end SQLite's locks.
 *
 * Errors of every call: BUSY, NO_SPACE, IO, DAMAGED, PERMISSION (read-only), MEMORY, TOO_LARGE, EXISTS (a unique key
 * stands already), INTERNAL (wrong SQL, another constraint, binds that do not fit).
 *
 * Binds are a format string: i int64_t, u uint64_t (must be < 2^63), t const char * (NULL: null), b const void *, size_t (blob; NULL, 0: null).
 */
struct kit_db;
struct kit_rows;

struct kit_db_schema {
	uint32_t application, version;
	const char *sql; /* creates everything, in one transaction */
};

/*
 * create: make it when absent, else NOT_FOUND. Another version: VERSION. A failed integrity check, another application's
 * file, or one that does not hold exactly the schema's tables and indexes: DAMAGED; an empty file is damaged, never
 * filled. Not a private file: PERMISSION. Reads the whole file: 7 ms for 16 MB, a third of a second
 * for 650 MB (two cores of 2026, cached).
 */
PROTO_CHECK enum proto_code kit_db_open(struct kit_db **ret_db, const char *path, const struct kit_db_schema *schema, bool create, struct proto_error *error);
/* After every kit_rows of it was freed. */
void kit_db_close(struct kit_db *db);

/* A write transaction (BEGIN IMMEDIATE): BUSY when another run holds it. */
PROTO_CHECK enum proto_code kit_db_begin(struct kit_db *db, struct proto_error *error);
/* After an error: roll back, or reopen and read what stands. */
PROTO_CHECK enum proto_code kit_db_commit(struct kit_db *db, struct proto_error *error);
void kit_db_rollback(struct kit_db *db); /* harmless outside a transaction */

/* One statement; rows it may return are dropped. */
PROTO_CHECK enum proto_code kit_db_run(struct kit_db *db, struct proto_error *error, const char *sql, const char *binds, ...);
int kit_db_changes(struct kit_db *db);

/* Rows: kit_rows_next gives OK with *ret_row true for a row, false at the end. Columns are borrowed until the next call. */
PROTO_CHECK enum proto_code kit_db_query(struct kit_db *db, struct kit_rows **ret_rows, struct proto_error *error, const char *sql, const char *binds, ...);
PROTO_CHECK enum proto_code kit_rows_next(struct kit_rows *rows, bool *ret_row, struct proto_error *error);
int64_t kit_rows_int(struct kit_rows *rows, int column);
uint64_t kit_rows_u64(struct kit_rows *rows, int column);
const char *kit_rows_text(struct kit_rows *rows, int column); /* NULL for null */
const uint8_t *kit_rows_blob(struct kit_rows *rows, int column, size_t *ret_len); /* NULL, 0 for null and for no bytes */
void kit_rows_free(struct kit_rows *rows);
/* Convenience: first column of the first row; *ret_any false when there is none, or it is null (max() of nothing). */
PROTO_CHECK enum proto_code kit_db_int(struct kit_db *db, int64_t *ret_value, bool *ret_any, struct proto_error *error, const char *sql, const char *binds, ...);

#endif
