#ifndef NODE_LOOKUP_H
#define NODE_LOOKUP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "proto/error.h"
#include "proto/structure.h"

/*
 * From texts to what they mean: value maps, lookup files, code lists, sets of texts. Comparison is exact, byte by byte.
 */
enum node_meaning_kind {
	NODE_MEANS_CODE,      /* index: a code of the dimension's own list */
	NODE_MEANS_AREA,      /* index: an area, still to be derived from */
	NODE_MEANS_STATELESS, /* STLS, still to be derived from */
	NODE_MEANS_UNKNOWN,   /* _U, still to be derived from */
};
struct node_meaning {
	enum node_meaning_kind kind;
	uint32_t index;
};

#define NODE_LOOKUP_TEXT_MAX 1024u
#define NODE_LOOKUP_MAX (1u << 20)

struct node_lookup;

PROTO_CHECK enum proto_code node_lookup_new(struct node_lookup **ret_lookup, struct proto_error *error);
void node_lookup_free(struct node_lookup *lookup);
size_t node_lookup_size(const struct node_lookup *lookup);

/* node_lookup_add: EXISTS when the text is there already, TOO_LARGE (a limit above), MEMORY; no message. */
PROTO_CHECK enum proto_code node_lookup_add(struct node_lookup *lookup, const char *text, size_t len,
    struct node_meaning meaning);

/* node_lookup_find(ret_meaning, lookup, text, len): false when the text is not there; lookup may be NULL (empty). */
bool node_lookup_find(struct node_meaning *ret_meaning, const struct node_lookup *lookup, const char *text, size_t len);

/* node_lookup_areas(ret_lookup, list, error): every area by alpha-2 id, alpha-3, M49 number and name.
 * A text that two areas share stands for neither. */
PROTO_CHECK enum proto_code node_lookup_areas(struct node_lookup **ret_lookup, const struct proto_codelist *list,
    struct proto_error *error);

/* node_lookup_codes(ret_lookup, list, error): every code by id and name. */
PROTO_CHECK enum proto_code node_lookup_codes(struct node_lookup **ret_lookup, const struct proto_codelist *list,
    struct proto_error *error);

/*
 * node_lookup_file(ret_lookup, path, resolve, ctx, error): a UTF-8 CSV with the header label,code.
 * resolve says what a code means; false: it is no code. Errors: MAPPING, naming file and line (a repeated or empty
 * label, an unknown code, another header, not CSV), and those of reading a file.
 */
typedef bool node_lookup_resolve(struct node_meaning *ret_meaning, const void *ctx, const char *code, size_t len);
PROTO_CHECK enum proto_code node_lookup_file(struct node_lookup **ret_lookup, const char *path,
    node_lookup_resolve *resolve, const void *ctx, struct proto_error *error);

#endif
