#ifndef NODE_CSV_BLOCK_H
#define NODE_CSV_BLOCK_H

#include "node/csv.h"

/* Private to the reader: one stretch of the file that ends with a whole record, with its index. */
struct node_csv_block {
	uint8_t *data;  /* size + NODE_CSV_SLACK bytes */
	size_t size;    /* room in data and in the arrays of index */
	size_t len;     /* bytes in data */
	size_t begin;   /* where index begins: behind the mark and the skipped lines */
	size_t whole;   /* end of the last whole record */
	struct node_csv_index index;
	bool check;     /* some record is not UTF-8 */
	bool last;      /* nothing follows */
	enum node_csv_fault fault; /* behind the records; its offset, or that of the record that breaks a limit */
	size_t fault_at;
	uint32_t lines; /* before begin: the first block's preamble */
	enum proto_code code; /* the source failed */
	struct proto_error error;
};

/* Where the bytes of a file become blocks, one after the other. */
struct node_csv_maker {
	struct node_csv_options options;
	struct node_csv_source source;
	uint8_t *raw;   /* windows-1252: bytes before transcoding */
	bool begun, ended;
};

/* node_csv_block_make(maker, block, before): reads on until block holds a whole record, the end or a fault; before is the
 * block in front (NULL: none), whose rest behind its last whole record comes first. */
void node_csv_block_make(struct node_csv_maker *maker, struct node_csv_block *block, const struct node_csv_block *before);
void node_csv_block_wipe(struct node_csv_block *block);

#endif
