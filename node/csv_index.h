#ifndef NODE_CSV_INDEX_H
#define NODE_CSV_INDEX_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* What makes a file unreadable as CSV: reading stops there. */
enum node_csv_fault {
	NODE_CSV_SOUND = 0,
	NODE_CSV_NUL,      /* a byte 0, anywhere */
	NODE_CSV_QUOTE,    /* a quote inside an unquoted field, or text after a closing quote */
	NODE_CSV_CR,       /* a carriage return outside quotes that no line feed follows */
	NODE_CSV_UNCLOSED, /* the file ends inside quotes */
	NODE_CSV_LONG,     /* a record above NODE_CSV_RECORD_MAX */
	NODE_CSV_FIELD,    /* a field above NODE_CSV_FIELD_MAX */
	NODE_CSV_COLUMNS,  /* more than NODE_CSV_COLUMNS_MAX fields */
	NODE_CSV_UTF16,    /* UTF-16 or UTF-32 by its byte order mark */
	NODE_CSV_MARK,     /* declared windows-1252, but it begins with the mark of UTF-8 */
	NODE_CSV_PREAMBLE, /* a skipped line that is not UTF-8 */
	NODE_CSV_FAULTS
};

/*
 * Where the fields and records of a stretch of CSV end. The stretch begins at the start of a
 * record. pos and row are the caller's, with room for one entry per byte.
 *
 * A quote toggles "inside"; delimiters and line feeds count outside only. Because an opening quote
 * must stand at the start of a field and only a delimiter, a line end or a second quote
 * may follow a closing one, toggling is exactly RFC 4180's grammar up to the first fault, and
 * nothing at or behind a fault is listed.
 */
struct node_csv_index {
	uint32_t *pos;     /* offsets of delimiters and record-ending line feeds, ascending */
	uint32_t *row;     /* row[r]: number of entries of pos up to and including the end of record r */
	size_t positions, rows;
	enum node_csv_fault fault; /* NUL, QUOTE or CR: the first one by offset */
	size_t fault_at;
	bool open;         /* the stretch ends inside quotes */
	bool high;         /* a byte above 0x7f stands before the fault or the end */
	bool embedded;     /* a line feed inside quotes does */
};

/* One meaning, two ways: 64 bytes a step with SSE2 (part of every x86-64), and byte by byte, for
 * other machines and as the oracle of the first. Where there is no SSE2 both are the latter. */
void node_csv_index_fast(struct node_csv_index *index, const uint8_t *data, size_t len, char delimiter);
void node_csv_index_plain(struct node_csv_index *index, const uint8_t *data, size_t len, char delimiter);

#endif
