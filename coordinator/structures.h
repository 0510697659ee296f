#ifndef COORDINATOR_STRUCTURES_H
#define COORDINATOR_STRUCTURES_H

#include "coordinator/keys.h"

/*
 * coord_structures_load(ret_structure, ret_structures, path, area, error):
 * Reads a file of structures; code lists in files of their own lie beside it. Where the list of
 * areas lacks the region, it is added (id, and M49 number when it is one).
 *
 * Errors: REFUSED: the region's number belongs to an area that is listed under another id; and
 *         those of proto_structure_load_set.
 * Owner:  coord_structures_free.
 */
struct coord_structures_area {
	const char *id, *name;
};
PROTO_CHECK enum proto_code coord_structures_load(struct proto_structure ***ret_structure, size_t *ret_structures, const char *path,
    const struct coord_structures_area *area, struct proto_error *error);
void coord_structures_free(struct proto_structure **structure, size_t structures);

/* "structures.json" in ../share/chorale beside the directory of the running program; ret_path[PATH_MAX]. */
PROTO_CHECK enum proto_code coord_structures_default(char *ret_path, struct proto_error *error);

/* coord_structures_catalog(ret_signed, store, keys, coordinator, now, error): the signed list of the current structures. */
PROTO_CHECK enum proto_code coord_structures_catalog(struct proto_buffer *ret_signed, struct coord_store *store, const struct coord_keys *keys,
    const char *coordinator, int64_t now, struct proto_error *error);

/* The same, stored: whoever unlocks the keys brings the list up to date. */
PROTO_CHECK enum proto_code coord_structures_sign(struct coord_state *state, const struct coord_keys *keys, int64_t now, struct proto_error *error);

#endif
