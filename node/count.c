#include "node/count.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "count_pass.h"
#include "dp/counts.h"

/* Is the errors file one that is being read? Writing it would destroy what it is about. */
static enum proto_code
check_errors_file(const struct node_count_request *request, const struct node_input *input, struct proto_error *error)
{
	struct node_input *mapping = NULL;
	enum proto_code code;
	bool same;

	if (request->errors_file == NULL)
		return PROTO_OK;
	if ((code = node_input_open(&mapping, request->mapping, error)) != PROTO_OK)
		return code;
	same = node_input_is(input, request->errors_file) || node_input_is(mapping, request->errors_file);
	node_input_close(mapping);
	if (same)
		return proto_error_set(error, PROTO_REFUSED, request->errors_file,
		    "the errors file would replace the file or the mapping that is being read");
	return PROTO_OK;
}

/* The figures stand: is the file taken? */
static enum proto_code
conclude(struct node_count_pass *pass)
{
	struct node_count *count = pass->count;
	const struct node_report *report = &count->report;
	char first[64] = "";

	if (report->errors) {
		if (report->error[0].row)
			(void)snprintf(first, sizeof(first), "; the first in row %llu",
			    (unsigned long long)report->error[0].row);
		return proto_error_set(pass->error, PROTO_INPUT, pass->request->file,
		    "%llu errors%s (%s); nothing was taken",
		    (unsigned long long)report->errors, first, node_report_class(report->error[0].kind));
	}
	if (pass->mapping->kind == NODE_AGGREGATE && pass->mapping->attest == NULL)
		return proto_error_set(pass->error, PROTO_MAPPING, pass->request->mapping,
		    "attest: missing: who declares that each person was counted at most once, and at most k times in a multi-valued table");
	count->report.ok = true;
	return PROTO_OK;
}

static void
take_text(char **ret_text, char **text)
{
	*ret_text = *text;
	*text = NULL;
}

/* One pass, and what came of it. */
static enum proto_code
count_once(struct node_count **ret_count, bool *ret_again, struct node_count_pass *pass)
{
	enum proto_code code = node_count_pass_run(pass), closed;
	bool whole;

	if (code == PROTO_OK || code == PROTO_INPUT)
		code = conclude(pass);
	whole = code == PROTO_OK || code == PROTO_INPUT;
	closed = node_report_close(pass->writer, whole, pass->error);
	if (whole && closed != PROTO_OK)
		code = closed;
	if (code == PROTO_INPUT) {
		dp_counts_free(pass->count->counts);
		pass->count->counts = NULL;
	}
	*ret_again = pass->again;
	if (code == PROTO_OK || code == PROTO_INPUT)
		*ret_count = pass->count;
	else
		node_count_free(pass->count);
	node_count_pass_wipe(pass);
	return code;
}

enum proto_code
node_count_file(struct node_count **ret_count, const struct node_count_request *request, struct proto_error *error)
{
	struct node_mapping_for what_for = {request->structure, request->period, request->country, request->mapping};
	struct node_mapping *mapping = NULL;
	struct node_input *input = NULL;
	struct node_count *count = NULL;
	bool remember_all = false, again = true;
	enum proto_code code;

	if ((code = node_mapping_load(&mapping, &what_for, error)) != PROTO_OK ||
	    (code = node_input_open(&input, request->file, error)) != PROTO_OK ||
	    (code = check_errors_file(request, input, error)) != PROTO_OK)
		goto out;
	while (again) {
		struct node_count_pass pass = {.request = request, .mapping = mapping, .input = input, .error = error,
		    .remember_all = remember_all};

		code = count_once(&count, &again, &pass);
		remember_all = true;
		if (again && (code = node_input_rewind(input, error)) != PROTO_OK)
			goto out;
	}
	if (code == PROTO_OK || code == PROTO_INPUT) {
		take_text(&count->map, &mapping->map);
		take_text(&count->attest, &mapping->attest);
		*ret_count = count;
	}
out:
	node_input_close(input);
	node_mapping_free(mapping);
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
