#include "node/state.h"

#include <errno.h>
#include <sodium.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "node/head.h"
#include "node/ledger.h"
#include "proto/kit/files.h"
#include "node/schema.h"

#define DATABASE "node.db"

enum proto_code
node_state_path(char ret_path[static PATH_MAX], const struct node_state *state, const char *name,
    struct proto_error *error)
{
	return kit_files_join(ret_path, PATH_MAX, state->path, name, error);
}

bool
node_state_exists(const char *path)
{
	struct stat status;

	return lstat(path, &status) == 0;
}

/* Fills path and head_path. A trailing slash would make the head file a file inside. */
static enum proto_code
name_paths(struct node_state *state, const char *path, struct proto_error *error)
{
	size_t len = strlen(path);

	while (len > 1 && path[len - 1] == '/')
		len--;
	if (len == 0 || len + sizeof(".head") > sizeof(state->path))
		return proto_error_set(error, PROTO_MALFORMED, path, "not the path of a state directory");
	snprintf(state->path, sizeof(state->path), "%.*s", (int)len, path);
	/* A link is refused by kit_files_private_dir; what remains to resolve is "." and "..". */
	if (strcmp(state->path, ".") == 0 || (len >= 2 && strcmp(state->path + len - 2, "..") == 0) ||
	    (len >= 2 && strcmp(state->path + len - 2, "/.") == 0)) {
		char whole[PATH_MAX];

		if (realpath(path, whole) == NULL)
			return proto_error_errno(error, path, "finding the state directory");
		if (strlen(whole) + sizeof(".head") > sizeof(state->path))
			return proto_error_set(error, PROTO_MALFORMED, path, "not the path of a state directory");
		memcpy(state->path, whole, strlen(whole) + 1);
	}
	len = strlen(state->path);
	memcpy(state->head_path, state->path, len);
	memcpy(state->head_path + len, ".head", sizeof(".head"));
	return PROTO_OK;
}

/* S3: is there something to open, may something begin? */
static enum proto_code
check_begin(bool *ret_begin, const struct node_state *state, const char *database, enum node_state_mode mode,
    struct proto_error *error)
{
	bool begin = !node_state_exists(database);

	if (begin && node_state_exists(state->head_path))
		return proto_error_set(error, PROTO_DAMAGED, state->path,
		    "the ledger is gone, but its head file stands beside it: restore the directory; an empty "
		    "ledger would forget what was spent");
	if (begin && mode != NODE_STATE_CREATE)
		return proto_error_set(error, PROTO_NOT_FOUND, state->path, "no office is set up here: run `join` first");
	*ret_begin = begin;
	return PROTO_OK;
}

/* Is there an enrolment yet? Before it nothing can have been drawn. */
static enum proto_code
count_enrolments(int64_t *ret_count, struct node_state *state, struct proto_error *error)
{
	bool any;

	return kit_db_int(state->db, ret_count, &any, error, "SELECT count(*) FROM enrolment", "");
}

static struct node_head
last_head(const struct node_state *state)
{
	struct node_head head = {.entries = state->rows};

	if (state->rows > 0)
		memcpy(head.head, state->row[state->rows - 1].entry.head, DP_LEDGER_HASH);
	return head;
}

/* S2. *ret_level false: the ledger is one entry ahead. */
static enum proto_code
compare_head(bool *ret_level, const struct node_state *state, struct proto_error *error)
{
	struct node_head file, last = last_head(state);
	enum proto_code code = node_head_load(&file, state->head_path, state->key, error);

	if (code == PROTO_NOT_FOUND)
		return proto_error_set(error, PROTO_DAMAGED, state->head_path, "the ledger's head file is gone");
	if (code != PROTO_OK)
		return code;
	if (file.entries > last.entries)
		return proto_error_set(error, PROTO_ROLLED_BACK, state->path,
		    "the ledger is older than its head file: an old copy was put back, or it was cut");
	if (file.entries == last.entries && memcmp(file.head, last.head, DP_LEDGER_HASH) == 0) {
		*ret_level = true;
		return PROTO_OK;
	}
	if (file.entries + 1 == last.entries &&
	    memcmp(file.head, state->row[last.entries - 1].entry.previous, DP_LEDGER_HASH) == 0) {
		*ret_level = false;
		return PROTO_OK;
	}
	return proto_error_set(error, PROTO_DAMAGED, state->path, "the ledger is not the one its head file names");
}

