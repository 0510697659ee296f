#include "fuzz.h"
#include "proto/trust.h"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct proto_trust trust;
	struct proto_buffer again = {0};

	if (proto_trust_open(&trust, data, size, NULL, NULL) != PROTO_OK)
		return 0;
	fuzz_same(proto_trust_encode(&again, &trust, NULL), &again, data, size);
	proto_trust_wipe(&trust);
	return 0;
}
