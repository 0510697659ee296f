#ifndef NODE_SUBMISSION_ROW_H
#define NODE_SUBMISSION_ROW_H

#include "node/submission.h"

/* The row under an entry: the very bytes that are sent, and the noisy vector in them. */
struct node_submission_row {
	uint64_t sequence;
	const uint8_t *manifest; /* PROTO_HASH bytes */
	const uint8_t *header;   /* PROTO_HEADER_BYTES */
	const struct proto_buffer *part;
	size_t cells;
	const int64_t *noisy;
};

/* node_submission_row_add: inside the caller's transaction, after the entry. */
PROTO_CHECK enum proto_code node_submission_row_add(struct node_state *state, const struct node_submission_row *row,
    struct proto_error *error);

#endif
