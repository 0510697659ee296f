#ifndef COORDINATOR_PUBLISH_H
#define COORDINATOR_PUBLISH_H

#include "coordinator/keys.h"
#include "coordinator/published.h"

/*
 * From a closed round to its release. The bytes are a function of the closed round, so a run cut off
 * anywhere is simply repeated; a release that stands is returned as it is, its directory made whole again where it is
 * lost or changed (DAMAGED when the round does not give the same bytes). BUSY while another run publishes.
 */
struct coord_publish_result {
	char release[PROTO_ROUND_TEXT];
	char dir[4096];
	uint8_t sha256[PROTO_HASH]; /* of SHA256SUMS, which names every other file */
};
PROTO_CHECK enum proto_code coord_publish(struct coord_publish_result *ret_result, struct coord_state *state, const struct coord_keys *keys,
    const char *round, int64_t now, struct proto_error *error);

/* The directory of a release id in this state. */
PROTO_CHECK enum proto_code coord_publish_dir(char *ret_dir, size_t size, const struct coord_state *state, const char *release, struct proto_error *error);

/* Loads a published release, verified against this coordinator's own key and the hash in the store (DAMAGED when it differs or is gone). */
PROTO_CHECK enum proto_code coord_publish_load(struct coord_published *ret_published, const struct coord_state *state,
    const struct coord_release *release, struct proto_error *error);

#endif
