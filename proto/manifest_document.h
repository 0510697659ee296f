#ifndef PROTO_MANIFEST_DOCUMENT_H
#define PROTO_MANIFEST_DOCUMENT_H

#include "proto/manifest.h"

/*
 * The document of a manifest, unsigned: to bytes and back. Decoding re-derives everything that the
 * structure and the arithmetic decide (proto_manifest_open); it is private for the reason given in decode.h.
 */
PROTO_CHECK enum proto_code proto_manifest_document_encode(struct proto_buffer *ret_document,
    const struct proto_manifest *manifest, struct proto_error *error);
PROTO_CHECK enum proto_code proto_manifest_document_decode(struct proto_manifest *ret_manifest,
    const void *document, size_t len, struct proto_error *error);

#endif
