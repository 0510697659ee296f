#include "proto/kit/files.h"

#include <dirent.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/wait.h>

#include "support/suite.h"
#include "unit/kit_scratch.h"

static enum proto_code
read_code(const char *path, size_t most, bool private)
{
	struct proto_buffer data = {0};
	enum proto_code code = private ? kit_files_read_private(&data, path, most, NULL) : kit_files_read(&data, path, most, NULL);

	CU_ASSERT(code == PROTO_OK || data.data == NULL);
	proto_buffer_wipe(&data);
	return code;
}

static void
expect_content(const char *path, const char *text)
{
	struct proto_buffer data = {0};

	CU_ASSERT_EQUAL(kit_files_read(&data, path, 1 << 20, NULL), PROTO_OK);
	CU_ASSERT_EQUAL(data.len, strlen(text));
	CU_ASSERT(data.len == strlen(text) && (data.len == 0 || memcmp(data.data, text, data.len) == 0));
	proto_buffer_wipe(&data);
}

static unsigned
entries(const char *dir)
{
	DIR *open = opendir(dir);
	unsigned count = 0;

	while (readdir(open) != NULL)
		count++;
	(void)closedir(open);
	return count - 2;
}

static void
round_trip(void)
{
	const char *path = scratch("plain");
	struct stat status;
	mode_t mask = umask(0177);

	CU_ASSERT_EQUAL(kit_files_write(path, "one", 3, 0644, true, NULL), PROTO_OK);
	umask(mask);
	expect_content(path, "one");
	CU_ASSERT(stat(path, &status) == 0 && (status.st_mode & 07777) == 0644);
	CU_ASSERT_EQUAL(kit_files_write(path, "two!", 4, 0600, false, NULL), PROTO_OK);
	expect_content(path, "two!");
	CU_ASSERT(stat(path, &status) == 0 && (status.st_mode & 07777) == 0600);
	CU_ASSERT_EQUAL(kit_files_write(path, "", 0, 0600, false, NULL), PROTO_OK);
	expect_content(path, "");
}

static void
exclusive(void)
{
	const char *path = scratch("exclusive");
	struct proto_error error;

	CU_ASSERT_EQUAL(kit_files_write(path, "a", 1, 0600, true, NULL), PROTO_OK);
	CU_ASSERT_EQUAL(kit_files_write(path, "b", 1, 0600, true, &error), PROTO_EXISTS);
	CU_ASSERT_STRING_EQUAL(error.where, path);
	expect_content(path, "a");
	CU_ASSERT_EQUAL(symlink("nowhere", scratch("dangling")), 0);
	CU_ASSERT_EQUAL(kit_files_write(scratch("dangling"), "b", 1, 0600, true, NULL), PROTO_EXISTS);
	CU_ASSERT_NOT_EQUAL(access(scratch("nowhere"), F_OK), 0);
}

static void
bounds(void)
{
	const char *path = scratch("bounds");
	struct proto_buffer data = {0};

	scratch_text(path, "12345678", 0600);
	CU_ASSERT_EQUAL(read_code(path, 8, false), PROTO_OK);
	CU_ASSERT_EQUAL(read_code(path, 7, false), PROTO_TOO_LARGE);
	CU_ASSERT_EQUAL(read_code(path, 0, false), PROTO_TOO_LARGE);
	CU_ASSERT_EQUAL(read_code(path, 7, true), PROTO_TOO_LARGE);
	/* a file that says 0 bytes and holds more is read to its end, within the bound */
	CU_ASSERT_EQUAL(kit_files_read(&data, "/proc/self/status", 1 << 20, NULL), PROTO_OK);
	CU_ASSERT(data.len > 100);
	proto_buffer_wipe(&data);
	CU_ASSERT_EQUAL(read_code("/proc/self/status", 100, false), PROTO_TOO_LARGE);
}

