#include "fuzz.h"
#include "inside/manifest_document.h"

/* The document of a manifest, as after its signature was verified. */
int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct proto_manifest manifest;
	struct proto_buffer again = {0};

	if (proto_manifest_document_decode(&manifest, data, size, NULL) != PROTO_OK)
		return 0;
	fuzz_same(proto_manifest_document_encode(&again, &manifest, NULL), &again, data, size);
	proto_manifest_wipe(&manifest);
	return 0;
}
