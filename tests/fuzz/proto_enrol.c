#include "fuzz.h"
#include "proto/enrol.h"

/* The first byte chooses: request or reply. */
int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct proto_enrol_request request;
	struct proto_enrol_reply reply;
	struct proto_buffer again = {0};

	if (size == 0)
		return 0;
	if (data[0] % 2 == 0)
		(void)!proto_enrol_request_decode(&request, "REGION-1", data + 1, size - 1, NULL);
	if (data[0] % 2 == 1 && proto_enrol_reply_decode(&reply, data + 1, size - 1, NULL) == PROTO_OK) {
		fuzz_same(proto_enrol_reply_encode(&again, &reply, NULL), &again, data + 1, size - 1);
		proto_enrol_reply_wipe(&reply);
	}
	return 0;
}
