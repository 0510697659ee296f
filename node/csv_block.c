#include "csv_block.h"

#include <stdlib.h>
#include <string.h>

#include "node/utf8.h"

void
node_csv_block_wipe(struct node_csv_block *block)
{
	if (block->data)
		explicit_bzero(block->data, block->size);
	free(block->data);
	free(block->index.pos);
	free(block->index.row);
	*block = (struct node_csv_block){0};
}

/* Room for so many bytes. What is in it stays. */
static bool
room(struct node_csv_block *block, size_t need)
{
	size_t size = block->size ? block->size : 1;
	void *data, *pos, *row;

	if (need <= block->size)
		return true;
	while (size < need)
		size += size / 2 + 1;
	if ((data = malloc(size + NODE_CSV_SLACK)) == NULL)
		return false;
	if (block->data) {
		memcpy(data, block->data, block->len);
		explicit_bzero(block->data, block->size);
		free(block->data);
	}
	block->data = data;
	if ((pos = realloc(block->index.pos, size * sizeof(uint32_t))) == NULL)
		return false;
	block->index.pos = pos;
	if ((row = realloc(block->index.row, size * sizeof(uint32_t))) == NULL)
		return false;
	block->index.row = row;
	block->size = size;
	return true;
}

/* One more block of bytes behind what is there, with room for the line feed that the last line may lack. A record
 * above the limit stops the reading before, so this stays below 1 MiB and two blocks. */
static bool
read_more(struct node_csv_maker *maker, struct node_csv_block *block)
{
	size_t got = 0, most = maker->options.block;

	if (!room(block, block->len + most * (maker->raw ? 3 : 1) + 1)) {
		block->code = proto_error_set(&block->error, PROTO_MEMORY, NULL, "out of memory");
		return false;
	}
	block->code = maker->source.read(maker->source.ctx, maker->raw ? maker->raw : block->data + block->len, &got, most,
	    &block->error);
	if (block->code != PROTO_OK)
		return false;
	maker->ended = got == 0;
	block->len += maker->raw ? node_utf8_from_1252(block->data + block->len, maker->raw, got) : got;
	return true;
}

static void
broken(struct node_csv_block *block, enum node_csv_fault fault, size_t at)
{
	block->fault = fault;
	block->fault_at = at;
	block->last = true;
}

/* The byte order mark. */
static void
mark(const struct node_csv_maker *maker, struct node_csv_block *block)
{
	static const uint8_t utf8[] = {0xef, 0xbb, 0xbf}, le[] = {0xff, 0xfe}, be[] = {0xfe, 0xff},
	    be32[] = {0, 0, 0xfe, 0xff}, transcoded[] = {0xc3, 0xaf, 0xc2, 0xbb, 0xc2, 0xbf};
	const uint8_t *d = block->data;

	if (maker->raw) {
		if (block->len >= sizeof(transcoded) && memcmp(d, transcoded, sizeof(transcoded)) == 0)
			broken(block, NODE_CSV_MARK, 0);
	} else if (block->len >= 3 && memcmp(d, utf8, 3) == 0) {
		block->begin = 3;
	} else if (block->len >= 2 && (memcmp(d, le, 2) == 0 || memcmp(d, be, 2) == 0)) {
		broken(block, NODE_CSV_UTF16, 0);
	} else if (block->len >= 4 && memcmp(d, be32, 4) == 0) {
		broken(block, NODE_CSV_UTF16, 0);
	}
}

/* The mark and the skipped lines. False: the source failed. */
static bool
preamble(struct node_csv_maker *maker, struct node_csv_block *block)
{
	maker->begun = true;
	while (block->len < 6 && !maker->ended)
		if (!read_more(maker, block))
			return false;
	mark(maker, block);
	while (block->lines < maker->options.skip_lines && block->fault == NODE_CSV_SOUND) {
		const uint8_t *from = NULL, *feed;
		size_t len;

		while ((feed = memchr(block->data + block->begin, '\n', block->len - block->begin)) == NULL) {
			if (maker->ended || block->len - block->begin > NODE_CSV_RECORD_MAX)
				break;
			if (!read_more(maker, block))
				return false;
		}
		from = block->data + block->begin;
		len = feed ? (size_t)(feed - from) : block->len - block->begin;
		if (memchr(from, 0, len) != NULL)
			broken(block, NODE_CSV_NUL, block->begin);
		else if (len > NODE_CSV_RECORD_MAX)
			broken(block, NODE_CSV_LONG, block->begin);
		else if (!node_utf8_valid(from, len))
			broken(block, NODE_CSV_PREAMBLE, block->begin);
		else {
			block->begin += len + (feed != NULL);
			block->lines++;
		}
	}
	return true;
}

static void
list(const struct node_csv_maker *maker, struct node_csv_block *block)
{
	struct node_csv_index *index = &block->index;
	const uint8_t *data = block->data + block->begin;
	size_t len = block->len - block->begin, whole;

	if (maker->options.plain)
		node_csv_index_plain(index, data, len, maker->options.delimiter);
	else
		node_csv_index_fast(index, data, len, maker->options.delimiter);
	whole = index->rows ? index->pos[index->row[index->rows - 1] - 1] + 1 : 0;
	block->whole = block->begin + whole;
	/* one pass over the whole block; only a block that fails is looked at record by record */
	block->check = index->high && !node_utf8_valid(data, whole);
	if (index->fault)
		broken(block, index->fault, block->begin + index->fault_at);
}

void
node_csv_block_make(struct node_csv_maker *maker, struct node_csv_block *block, const struct node_csv_block *before)
{
	size_t rest = before ? before->len - before->whole : 0;
	bool fresh; /* bytes that are not listed yet */

	block->len = block->begin = block->whole = block->lines = 0;
	block->index.rows = block->index.positions = 0;
	block->check = block->last = false;
	block->fault = NODE_CSV_SOUND;
	block->code = PROTO_OK;
	if (!room(block, rest + 1)) {
		block->code = proto_error_set(&block->error, PROTO_MEMORY, NULL, "out of memory");
		return;
	}
	if (rest)
		memcpy(block->data, before->data + before->whole, rest);
	block->len = rest;
	if (!maker->begun && !preamble(maker, block))
		return;
	fresh = before == NULL && block->len > block->begin;
	while (block->fault == NODE_CSV_SOUND && block->index.rows == 0) {
		if (!fresh && block->len - block->begin > NODE_CSV_RECORD_MAX + 1) {
			broken(block, NODE_CSV_LONG, block->begin);
		} else if (!fresh && maker->ended) {
			if (block->len == block->begin) {
				block->last = true;
				return;
			}
			if (block->index.open) {
				broken(block, NODE_CSV_UNCLOSED, block->begin);
				return;
			}
			block->data[block->len++] = '\n'; /* the last line need not have one */
			list(maker, block);
		} else {
			if (!fresh && !read_more(maker, block))
				return;
			fresh = false;
			list(maker, block);
		}
	}
}
