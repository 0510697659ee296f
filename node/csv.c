#include "node/csv.h"

#include <stdlib.h>
#include <string.h>

#include "node/utf8.h"

#define BLOCK_DEFAULT (256u << 10)

struct node_csv {
	struct node_csv_options options;
	struct node_csv_source source;
	uint8_t *data;          /* size + NODE_CSV_SLACK bytes */
	uint8_t *raw;           /* windows-1252: bytes before transcoding */
	size_t size;            /* room in data and in the arrays of index */
	size_t start, len;      /* the next record begins at start; data holds len bytes */
	struct node_csv_index index;
	size_t base;            /* offset in data of what index lists */
	size_t row;             /* next record of index */
	uint64_t line;          /* physical line of the record at start */
	enum node_csv_fault fault;
	uint64_t fault_line;
	bool begun, ended;      /* the preamble is read; the source has no more */
	bool listed;            /* index covers all of data */
	bool check;             /* some record listed is not UTF-8 */
};

static const char *const fault_text[NODE_CSV_FAULTS] = {
	[NODE_CSV_SOUND] = "nothing is wrong",
	[NODE_CSV_NUL] = "a byte 0: not a text file, or UTF-16; save it as CSV in UTF-8",
	[NODE_CSV_QUOTE] = "a quotation mark inside a field that does not begin with one, or text behind a closing one",
	[NODE_CSV_CR] = "a carriage return that no line feed follows",
	[NODE_CSV_UNCLOSED] = "a quotation mark that is never closed",
	[NODE_CSV_LONG] = "a record longer than 1 MiB",
	[NODE_CSV_FIELD] = "a field longer than 64 KiB",
	[NODE_CSV_COLUMNS] = "more than 4096 columns",
	[NODE_CSV_UTF16] = "UTF-16 or UTF-32; save it as CSV in UTF-8",
	[NODE_CSV_MARK] = "declared windows-1252, but the file is marked as UTF-8",
	[NODE_CSV_PREAMBLE] = "a skipped line is not valid UTF-8",
};

const char *
node_csv_fault_text(enum node_csv_fault fault)
{
	return (unsigned)fault < NODE_CSV_FAULTS ? fault_text[fault] : fault_text[0];
}

enum proto_code
node_csv_new(struct node_csv **ret_csv, const struct node_csv_options *options,
    const struct node_csv_source *source, struct proto_error *error)
{
	struct node_csv *csv = calloc(1, sizeof(*csv));

	if (csv == NULL)
		goto memory;
	csv->options = *options;
	csv->source = *source;
	if (csv->options.block == 0)
		csv->options.block = BLOCK_DEFAULT;
	if (options->windows_1252 && (csv->raw = malloc(csv->options.block)) == NULL)
		goto memory;
	csv->line = 1;
	*ret_csv = csv;
	return PROTO_OK;
memory:
	node_csv_free(csv);
	return proto_error_set(error, PROTO_MEMORY, NULL, "out of memory");
}

void
node_csv_free(struct node_csv *csv)
{
	if (csv == NULL)
		return;
	if (csv->data)
		explicit_bzero(csv->data, csv->size);
	if (csv->raw)
		explicit_bzero(csv->raw, csv->options.block);
	free(csv->data);
	free(csv->raw);
	free(csv->index.pos);
	free(csv->index.row);
	free(csv);
}

static void
broken(struct node_csv *csv, enum node_csv_fault fault, uint64_t line)
{
	csv->fault = fault;
	csv->fault_line = line;
}

static uint64_t
feeds(const uint8_t *data, size_t len)
{
	const uint8_t *at = data, *end = data + len;
	uint64_t n = 0;

	while (at < end && (at = memchr(at, '\n', (size_t)(end - at))) != NULL) {
		n++;
		at++;
	}
	return n;
}

/* Room for what is left, a block, and the line feed that the last line may lack. The caller stops at a
 * record above the limit before it asks for more, so this stays below 1 MiB and two blocks. */
static enum proto_code
grow(struct node_csv *csv, struct proto_error *error)
{
	size_t need = csv->len + csv->options.block * (csv->raw ? 3 : 1) + 1, size = csv->size ? csv->size : 1;
	void *data, *pos, *row;

	if (need <= csv->size)
		return PROTO_OK;
	while (size < need)
		size += size / 2 + 1;
	if ((data = malloc(size + NODE_CSV_SLACK)) == NULL)
		goto memory;
	if (csv->data) {
		memcpy(data, csv->data, csv->len);
		explicit_bzero(csv->data, csv->size);
		free(csv->data);
	}
	csv->data = data;
	if ((pos = realloc(csv->index.pos, size * sizeof(uint32_t))) == NULL)
		goto memory;
	csv->index.pos = pos;
	if ((row = realloc(csv->index.row, size * sizeof(uint32_t))) == NULL)
		goto memory;
	csv->index.row = row;
	csv->size = size;
	return PROTO_OK;
memory:
	return proto_error_set(error, PROTO_MEMORY, NULL, "out of memory");
}

