#include "proto/kit/db.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "db_type.h"
#include "proto/kit/files.h"

enum proto_code
kit_db_error(struct kit_db *db, int result, struct proto_error *error)
{
	int system = db->handle ? sqlite3_system_errno(db->handle) : 0;
	enum proto_code code;

	switch (result & 0xff) {
	case SQLITE_BUSY:
	case SQLITE_LOCKED:
		return proto_error_set(error, PROTO_BUSY, db->path, "another run holds the database; repeat later");
	case SQLITE_FULL:
		code = PROTO_NO_SPACE;
		break;
	case SQLITE_CORRUPT:
	case SQLITE_NOTADB:
	case SQLITE_FORMAT:
		code = PROTO_DAMAGED;
		break;
	case SQLITE_IOERR:
		/* SQLite says FULL for ENOSPC, but not for a quota */
		code = result == SQLITE_IOERR_NOMEM ? PROTO_MEMORY : system == EDQUOT ? PROTO_NO_SPACE : PROTO_IO;
		break;
	case SQLITE_CANTOPEN:
		code = PROTO_IO;
		break;
	case SQLITE_READONLY:
	case SQLITE_PERM:
	case SQLITE_AUTH:
		code = PROTO_PERMISSION;
		break;
	case SQLITE_NOMEM:
		code = PROTO_MEMORY;
		break;
	case SQLITE_TOOBIG:
		code = PROTO_TOO_LARGE;
		break;
	case SQLITE_CONSTRAINT:
		code = result == SQLITE_CONSTRAINT_UNIQUE || result == SQLITE_CONSTRAINT_PRIMARYKEY ||
		    result == SQLITE_CONSTRAINT_ROWID ? PROTO_EXISTS : PROTO_INTERNAL;
		break;
	default:
		code = PROTO_INTERNAL;
	}
	/* SQLite's message names tables and columns, never a value */
	return proto_error_set(error, code, db->path, "database: %s", db->handle ? sqlite3_errmsg(db->handle) : "out of memory");
}

/* schema NULL: a file that is about to be filled. */
static enum proto_code
open_handle(struct kit_db **ret_db, const char *path, const struct kit_db_schema *schema, struct proto_error *error)
{
	struct kit_db *db = calloc(1, sizeof(*db));
	enum proto_code code;
	int result;

	/* "./" keeps a name like ":memory:" or "file:x" a file's name */
	if (db == NULL || asprintf(&db->path, "%s%s", path[0] == '/' ? "" : "./", path) < 0) {
		free(db);
		return proto_error_set(error, PROTO_MEMORY, path, "out of memory");
	}
	result = sqlite3_open_v2(db->path, &db->handle,
	    SQLITE_OPEN_READWRITE | SQLITE_OPEN_FULLMUTEX | SQLITE_OPEN_PRIVATECACHE | SQLITE_OPEN_EXRESCODE, NULL);
	if (result != SQLITE_OK)
		code = kit_db_error(db, result, error);
	else if (sqlite3_db_readonly(db->handle, "main") != 0)
		code = proto_error_set(error, PROTO_PERMISSION, path, "read-only");
	else if (schema == NULL || (code = kit_db_check_header(db, schema, error)) == PROTO_OK)
		code = kit_db_settings(db, error);
	if (code != PROTO_OK) {
		kit_db_close(db);
		return code;
	}
	*ret_db = db;
	return PROTO_OK;
}

static enum proto_code
execute(struct kit_db *db, const char *sql, struct proto_error *error)
{
	int result = sqlite3_exec(db->handle, sql, NULL, NULL, NULL);

	return result == SQLITE_OK ? PROTO_OK : kit_db_error(db, result, error);
}

