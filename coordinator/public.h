#ifndef COORDINATOR_PUBLIC_H
#define COORDINATOR_PUBLIC_H

#include "coordinator/state.h"

/*
 * What anyone may read, over the public listener: /index.json, and the files of published releases under
 * /releases/RELEASE/. Names are matched, never joined: a path leads nowhere unless it is one of
 * those that index.json lists. Bytes are compared with their hash in the signed SHA256SUMS before they go out.
 */
struct coord_public_answer {
	const char *type;        /* media type, static */
	struct proto_buffer body;
	bool immutable;          /* may be cached for ever */
};

/* path: as received, undecoded, without the query. NOT_FOUND; DAMAGED when a file is not the one published. */
PROTO_CHECK enum proto_code coord_public_get(struct coord_public_answer *ret_answer, const struct coord_state *state, const char *path,
    struct proto_error *error);
void coord_public_wipe(struct coord_public_answer *answer);

#endif