static void
kinds(void)
{
	CU_ASSERT_EQUAL(mkfifo(scratch("fifo"), 0600), 0);
	CU_ASSERT_EQUAL(read_code(scratch("fifo"), 10, false), PROTO_PERMISSION); /* and does not hang */
	CU_ASSERT_EQUAL(read_code(scratch("fifo"), 10, true), PROTO_PERMISSION);
	CU_ASSERT_EQUAL(read_code("/dev/zero", 10, false), PROTO_PERMISSION);
	CU_ASSERT_EQUAL(read_code(scratch_dir, 10, false), PROTO_PERMISSION);
	CU_ASSERT_EQUAL(read_code(scratch("absent"), 10, false), PROTO_NOT_FOUND);
	CU_ASSERT_EQUAL(read_code(scratch("absent"), 10, true), PROTO_NOT_FOUND);
	CU_ASSERT_EQUAL(kit_files_write(scratch("fifo"), "a", 1, 0600, false, NULL), PROTO_PERMISSION);
	CU_ASSERT_EQUAL(kit_files_write(scratch_dir, "a", 1, 0600, false, NULL), PROTO_PERMISSION);
	CU_ASSERT_EQUAL(kit_files_write(scratch("absent/x"), "a", 1, 0600, false, NULL), PROTO_NOT_FOUND);
}

/* N22 */
static void
private_files(void)
{
	const char *path = scratch("private");
	static const mode_t open_modes[] = {0640, 0604, 0620, 0601, 0610, 0602, 0644, 0666};
	struct proto_error error;
	size_t i;

	scratch_text(path, "key", 0600);
	CU_ASSERT_EQUAL(read_code(path, 10, true), PROTO_OK);
	CU_ASSERT_EQUAL(kit_files_check_private(path, NULL), PROTO_OK);
	for (i = 0; i < sizeof(open_modes) / sizeof(*open_modes); i++) {
		CU_ASSERT_EQUAL(chmod(path, open_modes[i]), 0);
		CU_ASSERT_EQUAL(read_code(path, 10, true), PROTO_PERMISSION);
		CU_ASSERT_EQUAL(kit_files_check_private(path, &error), PROTO_PERMISSION);
		CU_ASSERT_STRING_EQUAL(error.where, path);
		CU_ASSERT_EQUAL(read_code(path, 10, false), PROTO_OK);
	}
	CU_ASSERT_EQUAL(chmod(path, 0600), 0);
	CU_ASSERT_EQUAL(link(path, scratch("second")), 0);
	CU_ASSERT_EQUAL(read_code(path, 10, true), PROTO_PERMISSION);
	CU_ASSERT_EQUAL(kit_files_check_private(path, NULL), PROTO_PERMISSION);
	CU_ASSERT_EQUAL(unlink(scratch("second")), 0);
	CU_ASSERT_EQUAL(symlink("private", scratch("link")), 0);
	CU_ASSERT_EQUAL(read_code(scratch("link"), 10, true), PROTO_PERMISSION);
	CU_ASSERT_EQUAL(kit_files_check_private(scratch("link"), NULL), PROTO_PERMISSION);
	CU_ASSERT_EQUAL(read_code(scratch("link"), 10, false), PROTO_OK);
	if (geteuid() == 0) {
		CU_ASSERT_EQUAL(chown(path, 12345, (gid_t)-1), 0);
		CU_ASSERT_EQUAL(read_code(path, 10, true), PROTO_PERMISSION);
		CU_ASSERT_EQUAL(kit_files_check_private(path, NULL), PROTO_PERMISSION);
	}
}

