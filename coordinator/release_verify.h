#ifndef COORDINATOR_RELEASE_VERIFY_H
#define COORDINATOR_RELEASE_VERIFY_H

#include "coordinator/release_pack.h"

/*
 * What anyone can check of a release, offline and without any state: the signature and every hash;
 * the chain from the root to the manifest, the accepted set, each receipt; the price; and that every
 * figure follows, bit for bit, from the published residuals.
 */
#define COORD_VERIFY_CHECKS 8
struct coord_verify_check {
	const char *name;
	bool ok;
	struct proto_error error; /* why not, or what was seen */
};
struct coord_verify_report {
	bool ok;
	size_t checks;
	struct coord_verify_check check[COORD_VERIFY_CHECKS];
};

/*
 * key: the release key that the reader trusts (32 bytes), or NULL: the one that lies beside it.
 * ret_published, when not NULL and the report is ok, takes the loaded release.
 */
void coord_release_verify(struct coord_verify_report *ret_report, struct coord_published *ret_published,
    const struct coord_pack *pack, const uint8_t *key);

#endif
