#ifndef NODE_COLUMNS_PARTS_H
#define NODE_COLUMNS_PARTS_H

#include "node/columns.h"

/* Private to the columns files. */

#define NODE_REMEMBERED 1024 /* texts remembered per column; a power of two */
#define NODE_REMEMBERED_TEXT 44

/* What a cell's text means in its column. */
struct node_verdict {
	const char *reason;  /* why it is wrong */
	uint32_t value;      /* the number of a set, a code, or a flag */
	uint8_t skip, dual;  /* the row is not selected; the rule for dual nationals decided */
	uint8_t wrong;       /* enum node_class */
	uint8_t len;         /* of text */
};

struct node_remembered {
	char text[NODE_REMEMBERED_TEXT + 4];
	struct node_verdict verdict;
};
#define EMPTY_PLACE 0xff /* no text has this length */

enum node_role { ROLE_WHERE, ROLE_AREA, ROLE_TIME, ROLE_CELL, ROLE_FLAG };

/* One use of one column; two dimensions may be read from the same one. */
struct node_slot {
	enum node_role role;
	uint32_t column, dim;
	const char *name;
	const struct node_where *where;
	const struct node_flag *flag;
	bool shown; /* has a value map: its texts may be shown */
	struct node_remembered *place;
};

struct node_columns {
	struct node_columns_for what_for;
	uint32_t fields;           /* of the header */
	size_t slots;
	struct node_slot *slot;         /* where, area, time first; the flags of a dimension together */
	size_t selecting;          /* how many of them select */
	struct node_verdict constant;   /* of a constant time */
	uint32_t unmapped[DP_DIMS_MAX]; /* the set {_U}, or NODE_PROFILE_NONE where the dimension is mapped */
	uint32_t key, value;       /* columns; UINT32_MAX: none */
	char *text;                /* room for the value of one field */
	char *first_text, *last;   /* the header's own first cell; room for a key or a count */
	size_t first_len;
	char **header;
};

/* columns_judge.c: what a text means in its column; the same for a period alone; do codes contradict each
 * other within one row? */
void node_columns_judge(struct node_verdict *ret_verdict, const struct node_columns *columns, const struct node_slot *slot,
    const char *text, size_t len);
void node_columns_judge_period(struct node_verdict *verdict, const struct node_columns *columns,
    const struct proto_period *period, int64_t day);
bool node_columns_contradicts(const struct node_columns *columns, uint32_t dim, struct node_set set);
extern const char *const node_columns_several;

/*
 * columns.c: the verdict on a cell, borrowed until the next call for this slot; is this record the header once more (two
 * files put together have one in the middle)? a cell's text, borrowed until the next call; the flags of one dimension from slot
 * *s on, which moves behind them (*ret_column: the last one set; false: something is wrong).
 */
const struct node_verdict *node_columns_look(const struct node_columns *columns, struct node_slot *slot,
    const struct node_csv_row *row);
bool node_columns_header_again(const struct node_columns *columns, const struct node_csv_row *row);
const char *node_columns_text(uint32_t *ret_len, struct node_columns *columns, const struct node_csv_row *row,
    uint32_t column);
bool node_columns_flags(struct node_set *ret_set, const char **ret_column, struct node_columns *columns, size_t *s,
    const struct node_csv_row *row);

/* columns_header.c: the names, and one slot for every use of a column. */
PROTO_CHECK enum proto_code node_columns_header(struct node_columns *columns, const struct node_csv_row *header,
    struct node_report_writer *writer, struct proto_error *error);
PROTO_CHECK enum proto_code node_columns_slots(struct node_columns *columns, struct proto_error *error);

#endif
