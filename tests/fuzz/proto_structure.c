#include <stdlib.h>
#include <string.h>

#include "proto/structure.h"

/*
 * An input is a structures file, a zero byte, and the file of areas; without the zero byte it
 * is a document. What is accepted encodes to a document that decodes to the same bytes.
 */
struct input {
	const uint8_t *area;
	size_t len;
};

static enum proto_code
read_area(void *ctx, const char *name, struct proto_buffer *ret_data, struct proto_error *error)
{
	const struct input *input = ctx;

	(void)name;
	(void)error;
	proto_buffer_put(ret_data, input->area, input->len);
	return PROTO_OK;
}

static void
check(const struct proto_structure *structure)
{
	struct proto_structure *again = NULL;

	if (dp_domain_check(&structure->domain) != DP_OK ||
	    proto_structure_decode(&again, structure->document.data, structure->document.len, NULL) != PROTO_OK ||
	    memcmp(again->sha256, structure->sha256, sizeof(again->sha256)) != 0)
		abort();
	proto_structure_free(again);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const uint8_t *cut = memchr(data, 0, size);
	struct proto_structure *one = NULL, **set = NULL;
	size_t structures = 0, i;

	if (cut == NULL) {
		if (proto_structure_decode(&one, data, size, NULL) == PROTO_OK)
			check(one);
		proto_structure_free(one);
	} else {
		struct input input = {cut + 1, (size_t)(data + size - cut - 1)};
		struct proto_structure_files files = {read_area, &input};

		if (proto_structure_load_set(&set, &structures, data, (size_t)(cut - data), &files, "input", NULL) != PROTO_OK)
			return 0;
		for (i = 0; i < structures; i++) {
			check(set[i]);
			proto_structure_free(set[i]);
		}
		free(set);
	}
	return 0;
}
