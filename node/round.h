#ifndef NODE_ROUND_H
#define NODE_ROUND_H

#include "node/office.h"
#include "proto/accepted.h"
#include "proto/manifest.h"
#include "proto/sync.h"

/*
 * The rounds that this office has a manifest of, as `sync` stored them. A manifest is verified
 * again, under the pinned root, whenever it is loaded.
 */
struct node_round {
	struct proto_manifest manifest;
	enum proto_round_state state; /* the coordinator's word; a signed set decides */
	int64_t closed;               /* when it closed or was aborted, as the signed set says; 0: no set yet */
	char *alarm;                  /* what is wrong with that set, or NULL */
};

/* NOT_FOUND: no manifest of that name; run `sync`. */
PROTO_CHECK enum proto_code node_round_load(struct node_round *ret_round, const struct node_office *office,
    const char *round, struct proto_error *error);
void node_round_wipe(struct node_round *round);

/* The names of all rounds, ascending; the caller frees *ret_name with free(). */
struct node_round_name {
	char round[PROTO_ROUND_TEXT];
};
PROTO_CHECK enum proto_code node_round_list(struct node_round_name **ret_name, size_t *ret_names, struct node_state *state,
    struct proto_error *error);

/* node_round_add: stores a manifest; inside the caller's transaction. CONFLICT: another one stands under this
 * round for ever. The same again is OK, and not new. */
PROTO_CHECK enum proto_code node_round_add(bool *ret_new, struct node_state *state, const struct proto_manifest *manifest,
    const struct proto_buffer *bytes, struct proto_error *error);

/*
 * node_round_admits(round, office, error):
 * May this office submit to it now? REFUSED: its country, with its present key, is not in the manifest.
 * EARLY, LATE: with the times.
 */
PROTO_CHECK enum proto_code node_round_admits(const struct node_round *round, const struct node_office *office,
    struct proto_error *error);

/* "open", "closed", "published" or "aborted" */
const char *node_round_state(enum proto_round_state state);

#endif
