#include "fuzz.h"
#include "inside/decode.h"

/* The plaintext of a country part, as after unsealing. */
int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct proto_part_context context;
	struct proto_part part;

	if (proto_part_decode(&part, &context, data, size, NULL) != PROTO_OK)
		return 0;
	if (strlen(context.node) != PROTO_COUNTRY || part.cells > size || part.aggregate != (part.attest != NULL))
		abort();
	proto_part_wipe(&part);
	return 0;
}
