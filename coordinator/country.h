#ifndef COORDINATOR_COUNTRY_H
#define COORDINATOR_COUNTRY_H

#include "coordinator/keys.h"

#define COORD_INVITATION_SECONDS (14 * 86400)

/*
 * coord_country_add(ret_expires, state, request, error):
 * Invites a country and writes the invitation (mode 0600, a new file). A country that is invited, pending or revoked
 * gets a new invitation, and the old one is void; EXISTS for an active one. The code must stand in the area list of
 * every structure and not be the region's.
 */
struct coord_country_request {
	const char *code, *name, *url, *out;
	int64_t now;
};
PROTO_CHECK enum proto_code coord_country_add(int64_t *ret_expires, struct coord_state *state, const struct coord_country_request *request,
    struct proto_error *error);

/*
 * coord_country_approve(state, keys, code, fingerprint, now, error):
 * Issues the country's certificate when the fingerprint is the one read out at the office (FINGERPRINT otherwise,
 * nothing changed). Repeated, it renews the certificate and undoes a revocation. WAITING: the office has not joined.
 */
struct coord_country_approval {
	const char *code, *fingerprint;
	int64_t now;
};
PROTO_CHECK enum proto_code coord_country_approve(struct coord_state *state, const struct coord_keys *keys,
    const struct coord_country_approval *approval, struct proto_error *error);

/* Ends a country's access at its next request; revoking again changes nothing. */
PROTO_CHECK enum proto_code coord_country_revoke(struct coord_state *state, const char *code, struct proto_error *error);

#endif
