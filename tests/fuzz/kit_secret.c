#include <stdint.h>
#include <stdlib.h>

#include "proto/kit/secret.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

/* What stands in front of a sealed secret: refused, or within its bounds and inside the file. */
int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	struct kit_secret_header header;

	if (kit_secret_header(&header, data, len) != PROTO_OK)
		return 0;
	if (header.passes < 3 || header.passes > 12 || header.memory < (256u << 20) || header.memory > (1u << 30))
		abort();
	if (header.header_len + header.sealed_len != len || header.sealed != data + header.header_len ||
	    header.salt < data || header.nonce + 24 > header.sealed || header.sealed_len > KIT_SECRET_MAX + 16)
		abort();
	return 0;
}