static enum proto_code
fill(struct kit_db *db, const struct kit_db_schema *schema, struct proto_error *error)
{
	char numbers[100];
	enum proto_code code;

	/* both are kept as signed 32-bit numbers */
	(void)snprintf(numbers, sizeof(numbers), "PRAGMA application_id=%ld; PRAGMA user_version=%ld;",
	    (long)(int32_t)schema->application, (long)(int32_t)schema->version);
	if ((code = execute(db, "BEGIN IMMEDIATE", error)) != PROTO_OK ||
	    (code = execute(db, numbers, error)) != PROTO_OK ||
	    (code = execute(db, schema->sql, error)) != PROTO_OK)
		return code;
	return execute(db, "COMMIT", error);
}

/*
 * A new database is filled under another name and then renamed: under its own name it is
 * whole from the first moment, and an empty one is damage.
 */
static enum proto_code
make(const char *path, const struct kit_db_schema *schema, struct proto_error *error)
{
	struct kit_db *db = NULL;
	char name[PATH_MAX];
	enum proto_code code;

	if (snprintf(name, sizeof(name), "%s.new-%08x", path, randombytes_random()) >= (int)sizeof(name))
		return proto_error_set(error, PROTO_MALFORMED, path, "the path is too long");
	if ((code = kit_files_write(name, "", 0, 0600, true, error)) != PROTO_OK)
		return code;
	if ((code = open_handle(&db, name, NULL, error)) != PROTO_OK || (code = fill(db, schema, error)) != PROTO_OK)
		goto out;
	kit_db_close(db);
	db = NULL;
	/* of two runs that make it at once, one wins; both then open what stands */
	if (renameat2(AT_FDCWD, name, AT_FDCWD, path, RENAME_NOREPLACE) == 0)
		return kit_files_sync_parent(path, error);
	if (errno != EEXIST)
		code = proto_error_errno(error, path, "cannot be made");
out:
	kit_db_close(db);
	(void)unlink(name);
	return code;
}

enum proto_code
kit_db_open(struct kit_db **ret_db, const char *path, const struct kit_db_schema *schema, bool create, struct proto_error *error)
{
	struct kit_db *db = NULL;
	char journal[PATH_MAX];
	enum proto_code code;

	code = kit_files_check_private(path, error);
	if (code == PROTO_NOT_FOUND && create && (code = make(path, schema, error)) == PROTO_OK)
		code = kit_files_check_private(path, error);
	if (code != PROTO_OK)
		return code;
	if (snprintf(journal, sizeof(journal), "%s-journal", path) >= (int)sizeof(journal))
		return proto_error_set(error, PROTO_MALFORMED, path, "the path is too long");
	code = kit_files_check_private(journal, error);
	if (code != PROTO_OK && code != PROTO_NOT_FOUND)
		return code;
	if ((code = open_handle(&db, path, schema, error)) != PROTO_OK)
		return code;
	if ((code = kit_db_check(db, schema, error)) != PROTO_OK) {
		kit_db_close(db);
		return code;
	}
	*ret_db = db;
	return PROTO_OK;
}

void
kit_db_close(struct kit_db *db)
{
	int result;

	if (db == NULL)
		return;
	result = sqlite3_close(db->handle);
	assert(result == SQLITE_OK); /* else a kit_rows was not freed */
	(void)result;
	free(db->path);
	free(db);
}

enum proto_code
kit_db_begin(struct kit_db *db, struct proto_error *error)
{
	return execute(db, "BEGIN IMMEDIATE", error);
}

enum proto_code
kit_db_commit(struct kit_db *db, struct proto_error *error)
{
	return execute(db, "COMMIT", error);
}

void
kit_db_rollback(struct kit_db *db)
{
	/* SQLite rolls some failures back by itself; an error here leaves the journal for the next opening */
	if (db != NULL && !sqlite3_get_autocommit(db->handle))
		(void)sqlite3_exec(db->handle, "ROLLBACK", NULL, NULL, NULL);
}

int
kit_db_changes(struct kit_db *db)
{
	return sqlite3_changes(db->handle);
}