/* Moves what is left to the front and reads one block behind it. */
static enum proto_code
fill(struct node_csv *csv, struct proto_error *error)
{
	size_t got = 0;
	enum proto_code code;

	if (csv->len > csv->start)
		memmove(csv->data, csv->data + csv->start, csv->len - csv->start);
	csv->len -= csv->start;
	csv->start = 0;
	if ((code = grow(csv, error)) != PROTO_OK)
		return code;
	code = csv->source.read(csv->source.ctx, csv->raw ? csv->raw : csv->data + csv->len, &got,
	    csv->options.block, error);
	if (code != PROTO_OK)
		return code;
	csv->ended = got == 0;
	csv->listed = false;
	csv->len += csv->raw ? node_utf8_from_1252(csv->data + csv->len, csv->raw, got) : got;
	return PROTO_OK;
}

/* The byte order mark. */
static void
mark(struct node_csv *csv)
{
	static const uint8_t utf8[] = {0xef, 0xbb, 0xbf}, le[] = {0xff, 0xfe}, be[] = {0xfe, 0xff},
	    be32[] = {0, 0, 0xfe, 0xff}, transcoded[] = {0xc3, 0xaf, 0xc2, 0xbb, 0xc2, 0xbf};
	const uint8_t *d = csv->data;

	if (csv->options.windows_1252) {
		if (csv->len >= sizeof(transcoded) && memcmp(d, transcoded, sizeof(transcoded)) == 0)
			broken(csv, NODE_CSV_MARK, 1);
	} else if (csv->len >= 3 && memcmp(d, utf8, 3) == 0) {
		csv->start = 3;
	} else if (csv->len >= 2 && (memcmp(d, le, 2) == 0 || memcmp(d, be, 2) == 0)) {
		broken(csv, NODE_CSV_UTF16, 1);
	} else if (csv->len >= 4 && memcmp(d, be32, 4) == 0) {
		broken(csv, NODE_CSV_UTF16, 1);
	}
}

/* The mark and the skipped lines. */
static enum proto_code
preamble(struct node_csv *csv, struct proto_error *error)
{
	enum proto_code code;
	uint32_t skipped;

	csv->begun = true;
	while (csv->len < 6 && !csv->ended)
		if ((code = fill(csv, error)) != PROTO_OK)
			return code;
	mark(csv);
	for (skipped = 0; skipped < csv->options.skip_lines && csv->fault == NODE_CSV_SOUND; skipped++) {
		const uint8_t *feed;
		size_t len;

		while ((feed = memchr(csv->data + csv->start, '\n', csv->len - csv->start)) == NULL) {
			if (csv->ended || csv->len - csv->start > NODE_CSV_RECORD_MAX)
				break;
			if ((code = fill(csv, error)) != PROTO_OK)
				return code;
		}
		len = feed ? (size_t)(feed - (csv->data + csv->start)) : csv->len - csv->start;
		if (memchr(csv->data + csv->start, 0, len) != NULL)
			broken(csv, NODE_CSV_NUL, csv->line);
		else if (len > NODE_CSV_RECORD_MAX)
			broken(csv, NODE_CSV_LONG, csv->line);
		else if (!node_utf8_valid(csv->data + csv->start, len))
			broken(csv, NODE_CSV_PREAMBLE, csv->line);
		csv->start += len + (feed != NULL);
		csv->line++;
	}
	return PROTO_OK;
}

/* Lists the records of what is in the buffer. */
static void
list(struct node_csv *csv)
{
	const uint8_t *data = csv->data + csv->start;
	size_t len = csv->len - csv->start, whole;

	csv->base = csv->start;
	csv->row = 0;
	if (csv->options.plain)
		node_csv_index_plain(&csv->index, data, len, csv->options.delimiter);
	else
		node_csv_index_fast(&csv->index, data, len, csv->options.delimiter);
	/* one pass over the whole block; only a block that fails is looked at record by record */
	whole = csv->index.rows ? csv->index.pos[csv->index.row[csv->index.rows - 1] - 1] : 0;
	csv->check = csv->index.high && !node_utf8_valid(data, whole);
	csv->listed = true;
}

