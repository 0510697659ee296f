#include "proto/kit/passphrase.h"

#include <errno.h>
#include <fcntl.h>
#include <sodium.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "passphrase_type.h"

/* The file's bytes and one more, so that a file which is too long shows. -1: unreadable. */
static ssize_t
read_text(char ret_text[static PASSPHRASE_MAX + 2], const char *path)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY | O_NOFOLLOW);
	struct stat status;
	ssize_t len = -1;
	size_t used = 0;

	if (fd < 0)
		return -1;
	if (fstat(fd, &status) != 0 || !S_ISREG(status.st_mode) || (status.st_mode & 077) != 0)
		goto out;
	while (used < PASSPHRASE_MAX + 2) {
		ssize_t got = read(fd, ret_text + used, PASSPHRASE_MAX + 2 - used);

		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			goto out;
		if (got == 0)
			break;
		used += (size_t)got;
	}
	len = (ssize_t)used;
out:
	(void)close(fd);
	return len;
}

enum proto_code
kit_passphrase_load(struct kit_passphrase **ret_passphrase, const char *path, struct proto_error *error)
{
	struct kit_passphrase *passphrase = calloc(1, sizeof(*passphrase));
	ssize_t len;

	if (passphrase == NULL || (passphrase->path = strdup(path)) == NULL ||
	    (passphrase->text = sodium_malloc(PASSPHRASE_MAX + 2)) == NULL) {
		kit_passphrase_free(passphrase);
		return proto_error_set(error, PROTO_MEMORY, path, "out of memory");
	}
	len = read_text(passphrase->text, path);
	if (len > 0 && passphrase->text[len - 1] == '\n')
		len--;
	if (len <= 0 || len > PASSPHRASE_MAX) {
		kit_passphrase_free(passphrase);
		return proto_error_set(error, PROTO_PASSPHRASE, path, PASSPHRASE_WHAT);
	}
	passphrase->len = (size_t)len;
	*ret_passphrase = passphrase;
	return PROTO_OK;
}

void
kit_passphrase_free(struct kit_passphrase *passphrase)
{
	if (passphrase == NULL)
		return;
	sodium_free(passphrase->text);
	free(passphrase->path);
	free(passphrase);
}
