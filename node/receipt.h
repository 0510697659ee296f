#ifndef NODE_RECEIPT_H
#define NODE_RECEIPT_H

#include "node/office.h"
#include "node/submission.h"
#include "proto/receipt.h"

/*
 * node_receipt_open(ret_receipt, office, submission, bytes, len, error):
 * Is this the coordinator's signed receipt, for exactly this submission? NOT_GENUINE or REFUSED.
 */
PROTO_CHECK enum proto_code node_receipt_open(struct proto_receipt *ret_receipt, const struct node_office *office,
    const struct node_submission *submission, const struct proto_buffer *bytes, struct proto_error *error);

/*
 * node_receipt_take(office, submission, bytes, ret_new, error):
 * Verifies and stores it; inside the caller's transaction or on its own. The first one stays: *ret_new is
 * false when there was one.
 */
PROTO_CHECK enum proto_code node_receipt_take(const struct node_office *office, struct node_submission *submission,
    const struct proto_buffer *bytes, bool *ret_new, struct proto_error *error);

#endif