/* Called when no listed record is left: reads on until there is one, the end, or a fault. */
static enum proto_code
more(struct node_csv *csv, struct proto_error *error)
{
	enum proto_code code;

	for (;;) {
		if (csv->index.fault) {
			broken(csv, csv->index.fault,
			    csv->line + feeds(csv->data + csv->start, csv->base + csv->index.fault_at - csv->start));
			return PROTO_OK;
		}
		if (csv->listed && csv->len - csv->start > NODE_CSV_RECORD_MAX + 1) {
			broken(csv, NODE_CSV_LONG, csv->line);
			return PROTO_OK;
		}
		if (csv->listed && csv->ended) {
			if (csv->start == csv->len)
				return PROTO_OK;
			if (csv->index.open) {
				broken(csv, NODE_CSV_UNCLOSED, csv->line);
				return PROTO_OK;
			}
			csv->data[csv->len++] = '\n'; /* the last line need not have one */
		} else if ((csv->listed || csv->len == csv->start) && (code = fill(csv, error)) != PROTO_OK) {
			return code;
		}
		list(csv);
		if (csv->index.rows)
			return PROTO_OK;
	}
}

/* The limits within one record. */
static enum node_csv_fault
limits(const struct node_csv_row *row)
{
	uint32_t i, len;

	if (row->stop - row->start > NODE_CSV_RECORD_MAX)
		return NODE_CSV_LONG;
	if (row->fields > NODE_CSV_COLUMNS_MAX)
		return NODE_CSV_COLUMNS;
	if (row->stop - row->start > NODE_CSV_FIELD_MAX)
		for (i = 0; i < row->fields; i++) {
			(void)node_csv_cell(&len, row, i);
			if (len > NODE_CSV_FIELD_MAX)
				return NODE_CSV_FIELD;
		}
	return NODE_CSV_SOUND;
}

static void
take(struct node_csv *csv, struct node_csv_row *ret_row)
{
	const struct node_csv_index *index = &csv->index;
	uint32_t first = csv->row ? index->row[csv->row - 1] : 0, past = index->row[csv->row];
	uint32_t stop = index->pos[past - 1];
	struct node_csv_row row = {.event = NODE_CSV_RECORD, .line = csv->line, .base = csv->data + csv->base};

	row.start = (uint32_t)(csv->start - csv->base);
	row.end = index->pos + first;
	row.fields = past - first;
	row.stop = stop > row.start && row.base[stop - 1] == '\r' ? stop - 1 : stop;
	row.empty = row.stop == row.start;
	row.fault = limits(&row);
	if (csv->check)
		row.invalid = !node_utf8_valid(row.base + row.start, row.stop - row.start);
	if (row.fault) {
		broken(csv, row.fault, csv->line);
		row.event = NODE_CSV_BROKEN;
	}
	csv->line += 1 + (index->embedded ? feeds(row.base + row.start, row.stop - row.start) : 0);
	csv->start = csv->base + stop + 1;
	csv->row++;
	*ret_row = row;
}

enum proto_code
node_csv_next(struct node_csv *csv, struct node_csv_row *ret_row, struct proto_error *error)
{
	enum proto_code code;

	if (!csv->begun && (code = preamble(csv, error)) != PROTO_OK)
		return code;
	if (csv->row == csv->index.rows && csv->fault == NODE_CSV_SOUND)
		if ((code = more(csv, error)) != PROTO_OK)
			return code;
	if (csv->fault == NODE_CSV_SOUND && csv->row < csv->index.rows) {
		take(csv, ret_row);
		return PROTO_OK;
	}
	memset(ret_row, 0, sizeof(*ret_row));
	ret_row->event = csv->fault ? NODE_CSV_BROKEN : NODE_CSV_END;
	ret_row->fault = csv->fault;
	ret_row->line = csv->fault ? csv->fault_line : csv->line;
	return PROTO_OK;
}

size_t
node_csv_value(char *ret_text, const uint8_t *cell, size_t len)
{
	size_t out = 0, from = 0, i;

	if (len >= 2 && cell[0] == '"') {
		for (i = 1; i + 1 < len; i++) {
			ret_text[out++] = (char)cell[i];
			if (cell[i] == '"')
				i++; /* the second of a pair */
		}
	} else {
		memcpy(ret_text, cell, len);
		out = len;
	}
	while (out > 0 && (ret_text[out - 1] == ' ' || ret_text[out - 1] == '\t'))
		out--;
	while (from < out && (ret_text[from] == ' ' || ret_text[from] == '\t'))
		from++;
	memmove(ret_text, ret_text + from, out - from);
	return out - from;
}
