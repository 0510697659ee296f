#ifndef PROTO_STRUCTURE_H
#define PROTO_STRUCTURE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "dp/domain.h"
#include "proto/buffer.h"
#include "proto/error.h"
#include "proto/period.h"

/*
 * A structure: dimensions, code lists, tables. It is data; nothing about its
 * subject is compiled in. FREQ, REF_AREA and TIME_PERIOD frame every structure; the
 * other dimensions are counted and are the dimensions of its dp_domain, in order.
 * _T is never stored: code lists here hold the counted codes only.
 *
 * The canonical document is one JSON text in the form of a structures file that holds this
 * structure alone, with the code lists it uses inlined, a fixed order of keys and no white space;
 * its SHA-256 is the structure's version. The order of codes is the order of appearance, _T last.
 */
struct proto_code_item {
	char *id;
	char *name;
	char *parent;    /* id, or NULL */
	char *alpha3;    /* areas only, else NULL */
	char *m49;       /* areas only, else NULL */
	char *subregion; /* areas only: M49 number of the sub-region, or NULL */
};

struct proto_codelist {
	char *id;
	char *name;   /* of the total where the list has _T: its label, else "Total" */
	bool total;   /* the list has _T */
	char *source; /* may be NULL */
	size_t codes;
	struct proto_code_item *code; /* without _T */
};

struct proto_dimension {
	char *id;
	const struct proto_codelist *list;
	uint32_t bound;       /* multi-valued: k; else 0 */
	bool pick;            /* single-valued; several codes: the first by rank */
	bool no_margin_over;
	uint32_t *rank;       /* multi or pick: rank[code] in the public priority; else NULL */
	bool *area_sum;       /* sums over countries add only these codes; NULL: all */
};

struct proto_table {
	char *id;
	struct dp_figure figure;
	size_t dims;                       /* in the order written */
	uint32_t dim[DP_DIMS_MAX];
};

struct proto_structure {
	char id[PROTO_ID_MAX + 1];
	char *agency, *version_label, *name, *unit;
	char **resolution; size_t resolutions;
	bool is_default;
	size_t lists;
	struct proto_codelist *list;
	const struct proto_codelist *freq, *area; /* CL_FREQ, CL_AREA of this structure */
	size_t dims;
	struct proto_dimension dim[DP_DIMS_MAX];
	size_t tables;
	struct proto_table *table;
	struct dp_figure figure[DP_TABLES_MAX]; /* table[i].figure, for dp/ */
	uint32_t q_max;
	dp_dims keep;               /* dimensions marked no_margin_over */
	struct dp_domain domain;
	uint8_t sha256[32];         /* of the canonical document: the version */
	struct proto_buffer document;
};

/*
 * proto_structure_load_set(ret_structure, ret_structures, data, len, area, where, error):
 * Reads a file of structures (the form of coordinator/share/structures.json). area resolves a
 * code list that names a file: called with the file's name, it returns the bytes.
 * Refused with a clear line (STRUCTURE, naming structure and key): an unknown key, a
 * priority or pick that misses a code or names an unknown one, a table outside its group,
 * a dimension that is twice in a table or not in the structure, a code list without codes,
 * repeated codes, a bound above the codes, more than DP_DIMS_MAX dimensions ...
 * A table's group is "persons", or its multi-valued dimensions joined by '+'.
 *
 * Errors:  STRUCTURE; MALFORMED, TOO_LARGE (not JSON, or larger than proto/json.h allows); MEMORY;
 *          what files->read returns. files may be NULL: then no list may name a file.
 * Owner:   the caller frees each structure, and the array by free().
 */
struct proto_structure_files {
	enum proto_code (*read)(void *ctx, const char *name, struct proto_buffer *ret_data, struct proto_error *error);
	void *ctx;
};
PROTO_CHECK enum proto_code proto_structure_load_set(struct proto_structure ***ret_structure, size_t *ret_structures,
    const void *data, size_t len, const struct proto_structure_files *files, const char *where, struct proto_error *error);

/* proto_structure_decode(ret_structure, document, len, error): one canonical document, as in a manifest;
 * NOT_CANONICAL unless re-encoding gives the same bytes. */
PROTO_CHECK enum proto_code proto_structure_decode(struct proto_structure **ret_structure, const void *document, size_t len,
    struct proto_error *error);

void proto_structure_free(struct proto_structure *structure);

/* Look-ups: index, or -1. */
int proto_structure_dim(const struct proto_structure *structure, const char *id, size_t len);
int proto_codelist_find(const struct proto_codelist *list, const char *id, size_t len);
/* areas: by alpha-2 id, alpha-3, M49 number or name (exact). */
int proto_codelist_area(const struct proto_codelist *list, const char *text, size_t len);

#endif
