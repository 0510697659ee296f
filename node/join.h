#ifndef NODE_JOIN_H
#define NODE_JOIN_H

#include "node/office.h"
#include "proto/invitation.h"
#include "proto/kit/passphrase.h"

/*
 * node_join(ret_office, path, request, error):
 * Sets an office up in a new state directory: keys, default policy, empty ledger, the root that the invitation
 * names; then knocks at the coordinator with a self-signed certificate. Repeating it continues where it
 * stopped and changes nothing that stands. With another invitation of the same country and root an active office presents
 * itself anew (it was revoked, or the coordinator moved); its certificate is given up only when the coordinator has answered.
 *
 * Errors: EXISTS: the directory belongs to another country or coordinator. EXPIRED: the invitation.
 *         UNREACHABLE: everything here is ready; repeat later.
 */
struct node_join_request {
	const struct proto_invitation *invitation;
	const struct kit_passphrase *passphrase;
	const struct node_transport *transport;
	int64_t now;
};
PROTO_CHECK enum proto_code node_join(struct node_office *ret_office, const char *path,
    const struct node_join_request *request, struct proto_error *error);

#endif
