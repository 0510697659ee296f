#include "proto/kit/files.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static enum proto_code
check_private(const struct stat *status, const char *path, struct proto_error *error)
{
	if (!S_ISREG(status->st_mode))
		return proto_error_set(error, PROTO_PERMISSION, path, "not a regular file");
	if (status->st_uid != geteuid())
		return proto_error_set(error, PROTO_PERMISSION, path, "owned by another user");
	if ((status->st_mode & 077) != 0)
		return proto_error_set(error, PROTO_PERMISSION, path, "open to group or others (mode %04o, should be 0600)",
		    (unsigned)status->st_mode & 07777);
	if (status->st_nlink != 1)
		return proto_error_set(error, PROTO_PERMISSION, path, "has a second hard link");
	return PROTO_OK;
}

enum proto_code
kit_files_check_private(const char *path, struct proto_error *error)
{
	struct stat status;

	if (lstat(path, &status) != 0)
		return proto_error_errno(error, path, "not readable");
	return check_private(&status, path, error);
}

/*
 * Opens what is to be read once. O_NONBLOCK: a FIFO without a writer must not hold the
 * program up; it makes no difference to a regular file, and all else is refused.
 */
static enum proto_code
open_checked(int *ret_fd, struct stat *ret_status, const char *path, bool private, struct proto_error *error)
{
	int flags = O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY | (private ? O_NOFOLLOW : 0);
	enum proto_code code = PROTO_OK;
	struct stat status;
	int fd = open(path, flags);

	if (fd < 0 && errno == ELOOP)
		return proto_error_set(error, PROTO_PERMISSION, path, "a symbolic link");
	if (fd < 0)
		return proto_error_errno(error, path, "not readable");
	if (fstat(fd, &status) != 0)
		code = proto_error_errno(error, path, "not readable");
	else if (private)
		code = check_private(&status, path, error);
	else if (!S_ISREG(status.st_mode))
		code = proto_error_set(error, PROTO_PERMISSION, path, "not a regular file");
	if (code != PROTO_OK) {
		(void)close(fd);
		return code;
	}
	*ret_fd = fd;
	*ret_status = status;
	return PROTO_OK;
}

static enum proto_code
read_whole(struct proto_buffer *ret_data, const char *path, size_t most, bool private, struct proto_error *error)
{
	struct proto_buffer data = {0};
	uint8_t block[65536];
	struct stat status;
	enum proto_code code;
	int fd;

	if ((code = open_checked(&fd, &status, path, private, error)) != PROTO_OK)
		return code;
	for (;;) {
		ssize_t got = read(fd, block, sizeof(block));

		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0) {
			code = proto_error_errno(error, path, "reading failed");
			goto out;
		}
		if (got == 0)
			break;
		/* the file may grow while it is read: the bound holds for what came, not for what fstat said */
		if ((size_t)got > most - data.len) {
			code = proto_error_set(error, PROTO_TOO_LARGE, path, "larger than %zu bytes", most);
			goto out;
		}
		proto_buffer_put(&data, block, (size_t)got);
	}
	if (data.failed) {
		code = proto_error_set(error, PROTO_MEMORY, path, "out of memory");
		goto out;
	}
	*ret_data = data;
	data = (struct proto_buffer){0};
out:
	explicit_bzero(block, sizeof(block));
	proto_buffer_wipe(&data);
	(void)close(fd);
	return code;
}

enum proto_code
kit_files_read(struct proto_buffer *ret_data, const char *path, size_t most, struct proto_error *error)
{
	return read_whole(ret_data, path, most, false, error);
}

enum proto_code
kit_files_read_private(struct proto_buffer *ret_data, const char *path, size_t most, struct proto_error *error)
{
	return read_whole(ret_data, path, most, true, error);
}

enum proto_code
kit_files_join(char *ret_path, size_t size, const char *dir, const char *name, struct proto_error *error)
{
	char path[PATH_MAX];
	int len = snprintf(path, sizeof(path), "%s/%s", dir, name);

	if (len < 0 || (size_t)len >= size || (size_t)len >= sizeof(path))
		return proto_error_set(error, PROTO_MALFORMED, name, "the path is too long");
	(void)snprintf(ret_path, size, "%s", path);
	return PROTO_OK;
}
