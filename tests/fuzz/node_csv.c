/* The two CSV readers on the same bytes: both must say the same, whatever the block size.
 * The first byte chooses delimiter, encoding, skipped lines and block. */
#include "node/csv.h"

#include <stdlib.h>
#include <string.h>

struct memory {
	const uint8_t *data;
	size_t len, at;
};

static enum proto_code
memory_read(void *ctx, uint8_t *ret_data, size_t *ret_len, size_t size, struct proto_error *error)
{
	struct memory *memory = ctx;
	size_t n = memory->len - memory->at < size ? memory->len - memory->at : size;

	(void)error;
	memcpy(ret_data, memory->data + memory->at, n);
	memory->at += n;
	*ret_len = n;
	return PROTO_OK;
}

static struct node_csv *
open_reader(struct memory *memory, const struct node_csv_options *options)
{
	struct node_csv_source source = {memory, memory_read};
	struct node_csv *csv = NULL;

	if (node_csv_new(&csv, options, &source, NULL) != PROTO_OK)
		abort();
	return csv;
}

static void
same_cells(const struct node_csv_row *a, const struct node_csv_row *b)
{
	char text_a[300], text_b[300];
	uint32_t i, len_a, len_b;

	for (i = 0; i < a->fields; i++) {
		const uint8_t *cell_a = node_csv_cell(&len_a, a, i), *cell_b = node_csv_cell(&len_b, b, i);

		if (len_a != len_b || memcmp(cell_a, cell_b, len_a) != 0)
			abort();
		if (len_a <= sizeof(text_a) &&
		    node_csv_value(text_a, cell_a, len_a) != node_csv_value(text_b, cell_b, len_b))
			abort();
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const size_t blocks[] = {1, 5, 64, 100};
	struct node_csv_options options;
	struct memory memory_a, memory_b;
	struct node_csv *a, *b;
	struct node_csv_row row_a, row_b;

	if (size == 0)
		return 0;
	options = (struct node_csv_options){.delimiter = ",;\t,"[data[0] & 3], .windows_1252 = data[0] >> 2 & 1,
	    .skip_lines = data[0] >> 3 & 3, .block = 200};
	memory_a = memory_b = (struct memory){data + 1, size - 1, 0};
	a = open_reader(&memory_a, &options);
	options.plain = true;
	options.block = blocks[data[0] >> 5 & 3];
	b = open_reader(&memory_b, &options);
	do {
		if (node_csv_next(a, &row_a, NULL) != PROTO_OK || node_csv_next(b, &row_b, NULL) != PROTO_OK)
			abort();
		if (row_a.event != row_b.event || row_a.fault != row_b.fault || row_a.line != row_b.line ||
		    row_a.fields != row_b.fields || row_a.invalid != row_b.invalid || row_a.empty != row_b.empty)
			abort();
		same_cells(&row_a, &row_b);
	} while (row_a.event == NODE_CSV_RECORD);
	node_csv_free(a);
	node_csv_free(b);
	return 0;
}
