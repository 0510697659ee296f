#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <sodium.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "proto/kit/files.h"

bool
kit_files_put(int fd, const void *data, size_t len)
{
	const uint8_t *at = data;

	while (len > 0) {
		ssize_t put = write(fd, at, len);

		if (put < 0 && errno == EINTR)
			continue;
		if (put < 0)
			return false;
		at += put;
		len -= (size_t)put;
	}
	return true;
}

/* The file beside path: same directory, so that rename() stays within one file system. */
static enum proto_code
name_beside(char ret_name[static PATH_MAX], const char *path, struct proto_error *error)
{
	uint8_t random[8];
	char hex[2 * sizeof(random) + 1];

	randombytes_buf(random, sizeof(random));
	(void)sodium_bin2hex(hex, sizeof(hex), random, sizeof(random));
	if (snprintf(ret_name, PATH_MAX, "%s.new-%s", path, hex) >= PATH_MAX)
		return proto_error_set(error, PROTO_MALFORMED, path, "the path is too long");
	return PROTO_OK;
}

static enum proto_code
write_new(const char *name, const void *data, size_t len, mode_t mode, struct proto_error *error)
{
	enum proto_code code = PROTO_OK;
	int fd = open(name, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);

	if (fd < 0)
		return proto_error_errno(error, name, "cannot be made");
	/* the mode is set before the content arrives: a file system that cannot keep it never sees a secret */
	if (fchmod(fd, mode) != 0)
		code = proto_error_errno(error, name, "the mode cannot be set");
	else if (!kit_files_put(fd, data, len) || fsync(fd) != 0)
		code = proto_error_errno(error, name, "writing failed");
	if (close(fd) != 0 && code == PROTO_OK)
		code = proto_error_errno(error, name, "writing failed");
	return code;
}

enum proto_code
kit_files_write(const char *path, const void *data, size_t len, mode_t mode, bool exclusive, struct proto_error *error)
{
	char name[PATH_MAX];
	struct stat status;
	enum proto_code code;

	if (!exclusive && lstat(path, &status) == 0 && !S_ISREG(status.st_mode))
		return proto_error_set(error, PROTO_PERMISSION, path, "not a regular file");
	if ((code = name_beside(name, path, error)) != PROTO_OK)
		return code;
	if ((code = write_new(name, data, len, mode, error)) != PROTO_OK)
		goto out;
	/* RENAME_NOREPLACE, not link(): a crash between link and unlink would leave two hard links */
	if (renameat2(AT_FDCWD, name, AT_FDCWD, path, exclusive ? RENAME_NOREPLACE : 0) != 0) {
		if (errno == EEXIST)
			code = proto_error_set(error, PROTO_EXISTS, path, "exists already");
		else
			code = proto_error_errno(error, path, "renaming failed");
		goto out;
	}
	return kit_files_sync_parent(path, error);
out:
	(void)unlink(name);
	return code;
}
