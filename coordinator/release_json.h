#ifndef COORDINATOR_RELEASE_JSON_H
#define COORDINATOR_RELEASE_JSON_H

#include "coordinator/published.h"

/*
 * release.json: what a person and a program need to read a release, and the signed bytes
 * that prove it (trust bundle, manifest, accepted set, in hex). residuals.json: what was measured: per country,
 * and for the region's sum, every residual's noisy integers; everything else follows from them.
 */
PROTO_CHECK enum proto_code coord_release_json_about(struct proto_buffer *ret_json, const struct coord_published *published, struct proto_error *error);
PROTO_CHECK enum proto_code coord_release_json_residuals(struct proto_buffer *ret_json, const struct coord_published *published, struct proto_error *error);

/*
 * coord_release_json_load(ret_published, about, residuals, error): the reverse. Opens the signed parts under the bundle's own
 * root (the caller decides whether to trust that root), takes each accepted country's integers, and
 * leaves receipts to the caller. MALFORMED, NOT_GENUINE.
 */
PROTO_CHECK enum proto_code coord_release_json_load(struct coord_published *ret_published, const struct proto_buffer *about,
    const struct proto_buffer *residuals, struct proto_error *error);

#endif
