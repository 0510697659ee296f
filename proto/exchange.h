#ifndef PROTO_EXCHANGE_H
#define PROTO_EXCHANGE_H

#include "proto/submission.h"

/*
 * The calls between node and coordinator, all POST over HTTPS with the node's certificate. Bodies are
 * canonical protobuf (proto/chorale.proto) unless said otherwise; every decoder has a cap
 * on bytes before it allocates, a budget on what it allocates, and refuses what does not
 * re-encode to the received bytes.
 *
 *   /v1/enrol        enrol_request     -> enrol_reply      certificate self-signed, secret of the invitation
 *   /v1/enrol/state  enrol_request     -> enrol_reply      the same, polled; carries the certificate once approved
 *   /v1/sync         sync_request      -> sync_reply       everything a node fetches; nothing of its data
 *   /v1/header       header bytes      -> header_reply     binds (node, round) and (node, sequence) for ever
 *   /v1/body         header digest (32 bytes) then the sealed country part -> header_reply with the receipt
 *   any error        status of proto_error_http, body: error_reply
 */
#define PROTO_EXCHANGE_REQUEST_MAX (64u << 10)   /* enrol, sync, header */
#define PROTO_EXCHANGE_BODY_MAX (16u << 20)
#define PROTO_EXCHANGE_REPLY_MAX (64u << 20)
#define PROTO_EXCHANGE_TYPE "application/x-protobuf"

struct proto_enrol_request {
	struct proto_node_keys keys;      /* tls must be the hash of the connection's key */
	uint8_t proof[PROTO_HASH];        /* proto_enrol_proof */
	uint8_t signature[PROTO_SIGNATURE]; /* by keys.signing over the same: possession */
};
/* BLAKE2b keyed with the invitation's secret over label, coordinator, country, the three keys. */
void proto_enrol_proof(uint8_t ret_proof[static PROTO_HASH], const uint8_t secret[static 32], const char *coordinator,
    const struct proto_node_keys *keys);
PROTO_CHECK enum proto_code proto_enrol_request_encode(struct proto_buffer *ret, const char *coordinator, const struct proto_node_keys *keys,
    const uint8_t secret[static 32], const uint8_t signing_secret[static 64], struct proto_error *error);
/* Decodes and verifies the signature of possession; the proof is the caller's to compare (sodium_memcmp). */
PROTO_CHECK enum proto_code proto_enrol_request_decode(struct proto_enrol_request *ret, const char *coordinator, const void *data, size_t len,
    struct proto_error *error);

struct proto_enrol_reply {
	bool approved;
	struct proto_buffer trust;       /* proto_trust_encode */
	struct proto_buffer certificate; /* DER of the node's TLS certificate; empty until approved */
};
PROTO_CHECK enum proto_code proto_enrol_reply_encode(struct proto_buffer *ret, const struct proto_enrol_reply *reply, struct proto_error *error);
PROTO_CHECK enum proto_code proto_enrol_reply_decode(struct proto_enrol_reply *ret, const void *data, size_t len, struct proto_error *error);
void proto_enrol_reply_wipe(struct proto_enrol_reply *reply);

/* The invitation: a JSON file, mode 0600, valid 14 days, one use. It also carries the trust bundle, so that
 * the first TLS connection is already verified. */
struct proto_invitation {
	char coordinator[PROTO_ID_MAX + 1];
	char *coordinator_name, *url; /* https://HOST:PORT */
	char country[PROTO_COUNTRY_TEXT];
	char *country_name;
	uint8_t root_hash[PROTO_HASH];
	uint8_t secret[32];
	int64_t expires;
	struct proto_buffer trust;
};
PROTO_CHECK enum proto_code proto_invitation_encode(struct proto_buffer *ret_json, const struct proto_invitation *invitation, struct proto_error *error);
PROTO_CHECK enum proto_code proto_invitation_decode(struct proto_invitation *ret, const void *data, size_t len, struct proto_error *error);
void proto_invitation_wipe(struct proto_invitation *invitation);

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
	struct proto_buffer structures_signed; /* signed list (purpose MANIFEST) of current structure digests */
	size_t rounds;
	struct proto_sync_round *round;
};
PROTO_CHECK enum proto_code proto_sync_request_encode(struct proto_buffer *ret, const struct proto_sync_request *request, struct proto_error *error);
PROTO_CHECK enum proto_code proto_sync_request_decode(struct proto_sync_request *ret, const void *data, size_t len, struct proto_error *error);
void proto_sync_request_wipe(struct proto_sync_request *request);
PROTO_CHECK enum proto_code proto_sync_reply_encode(struct proto_buffer *ret, const struct proto_sync_reply *reply, struct proto_error *error);
PROTO_CHECK enum proto_code proto_sync_reply_decode(struct proto_sync_reply *ret, const void *data, size_t len, struct proto_error *error);
void proto_sync_reply_wipe(struct proto_sync_reply *reply);

struct proto_header_reply {
	bool want_body;
	struct proto_buffer receipt; /* signed; empty while the body is wanted */
};
PROTO_CHECK enum proto_code proto_header_reply_encode(struct proto_buffer *ret, const struct proto_header_reply *reply, struct proto_error *error);
PROTO_CHECK enum proto_code proto_header_reply_decode(struct proto_header_reply *ret, const void *data, size_t len, struct proto_error *error);
void proto_header_reply_wipe(struct proto_header_reply *reply);

PROTO_CHECK enum proto_code proto_error_reply_encode(struct proto_buffer *ret, const struct proto_error *reply, struct proto_error *error);
/* What a stranger says about itself: code and a printable text; an unknown code is FAILED. */
PROTO_CHECK enum proto_code proto_error_reply_decode(struct proto_error *ret, const void *data, size_t len, struct proto_error *error);

#endif