static void
private_dirs(void)
{
	struct stat status;

	CU_ASSERT_EQUAL(kit_files_private_dir(scratch("a/b/c"), false, NULL), PROTO_NOT_FOUND);
	CU_ASSERT_EQUAL(kit_files_private_dir(scratch("a/b/c//"), true, NULL), PROTO_OK);
	CU_ASSERT(stat(scratch("a/b"), &status) == 0 && (status.st_mode & 07777) == 0700);
	CU_ASSERT(stat(scratch("a/b/c"), &status) == 0 && (status.st_mode & 07777) == 0700);
	CU_ASSERT_EQUAL(kit_files_private_dir(scratch("a/b/c"), true, NULL), PROTO_OK);
	CU_ASSERT_EQUAL(kit_files_private_dir(scratch("a/b/c/"), false, NULL), PROTO_OK);
	CU_ASSERT_EQUAL(chmod(scratch("a/b/c"), 0750), 0);
	CU_ASSERT_EQUAL(kit_files_private_dir(scratch("a/b/c"), false, NULL), PROTO_PERMISSION);
	CU_ASSERT_EQUAL(kit_files_private_dir(scratch("a/b/c"), true, NULL), PROTO_PERMISSION);
	CU_ASSERT_EQUAL(symlink("a/b", scratch("dirlink")), 0);
	CU_ASSERT_EQUAL(kit_files_private_dir(scratch("dirlink"), false, NULL), PROTO_PERMISSION);
	CU_ASSERT_EQUAL(kit_files_private_dir(scratch("dirlink/"), false, NULL), PROTO_PERMISSION);
	CU_ASSERT_EQUAL(kit_files_private_dir(scratch("dirlink"), true, NULL), PROTO_PERMISSION);
	scratch_text(scratch("nodir"), "", 0600);
	CU_ASSERT_EQUAL(kit_files_private_dir(scratch("nodir"), true, NULL), PROTO_PERMISSION);
	CU_ASSERT_EQUAL(kit_files_private_dir("", true, NULL), PROTO_MALFORMED);
	if (geteuid() == 0) {
		CU_ASSERT_EQUAL(chown(scratch("a/b"), 12345, (gid_t)-1), 0);
		CU_ASSERT_EQUAL(kit_files_private_dir(scratch("a/b"), false, NULL), PROTO_PERMISSION);
	}
}

static void
plain_dirs(void)
{
	struct stat status;
	mode_t mask = umask(077);

	CU_ASSERT_EQUAL(kit_files_dir(scratch("open"), NULL), PROTO_OK);
	umask(mask);
	CU_ASSERT(stat(scratch("open"), &status) == 0 && (status.st_mode & 07777) == 0755);
	CU_ASSERT_EQUAL(kit_files_dir(scratch("open/"), NULL), PROTO_OK);
	scratch_text(scratch("notadir"), "", 0600);
	CU_ASSERT_EQUAL(kit_files_dir(scratch("notadir"), NULL), PROTO_PERMISSION);
	CU_ASSERT_EQUAL(kit_files_dir(scratch("no/parent"), NULL), PROTO_NOT_FOUND);
	CU_ASSERT_EQUAL(kit_files_sync_dir(scratch("absent"), NULL), PROTO_NOT_FOUND);
}

static void
paths(void)
{
	char path[16];

	CU_ASSERT_EQUAL(kit_files_join(path, sizeof(path), "dir", "name", NULL), PROTO_OK);
	CU_ASSERT_STRING_EQUAL(path, "dir/name");
	CU_ASSERT_EQUAL(kit_files_join(path, sizeof(path), "01234567890", "abc", NULL), PROTO_OK);
	CU_ASSERT_EQUAL(kit_files_join(path, sizeof(path), "01234567890", "abcd", NULL), PROTO_MALFORMED);
	CU_ASSERT_STRING_EQUAL(path, "01234567890/abc");
}

static void
lock(void)
{
	const char *dir = scratch("locked");
	int first = -1, second = -1;

	CU_ASSERT_EQUAL(kit_files_lock(&first, dir, NULL), PROTO_NOT_FOUND);
	CU_ASSERT_EQUAL(kit_files_private_dir(dir, true, NULL), PROTO_OK);
	CU_ASSERT_EQUAL(kit_files_lock(&first, dir, NULL), PROTO_OK);
	CU_ASSERT_EQUAL(kit_files_lock(&second, dir, NULL), PROTO_BUSY);
	CU_ASSERT_EQUAL(second, -1);
	kit_files_unlock(first);
	CU_ASSERT_EQUAL(kit_files_lock(&second, dir, NULL), PROTO_OK);
	kit_files_unlock(second);
	kit_files_unlock(-1);
	CU_ASSERT_EQUAL(unlink(scratch("locked/lock")), 0);
	CU_ASSERT_EQUAL(symlink("../elsewhere", scratch("locked/lock")), 0);
	CU_ASSERT_EQUAL(kit_files_lock(&first, dir, NULL), PROTO_PERMISSION);
	CU_ASSERT_NOT_EQUAL(access(scratch("elsewhere"), F_OK), 0);
}

