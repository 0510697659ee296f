#ifndef NODE_ENROLMENT_H
#define NODE_ENROLMENT_H

#include "node/state.h"
#include "proto/buffer.h"
#include "proto/keys.h"
#include "proto/fingerprint.h"
#include "proto/trust.h"

/*
 * Who this office is, and which coordinator it trusts: one row, written by `join`, completed by `sync`.
 *
 *   (none) --join--> pending --sync, once approved--> active
 *                       |   sync --fingerprint, unequal   |
 *                       +-------------> unpinned <--------+
 *                       ^________________join_|
 */
enum node_pin {
	NODE_PIN_INVITATION = 0, /* the root came with the invitation; nobody compared the fingerprint here */
	NODE_PIN_CONFIRMED = 1,  /* `sync --fingerprint` compared it */
	NODE_PIN_NONE = 2,       /* it differed: no root is trusted until the next `join` */
};

struct node_enrolment {
	char coordinator[PROTO_ID_MAX + 1];
	char *coordinator_name, *url, *country_name;
	uint8_t root_hash[PROTO_HASH];
	struct proto_node_keys keys;     /* public; with the country */
	struct proto_buffer trust;       /* proto_trust_encode, as last fetched */
	struct proto_buffer request;     /* proto_enrol_request_encode: shown again until approved */
	struct proto_buffer certificate; /* DER; empty until approved */
	enum node_pin pin;
	int64_t joined;
};

/* NOT_FOUND before `join`. DAMAGED: the row's seal does not fit. */
PROTO_CHECK enum proto_code node_enrolment_load(struct node_enrolment *ret_enrolment, struct node_state *state,
    struct proto_error *error);
/* Adds or replaces the row; inside the caller's transaction or on its own. */
PROTO_CHECK enum proto_code node_enrolment_save(struct node_state *state, const struct node_enrolment *enrolment,
    struct proto_error *error);
void node_enrolment_wipe(struct node_enrolment *enrolment);

/* "pending", "active" or "unpinned" */
const char *node_enrolment_state(const struct node_enrolment *enrolment);

/* node_enrolment_trust: what the pinned root vouches for. FINGERPRINT when none is pinned. */
PROTO_CHECK enum proto_code node_enrolment_trust(struct proto_trust *ret_trust, const struct node_enrolment *enrolment,
    struct proto_error *error);

/* The string that both offices read over the phone. */
void node_enrolment_fingerprint(char ret_text[static PROTO_FINGERPRINT_TEXT], const struct node_enrolment *enrolment,
    const struct proto_trust *trust);

#endif
