#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "db_type.h"

/* Every setting, and what it must read as: by pragma, or by sqlite3_db_config(). */
static const struct pragma_row {
	const char *name, *set, *must;
} pragma_table[] = {
	{"busy_timeout", "5000", "5000"},
	{"journal_mode", "DELETE", "delete"},
	{"synchronous", "EXTRA", "3"},
	{"foreign_keys", "ON", "1"},
	{"trusted_schema", "OFF", "0"},
	{"cell_size_check", "ON", "1"},
	{"temp_store", "MEMORY", "2"}, /* no count in a file of its own */
	{"mmap_size", "0", "0"},
	{"locking_mode", "NORMAL", "normal"},
	{"writable_schema", "OFF", "0"},
	{"ignore_check_constraints", "OFF", "0"},
};

static const struct config_row {
	int option, value;
	const char *name;
} config_table[] = {
	{SQLITE_DBCONFIG_DEFENSIVE, 1, "defensive"},
	{SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, "trusted_schema"},
	{SQLITE_DBCONFIG_ENABLE_FKEY, 1, "foreign keys"},
	{SQLITE_DBCONFIG_DQS_DML, 0, "double-quoted strings"},
	{SQLITE_DBCONFIG_DQS_DDL, 0, "double-quoted strings"},
	{SQLITE_DBCONFIG_ENABLE_LOAD_EXTENSION, 0, "extensions"},
	{SQLITE_DBCONFIG_WRITABLE_SCHEMA, 0, "writable schema"},
	{SQLITE_DBCONFIG_LEGACY_ALTER_TABLE, 0, "legacy alter table"},
};

#define ROWS(table) (sizeof(table) / sizeof(*(table)))

#define FILE_HEADER 100 /* bytes of SQLite's file header */

/*
 * The file through SQLite's own descriptor. Opening it a second time is forbidden: closing any
 * descriptor of a file ends this process's POSIX locks on it, those of other connections too.
 */
static sqlite3_file *
file_of(struct kit_db *db)
{
	sqlite3_file *file = NULL;

	if (sqlite3_file_control(db->handle, "main", SQLITE_FCNTL_FILE_POINTER, &file) != SQLITE_OK || file == NULL)
		return NULL;
	return file->pMethods ? file : NULL;
}

/*
 * Format, journal mode (bytes 18 and 19 are 1: no WAL, which SQLite would otherwise start to
 * replay) and application. A hot journal changes none of them.
 */
enum proto_code
kit_db_check_header(struct kit_db *db, const struct kit_db_schema *schema, struct proto_error *error)
{
	sqlite3_file *file = file_of(db);
	uint8_t page[FILE_HEADER] = {0};
	uint32_t application;
	int result;

	if (file == NULL)
		return proto_error_set(error, PROTO_IO, db->path, "not readable");
	result = file->pMethods->xRead(file, page, sizeof(page), 0);
	if (result != SQLITE_OK && result != SQLITE_IOERR_SHORT_READ)
		return kit_db_error(db, result, error);
	if (result != SQLITE_OK || memcmp(page, "SQLite format 3", 16) != 0 || page[18] != 1 || page[19] != 1)
		return proto_error_set(error, PROTO_DAMAGED, db->path, "not a database of this program");
	application = (uint32_t)page[68] << 24 | (uint32_t)page[69] << 16 | (uint32_t)page[70] << 8 | page[71];
	if (application != schema->application)
		return proto_error_set(error, PROTO_DAMAGED, db->path, "a database of another program");
	return PROTO_OK;
}

/* These statements are right: where SQLite calls one an error, it is the file's (an unknown format, a changed schema). */
static enum proto_code
check_error(struct kit_db *db, int result, struct proto_error *error)
{
	if ((result & 0xff) == SQLITE_ERROR)
		return proto_error_set(error, PROTO_DAMAGED, db->path, "database: %s", sqlite3_errmsg(db->handle));
	return kit_db_error(db, result, error);
}

/* The first column of the first row of sql, as text; "" when there is none. */
static enum proto_code
first_text(struct kit_db *db, char *ret_text, size_t size, const char *sql, struct proto_error *error)
{
	sqlite3_stmt *statement = NULL;
	enum proto_code code = PROTO_OK;
	int result = sqlite3_prepare_v2(db->handle, sql, -1, &statement, NULL);
	const char *text = NULL;

	if (result == SQLITE_OK)
		result = sqlite3_step(statement);
	if (result == SQLITE_ROW)
		text = (const char *)sqlite3_column_text(statement, 0);
	if (result != SQLITE_ROW && result != SQLITE_DONE)
		code = check_error(db, result, error);
	else
		(void)snprintf(ret_text, size, "%s", text ? text : "");
	(void)sqlite3_finalize(statement);
	return code;
}

enum proto_code
kit_db_settings(struct kit_db *db, struct proto_error *error)
{
	char sql[100], text[40];
	enum proto_code code;
	size_t i;

	for (i = 0; i < ROWS(config_table); i++) {
		const struct config_row *row = &config_table[i];
		int value = -1;

		(void)sqlite3_db_config(db->handle, row->option, row->value, &value);
		value = -1;
		if (sqlite3_db_config(db->handle, row->option, -1, &value) != SQLITE_OK || value != row->value)
			return proto_error_set(error, PROTO_DAMAGED, db->path, "the setting \"%s\" does not hold", row->name);
	}
	for (i = 0; i < ROWS(pragma_table); i++) {
		const struct pragma_row *row = &pragma_table[i];

		(void)snprintf(sql, sizeof(sql), "PRAGMA %s=%s", row->name, row->set);
		if ((code = first_text(db, text, sizeof(text), sql, error)) != PROTO_OK)
			return code;
		(void)snprintf(sql, sizeof(sql), "PRAGMA %s", row->name);
		if ((code = first_text(db, text, sizeof(text), sql, error)) != PROTO_OK)
			return code;
		if (strcmp(text, row->must) != 0)
			return proto_error_set(error, PROTO_DAMAGED, db->path, "the setting \"%s\" does not hold", row->name);
	}
	return PROTO_OK;
}

