/* N23: what an input file may be. */
#include "node/input.h"

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "support/counting.h"
#include "support/structures.h"
#include "support/suite.h"

static const char *const MAP = "{\"map\":\"m\",\"structure\":\"TIP_VICTIMS\",\"kind\":\"records\",\"file\":{\"format\":\"csv\"},"
    "\"record_key\":null,\"time\":{\"constant\":\"2023-Q1\"},\"columns\":{\"SEX\":{\"column\":\"s\",\"values\":{\"m\":\"M\"}}}}";

static struct node_input *
opened(const char *path)
{
	struct node_input *input = NULL;
	struct proto_error error = {0};

	if (node_input_open(&input, path, &error) != PROTO_OK)
		printf("%s: %s\n", error.where, error.what);
	CU_ASSERT_PTR_NOT_NULL_FATAL(input);
	return input;
}

/* Reads everything; the code that ended it, and how many bytes there were. */
static enum proto_code
drain(struct node_input *input, size_t *ret_bytes)
{
	struct node_csv_source source = node_input_source(input);
	uint8_t block[100];
	size_t got = 1;
	enum proto_code code = PROTO_OK;

	*ret_bytes = 0;
	while (got > 0 && code == PROTO_OK) {
		got = 0;
		code = source.read(source.ctx, block, &got, sizeof(block), NULL);
		*ret_bytes += got;
	}
	return code;
}

static void
what_is_no_regular_file_is_refused_at_once(void)
{
	const char *fifo = counting_file("fifo", NULL, 0), *paths[] = {"/tmp", "/dev/zero", "/dev/null", fifo};
	struct node_input *input = NULL;
	struct proto_error error;
	size_t i;

	(void)counting_text("regular", "");
	CU_ASSERT_EQUAL(mkfifo(fifo, 0600), 0);
	(void)alarm(20); /* opening the pipe must not wait for a writer */
	for (i = 0; i < 4; i++)
		CU_ASSERT_EQUAL(node_input_open(&input, paths[i], &error), PROTO_PERMISSION);
	(void)alarm(0);
	CU_ASSERT_EQUAL(node_input_open(&input, "/nowhere", &error), PROTO_NOT_FOUND);
	CU_ASSERT_PTR_NULL(input);
}

static void
a_symbolic_link_to_a_file_will_do(void)
{
	const char *file = counting_text("linked", "12345"), *link = counting_file("link", NULL, 0);
	struct node_input *input;
	size_t bytes;

	CU_ASSERT_EQUAL(symlink(file, link), 0);
	input = opened(link);
	CU_ASSERT_TRUE(node_input_is(input, file));
	CU_ASSERT_FALSE(node_input_is(input, "/tmp"));
	CU_ASSERT_EQUAL(drain(input, &bytes), PROTO_OK);
	CU_ASSERT_EQUAL(bytes, 5);
	CU_ASSERT_EQUAL(node_input_unchanged(input, true, NULL), PROTO_OK);
	CU_ASSERT_EQUAL(node_input_rewind(input, NULL), PROTO_OK);
	CU_ASSERT_EQUAL(node_input_unchanged(input, true, NULL), PROTO_REFUSED); /* nothing was read of it yet */
	CU_ASSERT_EQUAL(drain(input, &bytes), PROTO_OK);
	CU_ASSERT_EQUAL(bytes, 5);
	CU_ASSERT_EQUAL(node_input_unchanged(input, true, NULL), PROTO_OK);
	node_input_close(input);
	node_input_close(NULL);
}

static void
a_file_that_changes_while_it_is_read_is_refused(void)
{
	char data[1000];
	struct node_csv_source source;
	struct node_input *input;
	const char *path;
	size_t bytes, got;
	int fd, way;

	memset(data, 'x', sizeof(data));
	for (way = 0; way < 4; way++) {
		path = counting_file("changing", data, sizeof(data));
		input = opened(path);
		source = node_input_source(input);
		CU_ASSERT_EQUAL(source.read(source.ctx, (uint8_t *)data, &got, 100, NULL), PROTO_OK);
		(void)usleep(20000); /* so that the time of change is another one */
		fd = open(path, O_WRONLY | (way == 0 ? O_APPEND : 0));
		/* it grows; it shrinks; another byte stands where it was read; its time is set back */
		CU_ASSERT_TRUE(way != 0 || write(fd, "y", 1) == 1);
		CU_ASSERT_TRUE(way != 1 || ftruncate(fd, 500) == 0);
		CU_ASSERT_TRUE(way != 2 || pwrite(fd, "y", 1, 10) == 1);
		CU_ASSERT_TRUE(way != 3 || futimens(fd, (struct timespec[2]){{0}}) == 0);
		(void)close(fd);
		CU_ASSERT_TRUE(drain(input, &bytes) == PROTO_REFUSED || node_input_unchanged(input, true, NULL) == PROTO_REFUSED);
		node_input_close(input);
	}
	/* another file under the same name is not what was opened: that one is still whole */
	path = counting_file("changing", data, sizeof(data));
	input = opened(path);
	CU_ASSERT_EQUAL(rename(counting_text("other", "other"), path), 0);
	CU_ASSERT_EQUAL(drain(input, &bytes), PROTO_OK);
	CU_ASSERT_EQUAL(bytes, sizeof(data));
	node_input_close(input);
}

