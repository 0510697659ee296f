/*
 * Running out of memory is an ordinary error: the n-th request for memory fails, for each n, and counting says MEMORY,
 * hands nothing out and leaves nothing behind (the address sanitizer's build looks for leaks). The linker sends the rooms'
 * requests here.
 */
#include <errno.h>
#include <limits.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "support/counting.h"
#include "support/structures.h"
#include "support/suite.h"

void *__real_malloc(size_t size);
void *__real_calloc(size_t n, size_t size);
void *__real_realloc(void *old, size_t size);
char *__real_strdup(const char *text);
char *__real_strndup(const char *text, size_t len);
void *__real_mmap(void *at, size_t len, int protection, int flags, int fd, off_t offset);
enum proto_code __real_proto_json_load(json_t **ret_json, const void *data, size_t len, const char *where, struct proto_error *error);
enum proto_code __wrap_proto_json_load(json_t **ret_json, const void *data, size_t len, const char *where, struct proto_error *error);
int __real_pthread_create(pthread_t *thread, const pthread_attr_t *attributes, void *(*run)(void *), void *ctx);
void *__wrap_malloc(size_t size);
void *__wrap_calloc(size_t n, size_t size);
void *__wrap_realloc(void *old, size_t size);
char *__wrap_strdup(const char *text);
char *__wrap_strndup(const char *text, size_t len);
void *__wrap_mmap(void *at, size_t len, int protection, int flags, int fd, off_t offset);
int __wrap_pthread_create(pthread_t *thread, const pthread_attr_t *attributes, void *(*run)(void *), void *ctx);

static atomic_long left = LONG_MAX; /* requests until one fails */

static bool
fails(void)
{
	return left < LONG_MAX / 2 && left-- == 0;
}

void *
__wrap_malloc(size_t size)
{
	return fails() ? NULL : __real_malloc(size);
}

void *
__wrap_calloc(size_t n, size_t size)
{
	return fails() ? NULL : __real_calloc(n, size);
}

void *
__wrap_realloc(void *old, size_t size)
{
	return fails() ? NULL : __real_realloc(old, size);
}

char *
__wrap_strdup(const char *text)
{
	return fails() ? NULL : __real_strdup(text);
}

char *
__wrap_strndup(const char *text, size_t len)
{
	return fails() ? NULL : __real_strndup(text, len);
}

void *
__wrap_mmap(void *at, size_t len, int protection, int flags, int fd, off_t offset)
{
	return fails() ? MAP_FAILED : __real_mmap(at, len, protection, flags, fd, offset);
}

int
__wrap_pthread_create(pthread_t *thread, const pthread_attr_t *attributes, void *(*run)(void *), void *ctx)
{
	/* a thread that cannot be had is no error: then the reader reads for itself */
	return fails() ? EAGAIN : __real_pthread_create(thread, attributes, run, ctx);
}

/* jansson asserts where a request of its scanner fails; that is not what is asked here. */
enum proto_code
__wrap_proto_json_load(json_t **ret_json, const void *data, size_t len, const char *where, struct proto_error *error)
{
	long before = left;
	enum proto_code code;

	left = LONG_MAX;
	code = __real_proto_json_load(ret_json, data, len, where, error);
	left = before;
	return code;
}

static struct proto_structure *victims;

static const char *const records =
    "{\"map\":\"m\",\"structure\":\"TIP_VICTIMS\",\"kind\":\"records\",\"file\":{\"format\":\"csv\"},\"record_key\":\"k\","
    "\"time\":{\"column\":\"t\",\"pattern\":\"%Y-%m-%d\"},\"where\":{\"k\":[\"1\",\"2\",\"3\"]},\"columns\":{"
    "\"SEX\":{\"column\":\"s\",\"values\":{\"f\":\"F\",\"m\":\"M\"},\"missing\":[\"-\"]},"
    "\"AGE\":{\"flags\":{\"c\":\"Y0T17\"},\"true\":[\"1\"],\"false\":[\"0\"],\"none\":\"_U\"},"
    "\"EXPL\":{\"column\":\"e\",\"split\":[\"+\"],\"values\":{\"a\":\"SX\",\"b\":\"FL\"}},"
    "\"CITGRP\":{\"column\":\"n\",\"lookup\":\"nations.csv\",\"dual\":{\"split\":\" \",\"take\":\"first-not-home\"},\"derive\":\"citizenship-group\"}}}";

static const char *const aggregate =
    "{\"map\":\"m\",\"structure\":\"TIP_VICTIMS\",\"kind\":\"aggregate\",\"file\":{\"format\":\"csv\"},\"attest\":\"x\","
    "\"area\":{\"column\":\"n\",\"lookup\":\"CL_AREA\"},\"time\":{\"constant\":\"2023-Q1\"},"
    "\"columns\":{\"SEX\":{\"column\":\"s\",\"values\":{\"f\":\"F\",\"m\":\"M\"}}},\"value\":{\"column\":\"e\"}}";

/* Every request fails once; the last run, in which none did, must end with `code`. */
static void
each_fails(const struct counting_what *what, enum proto_code expected, bool with_errors)
{
	struct proto_error error;
	struct node_count *count;
	enum proto_code code;
	unsigned wrong = 0;
	long n, unspent;

	for (n = 0; n < 100000; n++) {
		left = n;
		count = counting_run(&code, what, victims, &error);
		unspent = left;
		left = LONG_MAX;
		/* an error that could not be kept must not make the file look right */
		wrong += unspent < 0 && code != PROTO_MEMORY && code != expected;
		wrong += count != NULL && code != PROTO_OK && code != PROTO_INPUT;
		wrong += with_errors && code == PROTO_OK;
		node_count_free(count);
		if (unspent >= 0)
			break;
	}
	CU_ASSERT_EQUAL(wrong, 0);
	CU_ASSERT_EQUAL(code, expected);
	CU_ASSERT_TRUE(n > 40);
}

static void
records_in_too_little_memory(void)
{
	struct counting_what what = {.period = "2023-Q1"};

	(void)counting_text("nations.csv", "label,code\nUK,GB\nIrish,IE\n");
	what.mapping = counting_text("map.json", records);
	what.file = counting_text("cases.csv", "k,t,s,c,e,n\n1,2023-01-01,f,1,a+b,UK\n1,2023-01-01,-,0,b,UK Irish\n2,2023-02-01,m,1,a,Irish\n");
	what.errors_file = counting_file("errors.csv", NULL, 0);
	/* rows 2 and 3 disagree on citizenship: the errors are kept in too little memory, too */
	each_fails(&what, PROTO_INPUT, true);
	what.file = counting_text("cases.csv", "k,t,s,c,e,n\n1,2023-01-01,f,1,a+b,UK\n1,2023-01-01,-,0,b,UK\n2,2023-02-01,m,1,a,UK Irish\n");
	each_fails(&what, PROTO_OK, false);
}

static void
cells_in_too_little_memory(void)
{
	struct counting_what what = {.period = "2023-Q1"};

	what.mapping = counting_text("aggregate.json", aggregate);
	what.file = counting_text("cells.csv", "n,s,e\nGB,f,3\nGB,m,4\n");
	each_fails(&what, PROTO_OK, false);
}

static const struct suite_case cases[] = {
	{"records in too little memory", records_in_too_little_memory},
	{"cells in too little memory", cells_in_too_little_memory},
	{NULL, NULL},
};

int
main(void)
{
	int status;

	victims = structures_default("TIP_VICTIMS");
	status = suite_run("node.memory", cases);
	proto_structure_free(victims);
	return status;
}
