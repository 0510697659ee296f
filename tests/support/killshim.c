/*
 * A library for LD_PRELOAD, for tests only: the process dies by SIGKILL at the n-th call that changes a file
 * or sends a byte. So each place where a power cut or a kill can fall is met, one run each.
 *
 *   CHORALE_KILL_AT=N    die at the N-th such call, counted from 1, before it is done
 *   CHORALE_KILL_HALF=1  where that call writes, half of it is done first
 *   CHORALE_KILL_LOG=F   append one line "NAME" to F for each such call (not with CHORALE_KILL_AT)
 *
 * What the kernel took stays: this finds missing steps and wrong orders, not missing syncs.
 */
#include <dlfcn.h>
#include <fcntl.h>
#include <signal.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>

#define NEXT(type, name) ((type)(uintptr_t)dlsym(RTLD_NEXT, name))

static atomic_long calls;

static void
note(const char *name)
{
	const char *path = getenv("CHORALE_KILL_LOG");
	int (*real_open)(const char *, int, ...) = NEXT(int (*)(const char *, int, ...), "open");
	ssize_t (*real_write)(int, const void *, size_t) = NEXT(ssize_t (*)(int, const void *, size_t), "write");
	char line[32];
	int fd, len;

	if (path == NULL || (fd = real_open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600)) < 0)
		return;
	len = snprintf(line, sizeof(line), "%s\n", name);
	if (real_write(fd, line, (size_t)len) != len)
		abort();
	close(fd);
}

/* Is this the call to die at? */
static bool
due(const char *name)
{
	const char *at = getenv("CHORALE_KILL_AT");
	long n = atomic_fetch_add(&calls, 1) + 1;

	if (at == NULL) {
		note(name);
		return false;
	}
	return n == atol(at);
}

static bool
half(void)
{
	return getenv("CHORALE_KILL_HALF") != NULL;
}

static void
die(void)
{
	raise(SIGKILL);
	for (;;)
		pause();
}

/* Calls without a half: NAME(parameters), passed on as arguments. */
#define PLAIN(result, name, parameters, arguments)                          \
	result name parameters;                                             \
	result name parameters                                              \
	{                                                                   \
		if (due(#name))                                             \
			die();                                              \
		return NEXT(result (*) parameters, #name) arguments;        \
	}

PLAIN(int, fsync, (int fd), (fd))
PLAIN(int, fdatasync, (int fd), (fd))
PLAIN(int, rename, (const char *from, const char *to), (from, to))
PLAIN(int, renameat, (int a, const char *from, int b, const char *to), (a, from, b, to))
PLAIN(int, renameat2, (int a, const char *from, int b, const char *to, unsigned flags), (a, from, b, to, flags))
PLAIN(int, link, (const char *from, const char *to), (from, to))
PLAIN(int, linkat, (int a, const char *from, int b, const char *to, int flags), (a, from, b, to, flags))
PLAIN(int, unlink, (const char *path), (path))
PLAIN(int, unlinkat, (int dir, const char *path, int flags), (dir, path, flags))
PLAIN(int, mkdir, (const char *path, mode_t mode), (path, mode))
PLAIN(int, ftruncate, (int fd, off_t length), (fd, length))
PLAIN(int, ftruncate64, (int fd, off64_t length), (fd, length))
PLAIN(ssize_t, writev, (int fd, const struct iovec *part, int parts), (fd, part, parts))
PLAIN(ssize_t, sendmsg, (int fd, const struct msghdr *message, int flags), (fd, message, flags))

/* Calls that take bytes: with half of them done first. */
#define BYTES(name, parameters, arguments, halved)                          \
	ssize_t name parameters;                                            \
	ssize_t name parameters                                             \
	{                                                                   \
		if (due(#name)) {                                           \
			if (half() && len > 1 && NEXT(ssize_t (*) parameters, #name) halved < 0) \
				abort();                                    \
			die();                                              \
		}                                                           \
		return NEXT(ssize_t (*) parameters, #name) arguments;       \
	}

BYTES(write, (int fd, const void *data, size_t len), (fd, data, len), (fd, data, len / 2))
BYTES(pwrite, (int fd, const void *data, size_t len, off_t at), (fd, data, len, at), (fd, data, len / 2, at))
BYTES(pwrite64, (int fd, const void *data, size_t len, off64_t at), (fd, data, len, at), (fd, data, len / 2, at))
BYTES(send, (int fd, const void *data, size_t len, int flags), (fd, data, len, flags), (fd, data, len / 2, flags))

/* Opening for writing, which may create. */
#define OPEN(name)                                                          \
	int name(const char *path, int flags, ...);                         \
	int name(const char *path, int flags, ...)                          \
	{                                                                   \
		va_list args;                                               \
		mode_t mode;                                                \
		va_start(args, flags);                                      \
		mode = (flags & O_CREAT) != 0 ? va_arg(args, mode_t) : 0;   \
		va_end(args);                                               \
		if ((flags & O_ACCMODE) != O_RDONLY && due(#name))          \
			die();                                              \
		return NEXT(int (*)(const char *, int, ...), #name)(path, flags, mode); \
	}

OPEN(open)
OPEN(open64)

#define OPENAT(name)                                                        \
	int name(int dir, const char *path, int flags, ...);                \
	int name(int dir, const char *path, int flags, ...)                 \
	{                                                                   \
		va_list args;                                               \
		mode_t mode;                                                \
		va_start(args, flags);                                      \
		mode = (flags & O_CREAT) != 0 ? va_arg(args, mode_t) : 0;   \
		va_end(args);                                               \
		if ((flags & O_ACCMODE) != O_RDONLY && due(#name))          \
			die();                                              \
		return NEXT(int (*)(int, const char *, int, ...), #name)(dir, path, flags, mode); \
	}

OPENAT(openat)
OPENAT(openat64)