/* In a child: memory is its own, and a hang ends with it. */
static int
counted_in_child(const char *file, const char *mapping, long *ret_peak_kb)
{
	struct counting_what what = {.file = file, .mapping = mapping, .period = "2023-Q1"};
	struct proto_structure *victims = structures_default("TIP_VICTIMS");
	struct rusage usage;
	enum proto_code code;
	pid_t pid;
	int status;

	(void)fflush(stdout);
	if ((pid = fork()) == 0) {
		(void)alarm(60);
		node_count_free(counting_run(&code, &what, victims, NULL));
		proto_structure_free(victims);
		_exit((int)code);
	}
	CU_ASSERT_EQUAL(wait4(pid, &status, 0, &usage), pid);
	proto_structure_free(victims);
	*ret_peak_kb = usage.ru_maxrss;
	return WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
}

#if defined(__SANITIZE_ADDRESS__)
#define PEAK_KB 1000000 /* the sanitizer's own memory is in it */
#else
#define PEAK_KB 65536
#endif

static void
twenty_gigabytes_of_nothing_are_refused_in_little_memory(void)
{
	const char *path = counting_text("huge", "s\n");
	long peak;

	CU_ASSERT_EQUAL(truncate(path, (off_t)20 << 30), 0);
	CU_ASSERT_EQUAL(counted_in_child(path, counting_text("map.json", MAP), &peak), PROTO_INPUT);
	CU_ASSERT_TRUE(peak < PEAK_KB);
}

static void
a_long_line_and_a_long_file_take_little_memory(void)
{
	size_t len = 40u << 20, i;
	char *data = malloc(len);
	const char *mapping = counting_text("map.json", MAP), *path;
	long peak;

	memset(data, 'm', len);
	memcpy(data, "s\n", 2);
	path = counting_file("long", data, len);
	free(data);
	CU_ASSERT_EQUAL(counted_in_child(path, mapping, &peak), PROTO_INPUT);
	/* the parent's pages are the child's too until they are given back: 40 MiB were */
	CU_ASSERT_TRUE(peak < PEAK_KB);
	data = malloc(len);
	for (i = 0; i < len; i++)
		data[i] = i & 1 ? '\n' : 'm';
	data[0] = 's';
	path = counting_file("long", data, len);
	free(data);
	CU_ASSERT_EQUAL(counted_in_child(path, mapping, &peak), PROTO_OK);
	CU_ASSERT_TRUE(peak < PEAK_KB);
}

static void
what_is_no_file_is_refused_by_counting_too(void)
{
	const char *mapping = counting_text("map.json", MAP);
	long peak;

	CU_ASSERT_EQUAL(counted_in_child("/dev/zero", mapping, &peak), PROTO_PERMISSION);
	CU_ASSERT_EQUAL(counted_in_child("/tmp", mapping, &peak), PROTO_PERMISSION);
	CU_ASSERT_EQUAL(counted_in_child(counting_file("fifo", NULL, 0), mapping, &peak), PROTO_PERMISSION);
	CU_ASSERT_EQUAL(counted_in_child(mapping, "/dev/zero", &peak), PROTO_PERMISSION);
}

static const struct suite_case cases[] = {
	{"what is no regular file is refused at once", what_is_no_regular_file_is_refused_at_once},
	{"a symbolic link to a file will do", a_symbolic_link_to_a_file_will_do},
	{"a file that changes while it is read is refused", a_file_that_changes_while_it_is_read_is_refused},
	{"twenty gigabytes of nothing are refused in little memory", twenty_gigabytes_of_nothing_are_refused_in_little_memory},
	{"a long line and a long file take little memory", a_long_line_and_a_long_file_take_little_memory},
	{"what is no file is refused by counting too", what_is_no_file_is_refused_by_counting_too},
	{NULL, NULL},
};

int
main(void)
{
	return suite_run("node.input", cases);
}
