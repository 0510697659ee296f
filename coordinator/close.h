#ifndef COORDINATOR_CLOSE_H
#define COORDINATOR_CLOSE_H

#include "coordinator/keys.h"
#include "coordinator/published.h"

/*
 * The end of a round. open -> closed: every submission with a receipt is opened; one whose sealed context
 * is not its header's, or whose country was revoked meanwhile, is left out, with evidence; the
 * set is signed and stored in one transaction, so that nothing is accepted after it. Closing a
 * closed round again changes nothing.
 */
PROTO_CHECK enum proto_code coord_close(struct coord_state *state, const struct coord_keys *keys, const char *round, int64_t now, struct proto_error *error);

/*
 * coord_close_open(ret_published, state, keys, round, error): a closed round as a release in memory: the
 * accepted parts opened anew from the stored bytes, sums and estimates derived. EARLY while it is open;
 * REFUSED when it was aborted.
 */
PROTO_CHECK enum proto_code coord_close_open(struct coord_published *ret_published, struct coord_state *state, const struct coord_keys *keys,
    const char *round, struct proto_error *error);

#endif
