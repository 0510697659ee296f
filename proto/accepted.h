#ifndef PROTO_ACCEPTED_H
#define PROTO_ACCEPTED_H

#include "proto/signed.h"
#include "proto/trust.h"

/* The accepted set, fixed and signed at close. */
struct proto_accepted_entry {
	char country[PROTO_COUNTRY_TEXT];
	uint64_t sequence;
	uint8_t header[PROTO_HASH];
	bool accepted;
	char reason[32]; /* proto_error_name of why not; "" when accepted */
};
struct proto_accepted {
	char coordinator[PROTO_ID_MAX + 1];
	char round[PROTO_ROUND_TEXT];
	uint8_t manifest[PROTO_HASH];
	bool aborted;      /* the whole round was aborted; entries then are empty */
	char *reason;      /* of the abort, else NULL */
	int64_t closed;    /* UTC seconds */
	size_t entries;    /* ascending by country */
	struct proto_accepted_entry *entry;
};
PROTO_CHECK enum proto_code proto_accepted_sign(struct proto_buffer *ret_signed, const struct proto_accepted *accepted,
    const struct proto_signer *signer, struct proto_error *error);
PROTO_CHECK enum proto_code proto_accepted_open(struct proto_accepted *ret_accepted, const void *bytes, size_t len,
    const struct proto_trust *trust, struct proto_error *error);
void proto_accepted_wipe(struct proto_accepted *accepted);

#endif
