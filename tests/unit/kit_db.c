#include "proto/kit/db.h"

#include <signal.h>
#include <sodium.h>
#include <sys/resource.h>
#include <sys/wait.h>

#include "proto/kit/files.h"
#include "support/suite.h"
#include "unit/kit_scratch.h"

#define DIGEST crypto_generichash_BYTES

static const struct kit_db_schema schema = {0xc0ffee01, 3,
    "CREATE TABLE item (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE, data BLOB, digest BLOB NOT NULL) STRICT;"
    "CREATE TABLE part (item INTEGER NOT NULL REFERENCES item (id), number INTEGER NOT NULL CHECK (number >= 0),"
    " PRIMARY KEY (item, number)) STRICT, WITHOUT ROWID;"
    "CREATE INDEX by_number ON part (number);"};

static struct kit_db *
fresh(const char *path)
{
	struct kit_db *db = NULL;

	(void)unlink(path);
	CU_ASSERT_EQUAL_FATAL(kit_db_open(&db, path, &schema, true, NULL), PROTO_OK);
	return db;
}

static enum proto_code
open_code(const char *path, const struct kit_db_schema *of, bool create, struct proto_error *error)
{
	struct kit_db *db = NULL;
	enum proto_code code = kit_db_open(&db, path, of, create, error);

	CU_ASSERT_EQUAL(code == PROTO_OK, db != NULL);
	kit_db_close(db);
	return code;
}

static enum proto_code
insert(struct kit_db *db, int64_t id, const char *name, const void *data, size_t len)
{
	return kit_db_run(db, NULL, "INSERT INTO item VALUES (?, ?, ?, ?)", "itbb", id, name, data, len, "d", (size_t)1);
}

static int64_t
number(struct kit_db *db, const char *sql)
{
	int64_t value = -1;
	bool any = false;

	CU_ASSERT_EQUAL(kit_db_int(db, &value, &any, NULL, sql, ""), PROTO_OK);
	return any ? value : -1;
}

static void
every_kind(void)
{
	struct kit_db *db = fresh(scratch("db"));
	struct kit_rows *rows = NULL;
	size_t len;
	bool row;
	int64_t value = 7;

	CU_ASSERT_EQUAL(kit_db_run(db, NULL, "INSERT INTO item VALUES (?, ?, ?, ?)", "itbb", INT64_MIN, "name", "\0x", (size_t)2,
	                    "", (size_t)0), PROTO_OK);
	CU_ASSERT_EQUAL(kit_db_changes(db), 1);
	CU_ASSERT_EQUAL(kit_db_run(db, NULL, "INSERT INTO item VALUES (?, ?, ?, ?)", "utbb", (uint64_t)INT64_MAX, "b", NULL, (size_t)0,
	                    "d", (size_t)1), PROTO_OK);
	CU_ASSERT_EQUAL_FATAL(kit_db_query(db, &rows, NULL, "SELECT id, name, data, digest, NULL FROM item ORDER BY id", ""), PROTO_OK);
	CU_ASSERT(kit_rows_next(rows, &row, NULL) == PROTO_OK && row);
	CU_ASSERT_EQUAL(kit_rows_int(rows, 0), INT64_MIN);
	CU_ASSERT_STRING_EQUAL(kit_rows_text(rows, 1), "name");
	CU_ASSERT(memcmp(kit_rows_blob(rows, 2, &len), "\0x", 2) == 0 && len == 2);
	CU_ASSERT(kit_rows_blob(rows, 3, &len) == NULL && len == 0);
	CU_ASSERT_PTR_NULL(kit_rows_text(rows, 4));
	CU_ASSERT(kit_rows_next(rows, &row, NULL) == PROTO_OK && row);
	CU_ASSERT_EQUAL(kit_rows_u64(rows, 0), (uint64_t)INT64_MAX);
	CU_ASSERT(kit_rows_blob(rows, 2, &len) == NULL && len == 0);
	CU_ASSERT(kit_rows_next(rows, &row, NULL) == PROTO_OK && !row);
	kit_rows_free(rows);
	CU_ASSERT_EQUAL(kit_db_int(db, &value, &row, NULL, "SELECT max(number) FROM part", ""), PROTO_OK);
	CU_ASSERT(!row && value == 7);
	CU_ASSERT_EQUAL(kit_db_int(db, &value, &row, NULL, "SELECT id FROM item WHERE name = ?", "t", "none"), PROTO_OK);
	CU_ASSERT(!row && value == 7);
	kit_db_close(db);
	kit_db_close(NULL);
	kit_rows_free(NULL);
}

