#include "count_pass.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "node/tally.h"

#define DAY 86400
#define SMALL 65536

static enum proto_code
memory(const struct node_count_pass *pass)
{
	return proto_error_set(pass->error, PROTO_MEMORY, pass->request->file, "out of memory");
}

static struct node_records_to
to(const struct node_count_pass *pass)
{
	return (struct node_records_to){&pass->count->report, pass->writer};
}

/* An error of a row is told after those of the rows before it. */
static enum proto_code
flush(struct node_count_pass *pass)
{
	struct node_records_to there = to(pass);

	if (pass->records && node_records_flush(pass->records, &there) != NODE_RECORDS_DONE)
		return memory(pass);
	return PROTO_OK;
}

static enum proto_code
wrong_row(struct node_count_pass *pass, uint64_t line, enum node_class kind, const char *reason)
{
	struct node_report_place place = {.row = line};
	enum proto_code code = flush(pass);

	if (code == PROTO_OK) {
		node_report_add(pass->writer, &place, kind, "%s", reason);
		pass->count->report.rows++;
		pass->count->report.rejected++;
	}
	return code;
}

/* Empty lines at the end of a file are nothing; between records they are not what was meant. */
static enum proto_code
told_empty(struct node_count_pass *pass)
{
	enum proto_code code = PROTO_OK;

	for (; pass->empty > 0 && code == PROTO_OK; pass->empty--)
		code = wrong_row(pass, pass->empty_line++, NODE_MALFORMED, "an empty line");
	return code;
}

/* Where no record key has to be remembered, memory is given back before it grows. */
static enum proto_code
afresh(struct node_count_pass *pass)
{
	enum proto_code code = node_tally(pass->count->counts, &pass->count->report, pass->request->structure,
	    pass->profiles, pass->error);

	if (code == PROTO_OK) {
		node_profiles_clear(pass->profiles);
		node_columns_forget(pass->columns);
	}
	return code;
}

static enum proto_code
taken(struct node_count_pass *pass, const struct node_columns_row *row, uint64_t line)
{
	struct node_report *report = &pass->count->report;
	struct node_records_to there = to(pass);
	bool right;

	if (pass->records) {
		enum node_records_fate fate = node_records_take(pass->records, row, line, &there);

		pass->again = fate == NODE_RECORDS_AGAIN;
		if (fate != NODE_RECORDS_DONE)
			return memory(pass);
		if (pass->mapping->record_key == NULL && node_profiles_large(pass->profiles))
			return afresh(pass);
		return PROTO_OK;
	}
	if (node_aggregate_take(&right, pass->aggregate, row, line, pass->writer) != PROTO_OK)
		return memory(pass);
	report->dual += row->dual;
	report->taken += right;
	report->rejected += !right;
	return PROTO_OK;
}

static enum proto_code
one_row(struct node_count_pass *pass, const struct node_csv_row *row)
{
	struct node_report *report = &pass->count->report;
	struct node_columns_row read;
	enum proto_code code;

	if (row->empty) {
		if (pass->empty++ == 0)
			pass->empty_line = row->line;
		return PROTO_OK;
	}
	if (pass->empty && (code = told_empty(pass)) != PROTO_OK)
		return code;
	report->rows++;
	switch (node_columns_read(&read, pass->columns, row)) {
	case NODE_ROW_TAKEN:
		return taken(pass, &read, row->line);
	case NODE_ROW_NOT_SELECTED:
		report->not_selected++;
		return PROTO_OK;
	case NODE_ROW_WRONG:
		if ((code = flush(pass)) != PROTO_OK)
			return code;
		report->rejected++;
		node_columns_tell(pass->columns, row, pass->writer);
		return PROTO_OK;
	default:
		return memory(pass);
	}
}

static enum node_class
class_of(enum node_csv_fault fault)
{
	switch (fault) {
	case NODE_CSV_NUL:
	case NODE_CSV_UTF16:
	case NODE_CSV_MARK:
	case NODE_CSV_PREAMBLE:
		return NODE_ENCODING;
	case NODE_CSV_LONG:
	case NODE_CSV_FIELD:
	case NODE_CSV_COLUMNS:
		return NODE_TOO_LARGE;
	default:
		return NODE_MALFORMED;
	}
}

