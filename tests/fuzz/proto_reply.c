#include "fuzz.h"
#include "proto/error_reply.h"
#include "proto/header_reply.h"

static void
printable(const char *text)
{
	for (; *text; text++)
		if (*text < 0x20 || *text > 0x7e)
			abort();
}

/* The first byte chooses: a header's answer or an error's. */
int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct proto_header_reply reply;
	struct proto_buffer again = {0};
	struct proto_error error;

	if (size == 0)
		return 0;
	if (data[0] % 2 == 0 && proto_header_reply_decode(&reply, data + 1, size - 1, NULL) == PROTO_OK) {
		fuzz_same(proto_header_reply_encode(&again, &reply, NULL), &again, data + 1, size - 1);
		proto_header_reply_wipe(&reply);
	}
	if (data[0] % 2 == 1 && proto_error_reply_decode(&error, data + 1, size - 1, NULL) == PROTO_OK) {
		printable(error.what);
		printable(error.where);
		if (error.code == PROTO_OK || error.code >= PROTO_CODE_COUNT)
			abort();
	}
	return 0;
}
