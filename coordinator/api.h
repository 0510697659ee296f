#ifndef COORDINATOR_API_H
#define COORDINATOR_API_H

#include "coordinator/state.h"

/*
 * What the coordinator answers to a node, as bytes to bytes: no sockets, no clock of its own. `serve`
 * puts HTTPS around it; a test can run a whole round through it in one process.
 *
 * A1  A peer is judged at every call: its certificate chains to this coordinator's CA, is in time, its country is active
 *     now, and its key is the approved one. Any other peer reaches the two enrolment calls only.
 * A2  A header's signature is checked before anything else looks at it. An unknown sender and a wrong
 *     signature get one answer.
 * A3  What is answered is stored and synced before. A retry gets the same bytes.
 */
struct coord_api {
	struct coord_state state;
	struct proto_signer receipt; /* borrows receipt_secret */
	uint8_t receipt_secret[PROTO_SECRET];
	int64_t (*now)(void);        /* UTC seconds */
};

/* The API of the coordinator in dir. */
PROTO_CHECK enum proto_code coord_api_open(struct coord_api *ret_api, const char *dir, int64_t (*now)(void), struct proto_error *error);
void coord_api_close(struct coord_api *api);

struct coord_api_call {
	const char *path;
	const void *peer; /* DER of the certificate shown; its key is proved */
	size_t peer_len;
	const void *body;
	size_t body_len;
};

/*
 * coord_api_admit(api, call, error): may this peer send a body of body_len bytes to this
 * path at all? Asked before the body is read; call->body is not looked at.
 */
PROTO_CHECK enum proto_code coord_api_admit(struct coord_api *api, const struct coord_api_call *call, struct proto_error *error);

/*
 * coord_api_answer(api, ret_reply, call): the answer's bytes: on OK the call's reply, else an error_reply. The code
 * gives the HTTP status.
 */
enum proto_code coord_api_answer(struct coord_api *api, struct proto_buffer *ret_reply, const struct coord_api_call *call);

#endif
