#ifndef NODE_SYNC_APPLY_H
#define NODE_SYNC_APPLY_H

#include "node/sync.h"
#include "proto/sync.h"

/*
 * node_sync_apply(office, result, reply, error):
 * Judges and stores one reply, inside the caller's transaction. The order is: whom the root vouches for, then
 * whether both ledgers agree, then the documents.
 */
PROTO_CHECK enum proto_code node_sync_apply(struct node_office *office, struct node_sync *result,
    const struct proto_sync_reply *reply, struct proto_error *error);

/*
 * node_sync_set(office, result, round, manifest, error):
 * The accepted set of one round, once it is there: signed, for this very manifest, and never a
 * second one, except the signed abort. An alarm is noted when this office holds a receipt
 * and the set leaves it out, or names other bytes.
 */
PROTO_CHECK enum proto_code node_sync_set(struct node_office *office, struct node_sync *result,
    const struct proto_sync_round *round, const uint8_t manifest[static PROTO_HASH], struct proto_error *error);

#endif