static bool
same_text(sqlite3_stmt *a, sqlite3_stmt *b, int column)
{
	const void *x = sqlite3_column_blob(a, column), *y = sqlite3_column_blob(b, column);
	int len = sqlite3_column_bytes(a, column);

	return len == sqlite3_column_bytes(b, column) && (len == 0 || (x && y && memcmp(x, y, (size_t)len) == 0));
}

/*
 * The tables, indexes and constraints that stand in the file are those of the schema's SQL run on an empty
 * database: the integrity check does not see a constraint whose text was changed.
 */
static enum proto_code
check_schema(struct kit_db *db, const struct kit_db_schema *schema, struct proto_error *error)
{
	static const char *const list = "SELECT type, name, tbl_name, sql FROM sqlite_schema ORDER BY type, name";
	struct kit_db model = {.path = db->path};
	sqlite3_stmt *have = NULL, *want = NULL;
	enum proto_code code = PROTO_OK;
	bool same = true;
	int result, column;

	if ((result = sqlite3_open_v2(":memory:", &model.handle,
	         SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_EXRESCODE, NULL)) != SQLITE_OK ||
	    (result = sqlite3_exec(model.handle, schema->sql, NULL, NULL, NULL)) != SQLITE_OK ||
	    (result = sqlite3_prepare_v2(model.handle, list, -1, &want, NULL)) != SQLITE_OK) {
		code = kit_db_error(&model, result, error);
		goto out;
	}
	result = sqlite3_prepare_v2(db->handle, list, -1, &have, NULL);
	while (result == SQLITE_OK || result == SQLITE_ROW) {
		bool more = sqlite3_step(want) == SQLITE_ROW;

		if ((result = sqlite3_step(have)) != SQLITE_ROW && result != SQLITE_DONE)
			break;
		for (column = 0; result == SQLITE_ROW && more && column < 4; column++)
			same = same && same_text(have, want, column);
		same = same && more == (result == SQLITE_ROW);
		if (!same || !more)
			break;
	}
	if (result != SQLITE_ROW && result != SQLITE_DONE)
		code = check_error(db, result, error);
	else if (!same)
		code = proto_error_set(error, PROTO_DAMAGED, db->path, "the tables are not those of this version");
out:
	(void)sqlite3_finalize(have);
	(void)sqlite3_finalize(want);
	(void)sqlite3_close(model.handle);
	return code;
}

/* All pages that the file says it has, and not a byte more: SQLite itself takes a last page that was cut. */
static enum proto_code
check_size(struct kit_db *db, struct proto_error *error)
{
	sqlite3_file *file = file_of(db);
	sqlite3_int64 bytes = 0;
	char pages[40], size[40];
	enum proto_code code;

	if ((code = first_text(db, pages, sizeof(pages), "PRAGMA page_count", error)) != PROTO_OK ||
	    (code = first_text(db, size, sizeof(size), "PRAGMA page_size", error)) != PROTO_OK)
		return code;
	if (file == NULL || file->pMethods->xFileSize(file, &bytes) != SQLITE_OK)
		return proto_error_set(error, PROTO_IO, db->path, "not readable");
	if (bytes != (sqlite3_int64)(strtoll(pages, NULL, 10) * strtoll(size, NULL, 10)))
		return proto_error_set(error, PROTO_DAMAGED, db->path, "the file has another length than it should");
	return PROTO_OK;
}

static enum proto_code
check_all(struct kit_db *db, const struct kit_db_schema *schema, struct proto_error *error)
{
	char text[40], must[20];
	enum proto_code code;

	if ((code = first_text(db, text, sizeof(text), "PRAGMA user_version", error)) != PROTO_OK)
		return code;
	(void)snprintf(must, sizeof(must), "%ld", (long)(int32_t)schema->version);
	if (strcmp(text, must) != 0)
		return proto_error_set(error, PROTO_VERSION, db->path, "made by another version (%s; this is %s)", text, must);
	if ((code = check_schema(db, schema, error)) != PROTO_OK || (code = check_size(db, error)) != PROTO_OK)
		return code;
	/* integrity_check, not quick_check: it also compares every index with its table, and a unique index that
	 * lost a key would let a second entry in */
	if ((code = first_text(db, text, sizeof(text), "PRAGMA integrity_check(1)", error)) != PROTO_OK)
		return code;
	if (strcmp(text, "ok") != 0)
		return proto_error_set(error, PROTO_DAMAGED, db->path, "the database is damaged");
	if ((code = first_text(db, text, sizeof(text), "PRAGMA foreign_key_check", error)) != PROTO_OK)
		return code;
	if (strcmp(text, "") != 0)
		return proto_error_set(error, PROTO_DAMAGED, db->path, "a row refers to one that is missing");
	return PROTO_OK;
}

enum proto_code
kit_db_check(struct kit_db *db, const struct kit_db_schema *schema, struct proto_error *error)
{
	enum proto_code code;
	char text[40];

	/* one read transaction: no writer changes the file between one check and the next */
	if ((code = first_text(db, text, sizeof(text), "BEGIN", error)) != PROTO_OK)
		return code;
	code = check_all(db, schema, error);
	kit_db_rollback(db);
	return code;
}