static void
transactions(void)
{
	struct kit_db *db = fresh(scratch("db"));

	kit_db_rollback(db);
	kit_db_rollback(NULL);
	CU_ASSERT_EQUAL(kit_db_begin(db, NULL), PROTO_OK);
	CU_ASSERT_EQUAL(insert(db, 1, "a", NULL, 0), PROTO_OK);
	kit_db_rollback(db);
	CU_ASSERT_EQUAL(number(db, "SELECT count(*) FROM item"), 0);
	CU_ASSERT_EQUAL(kit_db_begin(db, NULL), PROTO_OK);
	CU_ASSERT_EQUAL(insert(db, 1, "a", NULL, 0), PROTO_OK);
	CU_ASSERT_EQUAL(kit_db_commit(db, NULL), PROTO_OK);
	kit_db_close(db);
	CU_ASSERT_EQUAL_FATAL(kit_db_open(&db, scratch("db"), &schema, false, NULL), PROTO_OK);
	CU_ASSERT_EQUAL(number(db, "SELECT count(*) FROM item"), 1);
	kit_db_close(db);
}

static void
settings(void)
{
	struct kit_db *db = fresh(scratch("db"));
	struct kit_rows *rows = NULL;
	bool row;

	CU_ASSERT_EQUAL(number(db, "PRAGMA synchronous"), 3);
	CU_ASSERT_EQUAL(number(db, "PRAGMA foreign_keys"), 1);
	CU_ASSERT_EQUAL(number(db, "PRAGMA trusted_schema"), 0);
	CU_ASSERT_EQUAL(number(db, "PRAGMA busy_timeout"), 5000);
	CU_ASSERT_EQUAL(number(db, "PRAGMA temp_store"), 2);
	CU_ASSERT_EQUAL_FATAL(kit_db_query(db, &rows, NULL, "PRAGMA journal_mode", ""), PROTO_OK);
	CU_ASSERT(kit_rows_next(rows, &row, NULL) == PROTO_OK && row);
	CU_ASSERT_STRING_EQUAL(kit_rows_text(rows, 0), "delete");
	kit_rows_free(rows);
	CU_ASSERT_EQUAL(kit_db_run(db, NULL, "SELECT \"no such column\"", ""), PROTO_INTERNAL);
	CU_ASSERT_EQUAL(kit_db_run(db, NULL, "PRAGMA writable_schema=ON", ""), PROTO_OK);
	CU_ASSERT_NOT_EQUAL(kit_db_run(db, NULL, "UPDATE sqlite_schema SET sql = ''", ""), PROTO_OK);
	kit_db_close(db);
}

static void
absent(void)
{
	struct proto_error error;

	(void)unlink(scratch("db"));
	CU_ASSERT_EQUAL(open_code(scratch("db"), &schema, false, &error), PROTO_NOT_FOUND);
	CU_ASSERT_STRING_EQUAL(error.where, scratch("db"));
	CU_ASSERT_NOT_EQUAL(access(scratch("db"), F_OK), 0);
	CU_ASSERT_EQUAL(open_code(scratch("no/db"), &schema, true, NULL), PROTO_NOT_FOUND);
}

static void
other_versions(void)
{
	struct kit_db_schema other = schema;

	kit_db_close(fresh(scratch("db")));
	other.version = 4;
	CU_ASSERT_EQUAL(open_code(scratch("db"), &other, true, NULL), PROTO_VERSION);
	other = schema;
	other.application++;
	CU_ASSERT_EQUAL(open_code(scratch("db"), &other, true, NULL), PROTO_DAMAGED);
	other = schema;
	other.sql = "CREATE TABLE item (id INTEGER PRIMARY KEY) STRICT;";
	CU_ASSERT_EQUAL(open_code(scratch("db"), &other, true, NULL), PROTO_DAMAGED);
	CU_ASSERT_EQUAL(open_code(scratch("db"), &schema, false, NULL), PROTO_OK);
}

