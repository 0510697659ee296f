/* A whole file through the whole counting, under one of four mappings; the first byte chooses. What comes out must add up. */
#include "node/count.h"

#include <stdio.h>
#include <sys/mman.h>
#include <unistd.h>

#include "node_small.h"

#define FRAME "\"structure\":\"S\",\"map\":\"m\",\"file\":{\"format\":\"csv\"},\"home\":\"XA\""
#define FIELDS "\"SEX\":{\"column\":\"s\",\"values\":{\"f\":\"F\",\"m\":\"M\",\"?\":\"_U\"}}," \
	"\"EXPL\":{\"column\":\"e\",\"split\":[\"+\",\" & \"],\"values\":{\"a\":\"SX\",\"b\":\"FL\",\"c\":\"OR\"},\"missing\":[\"?\"]}," \
	"\"CITGRP\":{\"column\":\"c\",\"lookup\":\"CL_AREA\",\"values\":{\"none\":\"STLS\"},\"dual\":{\"split\":\" \",\"take\":\"first-not-home\"}," \
	"\"derive\":\"citizenship-group\"},\"FORM\":{\"flags\":{\"x\":\"SX\",\"y\":\"FL\"},\"true\":[\"1\"],\"false\":[\"0\"],\"none\":\"_U\"}"
#define TIME "\"time\":{\"column\":\"t\",\"pattern\":\"%Y-%m-%d\"}"

static const char *const mappings[] = {
	"{" FRAME ",\"kind\":\"records\",\"record_key\":\"k\"," TIME ",\"select\":{\"period\":\"round\"},\"columns\":{" FIELDS "},\"on_blank\":\"_U\"}",
	"{" FRAME ",\"kind\":\"records\",\"record_key\":null," TIME ",\"columns\":{" FIELDS "}}",
	"{" FRAME ",\"kind\":\"records\",\"record_key\":\"k\",\"time\":{\"constant\":\"2023-02\"},\"where\":{\"t\":[\"yes\"]},\"columns\":{" FIELDS
	"},\"on_conflict\":\"first-code\",\"on_unknown\":\"_U\",\"on_blank\":\"_U\"}",
	"{" FRAME ",\"kind\":\"aggregate\",\"attest\":\"x\",\"time\":{\"constant\":\"2023-02\"},\"columns\":{\"SEX\":{\"column\":\"s\",\"values\":"
	"{\"f\":\"F\",\"m\":\"M\",\"*\":\"_T\"}},\"EXPL\":{\"column\":\"e\",\"values\":{\"a\":\"SX\",\"b\":\"FL\",\"*\":\"_T\"}}},"
	"\"value\":{\"column\":\"k\",\"thousands\":\",\",\"suppressed\":[\"<5\"]}}",
};

static int
file_of(char ret_path[static 32], const void *data, size_t len)
{
	int fd = memfd_create("fuzz", MFD_CLOEXEC);

	if (fd < 0 || write(fd, data, len) != (ssize_t)len)
		abort();
	(void)snprintf(ret_path, 32, "/proc/self/fd/%d", fd);
	return fd;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const struct proto_structure *structure = small_structure();
	struct node_count_request request = {.structure = structure, .period = {'Q', 2023, 1}, .country = "XA", .now = 1700000000};
	char file[32], mapping[32];
	struct node_count *count = NULL;
	struct proto_error error = {0};
	enum proto_code code;
	uint64_t persons = 0;
	int fds[2];

	if (size == 0)
		return 0;
	fds[0] = file_of(file, data + 1, size - 1);
	fds[1] = file_of(mapping, mappings[data[0] & 3], strlen(mappings[data[0] & 3]));
	request.file = file;
	request.mapping = mapping;
	code = node_count_file(&count, &request, &error);
	if (code != PROTO_OK && code != PROTO_INPUT && code != PROTO_MAPPING && code != PROTO_TOO_LARGE)
		abort();
	if ((code == PROTO_OK || code == PROTO_INPUT) != (count != NULL))
		abort();
	if (count) {
		const struct node_report *r = &count->report;

		if (r->rows != r->taken + r->rejected + r->not_selected || r->ok != (r->errors == 0) || r->ok != (code == PROTO_OK) ||
		    r->ok != (count->counts != NULL) || r->bound[0].kept > r->bound[0].seen)
			abort();
		if (r->ok && (dp_counts_figure(&persons, count->counts, (struct dp_figure){0, 0}) != DP_OK || persons != r->persons))
			abort();
	}
	node_count_free(count);
	(void)close(fds[0]);
	(void)close(fds[1]);
	return 0;
}
