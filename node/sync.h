#ifndef NODE_SYNC_H
#define NODE_SYNC_H

#include "node/office.h"
#include "proto/enrol.h"

/*
 * Contact without data: nothing that was counted is part of it. It is also step 0 of every submission: the
 * coordinator names the last header that it bound, and a ledger that does not hold
 * that very entry stops here.
 */
struct node_sync {
	size_t structures, manifests, receipts; /* new in this contact */
	size_t alarms;                          /* new in this contact: see node_round.alarm */
};

/*
 * node_sync_pin(office, fingerprint, error):
 * Compares what the other office read out with our own string. Equal: the root is confirmed. Unequal:
 * FINGERPRINT, and no root is trusted from now on.
 */
PROTO_CHECK enum proto_code node_sync_pin(struct node_office *office, const char *fingerprint, struct proto_error *error);

/*
 * node_sync_knock(office, ret_reply, path, error):
 * Shows the request of `join` ("/v1/enrol", and again at "/v1/enrol/state") with a self-signed certificate.
 */
PROTO_CHECK enum proto_code node_sync_knock(const struct node_office *office, struct proto_enrol_reply *ret_reply,
    const char *path, struct proto_error *error);

/*
 * node_sync_approval(office, error):
 * Asks whether this office was approved, and takes its certificate; also when that needs renewing.
 * WAITING until then.
 */
PROTO_CHECK enum proto_code node_sync_approval(struct node_office *office, struct proto_error *error);

/*
 * node_sync_contact(office, ret_sync, error):
 * Fetches and verifies everything under the pinned root, and stores it in one transaction; on any error
 * nothing is taken.
 *
 * Errors: those of the transport; NOT_GENUINE, EXPIRED, CONFLICT (a second manifest or set), ROLLED_BACK: this
 *         ledger, or the coordinator's, is older than what was sent before.
 */
PROTO_CHECK enum proto_code node_sync_contact(struct node_office *office, struct node_sync *ret_sync,
    struct proto_error *error);

#endif
