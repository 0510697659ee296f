#ifndef UNIT_KIT_SCRATCH_H
#define UNIT_KIT_SCRATCH_H

#include <fcntl.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* A private directory of the test program, removed when it ends; scratch("a") is a path in it. */
static char scratch_dir[64];

static int
scratch_remove(const char *path, const struct stat *status, int kind, struct FTW *walk)
{
	(void)status, (void)kind, (void)walk;
	return remove(path);
}

static void
scratch_end(void)
{
	(void)nftw(scratch_dir, scratch_remove, 16, FTW_DEPTH | FTW_PHYS);
}

static inline void
scratch_start(void)
{
	(void)snprintf(scratch_dir, sizeof(scratch_dir), "/tmp/chorale-test-XXXXXX");
	if (mkdtemp(scratch_dir) == NULL)
		abort();
	(void)atexit(scratch_end);
}

/* The same name gives the same pointer, which stays good to the end. */
static inline const char *
scratch(const char *name)
{
	static char path[64][256];
	size_t start = strlen(scratch_dir) + 1;
	unsigned i;

	for (i = 0; i < 64 && path[i][0] != '\0'; i++)
		if (strcmp(path[i] + start, name) == 0)
			return path[i];
	if (i == 64 || snprintf(path[i], sizeof(path[i]), "%s/%s", scratch_dir, name) >= (int)sizeof(path[i]))
		abort();
	return path[i];
}

static inline void
scratch_put(const char *path, const void *data, size_t len, mode_t mode)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0600);

	if (fd < 0 || write(fd, data, len) != (ssize_t)len || fchmod(fd, mode) != 0 || close(fd) != 0)
		abort();
}

static inline void
scratch_text(const char *path, const char *text, mode_t mode)
{
	scratch_put(path, text, strlen(text), mode);
}

#endif
