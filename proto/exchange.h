#ifndef PROTO_EXCHANGE_H
#define PROTO_EXCHANGE_H

#include "proto/catalog.h"
#include "proto/enrol.h"
#include "proto/error_reply.h"
#include "proto/header_reply.h"
#include "proto/invitation.h"
#include "proto/limits.h"
#include "proto/submission.h"
#include "proto/sync.h"

/*
 * The calls between node and coordinator, all POST over HTTPS with the node's certificate. Bodies are
 * canonical protobuf (proto/chorale.proto) unless said otherwise; every decoder has a cap
 * on bytes before it allocates, a budget on what it allocates, and refuses what does not
 * re-encode to the received bytes.
 *
 *   /v1/enrol        enrol_request     -> enrol_reply      certificate self-signed, secret of the invitation
 *   /v1/enrol/state  enrol_request     -> enrol_reply      the same, polled; carries the certificate once approved
 *   /v1/sync         sync_request      -> sync_reply       everything a node fetches; nothing of its data
 *   /v1/header       header bytes      -> header_reply     binds (node, round) and (node, sequence) for ever
 *   /v1/body         header digest (32 bytes) then the sealed country part -> header_reply with the receipt
 *   any error        status of proto_error_http, body: error_reply
 */

#endif
