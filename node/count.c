#include "node/count.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "node/aggregate.h"
#include "node/columns.h"
#include "node/input.h"
#include "node/records.h"
#include "node/tally.h"

#define DAY 86400

/* One file on its way to counts. */
struct counting {
	const struct node_count_request *request;
	struct proto_error *error;
	struct node_count *count;
	struct node_mapping *mapping;
	struct node_input *input;
	struct node_csv *csv;
	struct node_report_writer *writer;
	struct node_profiles *profiles;
	struct node_columns *columns;
	struct node_records *records;     /* kind records */
	struct node_aggregate *aggregate; /* kind aggregate */
	uint64_t empty, empty_line;       /* empty lines that nothing has followed yet, and the first of them */
};

static enum proto_code
memory(const struct counting *counting)
{
	return proto_error_set(counting->error, PROTO_MEMORY, counting->request->file, "out of memory");
}

static struct node_records_to
to(const struct counting *counting)
{
	return (struct node_records_to){&counting->count->report, counting->writer};
}

/* An error of a row is told after those of the rows before it. */
static enum proto_code
flush(struct counting *counting)
{
	struct node_records_to there = to(counting);

	if (counting->records && node_records_flush(counting->records, &there) != PROTO_OK)
		return memory(counting);
	return PROTO_OK;
}

static enum proto_code
wrong_row(struct counting *counting, uint64_t line, enum node_class kind, const char *reason)
{
	struct node_report_place place = {.row = line};
	enum proto_code code = flush(counting);

	if (code == PROTO_OK) {
		node_report_add(counting->writer, &place, kind, "%s", reason);
		counting->count->report.rows++;
		counting->count->report.rejected++;
	}
	return code;
}

/* Empty lines at the end of a file are nothing; between records they are not what was meant. */
static enum proto_code
told_empty(struct counting *counting)
{
	enum proto_code code = PROTO_OK;

	for (; counting->empty > 0 && code == PROTO_OK; counting->empty--)
		code = wrong_row(counting, counting->empty_line++, NODE_MALFORMED, "an empty line");
	return code;
}

/* Where no record key has to be remembered, memory is given back before it grows. */
static enum proto_code
afresh(struct counting *counting)
{
	enum proto_code code = node_tally(counting->count->counts, &counting->count->report, counting->request->structure,
	    counting->profiles, counting->error);

	if (code == PROTO_OK) {
		node_profiles_clear(counting->profiles);
		node_columns_forget(counting->columns);
	}
	return code;
}

static enum proto_code
taken(struct counting *counting, const struct node_columns_row *row, uint64_t line)
{
	struct node_report *report = &counting->count->report;
	struct node_records_to there = to(counting);
	bool right;

	if (counting->records) {
		if (node_records_take(counting->records, row, line, &there) != PROTO_OK)
			return memory(counting);
		if (counting->mapping->record_key == NULL && node_profiles_large(counting->profiles))
			return afresh(counting);
		return PROTO_OK;
	}
	if (node_aggregate_take(&right, counting->aggregate, row, line, counting->writer) != PROTO_OK)
		return memory(counting);
	report->dual += row->dual;
	report->taken += right;
	report->rejected += !right;
	return PROTO_OK;
}

static enum proto_code
one_row(struct counting *counting, const struct node_csv_row *row)
{
	struct node_report *report = &counting->count->report;
	struct node_columns_row read;
	enum proto_code code;

	if (row->empty) {
		if (counting->empty++ == 0)
			counting->empty_line = row->line;
		return PROTO_OK;
	}
	if (counting->empty && (code = told_empty(counting)) != PROTO_OK)
		return code;
	report->rows++;
	switch (node_columns_read(&read, counting->columns, row)) {
	case NODE_ROW_TAKEN:
		return taken(counting, &read, row->line);
	case NODE_ROW_NOT_SELECTED:
		report->not_selected++;
		return PROTO_OK;
	case NODE_ROW_WRONG:
		if ((code = flush(counting)) != PROTO_OK)
			return code;
		report->rejected++;
		node_columns_tell(counting->columns, row, counting->writer);
		return PROTO_OK;
	default:
		return memory(counting);
	}
}

