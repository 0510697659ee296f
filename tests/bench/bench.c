#include "bench.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/utsname.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

void
bench_line_begin(struct bench_line *line, const char *event)
{
	memset(line, 0, sizeof(*line));
	proto_json_init(&line->json, &line->buffer, 0);
	proto_json_object(&line->json);
	bench_line_text(line, "event", event);
}

void
bench_line_text(struct bench_line *line, const char *key, const char *value)
{
	proto_json_key(&line->json, key);
	proto_json_string(&line->json, value);
}

void
bench_line_number(struct bench_line *line, const char *key, uint64_t value)
{
	proto_json_key(&line->json, key);
	proto_json_u64(&line->json, value);
}

void
bench_line_real(struct bench_line *line, const char *key, double value, int decimals)
{
	proto_json_key(&line->json, key);
	proto_json_fixed(&line->json, value, decimals);
}

void
bench_line_end(struct bench_line *line)
{
	const char *text;

	proto_json_object_end(&line->json);
	if ((text = proto_buffer_string(&line->buffer)) == NULL) {
		(void)fputs("chorale-bench: out of memory\n", stderr);
		exit(1);
	}
	(void)puts(text);
	(void)fflush(stdout);
	proto_buffer_wipe(&line->buffer);
}

static void
processor(char *ret_name, size_t size)
{
	FILE *file = fopen("/proc/cpuinfo", "r");
	char line[512];
	char *colon;

	(void)snprintf(ret_name, size, "unknown");
	while (file && fgets(line, sizeof(line), file))
		if (strncmp(line, "model name", 10) == 0 && (colon = strchr(line, ':')) != NULL) {
			colon[strcspn(colon, "\n")] = '\0';
			(void)snprintf(ret_name, size, "%s", colon + 2);
			break;
		}
	if (file)
		(void)fclose(file);
}

void
bench_machine(void)
{
	struct bench_line line;
	struct utsname system;
	char name[256];

	processor(name, sizeof(name));
	bench_line_begin(&line, "machine");
	bench_line_text(&line, "processor", name);
	bench_line_number(&line, "cores", (uint64_t)sysconf(_SC_NPROCESSORS_ONLN));
	bench_line_number(&line, "memory_bytes", (uint64_t)sysconf(_SC_PHYS_PAGES) * (uint64_t)sysconf(_SC_PAGESIZE));
	if (uname(&system) == 0)
		bench_line_text(&line, "kernel", system.release);
	bench_line_text(&line, "compiler", __VERSION__);
	bench_line_text(&line, "build", BENCH_BUILD);
	bench_line_end(&line);
}

double
bench_seconds(void)
{
	struct timespec now;

	(void)clock_gettime(CLOCK_MONOTONIC, &now);
	return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}

static double
of_timeval(const struct timeval *time)
{
	return (double)time->tv_sec + 1e-6 * (double)time->tv_usec;
}

static bool
whole(ssize_t (*move)(int, void *, size_t), int fd, void *data, size_t len)
{
	char *at = data;

	while (len > 0) {
		ssize_t n = move(fd, at, len);

		if (n <= 0 && errno != EINTR)
			return false;
		if (n > 0) {
			at += n;
			len -= (size_t)n;
		}
	}
	return true;
}

static ssize_t
write_some(int fd, void *data, size_t len)
{
	return write(fd, data, len);
}

int
bench_child(struct bench_child *ret_child, int (*work)(void *ctx, void *result), void *ctx, void *result, size_t result_len)
{
	int ends[2], status;
	struct rusage usage;
	double wall = 0;
	bool told;
	pid_t pid;

	if (pipe(ends) != 0 || (pid = fork()) < 0) {
		perror("chorale-bench");
		return -1;
	}
	if (pid == 0) {
		double began = bench_seconds();

		status = work(ctx, result);
		wall = bench_seconds() - began;
		told = whole(write_some, ends[1], &wall, sizeof(wall)) && whole(write_some, ends[1], result, result_len);
		_exit(told ? status : 1);
	}
	(void)close(ends[1]);
	told = whole(read, ends[0], &wall, sizeof(wall)) && whole(read, ends[0], result, result_len);
	(void)close(ends[0]);
	if (wait4(pid, &status, 0, &usage) != pid || !told)
		return -1;
	*ret_child = (struct bench_child){WIFEXITED(status) ? WEXITSTATUS(status) : 1, wall,
	    of_timeval(&usage.ru_utime) + of_timeval(&usage.ru_stime), (uint64_t)usage.ru_maxrss * 1024};
	return 0;
}

const char *
bench_bin(void)
{
	static char path[PATH_MAX];
	ssize_t len = readlink("/proc/self/exe", path, sizeof(path) - 1);
	char *slash;

	path[len > 0 ? len : 0] = '\0';
	if ((slash = strrchr(path, '/')) != NULL)
		*slash = '\0';
	return path;
}

bool
bench_number(uint64_t *ret_value, const char *text)
{
	char *end;

	errno = 0;
	*ret_value = strtoull(text, &end, 10);
	return *text >= '0' && *text <= '9' && *end == '\0' && errno == 0 && *ret_value > 0;
}
