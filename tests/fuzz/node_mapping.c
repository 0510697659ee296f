/* A mapping file: whatever decodes is consistent enough to read cells with. */
#include "node/mapping.h"

#include "node/cell.h"
#include "node_small.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const char *const texts[] = {"", "a", "a,b", "XA FR", "Country A", "_U", "-"};
	const struct proto_structure *structure = small_structure();
	struct node_mapping_for what_for = {structure, {'Q', 2023, 1}, "XA", "/nonexistent/map.json"};
	struct node_mapping *mapping = NULL;
	struct proto_error error = {0};
	enum proto_code code = node_mapping_decode(&mapping, data, size, &what_for, &error);
	uint32_t d;
	size_t t;

	if (code != PROTO_OK) {
		if (mapping != NULL || error.what[0] == '\0')
			abort();
		return 0;
	}
	for (d = 0; d < structure->dims; d++)
		for (t = 0; mapping->field[d].column && t < sizeof(texts) / sizeof(texts[0]); t++) {
			struct node_cell cell;
			uint32_t last = 0, c;

			node_cell_read(&cell, mapping, d, texts[t], strlen(texts[t]));
			for (c = node_set_next(&cell.set, 0); c != UINT32_MAX; c = node_set_next(&cell.set, c + 1))
				last = c;
			if (cell.wrong == NODE_RIGHT && node_set_count(&cell.set) == 0)
				abort();
			if (last > structure->dim[d].list->codes - (mapping->kind == NODE_RECORDS))
				abort();
		}
	node_mapping_free(mapping);
	return 0;
}
