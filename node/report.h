#ifndef NODE_REPORT_H
#define NODE_REPORT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "dp/domain.h"
#include "proto/error.h"
#include "proto/json.h"

/*
 * What was found in an input file: figures, and every wrong row. The first
 * NODE_REPORT_SHOWN errors are kept; all of them go to the errors CSV, if one was asked for.
 *
 * Privacy: a report is for the office's own eyes. It holds figures of the file, and the offending text of
 * a cell (at most 40 characters, escaped) only for columns with a value map; never the
 * record key. Neither the JSON form nor a proto_error holds any cell's text.
 */
#define NODE_REPORT_SHOWN 20

/* X(NAME, class) */
#define NODE_CLASSES(X)                                                        \
	X(UNKNOWN_CODE, "unknown-code")                                        \
	X(BLANK, "blank")                                                      \
	X(NOT_A_NUMBER, "not-a-number")                                        \
	X(TOO_LARGE, "too-large")             /* a count above `max`, a limit */ \
	X(SUPPRESSED, "suppressed")           /* the file says "<5" or alike */ \
	X(OUTSIDE_PERIOD, "outside-period")                                    \
	X(OUTSIDE_AREA, "outside-area")                                        \
	X(FUTURE, "future")                                                    \
	X(CONFLICT, "conflict")               /* two rows, or two tables, disagree */ \
	X(DUPLICATE, "duplicate")                                              \
	X(MALFORMED, "malformed")                                              \
	X(ENCODING, "encoding")                                                \
	X(INCOMPLETE, "incomplete")           /* a table without any row */

#define NODE_CLASS_NAME(name, text) NODE_##name,
enum node_class { NODE_RIGHT, NODE_CLASSES(NODE_CLASS_NAME) NODE_CLASS_COUNT };
#undef NODE_CLASS_NAME

struct node_report_error {
	uint64_t row;      /* physical line, from 1; 0: the file as a whole */
	enum node_class kind;
	char *column;      /* "" where the row as a whole is wrong */
	char *text;        /* escaped; NULL where it may not be shown */
	char *reason;
};

/* Codes other than `_U` of one multi-valued dimension, over all persons: after repeats were merged, and after
 * the bound. */
struct node_report_bound {
	char dim[33];
	uint64_t seen, kept;
};

struct node_report {
	bool ok;                /* nothing is wrong, and everything was taken */
	uint64_t rows;          /* = taken + rejected + not_selected */
	uint64_t taken;         /* valid selected rows, also when the file is refused */
	uint64_t rejected, not_selected;
	uint64_t persons;       /* among the rows taken; aggregate: the total of the first table of persons, if any */
	uint64_t dual;          /* cells decided by the rule for dual nationals */
	uint64_t unused;        /* aggregate: rows taken that no table needs */
	size_t bounds;
	struct node_report_bound bound[DP_DIMS_MAX];
	uint64_t errors;        /* all of them */
	size_t shown;
	struct node_report_error error[NODE_REPORT_SHOWN];
	char *errors_file;      /* NULL: none was asked for */
};

const char *node_report_class(enum node_class kind);

/* node_report_json(json, report): one object with the members that `check --json` documents, and errors_total,
 * dual, unused. */
void node_report_json(struct proto_json *json, const struct node_report *report);

/* node_report_wipe(report): zeroes and frees what it holds. */
void node_report_wipe(struct node_report *report);

/*
 * The writer's side. The errors CSV is written beside its place under another name, mode 0600, and
 * renamed by close: an older file is replaced whole, or not at all. It is UTF-8 with the columns
 * row,column,class,text,reason; a field that a spreadsheet would take for a formula gets an apostrophe
 * in front.
 *
 * node_report_open(ret_writer, report, path, error): path may be NULL. Errors: IO, PERMISSION, NO_SPACE, MEMORY.
 * node_report_add: one error; a failure to write is kept until close. text may be NULL.
 * node_report_close(take_writer, keep, error): keep: puts the file in place; else removes it.
 */
struct node_report_writer;
PROTO_CHECK enum proto_code node_report_open(struct node_report_writer **ret_writer, struct node_report *report,
    const char *path, struct proto_error *error);
struct node_report_place { uint64_t row; const char *column, *text; size_t text_len; };
void node_report_add(struct node_report_writer *writer, const struct node_report_place *place, enum node_class kind,
    const char *reason, ...) __attribute__((format(printf, 4, 5)));
PROTO_CHECK enum proto_code node_report_close(struct node_report_writer *take_writer, bool keep, struct proto_error *error);

#endif
