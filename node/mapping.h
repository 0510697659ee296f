#ifndef NODE_MAPPING_H
#define NODE_MAPPING_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "dp/domain.h"
#include "node/csv.h"
#include "node/lookup.h"
#include "node/when.h"
#include "proto/error.h"
#include "proto/period.h"
#include "proto/structure.h"

/*
 * A mapping file: how one office's columns become the codes of one structure (node/README.md has the format). Strict:
 * an unknown key, an unknown code, a text given twice or a key that its kind does not know is an error.
 */
enum node_mapping_kind { NODE_RECORDS, NODE_AGGREGATE };
enum node_derive { NODE_DERIVE_NOTHING, NODE_DERIVE_CITIZENSHIP, NODE_DERIVE_SUBREGION };

#define NODE_SEPARATORS_MAX 16
#define NODE_FLAGS_MAX 64
#define NODE_WHERE_MAX 32
#define NODE_NO_CODE UINT32_MAX /* on_unknown, on_blank: an error */

/* Codes of CL_CITGRP's shape, by index in the dimension's list. */
struct node_groups {
	uint32_t national, region, foreign, stateless;
};

/* How one dimension is read. */
struct node_field {
	bool mapped;                 /* false: `_U` for every row */
	uint32_t unknown;            /* the index of `_U` */
	uint32_t total;              /* aggregate: the index that stands for `_T` (the number of codes) */
	char *column;                /* NULL: flags */
	struct node_lookup *values, *lookup, *missing;
	size_t separators;
	char *separator[NODE_SEPARATORS_MAX]; /* longest first */
	char *dual;                  /* where a text of two nationalities is cut; NULL: no such rule */
	enum node_derive derive;
	struct node_groups groups;
	size_t flags;
	struct node_flag {
		char *column;
		uint32_t code;
	} flag[NODE_FLAGS_MAX];
	struct node_lookup *yes, *no;
	uint32_t none;               /* no flag is set */
	uint32_t on_unknown, on_blank;
};

struct node_mapping {
	char *map;
	enum node_mapping_kind kind;
	const struct proto_structure *structure; /* borrowed */
	struct node_csv_options csv;
	char *record_key;            /* NULL: every row is a person */
	uint32_t home, own;          /* areas; home: whose citizens are nationals */
	struct {
		char *column;        /* NULL: every row is this country's */
		struct node_lookup *lookup, *missing;
	} area;
	struct {
		char *column;        /* NULL: constant */
		struct node_when when;
		struct proto_period constant;
	} time;
	bool select_area, select_period;
	size_t wheres;
	struct node_where {
		char *column;
		struct node_lookup *accept;
	} where[NODE_WHERE_MAX];
	struct node_field field[DP_DIMS_MAX]; /* by dimension of the structure */
	bool first_code;             /* on_conflict */
	char *attest;
	struct {
		char *column;
		char thousands[8];   /* "": none */
		struct node_lookup *suppressed;
		uint64_t max;
	} value;
};

/* What a mapping must fit, and where it comes from. */
struct node_mapping_for {
	const struct proto_structure *structure;
	struct proto_period period;
	const char *country; /* this office's own area */
	const char *path;    /* of the mapping file: lookup files are beside it, messages name it */
};

/*
 * node_mapping_decode(ret_mapping, data, len, what_for, error): Errors: MAPPING, naming the key; those of reading a
 * lookup file; MEMORY. An aggregate mapping without `attest` is read: the caller refuses it in the end, when the
 * file's own errors have been listed.
 */
PROTO_CHECK enum proto_code node_mapping_decode(struct node_mapping **ret_mapping, const void *data, size_t len,
    const struct node_mapping_for *what_for, struct proto_error *error);
/* node_mapping_load: the same from the file at what_for->path. */
PROTO_CHECK enum proto_code node_mapping_load(struct node_mapping **ret_mapping, const struct node_mapping_for *what_for,
    struct proto_error *error);
void node_mapping_free(struct node_mapping *mapping);

#endif
