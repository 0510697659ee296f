#include "fuzz.h"
#include "proto/sync.h"

/* The first byte chooses: request or reply. */
int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct proto_sync_request request;
	struct proto_sync_reply reply;
	struct proto_buffer again = {0};

	if (size == 0)
		return 0;
	if (data[0] % 2 == 0 && proto_sync_request_decode(&request, data + 1, size - 1, NULL) == PROTO_OK) {
		fuzz_same(proto_sync_request_encode(&again, &request, NULL), &again, data + 1, size - 1);
		proto_sync_request_wipe(&request);
	}
	if (data[0] % 2 == 1 && proto_sync_reply_decode(&reply, data + 1, size - 1, NULL) == PROTO_OK) {
		fuzz_same(proto_sync_reply_encode(&again, &reply, NULL), &again, data + 1, size - 1);
		proto_sync_reply_wipe(&reply);
	}
	return 0;
}