enum proto_code
node_state_reload(struct node_state *state, struct proto_error *error)
{
	struct node_ledger_row *row;
	size_t rows;
	enum proto_code code = node_ledger_load(&row, &rows, state, error);

	if (code != PROTO_OK)
		return code;
	free(state->row);
	state->row = row;
	state->rows = rows;
	return PROTO_OK;
}

enum proto_code
node_state_level(struct node_state *state, struct proto_error *error)
{
	struct node_head head = last_head(state);

	return node_head_save(state->head_path, &head, state->key, error);
}

/* Ledger and head file are read under one lock of the store, so that a command that
 * is just committing cannot make them look at odds. */
static enum proto_code
check_ledger(struct node_state *state, struct proto_error *error)
{
	bool level = false;
	int64_t enrolments;
	enum proto_code code;

	if ((code = kit_db_begin(state->db, error)) != PROTO_OK)
		return code;
	if ((code = node_state_reload(state, error)) == PROTO_OK &&
	    (code = count_enrolments(&enrolments, state, error)) == PROTO_OK) {
		if (enrolments == 0 && state->rows == 0 && !node_state_exists(state->head_path))
			level = false; /* `join` was cut short before it wrote the file */
		else
			code = compare_head(&level, state, error);
	}
	kit_db_rollback(state->db);
	if (code == PROTO_OK && !level && state->lock >= 0)
		code = node_state_level(state, error);
	return code;
}

enum proto_code
node_state_open(struct node_state **ret_state, const char *path, enum node_state_mode mode, struct proto_error *error)
{
	char database[PATH_MAX], key[PATH_MAX];
	struct node_state *state = calloc(1, sizeof(*state));
	enum proto_code code;
	bool begin = false;

	if (state == NULL)
		return proto_error_set(error, PROTO_MEMORY, path, "out of memory");
	state->lock = -1;
	if (sodium_init() < 0) {
		code = proto_error_set(error, PROTO_RANDOM, path, "no randomness: nothing was done");
		goto out;
	}
	if ((code = name_paths(state, path, error)) != PROTO_OK ||
	    (code = node_state_path(database, state, DATABASE, error)) != PROTO_OK ||
	    (code = node_state_path(key, state, "head.key", error)) != PROTO_OK ||
	    (code = check_begin(&begin, state, database, mode, error)) != PROTO_OK ||
	    (code = kit_files_private_dir(state->path, mode == NODE_STATE_CREATE, error)) != PROTO_OK)
		goto out;
	if (mode != NODE_STATE_READ && (code = kit_files_lock(&state->lock, state->path, error)) != PROTO_OK)
		goto out;
	/* Once more under the lock: two first runs at once. */
	if ((code = check_begin(&begin, state, database, mode, error)) != PROTO_OK ||
	    (code = node_head_key(state->key, key, begin, error)) != PROTO_OK ||
	    (code = kit_db_open(&state->db, database, &node_schema, mode == NODE_STATE_CREATE, error)) != PROTO_OK ||
	    (code = check_ledger(state, error)) != PROTO_OK)
		goto out;
	*ret_state = state;
	state = NULL;
out:
	node_state_close(state);
	return code;
}

enum proto_code
node_state_reopen(struct node_state *state, struct proto_error *error)
{
	char database[PATH_MAX];
	enum proto_code code = node_state_path(database, state, DATABASE, error);

	if (code != PROTO_OK)
		return code;
	kit_db_close(state->db);
	state->db = NULL;
	if ((code = kit_db_open(&state->db, database, &node_schema, false, error)) != PROTO_OK)
		return code;
	return node_state_reload(state, error);
}

void
node_state_close(struct node_state *state)
{
	if (state == NULL)
		return;
	kit_db_close(state->db);
	if (state->lock >= 0)
		kit_files_unlock(state->lock);
	free(state->row);
	sodium_memzero(state, sizeof(*state));
	free(state);
}

enum proto_code
node_state_log(struct node_state *state, int64_t now, struct proto_error *error, const char *format, ...)
{
	char what[256];
	va_list args;

	va_start(args, format);
	vsnprintf(what, sizeof(what), format, args);
	va_end(args);
	return kit_db_run(state->db, error, "INSERT INTO log (time, what) VALUES (?, ?)", "it", now, what);
}
