#ifndef COORDINATOR_RELEASE_PACK_H
#define COORDINATOR_RELEASE_PACK_H

#include "coordinator/published.h"

/*
 * The files of a release, in memory. They are a function of the published round alone (no clock, no
 * randomness), so `release publish` cut off anywhere makes the same bytes again, and
 * `verify` makes them anew and compares.
 */
struct coord_pack_file {
	char name[64]; /* "measurements.csv", "receipts/XA.receipt" */
	struct proto_buffer data;
};
struct coord_pack {
	size_t files;
	struct coord_pack_file *file;
};

/* Everything but the signature. */
PROTO_CHECK enum proto_code coord_release_pack(struct coord_pack *ret_pack, const struct coord_published *published, struct proto_error *error);
/* Adds SHA256SUMS.sig; secret of the RELEASE purpose. */
PROTO_CHECK enum proto_code coord_release_pack_sign(struct coord_pack *pack, const uint8_t secret[static 64], struct proto_error *error);
const struct coord_pack_file *coord_release_pack_find(const struct coord_pack *pack, const char *name);
void coord_release_pack_wipe(struct coord_pack *pack);

#endif
