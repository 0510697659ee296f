#ifndef NODE_SUBMIT_H
#define NODE_SUBMIT_H

#include "node/office.h"
#include "node/submission.h"

/*
 * node_submit_send(office, submission, error):
 * Steps 2 and 3: the header; the body when it is asked for; the receipt, verified and stored. The same call
 * again sends the same bytes. With a receipt held already it does nothing.
 *
 * Errors: those of the transport and of the coordinator (LATE, CONFLICT, REVOKED ...): the submission stays
 *         stored, and a later call goes on from there.
 */
PROTO_CHECK enum proto_code node_submit_send(struct node_office *office, struct node_submission *submission,
    struct proto_error *error);

#endif
