#ifndef NODE_COUNT_H
#define NODE_COUNT_H

#include <stdint.h>

#include "dp/counts.h"
#include "node/report.h"
#include "proto/error.h"
#include "proto/period.h"
#include "proto/structure.h"

/*
 * From a file to counts: the one way in for an office's data. The file is opened once, must be a regular file, is read
 * in blocks, and is refused when it changes meanwhile. It is taken whole or not at all.
 *
 * Memory: below 64 MiB without a record key or with rows in the order of their keys; else 24 bytes more for each
 * person. Record keys are held as 128-bit hashes under a key drawn for this run alone.
 */
struct node_count_request {
	const char *file;                        /* the CSV */
	const char *mapping;                     /* the mapping file; its lookup files lie beside it */
	const struct proto_structure *structure;
	struct proto_period period;              /* of the round */
	const char *country;                     /* this office's own, two letters */
	const char *errors_file;                 /* where all errors go, as CSV; NULL: nowhere */
	int64_t now;                             /* UTC, seconds since 1970: a row dated later is wrong */
};

struct node_count {
	struct dp_counts *counts;  /* of the structure's tables; NULL unless report.ok */
	struct node_report report;
	char *map;                 /* the mapping's own name */
	char *attest;              /* aggregate: who attests the bound, in their words; else NULL */
};

/*
 * node_count_file(ret_count, request, error):
 * Reads, checks, bounds and counts.
 *
 * Errors: INPUT when anything in the file is wrong: *ret_count is written all the same, with the whole report
 *         and counts NULL. With every other error *ret_count is not written: MAPPING (the mapping file, or a
 *         column that the file does not have), NOT_FOUND, PERMISSION (not a regular file), IO, REFUSED (the file
 *         changed while it was read), TOO_LARGE (above DP_COUNT_MAX), NO_SPACE, MEMORY.
 * Owner:  the caller frees *ret_count.
 */
PROTO_CHECK enum proto_code node_count_file(struct node_count **ret_count, const struct node_count_request *request,
    struct proto_error *error);
void node_count_free(struct node_count *count);

#endif
