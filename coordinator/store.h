#ifndef COORDINATOR_STORE_H
#define COORDINATOR_STORE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "proto/exchange.h"

/*
 * What the coordinator remembers. Everything that another party may rely on stands
 * here, synced, before anyone is told:
 *
 * S1  A header is bound once: (round, node) and (node, sequence) name one header for ever.
 * S2  A body is stored only under a bound header, a receipt only with its body; the bytes of a
 *     receipt never change.
 * S3  A round goes open -> closed -> published, or from open or closed to aborted; never back.
 * S4  An accepted set, an abort and a release are stored signed before anyone sees them, and stay.
 * S5  Evidence and events are only ever added. Neither holds a secret or a count.
 *
 * All functions work on one connection; several processes (serve, and commands beside it)
 * each open their own. A function that reads fills memory that the matching wipe (one) or
 * free (a list) gives back.
 * What writes more than one row is marked (T): the caller wraps it in a transaction.
 * NOT_FOUND names what was asked for. Text columns have been checked before they come here.
 */
struct coord_store;

/* DIR/coordinator.db, private. create: make it when absent; otherwise NOT_FOUND says to run `init`. */
PROTO_CHECK enum proto_code coord_store_open(struct coord_store **ret_store, const char *dir, bool create, struct proto_error *error);
void coord_store_close(struct coord_store *store);

/* A write transaction; BUSY when another holds it. Single writes outside of one are each their own. */
PROTO_CHECK enum proto_code coord_store_begin(struct coord_store *store, struct proto_error *error);
PROTO_CHECK enum proto_code coord_store_commit(struct coord_store *store, struct proto_error *error);
void coord_store_rollback(struct coord_store *store); /* harmless outside a transaction */

/* Who this coordinator is; one row, written by `init`. */
struct coord_identity {
	char coordinator[PROTO_ID_MAX + 1];
	char area[PROTO_ID_MAX + 1];
	char *name;
	int64_t created;
	struct proto_buffer trust;             /* proto_trust_encode */
	struct proto_buffer structures_signed; /* purpose MANIFEST: the digests of the current structures */
};
PROTO_CHECK enum proto_code coord_store_identity(struct coord_identity *ret_identity, struct coord_store *store, struct proto_error *error);
PROTO_CHECK enum proto_code coord_store_identity_set(struct coord_store *store, const struct coord_identity *identity, struct proto_error *error);
/* Replaces structures_signed. */
PROTO_CHECK enum proto_code coord_store_identity_sign(struct coord_store *store, const struct proto_buffer *signed_list, struct proto_error *error);
void coord_store_identity_wipe(struct coord_identity *identity);

/*
 * Countries.
 *
 *   (none) --add--> invited --enrol--> pending --approve--> active <--approve-- revoked
 *                      ^__________add____|_____________________|___revoke________^
 */
enum coord_country_state { COORD_INVITED = 1, COORD_PENDING = 2, COORD_ACTIVE = 3, COORD_REVOKED = 4 };
const char *coord_store_country_state(enum coord_country_state state);

struct coord_country {
	char code[PROTO_COUNTRY_TEXT];
	char *name;
	enum coord_country_state state;
	bool has_secret;            /* the invitation is unused */
	uint8_t secret[32];         /* of the invitation; erased at enrolment */
	int64_t expires;            /* of the invitation */
	bool has_keys;              /* from pending on */
	struct proto_node_keys keys;
	uint8_t proof[PROTO_HASH];  /* of the enrolment: polls show it again */
	struct proto_buffer self;        /* DER: the certificate shown at enrolment */
	struct proto_buffer certificate; /* DER: issued at approval; empty before */
};
PROTO_CHECK enum proto_code coord_store_country(struct coord_country *ret_country, struct coord_store *store, const char *code, struct proto_error *error);
PROTO_CHECK enum proto_code coord_store_country_list(struct coord_country **ret_country, size_t *ret_countries, struct coord_store *store, struct proto_error *error); /* by code */
PROTO_CHECK enum proto_code coord_store_country_put(struct coord_store *store, const struct coord_country *country, struct proto_error *error); /* adds or replaces */
void coord_store_country_wipe(struct coord_country *country);
void coord_store_country_free(struct coord_country *country, size_t countries);

