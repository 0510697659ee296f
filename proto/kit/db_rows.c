#include <stdlib.h>
#include <string.h>

#include "db_type.h"

struct kit_rows {
	struct kit_db *db;
	sqlite3_stmt *statement;
};

static int
bind_one(sqlite3_stmt *statement, int index, char kind, va_list *args)
{
	uint64_t number;
	const char *text;
	const void *data;
	size_t len;

	switch (kind) {
	case 'i':
		return sqlite3_bind_int64(statement, index, va_arg(*args, int64_t));
	case 'u':
		number = va_arg(*args, uint64_t);
		return number > INT64_MAX ? SQLITE_RANGE : sqlite3_bind_int64(statement, index, (int64_t)number);
	case 't':
		text = va_arg(*args, const char *);
		return text ? sqlite3_bind_text64(statement, index, text, strlen(text), SQLITE_TRANSIENT, SQLITE_UTF8) :
		    sqlite3_bind_null(statement, index);
	case 'b':
		data = va_arg(*args, const void *);
		len = va_arg(*args, size_t);
		return data ? sqlite3_bind_blob64(statement, index, data, len, SQLITE_TRANSIENT) :
		    sqlite3_bind_null(statement, index);
	default:
		return SQLITE_RANGE;
	}
}

/* One statement with all its parameters bound: a missing or a spare one, or a second statement, is a defect. */
static enum proto_code
prepare(struct kit_db *db, sqlite3_stmt **ret_statement, struct proto_error *error, const char *sql, const char *binds, va_list *args)
{
	sqlite3_stmt *statement = NULL;
	const char *tail;
	enum proto_code code = PROTO_OK;
	int index, result = sqlite3_prepare_v2(db->handle, sql, -1, &statement, &tail);

	if (result != SQLITE_OK)
		return kit_db_error(db, result, error);
	if (statement == NULL || tail[strspn(tail, " \t\n;")] != '\0' ||
	    (size_t)sqlite3_bind_parameter_count(statement) != strlen(binds)) {
		code = proto_error_set(error, PROTO_INTERNAL, db->path, "a statement and its parameters do not fit");
		goto out;
	}
	for (index = 1; binds[index - 1] != '\0'; index++) {
		result = bind_one(statement, index, binds[index - 1], args);
		if (result == SQLITE_RANGE)
			code = proto_error_set(error, PROTO_INTERNAL, db->path, "parameter %d cannot be stored", index);
		else if (result != SQLITE_OK)
			code = kit_db_error(db, result, error);
		if (code != PROTO_OK)
			goto out;
	}
	*ret_statement = statement;
	return PROTO_OK;
out:
	(void)sqlite3_finalize(statement);
	return code;
}

enum proto_code
kit_db_run(struct kit_db *db, struct proto_error *error, const char *sql, const char *binds, ...)
{
	sqlite3_stmt *statement;
	enum proto_code code;
	va_list args;
	int result;

	va_start(args, binds);
	code = prepare(db, &statement, error, sql, binds, &args);
	va_end(args);
	if (code != PROTO_OK)
		return code;
	do
		result = sqlite3_step(statement);
	while (result == SQLITE_ROW);
	if (result != SQLITE_DONE)
		code = kit_db_error(db, result, error);
	(void)sqlite3_finalize(statement);
	return code;
}

static enum proto_code
query(struct kit_db *db, struct kit_rows **ret_rows, struct proto_error *error, const char *sql, const char *binds, va_list *args)
{
	struct kit_rows *rows = calloc(1, sizeof(*rows));
	enum proto_code code;

	if (rows == NULL)
		return proto_error_set(error, PROTO_MEMORY, db->path, "out of memory");
	rows->db = db;
	if ((code = prepare(db, &rows->statement, error, sql, binds, args)) != PROTO_OK) {
		free(rows);
		return code;
	}
	*ret_rows = rows;
	return PROTO_OK;
}

enum proto_code
kit_db_query(struct kit_db *db, struct kit_rows **ret_rows, struct proto_error *error, const char *sql, const char *binds, ...)
{
	enum proto_code code;
	va_list args;

	va_start(args, binds);
	code = query(db, ret_rows, error, sql, binds, &args);
	va_end(args);
	return code;
}

enum proto_code
kit_db_int(struct kit_db *db, int64_t *ret_value, bool *ret_any, struct proto_error *error, const char *sql, const char *binds, ...)
{
	struct kit_rows *rows = NULL;
	enum proto_code code;
	va_list args;
	bool row = false;

	va_start(args, binds);
	code = query(db, &rows, error, sql, binds, &args);
	va_end(args);
	if (code == PROTO_OK && (code = kit_rows_next(rows, &row, error)) == PROTO_OK) {
		*ret_any = row && sqlite3_column_type(rows->statement, 0) != SQLITE_NULL;
		if (*ret_any)
			*ret_value = kit_rows_int(rows, 0);
	}
	kit_rows_free(rows);
	return code;
}

enum proto_code
kit_rows_next(struct kit_rows *rows, bool *ret_row, struct proto_error *error)
{
	int result = sqlite3_step(rows->statement);

	if (result != SQLITE_ROW && result != SQLITE_DONE)
		return kit_db_error(rows->db, result, error);
	*ret_row = result == SQLITE_ROW;
	return PROTO_OK;
}

int64_t
kit_rows_int(struct kit_rows *rows, int column)
{
	return sqlite3_column_int64(rows->statement, column);
}

uint64_t
kit_rows_u64(struct kit_rows *rows, int column)
{
	return (uint64_t)sqlite3_column_int64(rows->statement, column);
}

const char *
kit_rows_text(struct kit_rows *rows, int column)
{
	return (const char *)sqlite3_column_text(rows->statement, column);
}

const uint8_t *
kit_rows_blob(struct kit_rows *rows, int column, size_t *ret_len)
{
	const uint8_t *data = sqlite3_column_blob(rows->statement, column);

	*ret_len = data ? (size_t)sqlite3_column_bytes(rows->statement, column) : 0;
	return data;
}

void
kit_rows_free(struct kit_rows *rows)
{
	if (rows == NULL)
		return;
	(void)sqlite3_finalize(rows->statement);
	free(rows);
}
