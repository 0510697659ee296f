#ifndef PROTO_CATALOG_H
#define PROTO_CATALOG_H

#include "proto/signed.h"
#include "proto/trust.h"

/*
 * The list of current structures, signed with the manifests' key under a label of its own. The
 * documents travel beside it; a node takes only those that the list names.
 */
#define PROTO_CATALOG_MAX 256

struct proto_catalog {
	char coordinator[PROTO_ID_MAX + 1];
	int64_t issued; /* UTC seconds; a node keeps the newest */
	size_t structures;
	uint8_t (*sha256)[PROTO_HASH]; /* of each canonical document, ascending, unique */
};
PROTO_CHECK enum proto_code proto_catalog_sign(struct proto_buffer *ret_signed, const struct proto_catalog *catalog,
    const struct proto_signer *signer, struct proto_error *error);
PROTO_CHECK enum proto_code proto_catalog_open(struct proto_catalog *ret_catalog, const void *bytes, size_t len,
    const struct proto_trust *trust, struct proto_error *error);
bool proto_catalog_has(const struct proto_catalog *catalog, const uint8_t sha256[static PROTO_HASH]);
void proto_catalog_wipe(struct proto_catalog *catalog);

#endif