/* N22 */
static void
private_only(void)
{
	const char *path = scratch("private.db");
	struct stat status;

	kit_db_close(fresh(path));
	CU_ASSERT(stat(path, &status) == 0 && (status.st_mode & 07777) == 0600);
	CU_ASSERT_EQUAL(chmod(path, 0640), 0);
	CU_ASSERT_EQUAL(open_code(path, &schema, true, NULL), PROTO_PERMISSION);
	CU_ASSERT_EQUAL(chmod(path, 0600), 0);
	CU_ASSERT_EQUAL(link(path, scratch("hard")), 0);
	CU_ASSERT_EQUAL(open_code(path, &schema, true, NULL), PROTO_PERMISSION);
	CU_ASSERT_EQUAL(unlink(scratch("hard")), 0);
	CU_ASSERT_EQUAL(symlink("private.db", scratch("soft")), 0);
	CU_ASSERT_EQUAL(open_code(scratch("soft"), &schema, true, NULL), PROTO_PERMISSION);
	CU_ASSERT_EQUAL(symlink("elsewhere", scratch("private.db-journal")), 0);
	CU_ASSERT_EQUAL(open_code(path, &schema, true, NULL), PROTO_PERMISSION);
	CU_ASSERT_EQUAL(unlink(scratch("private.db-journal")), 0);
	if (geteuid() == 0) {
		CU_ASSERT_EQUAL(chown(path, 12345, (gid_t)-1), 0);
		CU_ASSERT_EQUAL(open_code(path, &schema, true, NULL), PROTO_PERMISSION);
		CU_ASSERT_EQUAL(chown(path, 0, (gid_t)-1), 0);
	}
	CU_ASSERT_EQUAL(open_code(path, &schema, false, NULL), PROTO_OK);
}

static void
read_only(void)
{
	int status;
	pid_t child;

	kit_db_close(fresh(scratch("ro.db")));
	CU_ASSERT_EQUAL(chmod(scratch("ro.db"), 0400), 0);
	if ((child = fork()) == 0) {
		if (geteuid() == 0 && (chown(scratch_dir, 65534, 65534) != 0 || chown(scratch("ro.db"), 65534, 65534) != 0 ||
		                          setgid(65534) != 0 || setuid(65534) != 0))
			_exit(99);
		_exit(open_code(scratch("ro.db"), &schema, false, NULL));
	}
	CU_ASSERT_EQUAL(waitpid(child, &status, 0), child);
	CU_ASSERT_EQUAL(WEXITSTATUS(status), PROTO_PERMISSION);
	if (geteuid() == 0)
		CU_ASSERT_EQUAL(chown(scratch_dir, 0, 0), 0);
}

static void
two_writers(void)
{
	struct kit_db *one = fresh(scratch("db")), *two = NULL;

	CU_ASSERT_EQUAL_FATAL(kit_db_open(&two, scratch("db"), &schema, false, NULL), PROTO_OK);
	CU_ASSERT_EQUAL(kit_db_begin(one, NULL), PROTO_OK);
	CU_ASSERT_EQUAL(kit_db_begin(two, NULL), PROTO_BUSY); /* after 5 s */
	CU_ASSERT_EQUAL(insert(one, 1, "a", NULL, 0), PROTO_OK);
	CU_ASSERT_EQUAL(kit_db_commit(one, NULL), PROTO_OK);
	CU_ASSERT_EQUAL(kit_db_begin(two, NULL), PROTO_OK);
	CU_ASSERT_EQUAL(number(two, "SELECT count(*) FROM item"), 1);
	kit_db_close(two);
	kit_db_close(one);
}

static void
two_makers(void)
{
	pid_t child[4];
	unsigned i;

	(void)unlink(scratch("db"));
	for (i = 0; i < 4; i++)
		if ((child[i] = fork()) == 0)
			_exit(open_code(scratch("db"), &schema, true, NULL));
	for (i = 0; i < 4; i++) {
		int status;

		CU_ASSERT_EQUAL(waitpid(child[i], &status, 0), child[i]);
		CU_ASSERT(WIFEXITED(status) && WEXITSTATUS(status) == 0);
	}
}

