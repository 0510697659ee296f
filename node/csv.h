#ifndef NODE_CSV_H
#define NODE_CSV_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "node/csv_index.h"
#include "proto/error.h"

/*
 * CSV, streaming and strict (RFC 4180 with LF or CRLF): records one after the other, cells as
 * they stand in a buffer that the next call may move. UTF-8, a byte order mark permitted;
 * windows-1252 where declared. Line feeds may stand in quotes. Nothing is guessed: the first fault
 * of the kinds in csv_index.h ends the reading. A record that is not valid UTF-8, has another
 * number of fields than the header, or is empty is delivered and marked, for the caller to list.
 *
 * Memory: three blocks of 256 KiB and 4 bytes per field of each, more only where a record is longer.
 */
#define NODE_CSV_RECORD_MAX (1u << 20)
#define NODE_CSV_FIELD_MAX (1u << 16)
#define NODE_CSV_COLUMNS_MAX 4096u
#define NODE_CSV_SLACK 64 /* readable bytes behind every cell */

struct node_csv_options {
	char delimiter;      /* ',' ';' '\t' */
	bool windows_1252;   /* else UTF-8 */
	bool plain;          /* the byte by byte reader: the oracle of the other */
	bool ahead;          /* a second thread reads ahead; the source is then called from there */
	uint32_t skip_lines; /* physical lines before the header */
	size_t block;        /* bytes asked for at a time; 0: 256 KiB */
};

/* Where bytes come from: *ret_len 0 is the end; any other failure ends the reading. */
struct node_csv_source {
	void *ctx;
	enum proto_code (*read)(void *ctx, uint8_t *ret_data, size_t *ret_len, size_t size, struct proto_error *error);
};

struct node_csv;

enum node_csv_event { NODE_CSV_RECORD, NODE_CSV_END, NODE_CSV_BROKEN };

/* A record, the end, or the fault that ends the reading, with the physical line (from 1) where it
 * begins. Borrowed from the reader until the next call. */
struct node_csv_row {
	enum node_csv_event event;
	enum node_csv_fault fault;
	uint64_t line;
	const uint8_t *base;
	const uint32_t *end; /* end[i]: offset of the delimiter behind field i */
	uint32_t start, stop; /* the record's bytes, without its line end */
	uint32_t fields;
	bool invalid; /* not UTF-8 */
	bool empty;   /* a line without any byte */
};

PROTO_CHECK enum proto_code node_csv_new(struct node_csv **ret_csv, const struct node_csv_options *options,
    const struct node_csv_source *source, struct proto_error *error);
void node_csv_free(struct node_csv *csv);

/* node_csv_next(csv, ret_row, error): the next record. Errors: those of the source; a
 * fault is an event, not an error, and is returned again by later calls. */
PROTO_CHECK enum proto_code node_csv_next(struct node_csv *csv, struct node_csv_row *ret_row, struct proto_error *error);

/* node_csv_fault_text(fault): what it is and what to do, one line. */
const char *node_csv_fault_text(enum node_csv_fault fault);

/* node_csv_cell(ret_len, row, i): field i as it stands in the file, quotes included. */
static inline const uint8_t *
node_csv_cell(uint32_t *ret_len, const struct node_csv_row *row, uint32_t i)
{
	uint32_t from = i ? row->end[i - 1] + 1 : row->start;

	*ret_len = (i + 1 == row->fields ? row->stop : row->end[i]) - from;
	return row->base + from;
}

/* node_csv_value(ret_text, cell, len): the field's value: quotes taken off, pairs made one, blanks
 * (space and tab) trimmed at both ends; ret_text has room for len bytes; returns the length. */
size_t node_csv_value(char *ret_text, const uint8_t *cell, size_t len);

#endif
