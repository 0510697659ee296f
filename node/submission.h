#ifndef NODE_SUBMISSION_H
#define NODE_SUBMISSION_H

#include "dp/counts.h"
#include "node/keys.h"
#include "node/ledger.h"
#include "proto/header.h"
#include "proto/manifest.h"
#include "proto/part.h"

/*
 * What this office sends in one round: drawn once, stored, and from then on only read.
 *
 *   counts --reserve--> grant --draw--> noisy --seal--> part --sign--> header --commit--> stored --> sent
 *          '------------------ one transaction of the store ------------------'
 *
 * D1  Noise is drawn in the transaction that stores it. What is not committed was never sent.
 * D2  A round that has an entry is never drawn again: its stored bytes are read instead.
 * D3  DIR.head names the entry before the caller sees a byte of it.
 */
struct node_submission {
	char round[PROTO_ROUND_TEXT];
	uint64_t sequence, rho, total;
	int64_t time;                            /* when it was drawn */
	uint8_t header[PROTO_HEADER_BYTES];
	uint8_t digest[PROTO_HASH];              /* proto_header_digest */
	uint8_t manifest[PROTO_HASH];
	struct proto_buffer part;                /* the sealed country part */
	size_t cells;
	int64_t *noisy;                          /* what is in the part, for this office to read back */
	struct proto_buffer receipt;             /* signed; empty while there is none */
	uint8_t receipt_sha256[PROTO_HASH];
	int64_t accepted;                        /* by the coordinator's clock */
};

struct node_submission_request {
	const struct proto_manifest *manifest; /* stored already (node_round_add) */
	const struct dp_counts *counts;
	const struct proto_attest *attest;
	const struct node_keys *keys;          /* pub.country set */
	const struct dp_ledger_caps *caps;
	const struct dp_rng *rng;
	int64_t now;
};

/*
 * node_submission_claim(ret_claim, manifest): what the round asks of the ledger.
 * node_submission_check: would it be granted now? Reads no count; changes nothing.
 */
void node_submission_claim(struct dp_ledger_claim *ret_claim, const struct proto_manifest *manifest);
PROTO_CHECK enum proto_code node_submission_check(struct node_state *state, const struct proto_manifest *manifest,
    const struct dp_ledger_caps *caps, int64_t now, struct proto_error *error);

/*
 * node_submission_prepare(ret_submission, state, request, error):
 * Check, reserve, draw, seal, sign, store, commit, DIR.head: then the bytes may go.
 *
 * Errors:  as node_ledger_status; EXISTS when the round has an entry (load it instead); CLOCK; REFUSED;
 *          RANDOM; IO, NO_SPACE. After an error that came before the commit nothing was spent. When the commit itself
 *          reports an error the store is opened again and what stands there decides.
 * Privacy: spends manifest->rho_units, once.
 */
PROTO_CHECK enum proto_code node_submission_prepare(struct node_submission *ret_submission, struct node_state *state,
    const struct node_submission_request *request, struct proto_error *error);

/*
 * node_submission_load(ret_submission, ret_found, state, round, signing, error):
 * The stored submission, checked: seal, signature, and against its entry in the ledger (DAMAGED).
 */
PROTO_CHECK enum proto_code node_submission_load(struct node_submission *ret_submission, bool *ret_found,
    struct node_state *state, const char *round, const uint8_t signing[static PROTO_PUBLIC], struct proto_error *error);

void node_submission_wipe(struct node_submission *submission);

#endif