/* The header. INPUT: it was told what is wrong with it. */
static enum proto_code
header(struct node_count_pass *pass)
{
	struct node_columns_for what_for = {pass->mapping, pass->request->period, pass->request->now / DAY,
	    pass->profiles};
	struct node_report_place place = {0};
	struct node_csv_row row;
	enum proto_code code;

	if ((code = node_csv_next(pass->csv, &row, pass->error)) != PROTO_OK)
		return code;
	place.row = row.line;
	if (row.event == NODE_CSV_RECORD) {
		code = node_columns_new(&pass->columns, &what_for, &row, pass->writer, pass->error);
		if (code == PROTO_MAPPING && pass->error)
			(void)snprintf(pass->error->where, sizeof(pass->error->where), "%s", pass->request->file);
		return code;
	}
	if (row.event == NODE_CSV_BROKEN)
		node_report_add(pass->writer, &place, class_of(row.fault), "%s", node_csv_fault_text(row.fault));
	else
		node_report_add(pass->writer, &place, NODE_MALFORMED, "no header: the file ends here");
	return PROTO_INPUT;
}

static enum proto_code
all_rows(struct node_count_pass *pass)
{
	struct node_csv_row row;
	enum proto_code code;

	while ((code = node_csv_next(pass->csv, &row, pass->error)) == PROTO_OK && row.event == NODE_CSV_RECORD)
		if ((code = one_row(pass, &row)) != PROTO_OK)
			return code;
	if (code != PROTO_OK)
		return code;
	if (row.event == NODE_CSV_BROKEN)
		if ((code = told_empty(pass)) != PROTO_OK ||
		    (code = wrong_row(pass, row.line, class_of(row.fault), node_csv_fault_text(row.fault))) != PROTO_OK)
			return code;
	return node_input_unchanged(pass->input, row.event == NODE_CSV_END, pass->error);
}

/* After the last row. */
static enum proto_code
finish(struct node_count_pass *pass)
{
	struct node_report *report = &pass->count->report;
	struct node_records_to there = to(pass);

	if (pass->records) {
		if (node_records_finish(pass->records, &there) != NODE_RECORDS_DONE)
			return memory(pass);
		return node_tally(pass->count->counts, report, pass->request->structure, pass->profiles, pass->error);
	}
	/* what is missing from the tables says nothing while rows are wrong */
	if (report->errors)
		return PROTO_OK;
	return node_aggregate_finish(pass->count->counts, pass->aggregate, report, pass->writer, pass->error);
}

static enum proto_code
begin(struct node_count_pass *pass)
{
	const struct proto_structure *structure = pass->request->structure;
	struct node_csv_options options = pass->mapping->csv;
	struct node_csv_source source = node_input_source(pass->input);
	struct node_report *report;
	enum proto_code code;
	uint32_t i;

	if ((pass->count = calloc(1, sizeof(*pass->count))) == NULL)
		return memory(pass);
	report = &pass->count->report;
	for (i = 0; i < structure->dims; i++)
		if (structure->dim[i].bound)
			(void)snprintf(report->bound[report->bounds++].dim, sizeof(report->bound[0].dim), "%s",
			    structure->dim[i].id);
	options.ahead = true;
	if (node_input_size(pass->input) < SMALL)
		options.block = (size_t)node_input_size(pass->input) + 1; /* a small file needs no large buffers */
	if ((code = node_profiles_new(&pass->profiles, (uint32_t)structure->dims, pass->error)) != PROTO_OK ||
	    (code = node_csv_new(&pass->csv, &options, &source, pass->error)) != PROTO_OK)
		return code;
	if (dp_counts_new(&pass->count->counts, &structure->domain, structure->figure, structure->tables) != DP_OK)
		return memory(pass);
	code = pass->mapping->kind == NODE_RECORDS ?
	    node_records_new(&pass->records, pass->mapping, pass->profiles, pass->remember_all, pass->error) :
	    node_aggregate_new(&pass->aggregate, pass->mapping, pass->error);
	if (code != PROTO_OK)
		return code;
	return node_report_open(&pass->writer, report, pass->request->errors_file, pass->error);
}

enum proto_code
node_count_pass_run(struct node_count_pass *pass)
{
	enum proto_code code;

	if ((code = begin(pass)) != PROTO_OK || (code = header(pass)) != PROTO_OK || (code = all_rows(pass)) != PROTO_OK)
		return code;
	return finish(pass);
}

void
node_count_pass_wipe(struct node_count_pass *pass)
{
	node_aggregate_free(pass->aggregate);
	node_records_free(pass->records);
	node_columns_free(pass->columns);
	node_profiles_free(pass->profiles);
	node_csv_free(pass->csv);
}
