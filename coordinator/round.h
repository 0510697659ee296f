#ifndef COORDINATOR_ROUND_H
#define COORDINATOR_ROUND_H

#include "coordinator/keys.h"

/*
 * Opening and aborting rounds.
 *
 *   (none) --coord_round_open--> open --coord_close--> closed --coord_publish--> published
 *                                  |                     |
 *                                  +--coord_round_abort--+--> aborted
 */
struct coord_round_ask {
	const char *structure, *period;
	uint64_t rho_units; /* the most that the round may cost */
	int64_t closes;     /* UTC seconds; 0: until `round close` */
	int64_t now;
};

/*
 * coord_round_draft(ret_manifest, state, ask, error):
 * The manifest that such a round would have: the current structure, the best plan of at most
 * that price, the countries active now. Nothing is signed or stored.
 *
 * Errors: NOT_FOUND (structure), USAGE (period), REFUSED (a period whose frequency the structure
 *         lacks; no plan at this price).
 */
PROTO_CHECK enum proto_code coord_round_draft(struct proto_manifest *ret_manifest, struct coord_state *state, const struct coord_round_ask *ask,
    struct proto_error *error);

/*
 * coord_round_open(ret_manifest, state, keys, ask, error):
 * Drafts, signs and stores; the round is open when it returns. A round that was opened with the same structure,
 * price and closing time and is still open is returned as it stands; any other EXISTS.
 *
 * Errors: as above; WAITING when no country is active; USAGE when the closing time is past.
 */
PROTO_CHECK enum proto_code coord_round_open(struct proto_manifest *ret_manifest, struct coord_state *state, const struct coord_keys *keys,
    const struct coord_round_ask *ask, struct proto_error *error);

/* Signs and stores the abort of a whole round; final. Repeated: no effect. REFUSED when it is published. */
PROTO_CHECK enum proto_code coord_round_abort(struct coord_state *state, const struct coord_keys *keys, const char *round, const char *reason,
    int64_t now, struct proto_error *error);

const char *coord_round_state(enum proto_round_state state); /* "open" */

#endif
