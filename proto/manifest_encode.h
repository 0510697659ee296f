#ifndef PROTO_MANIFEST_ENCODE_H
#define PROTO_MANIFEST_ENCODE_H

#include "proto/manifest.h"

/* proto_manifest_encode(ret_document, manifest, error): the document, unsigned. Its inverse,
 * proto_manifest_decode (decode.h), lives in the same file. */
PROTO_CHECK enum proto_code proto_manifest_encode(struct proto_buffer *ret_document, const struct proto_manifest *manifest,
    struct proto_error *error);

#endif
