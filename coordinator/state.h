#ifndef COORDINATOR_STATE_H
#define COORDINATOR_STATE_H

#include "coordinator/store.h"

/*
 * The state directory DIR, mode 0700:
 *
 *   coordinator.db   the store
 *   keys/offline     root, manifest, accepted, release, opening and CA keys, sealed by the passphrase
 *   keys/receipt     the online receipt key, plain, 0600
 *   keys/tls         the TLS key and leaf certificate (PEM), plain, 0600
 *   releases/ID/     release directories
 *   lock             held by commands that change files
 */
struct coord_state {
	char *dir;
	struct coord_store *store;
	struct coord_identity identity;
	struct proto_trust trust; /* opened and verified */
};

/* Opens what `init` made; NOT_FOUND before. */
PROTO_CHECK enum proto_code coord_state_open(struct coord_state *ret_state, const char *dir, struct proto_error *error);
void coord_state_close(struct coord_state *state);

/* "DIR/name" into ret_path[PATH_MAX]. */
PROTO_CHECK enum proto_code coord_state_path(char *ret_path, const struct coord_state *state, const char *name, struct proto_error *error);

#endif
