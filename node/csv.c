#include "node/csv.h"

#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>

#include "csv_block.h"
#include "node/utf8.h"

#define BLOCK_DEFAULT (256u << 10)
#define BLOCKS 3

/*
 * Blocks go round: block n is made from block n - 1's rest and the file while block n - 1, n - 2 at the latest, is
 * being read. With options.ahead a second thread makes them; it alone touches the maker and the
 * blocks from `made` on, the reader alone those before, and both numbers change under the lock.
 */
struct node_csv {
	struct node_csv_maker maker;
	struct node_csv_block block[BLOCKS];
	struct node_csv_block *now;  /* being read; NULL: none yet */
	uint64_t made, taken;        /* blocks so far */
	size_t row;                  /* next record of it */
	size_t start;                /* where that begins in it */
	uint64_t line;               /* and its physical line */
	enum node_csv_fault fault;
	uint64_t fault_line;
	bool threaded, stop;
	pthread_t thread;
	pthread_mutex_t lock;
	pthread_cond_t change;
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

/* The other thread: makes blocks until the last one, a failure, or the end of interest. */
static void *
make_ahead(void *ctx)
{
	struct node_csv *csv = ctx;
	struct node_csv_block *block;
	bool on = true;

	(void)pthread_mutex_lock(&csv->lock);
	while (on) {
		/* the block being read, and the one in front of the next, stay as they are */
		while (!csv->stop && csv->made - csv->taken >= BLOCKS - 1)
			(void)pthread_cond_wait(&csv->change, &csv->lock);
		if (csv->stop)
			break;
		(void)pthread_mutex_unlock(&csv->lock);
		block = &csv->block[csv->made % BLOCKS];
		node_csv_block_make(&csv->maker, block, csv->made ? &csv->block[(csv->made - 1) % BLOCKS] : NULL);
		(void)pthread_mutex_lock(&csv->lock);
		on = !block->last && block->code == PROTO_OK;
		csv->made++;
		(void)pthread_cond_broadcast(&csv->change);
	}
	(void)pthread_mutex_unlock(&csv->lock);
	return NULL;
}

/* The thread begins with the first record asked for. Signals are the others' business. */
static void
begin_thread(struct node_csv *csv)
{
	sigset_t all, before;

	(void)sigfillset(&all);
	if (pthread_sigmask(SIG_SETMASK, &all, &before) != 0)
		return;
	/* without it the reader makes its blocks itself */
	csv->threaded = pthread_create(&csv->thread, NULL, make_ahead, csv) == 0;
	(void)pthread_sigmask(SIG_SETMASK, &before, NULL);
}

enum proto_code
node_csv_new(struct node_csv **ret_csv, const struct node_csv_options *options,
    const struct node_csv_source *source, struct proto_error *error)
{
	struct node_csv *csv = calloc(1, sizeof(*csv));

	if (csv == NULL)
		return proto_error_set(error, PROTO_MEMORY, NULL, "out of memory");
	csv->maker.options = *options;
	csv->maker.source = *source;
	if (csv->maker.options.block == 0)
		csv->maker.options.block = BLOCK_DEFAULT;
	(void)pthread_mutex_init(&csv->lock, NULL); /* neither can fail here */
	(void)pthread_cond_init(&csv->change, NULL);
	if (options->windows_1252 && (csv->maker.raw = malloc(csv->maker.options.block)) == NULL) {
		node_csv_free(csv);
		return proto_error_set(error, PROTO_MEMORY, NULL, "out of memory");
	}
	csv->line = 1;
	*ret_csv = csv;
	return PROTO_OK;
}

void
node_csv_free(struct node_csv *csv)
{
	size_t i;

	if (csv == NULL)
		return;
	if (csv->threaded) {
		(void)pthread_mutex_lock(&csv->lock);
		csv->stop = true;
		(void)pthread_cond_broadcast(&csv->change);
		(void)pthread_mutex_unlock(&csv->lock);
		(void)pthread_join(csv->thread, NULL);
	}
	(void)pthread_cond_destroy(&csv->change);
	(void)pthread_mutex_destroy(&csv->lock);
	for (i = 0; i < BLOCKS; i++)
		node_csv_block_wipe(&csv->block[i]);
	if (csv->maker.raw)
		explicit_bzero(csv->maker.raw, csv->maker.options.block);
	free(csv->maker.raw);
	free(csv);
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

/* The next block becomes the one being read. */
static void
next_block(struct node_csv *csv)
{
	if (csv->threaded) {
		(void)pthread_mutex_lock(&csv->lock);
		while (csv->made == csv->taken)
			(void)pthread_cond_wait(&csv->change, &csv->lock);
		csv->now = &csv->block[csv->taken++ % BLOCKS];
		(void)pthread_cond_broadcast(&csv->change);
		(void)pthread_mutex_unlock(&csv->lock);
	} else {
		struct node_csv_block *before = csv->now;

		csv->now = &csv->block[csv->made++ % BLOCKS];
		node_csv_block_make(&csv->maker, csv->now, before);
	}
	csv->row = 0;
	csv->start = csv->now->begin;
	csv->line += csv->now->lines;
}

/* Called when no record is left: goes on until there is one, the end, or a fault. */
static enum proto_code
more(struct node_csv *csv, struct proto_error *error)
{
	if (csv->now == NULL && csv->maker.options.ahead)
		begin_thread(csv);
	while (csv->now == NULL || (!csv->now->last && csv->now->code == PROTO_OK)) {
		next_block(csv);
		if (csv->now->code != PROTO_OK || csv->now->index.rows)
			break;
	}
	if (csv->now->code != PROTO_OK) {
		if (error)
			*error = csv->now->error;
		return csv->now->code;
	}
	if (csv->now->index.rows == csv->row && csv->now->fault) {
		csv->fault = csv->now->fault;
		csv->fault_line = csv->line;
		if (csv->now->fault_at > csv->start)
			csv->fault_line += feeds(csv->now->data + csv->start, csv->now->fault_at - csv->start);
	}
	return PROTO_OK;
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
	const struct node_csv_block *block = csv->now;
	const struct node_csv_index *index = &block->index;
	uint32_t first = csv->row ? index->row[csv->row - 1] : 0, past = index->row[csv->row];
	uint32_t stop = index->pos[past - 1];
	struct node_csv_row row = {.event = NODE_CSV_RECORD, .line = csv->line, .base = block->data + block->begin};

	row.start = (uint32_t)(csv->start - block->begin);
	row.end = index->pos + first;
	row.fields = past - first;
	row.stop = stop > row.start && row.base[stop - 1] == '\r' ? stop - 1 : stop;
	row.empty = row.stop == row.start;
	row.fault = limits(&row);
	if (block->check)
		row.invalid = !node_utf8_valid(row.base + row.start, row.stop - row.start);
	if (row.fault) {
		csv->fault = row.fault;
		csv->fault_line = csv->line;
		row.event = NODE_CSV_BROKEN;
	}
	csv->line += 1 + (index->embedded ? feeds(row.base + row.start, row.stop - row.start) : 0);
	csv->start = block->begin + stop + 1;
	csv->row++;
	*ret_row = row;
}

enum proto_code
node_csv_next(struct node_csv *csv, struct node_csv_row *ret_row, struct proto_error *error)
{
	enum proto_code code;

	if (csv->fault == NODE_CSV_SOUND && (csv->now == NULL || csv->row == csv->now->index.rows))
		if ((code = more(csv, error)) != PROTO_OK)
			return code;
	if (csv->fault == NODE_CSV_SOUND && csv->row < csv->now->index.rows) {
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