/* Structures: canonical documents. The newest of one id is current. */
struct coord_structure {
	char id[PROTO_ID_MAX + 1];
	uint8_t sha256[PROTO_HASH];
	bool current;
	int64_t added;
	struct proto_buffer document;
};
PROTO_CHECK enum proto_code coord_store_structure(struct coord_structure *ret_structure, struct coord_store *store, const char *id, struct proto_error *error); /* the current one */
PROTO_CHECK enum proto_code coord_store_structure_list(struct coord_structure **ret_structure, size_t *ret_structures, struct coord_store *store, struct proto_error *error); /* current, in the order added */
/* (T) Adds one as the current; *ret_new false when this very document was current already. */
PROTO_CHECK enum proto_code coord_store_structure_add(bool *ret_new, struct coord_store *store, const struct proto_structure *structure, int64_t now, struct proto_error *error);
void coord_store_structure_wipe(struct coord_structure *structure);
void coord_store_structure_free(struct coord_structure *structure, size_t structures);

/* Rounds. */
struct coord_round {
	char round[PROTO_ROUND_TEXT];
	char structure[PROTO_ID_MAX + 1];
	enum proto_round_state state;
	uint64_t rho_asked;              /* what --rho said, in units; the manifest holds the exact price */
	int64_t opened, closes, closed;  /* UTC seconds; closes 0: until `round close`; closed 0: open */
	uint8_t manifest_sha256[PROTO_HASH];
	struct proto_buffer manifest;    /* signed */
	struct proto_buffer accepted;    /* signed accepted set; empty until closed */
	struct proto_buffer aborted;     /* signed abort; empty unless aborted */
};
PROTO_CHECK enum proto_code coord_store_round(struct coord_round *ret_round, struct coord_store *store, const char *round, struct proto_error *error);
PROTO_CHECK enum proto_code coord_store_round_list(struct coord_round **ret_round, size_t *ret_rounds, struct coord_store *store, struct proto_error *error); /* by time of opening */
/* (T) Also keeps what the header check needs of the manifest: its countries with their keys, its price, its names in the ledger. EXISTS. */
PROTO_CHECK enum proto_code coord_store_round_add(struct coord_store *store, const struct coord_round *round, const struct proto_manifest *manifest, struct proto_error *error);
/* open -> closed with the signed set; LATE when it is not open. From this commit on no body is accepted. */
PROTO_CHECK enum proto_code coord_store_round_accept(struct coord_store *store, const char *round, const struct proto_buffer *signed_set, int64_t now, struct proto_error *error);
/* open or closed -> aborted; REFUSED when published. */
PROTO_CHECK enum proto_code coord_store_round_abort(struct coord_store *store, const char *round, const struct proto_buffer *signed_abort, int64_t now, struct proto_error *error);
/*
 * What the header check needs of a round, and of one country in it.
 */
struct coord_terms {
	enum proto_round_state state;
	int64_t opened, closes, closed;
	uint8_t manifest_sha256[PROTO_HASH];
	uint8_t round_hash[PROTO_HASH], series_hash[PROTO_HASH]; /* its names in a node's ledger */
	uint32_t year;
	uint64_t rho_units;
	bool listed;                    /* the country stands in the manifest */
	uint8_t signing[PROTO_PUBLIC];  /* with this key */
};
PROTO_CHECK enum proto_code coord_store_round_terms(struct coord_terms *ret_terms, struct coord_store *store, const char *round, const char *country,
    struct proto_error *error);
void coord_store_round_wipe(struct coord_round *round);
void coord_store_round_free(struct coord_round *round, size_t rounds);