static void
constraints(void)
{
	struct kit_db *db = fresh(scratch("db"));
	struct kit_rows *rows = NULL;

	CU_ASSERT_EQUAL(insert(db, 1, "a", NULL, 0), PROTO_OK);
	CU_ASSERT_EQUAL(insert(db, 1, "b", NULL, 0), PROTO_EXISTS);
	CU_ASSERT_EQUAL(insert(db, 2, "a", NULL, 0), PROTO_EXISTS);
	CU_ASSERT_EQUAL(insert(db, 2, NULL, NULL, 0), PROTO_INTERNAL);
	CU_ASSERT_EQUAL(kit_db_run(db, NULL, "INSERT INTO part VALUES (1, ?)", "i", (int64_t)-1), PROTO_INTERNAL);
	CU_ASSERT_EQUAL(kit_db_run(db, NULL, "INSERT INTO part VALUES (1, ?)", "t", "text"), PROTO_INTERNAL);
	CU_ASSERT_EQUAL(kit_db_run(db, NULL, "INSERT INTO part VALUES (9, 1)", ""), PROTO_INTERNAL);
	CU_ASSERT_EQUAL(kit_db_run(db, NULL, "INSERT INTO part VALUES (1, ?)", "u", (uint64_t)1 << 63), PROTO_INTERNAL);
	CU_ASSERT_EQUAL(kit_db_run(db, NULL, "INSERT INTO part VALUES (1, ?)", ""), PROTO_INTERNAL);
	CU_ASSERT_EQUAL(kit_db_run(db, NULL, "INSERT INTO part VALUES (1, 2)", "i", (int64_t)1), PROTO_INTERNAL);
	CU_ASSERT_EQUAL(kit_db_run(db, NULL, "DELETE FROM part; DELETE FROM item", ""), PROTO_INTERNAL);
	CU_ASSERT_EQUAL(kit_db_run(db, NULL, "", ""), PROTO_INTERNAL);
	CU_ASSERT_EQUAL(kit_db_run(db, NULL, "SELECT nonsense FROM", ""), PROTO_INTERNAL);
	CU_ASSERT_EQUAL(kit_db_query(db, &rows, NULL, "SELECT nonsense FROM item", ""), PROTO_INTERNAL);
	CU_ASSERT_PTR_NULL(rows);
	CU_ASSERT_EQUAL(number(db, "SELECT count(*) FROM item"), 1);
	CU_ASSERT_EQUAL(number(db, "SELECT count(*) FROM part"), 0);
	kit_db_close(db);
}

/* N17 */
static void
disk_full(void)
{
	struct kit_db *db = fresh(scratch("db"));
	uint8_t *large = calloc(1, 1 << 20);
	struct proto_error error;
	int status;
	pid_t child;

	CU_ASSERT_EQUAL(insert(db, 1, "a", NULL, 0), PROTO_OK);
	CU_ASSERT_EQUAL(kit_db_run(db, NULL, "PRAGMA max_page_count=20", ""), PROTO_OK);
	CU_ASSERT_EQUAL(kit_db_run(db, &error, "INSERT INTO item VALUES (2, 'b', ?, x'00')", "b", large, (size_t)1 << 20), PROTO_NO_SPACE);
	CU_ASSERT_EQUAL(number(db, "SELECT count(*) FROM item"), 1);
	kit_db_close(db);
	if ((child = fork()) == 0) {
		struct rlimit limit = {100000, 100000};

		(void)signal(SIGXFSZ, SIG_IGN);
		(void)setrlimit(RLIMIT_FSIZE, &limit);
		if (kit_db_open(&db, scratch("db"), &schema, false, NULL) != PROTO_OK)
			_exit(99);
		_exit(insert(db, 3, "c", large, 1 << 20));
	}
	CU_ASSERT_EQUAL(waitpid(child, &status, 0), child);
	CU_ASSERT_EQUAL(WEXITSTATUS(status), PROTO_IO);
	CU_ASSERT_EQUAL_FATAL(kit_db_open(&db, scratch("db"), &schema, false, NULL), PROTO_OK);
	CU_ASSERT_EQUAL(number(db, "SELECT count(*) FROM item"), 1);
	kit_db_close(db);
	free(large);
}

