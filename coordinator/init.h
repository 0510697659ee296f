#ifndef COORDINATOR_INIT_H
#define COORDINATOR_INIT_H

#include "coordinator/structures.h"

/*
 * A new coordinator in DIR: keys, structures, identity; the identity's row is written last and makes
 * it one, so an interrupted run is simply repeated. On a coordinator that has the same id, name and area
 * (and holds the structures, when a file of them is named) it renews the TLS leaf; else EXISTS.
 */
struct coord_init_request {
	const char *dir, *id, *name, *area;
	const char *structures; /* a file; NULL: the installed one */
	const struct kit_passphrase *passphrase;
	int64_t now;
};
struct coord_init_result {
	bool renewed;
	size_t structures;
	uint8_t root_hash[PROTO_HASH];
};
PROTO_CHECK enum proto_code coord_init(struct coord_init_result *ret_result, const struct coord_init_request *request, struct proto_error *error);

#endif
