#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "proto/kit/files.h"

#define LOCK_NAME "lock"

enum proto_code
kit_files_sync_dir(const char *path, struct proto_error *error)
{
	enum proto_code code = PROTO_OK;
	int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	if (fd < 0)
		return proto_error_errno(error, path, "not readable");
	if (fsync(fd) != 0)
		code = proto_error_errno(error, path, "writing failed");
	(void)close(fd);
	return code;
}

enum proto_code
kit_files_sync_parent(const char *path, struct proto_error *error)
{
	char parent[PATH_MAX];
	char *slash;

	if (snprintf(parent, sizeof(parent), "%s", path) >= (int)sizeof(parent))
		return proto_error_set(error, PROTO_MALFORMED, path, "the path is too long");
	if ((slash = strrchr(parent, '/')) == NULL)
		return kit_files_sync_dir(".", error);
	slash[slash == parent] = '\0'; /* "/name": its parent is "/" */
	return kit_files_sync_dir(parent, error);
}

/* path without its trailing slashes: with them, O_NOFOLLOW and lstat() would follow a link. */
static enum proto_code
copy_trimmed(char ret_path[static PATH_MAX], const char *path, struct proto_error *error)
{
	size_t len = strlen(path);

	while (len > 1 && path[len - 1] == '/')
		len--;
	if (len == 0 || len >= PATH_MAX)
		return proto_error_set(error, PROTO_MALFORMED, path, len == 0 ? "the path is empty" : "the path is too long");
	memcpy(ret_path, path, len);
	ret_path[len] = '\0';
	return PROTO_OK;
}

/* One directory; *ret_made false when something stands there. Its parent is synced. */
static enum proto_code
make_one(bool *ret_made, const char *path, mode_t mode, struct proto_error *error)
{
	*ret_made = false;
	if (mkdir(path, mode) != 0)
		return errno == EEXIST ? PROTO_OK : proto_error_errno(error, path, "cannot be made");
	if (chmod(path, mode) != 0)
		return proto_error_errno(error, path, "the mode cannot be set");
	*ret_made = true;
	return kit_files_sync_parent(path, error);
}

static enum proto_code
make_all(char *path, struct proto_error *error)
{
	enum proto_code code;
	bool made;
	char *at;

	for (at = path + 1; (at = strchr(at, '/')) != NULL; at++) {
		struct stat status;

		*at = '\0';
		code = stat(path, &status) == 0 ? PROTO_OK : make_one(&made, path, 0700, error);
		*at = '/';
		if (code != PROTO_OK)
			return code;
	}
	return make_one(&made, path, 0700, error);
}

enum proto_code
kit_files_private_dir(const char *path, bool create, struct proto_error *error)
{
	char trimmed[PATH_MAX];
	struct stat status;
	enum proto_code code;

	if ((code = copy_trimmed(trimmed, path, error)) != PROTO_OK)
		return code;
	if (create && (code = make_all(trimmed, error)) != PROTO_OK)
		return code;
	if (lstat(trimmed, &status) != 0)
		return proto_error_errno(error, trimmed, "no such state directory");
	if (!S_ISDIR(status.st_mode))
		return proto_error_set(error, PROTO_PERMISSION, trimmed, "not a directory");
	if (status.st_uid != geteuid())
		return proto_error_set(error, PROTO_PERMISSION, trimmed, "owned by another user");
	if ((status.st_mode & 077) != 0)
		return proto_error_set(error, PROTO_PERMISSION, trimmed, "open to group or others (mode %04o, should be 0700)",
		    (unsigned)status.st_mode & 07777);
	return PROTO_OK;
}

enum proto_code
kit_files_dir(const char *path, struct proto_error *error)
{
	char trimmed[PATH_MAX];
	struct stat status;
	enum proto_code code;
	bool made;

	if ((code = copy_trimmed(trimmed, path, error)) != PROTO_OK ||
	    (code = make_one(&made, trimmed, 0755, error)) != PROTO_OK || made)
		return code;
	if (stat(trimmed, &status) != 0)
		return proto_error_errno(error, trimmed, "not readable");
	if (!S_ISDIR(status.st_mode))
		return proto_error_set(error, PROTO_PERMISSION, trimmed, "not a directory");
	return PROTO_OK;
}

enum proto_code
kit_files_lock(int *ret_fd, const char *dir, struct proto_error *error)
{
	char path[PATH_MAX];
	enum proto_code code;
	int fd = -1, locked;

	if ((code = kit_files_join(path, sizeof(path), dir, LOCK_NAME, error)) != PROTO_OK)
		return code;
	if ((fd = open(path, O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0600)) < 0)
		return errno == ELOOP ? proto_error_set(error, PROTO_PERMISSION, path, "a symbolic link") :
		    proto_error_errno(error, path, "cannot be opened");
	if ((code = kit_files_check_private(path, error)) != PROTO_OK)
		goto out;
	do
		locked = flock(fd, LOCK_EX | LOCK_NB);
	while (locked != 0 && errno == EINTR);
	if (locked != 0) {
		code = errno == EWOULDBLOCK ?
		    proto_error_set(error, PROTO_BUSY, dir, "another run holds the state; repeat later") :
		    proto_error_errno(error, path, "locking failed");
		goto out;
	}
	*ret_fd = fd;
	return PROTO_OK;
out:
	(void)close(fd);
	return code;
}

void
kit_files_unlock(int fd)
{
	if (fd >= 0)
		(void)close(fd); /* ends the lock with it */
}