/* The cache is so small that pages reach the file before the process dies: only the journal can undo them. */
static void
dead_writer(void)
{
	struct kit_db *db = fresh(scratch("db"));
	uint8_t large[50000] = {1};
	int status;
	pid_t child;

	CU_ASSERT_EQUAL(insert(db, 1, "a", NULL, 0), PROTO_OK);
	kit_db_close(db);
	if ((child = fork()) == 0) {
		if (kit_db_open(&db, scratch("db"), &schema, false, NULL) != PROTO_OK ||
		    kit_db_run(db, NULL, "PRAGMA cache_size=2", "") != PROTO_OK || kit_db_begin(db, NULL) != PROTO_OK ||
		    insert(db, 2, "b", large, sizeof(large)) != PROTO_OK || insert(db, 3, "c", large, sizeof(large)) != PROTO_OK)
			_exit(99);
		_exit(0);
	}
	CU_ASSERT_EQUAL(waitpid(child, &status, 0), child);
	CU_ASSERT_EQUAL(WEXITSTATUS(status), 0);
	CU_ASSERT_EQUAL(access(scratch("db-journal"), F_OK), 0);
	CU_ASSERT_EQUAL_FATAL(kit_db_open(&db, scratch("db"), &schema, false, NULL), PROTO_OK);
	CU_ASSERT_EQUAL(number(db, "SELECT count(*) FROM item"), 1);
	CU_ASSERT_NOT_EQUAL(access(scratch("db-journal"), F_OK), 0);
	kit_db_close(db);
}

static void
names(void)
{
	char *before = getcwd(NULL, 0);
	struct stat status;

	CU_ASSERT_EQUAL_FATAL(chdir(scratch_dir), 0);
	CU_ASSERT_EQUAL(open_code(":memory:", &schema, true, NULL), PROTO_OK);
	CU_ASSERT(lstat(":memory:", &status) == 0 && status.st_size > 0);
	CU_ASSERT_EQUAL(open_code("file:x?mode=memory", &schema, true, NULL), PROTO_OK);
	CU_ASSERT(lstat("file:x?mode=memory", &status) == 0 && status.st_size > 0);
	CU_ASSERT_EQUAL(chdir(before), 0);
	free(before);
}

/* A database of 120 rows whose digests say whether a row is what was written. */
static void
digest_row(uint8_t ret_digest[static DIGEST], int64_t id, const char *name, const uint8_t *data, size_t len)
{
	crypto_generichash_state state;

	(void)crypto_generichash_init(&state, NULL, 0, DIGEST);
	(void)crypto_generichash_update(&state, (const uint8_t *)&id, sizeof(id));
	(void)crypto_generichash_update(&state, (const uint8_t *)name, strlen(name) + 1);
	(void)crypto_generichash_update(&state, data, len);
	(void)crypto_generichash_final(&state, ret_digest, DIGEST);
}

static void
write_rows(const char *path)
{
	struct kit_db *db = fresh(path);
	uint8_t data[9000], digest[DIGEST];
	int64_t id;

	memset(data, 0x5a, sizeof(data));
	CU_ASSERT_EQUAL(kit_db_begin(db, NULL), PROTO_OK);
	for (id = 1; id <= 120; id++) {
		size_t len = id % 10 == 0 ? sizeof(data) : (size_t)id;
		char name[20];

		(void)snprintf(name, sizeof(name), "row %ld", (long)id);
		digest_row(digest, id, name, data, len);
		CU_ASSERT_EQUAL(kit_db_run(db, NULL, "INSERT INTO item VALUES (?, ?, ?, ?)", "itbb", id, name, data, len, digest,
		                    sizeof(digest)), PROTO_OK);
		CU_ASSERT_EQUAL(kit_db_run(db, NULL, "INSERT INTO part VALUES (?, ?)", "ii", id, id * 7 % 50), PROTO_OK);
	}
	CU_ASSERT_EQUAL(kit_db_commit(db, NULL), PROTO_OK);
	kit_db_close(db);
}

static int64_t
part_sum(void)
{
	int64_t id, sum = 0;

	for (id = 1; id <= 120; id++)
		sum += id * (id * 7 % 50);
	return sum;
}

enum outcome { SAME, REFUSED, DIGEST_SHOWS, SILENT };