/* The header. INPUT: it was told what is wrong with it. */
static enum proto_code
header(struct counting *counting)
{
	struct node_columns_for what_for = {counting->mapping, counting->request->period, counting->request->now / DAY,
	    counting->profiles};
	struct node_report_place place = {0};
	struct node_csv_row row;
	enum proto_code code;

	if ((code = node_csv_next(counting->csv, &row, counting->error)) != PROTO_OK)
		return code;
	place.row = row.line;
	if (row.event == NODE_CSV_RECORD) {
		code = node_columns_new(&counting->columns, &what_for, &row, counting->writer, counting->error);
		if (code == PROTO_MAPPING && counting->error)
			(void)snprintf(counting->error->where, sizeof(counting->error->where), "%s", counting->request->file);
		return code;
	}
	if (row.event == NODE_CSV_BROKEN)
		node_report_add(counting->writer, &place, NODE_MALFORMED, "%s", node_csv_fault_text(row.fault));
	else
		node_report_add(counting->writer, &place, NODE_MALFORMED, "no header: the file ends here");
	return PROTO_INPUT;
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

static enum proto_code
all_rows(struct counting *counting)
{
	struct node_csv_row row;
	enum proto_code code;

	while ((code = node_csv_next(counting->csv, &row, counting->error)) == PROTO_OK && row.event == NODE_CSV_RECORD)
		if ((code = one_row(counting, &row)) != PROTO_OK)
			return code;
	if (code != PROTO_OK)
		return code;
	if (row.event == NODE_CSV_BROKEN)
		if ((code = told_empty(counting)) != PROTO_OK ||
		    (code = wrong_row(counting, row.line, class_of(row.fault), node_csv_fault_text(row.fault))) != PROTO_OK)
			return code;
	return node_input_unchanged(counting->input, row.event == NODE_CSV_END, counting->error);
}

/* After the last row. */
static enum proto_code
finish(struct counting *counting)
{
	struct node_report *report = &counting->count->report;
	struct node_records_to there = to(counting);

	if (counting->records) {
		if (node_records_finish(counting->records, &there) != PROTO_OK)
			return memory(counting);
		return node_tally(counting->count->counts, report, counting->request->structure, counting->profiles, counting->error);
	}
	/* what is missing from the tables says nothing while rows are wrong */
	if (report->errors)
		return PROTO_OK;
	return node_aggregate_finish(counting->count->counts, counting->aggregate, report, counting->writer, counting->error);
}

/* Is the errors file one that is being read? Writing it would destroy what it is about. */
static enum proto_code
check_errors_file(const struct counting *counting)
{
	const struct node_count_request *request = counting->request;
	struct node_input *mapping = NULL;
	enum proto_code code;
	bool same;

	if (request->errors_file == NULL)
		return PROTO_OK;
	if ((code = node_input_open(&mapping, request->mapping, counting->error)) != PROTO_OK)
		return code;
	same = node_input_is(counting->input, request->errors_file) || node_input_is(mapping, request->errors_file);
	node_input_close(mapping);
	if (same)
		return proto_error_set(counting->error, PROTO_REFUSED, request->errors_file,
		    "the errors file would replace the file or the mapping that is being read");
	return PROTO_OK;
}

static enum proto_code
begin(struct counting *counting)
{
	const struct node_count_request *request = counting->request;
	const struct proto_structure *structure = request->structure;
	struct node_mapping_for what_for = {structure, request->period, request->country, request->mapping};
	struct node_report *report;
	struct node_csv_source source;
	enum proto_code code;
	uint32_t i;

	if ((counting->count = calloc(1, sizeof(*counting->count))) == NULL)
		return memory(counting);
	report = &counting->count->report;
	for (i = 0; i < structure->dims; i++)
		if (structure->dim[i].bound)
			strcpy(report->bound[report->bounds++].dim, structure->dim[i].id);
	if ((code = node_mapping_load(&counting->mapping, &what_for, counting->error)) != PROTO_OK ||
	    (code = node_input_open(&counting->input, request->file, counting->error)) != PROTO_OK ||
	    (code = check_errors_file(counting)) != PROTO_OK ||
	    (code = node_profiles_new(&counting->profiles, (uint32_t)structure->dims, counting->error)) != PROTO_OK)
		return code;
	source = node_input_source(counting->input);
	if ((code = node_csv_new(&counting->csv, &counting->mapping->csv, &source, counting->error)) != PROTO_OK)
		return code;
	if (dp_counts_new(&counting->count->counts, &structure->domain, structure->figure, structure->tables) != DP_OK)
		return memory(counting);
	code = counting->mapping->kind == NODE_RECORDS ?
	    node_records_new(&counting->records, counting->mapping, counting->profiles, counting->error) :
	    node_aggregate_new(&counting->aggregate, counting->mapping, counting->error);
	if (code != PROTO_OK)
		return code;
	return node_report_open(&counting->writer, report, request->errors_file, counting->error);
}

/* The figures stand: is the file taken? */
static enum proto_code
conclude(struct counting *counting)
{
	struct node_count *count = counting->count;
	const struct node_report *report = &count->report;
	char first[64] = "";

	if (report->errors) {
		if (report->error[0].row)
			(void)snprintf(first, sizeof(first), "; the first in row %llu", (unsigned long long)report->error[0].row);
		return proto_error_set(counting->error, PROTO_INPUT, counting->request->file, "%llu errors%s (%s); nothing was taken",
		    (unsigned long long)report->errors, first, node_report_class(report->error[0].kind));
	}
	if (counting->mapping->kind == NODE_AGGREGATE && counting->mapping->attest == NULL)
		return proto_error_set(counting->error, PROTO_MAPPING, counting->request->mapping,
		    "attest: missing: who declares that each person was counted at most once, and at most k times in a multi-valued table");
	count->report.ok = true;
	return PROTO_OK;
}

static void
wipe(struct counting *counting)
{
	node_aggregate_free(counting->aggregate);
	node_records_free(counting->records);
	node_columns_free(counting->columns);
	node_profiles_free(counting->profiles);
	node_csv_free(counting->csv);
	node_input_close(counting->input);
	node_mapping_free(counting->mapping);
	node_count_free(counting->count);
}

static void
take_text(char **ret_text, char **text)
{
	*ret_text = *text;
	*text = NULL;
}

enum proto_code
node_count_file(struct node_count **ret_count, const struct node_count_request *request, struct proto_error *error)
{
	struct counting counting = {.request = request, .error = error};
	enum proto_code code, closed;

	if ((code = begin(&counting)) == PROTO_OK && (code = header(&counting)) == PROTO_OK &&
	    (code = all_rows(&counting)) == PROTO_OK)
		code = finish(&counting);
	if (code == PROTO_OK || code == PROTO_INPUT)
		code = conclude(&counting);
	closed = node_report_close(counting.writer, code == PROTO_OK || code == PROTO_INPUT, error);
	if ((code == PROTO_OK || code == PROTO_INPUT) && closed != PROTO_OK)
		code = closed;
	if (code == PROTO_OK || code == PROTO_INPUT) {
		take_text(&counting.count->map, &counting.mapping->map);
		take_text(&counting.count->attest, &counting.mapping->attest);
		if (code == PROTO_INPUT) {
			dp_counts_free(counting.count->counts);
			counting.count->counts = NULL;
		}
		*ret_count = counting.count;
		counting.count = NULL;
	}
	wipe(&counting);
	return code;
}

void
node_count_free(struct node_count *count)
{
	if (count == NULL)
		return;
	dp_counts_free(count->counts);
	node_report_wipe(&count->report);
	free(count->map);
	free(count->attest);
	free(count);
}