/* The kernel lets eight bytes through, then fails: a short write first, an error after it. */
static void
short_write(void)
{
	const char *path;
	unsigned before;
	int status;
	pid_t child;

	CU_ASSERT_EQUAL(kit_files_private_dir(scratch("full"), true, NULL), PROTO_OK);
	path = scratch("full/file");
	scratch_text(path, "old", 0600);
	before = entries(scratch("full"));
	if ((child = fork()) == 0) {
		struct rlimit limit = {8, 8};

		(void)signal(SIGXFSZ, SIG_IGN);
		(void)setrlimit(RLIMIT_FSIZE, &limit);
		_exit(kit_files_write(path, "0123456789", 10, 0600, false, NULL));
	}
	CU_ASSERT_EQUAL(waitpid(child, &status, 0), child);
	CU_ASSERT(WIFEXITED(status) && WEXITSTATUS(status) == PROTO_IO);
	expect_content(path, "old");
	CU_ASSERT_EQUAL(entries(scratch("full")), before);
}

/* N14: a writer is killed again and again while it writes all-'a' and all-'b' by turns. */
static void
killed_writer(void)
{
	enum { LEN = 300000 };
	const char *path;
	char *text = malloc(LEN);
	unsigned i, seen[2] = {0};

	CU_ASSERT_EQUAL(kit_files_private_dir(scratch("killed"), true, NULL), PROTO_OK);
	path = scratch("killed/file");
	memset(text, 'a', LEN);
	CU_ASSERT_EQUAL(kit_files_write(path, text, LEN, 0600, true, NULL), PROTO_OK);
	srandom((unsigned)suite_seed());
	for (i = 0; i < 200; i++) {
		struct proto_buffer data = {0};
		pid_t child = fork();
		size_t at;

		if (child == 0)
			for (;;) {
				memset(text, text[0] == 'a' ? 'b' : 'a', LEN);
				if (kit_files_write(path, text, LEN, 0600, false, NULL) != PROTO_OK)
					_exit(99);
			}
		(void)usleep((useconds_t)(random() % 3000));
		(void)kill(child, SIGKILL);
		CU_ASSERT_EQUAL(waitpid(child, NULL, 0), child);
		CU_ASSERT_EQUAL_FATAL(kit_files_read_private(&data, path, LEN, NULL), PROTO_OK);
		CU_ASSERT_EQUAL_FATAL(data.len, LEN);
		for (at = 1; at < data.len && data.data[at] == data.data[0]; at++)
			;
		CU_ASSERT_EQUAL(at, data.len);
		seen[data.data[0] == 'b']++;
		proto_buffer_wipe(&data);
	}
	CU_ASSERT(seen[0] > 0 && seen[1] > 0);
	free(text);
}

static const struct suite_case cases[] = {
	{"what is written is read back, with its mode", round_trip},
	{"an exclusive write never replaces, and follows no link", exclusive},
	{"a file over the bound is refused, also one that grows", bounds},
	{"a FIFO, a device and a directory are refused at once", kinds},
	{"a private file that is open, linked, symlinked or another's is refused", private_files},
	{"a private directory is made with its parents, and checked", private_dirs},
	{"a plain directory is made 0755 whatever the umask", plain_dirs},
	{"a path that is too long is refused", paths},
	{"a second holder of the lock is told that it is busy", lock},
	{"a write that fails half way leaves the old file and nothing else", short_write},
	{"a writer killed at any moment leaves the old or the new file, whole", killed_writer},
	{NULL, NULL},
};

int
main(void)
{
	scratch_start();
	return suite_run("kit.files", cases);
}
