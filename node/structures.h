#ifndef NODE_STRUCTURES_H
#define NODE_STRUCTURES_H

#include "node/office.h"
#include "proto/structure.h"

/*
 * The structures that `sync` fetched. Only those that the signed catalog names are offered; older versions
 * stay stored.
 *
 * WAITING: no `sync` has brought any yet.
 */

/* node_structures_load: the current structure of that id. NOT_FOUND names those there are. The caller frees it. */
PROTO_CHECK enum proto_code node_structures_load(struct proto_structure **ret_structure, const struct node_office *office,
    const char *id, struct proto_error *error);

/* node_structures_list: all current ones, by id. Free with node_structures_free. */
PROTO_CHECK enum proto_code node_structures_list(struct proto_structure ***ret_structure, size_t *ret_structures,
    const struct node_office *office, struct proto_error *error);
void node_structures_free(struct proto_structure **structure, size_t structures);

#endif
