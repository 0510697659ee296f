#ifndef NODE_OFFICE_H
#define NODE_OFFICE_H

#include "node/enrolment.h"
#include "node/ledger.h"
#include "node/policy.h"
#include "node/state.h"
#include "node/transport.h"

/*
 * What nearly every command works on: the state directory, who this office is, what its pinned root vouches
 * for, what it allows. Time and transport are handed in.
 */
struct node_office {
	struct node_state *state;
	struct node_enrolment enrolment;
	struct proto_trust trust; /* empty while no root is pinned */
	struct node_policy policy;
	const struct node_transport *transport;
	int64_t now; /* UTC seconds */
};

PROTO_CHECK enum proto_code node_office_open(struct node_office *ret_office, const char *path, enum node_state_mode mode,
    struct proto_error *error);
void node_office_close(struct node_office *office);

/* node_office_pinned: FINGERPRINT while no root is pinned. */
PROTO_CHECK enum proto_code node_office_pinned(const struct node_office *office, struct proto_error *error);

/* A line to the coordinator, with the certificate issued, or before approval a self-signed one. */
enum node_office_face { NODE_OFFICE_ISSUED, NODE_OFFICE_SELF };
PROTO_CHECK enum proto_code node_office_line(void **ret_line, const struct node_office *office, enum node_office_face face,
    struct proto_error *error);

#endif