/* Submissions: bound headers, with the body and the receipt once there. */
struct coord_submission {
	char round[PROTO_ROUND_TEXT];
	char node[PROTO_COUNTRY_TEXT];
	uint64_t sequence, total;
	uint8_t previous[PROTO_HASH], head[PROTO_HASH];
	uint8_t digest[PROTO_HASH];                 /* proto_header_digest */
	uint8_t country_part[PROTO_HASH];           /* SHA-256 that the body must have */
	uint8_t header[PROTO_HEADER_BYTES];
	int64_t bound;                              /* UTC seconds */
	struct proto_buffer body;                   /* sealed country part; empty until there, or not asked for */
	struct proto_buffer receipt;                /* signed; empty: header only, no body came */
};
enum coord_bodies { COORD_WITHOUT_BODIES, COORD_WITH_BODIES };
/* All of one round, by country: those with a receipt are complete. */
PROTO_CHECK enum proto_code coord_store_submission_list(struct coord_submission **ret_submission, size_t *ret_submissions, struct coord_store *store,
    const char *round, enum coord_bodies bodies, struct proto_error *error);
/*
 * One of a node's bound headers, without its body; *ret_any false when there is none.
 *   ROUND  the one of that round        DIGEST  the one with that digest
 *   BELOW  the greatest sequence <= the one given     ABOVE  the smallest one >= it
 */
enum coord_which { COORD_ROUND, COORD_DIGEST, COORD_BELOW, COORD_ABOVE };
struct coord_submission_key {
	enum coord_which which;
	const char *node;
	const char *round;     /* ROUND */
	const uint8_t *digest; /* DIGEST */
	uint64_t sequence;     /* BELOW, ABOVE */
};
PROTO_CHECK enum proto_code coord_store_submission_find(struct coord_submission *ret_submission, bool *ret_any, struct coord_store *store,
    const struct coord_submission_key *key, struct proto_error *error);
/* (T) Binds submission's header (S1); CONFLICT when the round or the sequence is taken. Body and receipt are not looked at. */
PROTO_CHECK enum proto_code coord_store_submission_bind(struct coord_store *store, const struct coord_submission *submission, struct proto_error *error);
/* Stores body and receipt of a bound header (S2). */
PROTO_CHECK enum proto_code coord_store_submission_complete(struct coord_store *store, const struct coord_submission *submission, const void *body, size_t len,
    const struct proto_buffer *receipt, struct proto_error *error);
void coord_store_submission_wipe(struct coord_submission *submission);
void coord_store_submission_free(struct coord_submission *submission, size_t submissions);

/* Releases. */
struct coord_release {
	char release[PROTO_ROUND_TEXT]; /* ROUND.vN */
	char round[PROTO_ROUND_TEXT];
	uint32_t version;
	char *state;                    /* "published" */
	uint8_t sha256[PROTO_HASH];     /* of SHA256SUMS: what `release publish` prints */
	int64_t published;
};
PROTO_CHECK enum proto_code coord_store_release(struct coord_release *ret_release, struct coord_store *store, const char *release, struct proto_error *error);
PROTO_CHECK enum proto_code coord_store_release_list(struct coord_release **ret_release, size_t *ret_releases, struct coord_store *store, struct proto_error *error); /* by round, version */
/* (T) Adds it and moves the round closed -> published. EXISTS when another content stands under that id; the same again is OK. */
PROTO_CHECK enum proto_code coord_store_release_add(struct coord_store *store, const struct coord_release *release, struct proto_error *error);
void coord_store_release_wipe(struct coord_release *release);
void coord_store_release_free(struct coord_release *release, size_t releases);

/*
 * Evidence: signed bytes that contradict what is bound (kind: "second-header", "sequence", "chain", "context").
 * (T) The same bytes are kept once; at most COORD_EVIDENCE_MAX per node and round, so that a node cannot fill the disk.
 */
#define COORD_EVIDENCE_MAX 8
PROTO_CHECK enum proto_code coord_store_log_evidence(struct coord_store *store, const char *kind, const char *node, const char *round,
    const void *data, size_t len, struct proto_error *error);
/* *ret_count: evidence about one node (NULL: all). */
PROTO_CHECK enum proto_code coord_store_log_evidence_count(uint64_t *ret_count, struct coord_store *store, const char *node, struct proto_error *error);

/* Events: what was done, to whom, when; for people ("round-open", "TIP_VICTIMS.2023-Q1.r0"). */
PROTO_CHECK enum proto_code coord_store_log_event(struct coord_store *store, const char *what, const char *whom, struct proto_error *error);

#endif
