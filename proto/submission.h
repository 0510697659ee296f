#ifndef PROTO_SUBMISSION_H
#define PROTO_SUBMISSION_H

#include "proto/accepted.h"
#include "proto/header.h"
#include "proto/part.h"
#include "proto/receipt.h"

/*
 * What one node sends in one round: a header of fixed bytes, signed, and one body per part. The
 * header's signature is checked before any parser sees a byte of the body.
 *
 *   noisy vector -> proto_part_seal -> sealed part -> digest into header -> sign -> store -> send
 */

/* The ledger's body digest: BLAKE2b-256 of a label and the parts' digests. */
void proto_submission_body(uint8_t ret_hash[static PROTO_HASH], const uint8_t country_part[static PROTO_HASH]);

#endif
