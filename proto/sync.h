#ifndef PROTO_SYNC_H
#define PROTO_SYNC_H

#include "proto/buffer.h"
#include "proto/error.h"
#include "proto/keys.h"

/* Contact without data (step 0). */
struct proto_bound { /* a header that the coordinator bound: what it remembers of a node's ledger */
	bool any;
	uint64_t sequence;
	uint8_t head[PROTO_HASH];
	uint64_t total;
};
struct proto_sync_request {
	bool any_receipt;                    /* the newest receipt this node holds */
	uint64_t receipt_sequence;
	uint8_t receipt_sha256[PROTO_HASH];  /* of the signed bytes */
	size_t known;                        /* SHA-256 of structure documents and manifests it has */
	uint8_t (*known_sha256)[PROTO_HASH];
};
enum proto_round_state { PROTO_ROUND_OPEN = 1, PROTO_ROUND_CLOSED = 2, PROTO_ROUND_PUBLISHED = 3, PROTO_ROUND_ABORTED = 4 };
struct proto_sync_round {
	char round[PROTO_ROUND_TEXT];
	enum proto_round_state state;
	struct proto_buffer manifest; /* signed; empty when known */
	struct proto_buffer receipt;  /* signed; this node's; empty when there is none */
	struct proto_buffer accepted; /* signed accepted set; empty until closed */
};
struct proto_sync_reply {
	struct proto_bound bound;
	bool receipt_known;           /* false: the coordinator lacks the receipt shown */
	struct proto_buffer trust;
	size_t structures;            /* canonical documents not yet known */
	struct proto_buffer *structure;
	struct proto_buffer structures_signed; /* proto_catalog_sign */
	size_t rounds;
	struct proto_sync_round *round;
};
PROTO_CHECK enum proto_code proto_sync_request_encode(struct proto_buffer *ret, const struct proto_sync_request *request, struct proto_error *error);
PROTO_CHECK enum proto_code proto_sync_request_decode(struct proto_sync_request *ret, const void *data, size_t len, struct proto_error *error);
void proto_sync_request_wipe(struct proto_sync_request *request);
PROTO_CHECK enum proto_code proto_sync_reply_encode(struct proto_buffer *ret, const struct proto_sync_reply *reply, struct proto_error *error);
PROTO_CHECK enum proto_code proto_sync_reply_decode(struct proto_sync_reply *ret, const void *data, size_t len, struct proto_error *error);
void proto_sync_reply_wipe(struct proto_sync_reply *reply);

#endif
