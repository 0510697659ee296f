#include "node/input.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

struct node_input {
	int fd;
	char *path;
	struct stat opened;
	uint64_t got;
};

enum proto_code
node_input_open(struct node_input **ret_input, const char *path, struct proto_error *error)
{
	struct node_input *input = calloc(1, sizeof(*input));
	enum proto_code code;

	if (input == NULL || (input->path = strdup(path)) == NULL) {
		free(input);
		return proto_error_set(error, PROTO_MEMORY, path, "out of memory");
	}
	/* without O_NONBLOCK a pipe nobody writes to would hold the program for ever */
	input->fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	if (input->fd < 0 || fstat(input->fd, &input->opened) != 0) {
		code = proto_error_errno(error, path, "cannot be opened");
	} else if (!S_ISREG(input->opened.st_mode)) {
		code = proto_error_set(error, PROTO_PERMISSION, path, "not a regular file");
	} else {
		(void)posix_fadvise(input->fd, 0, 0, POSIX_FADV_SEQUENTIAL);
		*ret_input = input;
		return PROTO_OK;
	}
	node_input_close(input);
	return code;
}

void
node_input_close(struct node_input *input)
{
	if (input == NULL)
		return;
	if (input->fd >= 0)
		(void)close(input->fd);
	free(input->path);
	free(input);
}

static enum proto_code
take_block(void *ctx, uint8_t *ret_data, size_t *ret_len, size_t size, struct proto_error *error)
{
	struct node_input *input = ctx;
	ssize_t got;

	do
		got = read(input->fd, ret_data, size);
	while (got < 0 && errno == EINTR);
	if (got < 0)
		return proto_error_errno(error, input->path, "cannot be read");
	input->got += (uint64_t)got;
	/* a file that grows as fast as it is read would never end */
	if (input->got > (uint64_t)input->opened.st_size)
		return node_input_unchanged(input, true, error);
	*ret_len = (size_t)got;
	return PROTO_OK;
}

struct node_csv_source
node_input_source(struct node_input *input)
{
	return (struct node_csv_source){input, take_block};
}

uint64_t
node_input_size(const struct node_input *input)
{
	return (uint64_t)input->opened.st_size;
}

enum proto_code
node_input_rewind(struct node_input *input, struct proto_error *error)
{
	if (lseek(input->fd, 0, SEEK_SET) != 0)
		return proto_error_errno(error, input->path, "cannot be read again");
	input->got = 0;
	return PROTO_OK;
}

enum proto_code
node_input_unchanged(const struct node_input *input, bool whole, struct proto_error *error)
{
	const struct stat *was = &input->opened;
	struct stat now;

	if (fstat(input->fd, &now) != 0)
		return proto_error_errno(error, input->path, "cannot be read");
	if (now.st_size != was->st_size || (whole && input->got != (uint64_t)was->st_size) ||
	    now.st_mtim.tv_sec != was->st_mtim.tv_sec || now.st_mtim.tv_nsec != was->st_mtim.tv_nsec ||
	    now.st_ctim.tv_sec != was->st_ctim.tv_sec || now.st_ctim.tv_nsec != was->st_ctim.tv_nsec)
		return proto_error_set(error, PROTO_REFUSED, input->path,
		    "the file changed while it was read; nothing was taken");
	return PROTO_OK;
}

bool
node_input_is(const struct node_input *input, const char *path)
{
	struct stat other;

	return stat(path, &other) == 0 && other.st_dev == input->opened.st_dev && other.st_ino == input->opened.st_ino;
}
