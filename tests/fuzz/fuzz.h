#ifndef FUZZ_FUZZ_H
#define FUZZ_FUZZ_H

#include <stdlib.h>
#include <string.h>

#include "proto/buffer.h"
#include "proto/error.h"

/*
 * What the targets of the wire share. What a decoder accepts must encode to the accepted bytes; an input that
 * breaks that ends the run.
 */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static inline void
fuzz_same(enum proto_code code, struct proto_buffer *take_again, const uint8_t *data, size_t size)
{
	if (code != PROTO_OK || take_again->len != size || (size > 0 && memcmp(take_again->data, data, size) != 0))
		abort();
	proto_buffer_wipe(take_again);
}

#endif