static enum outcome
read_rows(const char *path)
{
	struct kit_db *db = NULL;
	struct kit_rows *rows = NULL;
	enum outcome outcome = SAME;
	enum proto_code code = kit_db_open(&db, path, &schema, true, NULL);
	unsigned count = 0;
	bool row = true;

	if (code != PROTO_OK) {
		CU_ASSERT(code == PROTO_DAMAGED || code == PROTO_VERSION);
		return REFUSED;
	}
	CU_ASSERT_EQUAL_FATAL(kit_db_query(db, &rows, NULL, "SELECT id, name, data, digest FROM item ORDER BY id", ""), PROTO_OK);
	while ((code = kit_rows_next(rows, &row, NULL)) == PROTO_OK && row) {
		uint8_t digest[DIGEST];
		size_t len, digest_len;
		const uint8_t *data = kit_rows_blob(rows, 2, &len), *kept = kit_rows_blob(rows, 3, &digest_len);

		count++;
		digest_row(digest, kit_rows_int(rows, 0), kit_rows_text(rows, 1), data, len);
		if (digest_len != DIGEST || memcmp(digest, kept, DIGEST) != 0)
			outcome = DIGEST_SHOWS;
	}
	CU_ASSERT(code == PROTO_OK || code == PROTO_DAMAGED);
	if (code != PROTO_OK)
		outcome = REFUSED;
	else if (outcome == SAME && (count != 120 || number(db, "SELECT sum(item * number) FROM part") != part_sum()))
		outcome = SILENT;
	kit_rows_free(rows);
	kit_db_close(db);
	return outcome;
}

/* N18 */
static void
flipped_bytes(void)
{
	const char *path = scratch("flip.db");
	unsigned count[4] = {0}, i;
	struct proto_buffer file = {0};

	srandom((unsigned)suite_seed());
	write_rows(path);
	CU_ASSERT_EQUAL(read_rows(path), SAME);
	CU_ASSERT_EQUAL_FATAL(kit_files_read_private(&file, path, 1 << 24, NULL), PROTO_OK);
	for (i = 0; i < 1500; i++) {
		/* the file header wholly, then anywhere */
		size_t at = i < 100 ? i : (size_t)random() % file.len;
		uint8_t kept = file.data[at];

		file.data[at] ^= (uint8_t)(1 + random() % 255);
		scratch_put(path, file.data, file.len, 0600);
		(void)unlink(scratch("flip.db-journal"));
		count[read_rows(path)]++;
		file.data[at] = kept;
	}
	printf("same %u, refused %u, shown by the row's digest %u, silent %u ", count[SAME], count[REFUSED], count[DIGEST_SHOWS],
	    count[SILENT]);
	CU_ASSERT(count[REFUSED] > 0 && count[SAME] > 0);
	CU_ASSERT_EQUAL(count[SILENT], 0);
	proto_buffer_wipe(&file);
}

static void
cut_file(void)
{
	const char *path = scratch("cut.db");
	struct proto_buffer file = {0};
	struct stat status;
	size_t len;

	write_rows(path);
	CU_ASSERT_EQUAL_FATAL(kit_files_read_private(&file, path, 1 << 24, NULL), PROTO_OK);
	for (len = 0; len < file.len; len += len < 200 ? 1 : 1021) {
		scratch_put(path, file.data, len, 0600);
		CU_ASSERT_EQUAL(open_code(path, &schema, true, NULL), PROTO_DAMAGED);
		CU_ASSERT(stat(path, &status) == 0 && (size_t)status.st_size == len);
	}
	file.data[18] = file.data[19] = 2; /* a file in WAL mode */
	scratch_put(path, file.data, file.len, 0600);
	CU_ASSERT_EQUAL(open_code(path, &schema, true, NULL), PROTO_DAMAGED);
	proto_buffer_wipe(&file);
}

static const struct suite_case cases[] = {
	{"every kind of value is read back", every_kind},
	{"a transaction is kept whole or not at all", transactions},
	{"the settings hold", settings},
	{"an absent file is not made unless asked for", absent},
	{"another version, application or schema is refused", other_versions},
	{"a file that is open, linked, symlinked or another's is refused, its journal too", private_only},
	{"a read-only file is refused", read_only},
	{"a second writer is told that it is busy", two_writers},
	{"four runs that make the file at once all succeed", two_makers},
	{"a broken constraint or a misfitting statement is an error and changes nothing", constraints},
	{"a full disk is told apart and loses nothing", disk_full},
	{"what a dead writer left is rolled back", dead_writer},
	{"a name like :memory: is a file", names},
	{"a flipped byte is refused, or nothing changed, or the row's digest shows it", flipped_bytes},
	{"a cut file, an empty one and one in WAL mode are refused and left alone", cut_file},
	{NULL, NULL},
};

int
main(void)
{
	if (sodium_init() < 0)
		return 1;
	scratch_start();
	return suite_run("kit.db", cases);
}
