#ifndef PROTO_INVITATION_H
#define PROTO_INVITATION_H

#include "proto/buffer.h"
#include "proto/error.h"
#include "proto/keys.h"

/* The invitation: a JSON file, mode 0600, valid 14 days, one use. It also carries the trust bundle, so that
 * the first TLS connection is already verified. */
struct proto_invitation {
	char coordinator[PROTO_ID_MAX + 1];
	char *coordinator_name, *url; /* https://HOST:PORT */
	char country[PROTO_COUNTRY_TEXT];
	char *country_name;
	uint8_t root_hash[PROTO_HASH];
	uint8_t secret[32];
	int64_t expires;
	struct proto_buffer trust;
};
PROTO_CHECK enum proto_code proto_invitation_encode(struct proto_buffer *ret_json, const struct proto_invitation *invitation, struct proto_error *error);
PROTO_CHECK enum proto_code proto_invitation_decode(struct proto_invitation *ret, const void *data, size_t len, struct proto_error *error);
void proto_invitation_wipe(struct proto_invitation *invitation);

#endif
