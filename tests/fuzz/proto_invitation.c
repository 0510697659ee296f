#include "fuzz.h"
#include "proto/invitation.h"

/* What is accepted can be written and read again. */
int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct proto_invitation invitation;
	struct proto_buffer again = {0};

	if (proto_invitation_decode(&invitation, data, size, NULL) != PROTO_OK)
		return 0;
	if (proto_invitation_encode(&again, &invitation, NULL) != PROTO_OK)
		abort();
	proto_buffer_wipe(&again);
	proto_invitation_wipe(&invitation);
	return 0;
}
