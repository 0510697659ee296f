#include "coordinator/query_print.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "dp/rebuild.h"
#include "proto/json.h"
#include "proto/kit/print.h"
#include "proto/kit/table.h"

static const struct proto_codelist *
list_of(const struct coord_query *query, size_t by)
{
	return query->structure->dim[query->by[by]].list;
}

static const char *
code_of(const struct coord_query *query, const struct coord_query_row *row, size_t by)
{
	return row->code[by] < 0 ? "_T" : list_of(query, by)->code[row->code[by]].id;
}

void
coord_query_print_csv(struct proto_buffer *out, const struct coord_query *query)
{
	size_t i, by;

	proto_buffer_text(out, "STRUCTURE,FREQ,REF_AREA,TIME_PERIOD");
	for (by = 0; by < query->bys; by++)
		proto_buffer_printf(out, ",%s", query->structure->dim[query->by[by]].id);
	proto_buffer_text(out, ",OBS_VALUE,STD_ERR,LOWER_BOUND,UPPER_BOUND,CONF_LEVEL,OBS_STATUS,N_REPORTERS,RELEASE_ID\n");
	for (i = 0; i < query->rows; i++) {
		const struct coord_query_row *row = &query->row[i];

		proto_buffer_printf(out, "%s,%c,%s,%s", query->structure->id, query->freq, row->area, row->period);
		for (by = 0; by < query->bys; by++)
			proto_buffer_printf(out, ",%s", code_of(query, row, by));
		proto_buffer_text(out, ",");
		coord_observation_csv(out, &row->seen, query->measured);
		proto_buffer_printf(out, ",%s\n", row->release);
	}
}

static void
put_value(struct proto_json *json, const char *key, bool any, double value)
{
	proto_json_key(json, key);
	if (any)
		proto_json_fixed(json, value, 4);
	else
		proto_json_null(json);
}

static void
put_json_row(struct proto_json *json, const struct coord_query *query, const struct coord_query_row *row)
{
	const char freq[2] = {query->freq, '\0'}, status[2] = {coord_observation_status(&row->seen), '\0'};
	double sd = sqrt(row->seen.variance), low = 0, high = 0;
	size_t by;

	dp_rebuild_interval(&low, &high, row->seen.measured, sd);
	proto_json_object(json);
	proto_json_key(json, "STRUCTURE");
	proto_json_string(json, query->structure->id);
	proto_json_key(json, "FREQ");
	proto_json_string(json, freq);
	proto_json_key(json, "REF_AREA");
	proto_json_string(json, row->area);
	proto_json_key(json, "TIME_PERIOD");
	proto_json_string(json, row->period);
	for (by = 0; by < query->bys; by++) {
		proto_json_key(json, query->structure->dim[query->by[by]].id);
		proto_json_string(json, code_of(query, row, by));
	}
	proto_json_key(json, "OBS_VALUE");
	if (!row->seen.any)
		proto_json_null(json);
	else if (query->measured)
		proto_json_fixed(json, row->seen.measured, 4);
	else
		proto_json_u64(json, row->seen.estimate);
	put_value(json, "STD_ERR", row->seen.any, sd);
	put_value(json, "LOWER_BOUND", row->seen.any, low);
	put_value(json, "UPPER_BOUND", row->seen.any, high);
	proto_json_key(json, "CONF_LEVEL");
	proto_json_fixed(json, 0.95, 2);
	proto_json_key(json, "OBS_STATUS");
	proto_json_string(json, status);
	proto_json_key(json, "N_REPORTERS");
	proto_json_u64(json, row->seen.any ? row->seen.reporters : 0);
	proto_json_key(json, "RELEASE_ID");
	proto_json_string(json, row->release[0] ? row->release : NULL);
	proto_json_object_end(json);
}

void
coord_query_print_json(struct proto_buffer *out, const struct coord_query *query)
{
	struct proto_json json;
	size_t i;

	proto_json_init(&json, out, 0);
	proto_json_object(&json);
	proto_json_key(&json, "rows");
	proto_json_array(&json);
	for (i = 0; i < query->rows; i++)
		put_json_row(&json, query, &query->row[i]);
	proto_json_array_end(&json);
	proto_json_object_end(&json);
	proto_buffer_text(out, "\n");
}

#define CELL 200
#define FIXED_COLUMNS 6 /* area, period; value, error, interval, status */

/* Codes with their labels, so that nobody needs the code list beside the table. */
static void
label(char ret_text[static CELL], const struct coord_query *query, const struct coord_query_row *row, size_t by)
{
	const struct proto_codelist *list = list_of(query, by);

	if (row->code[by] < 0)
		(void)snprintf(ret_text, CELL, "_T %s", list->name ? list->name : "Total");
	else
		(void)snprintf(ret_text, CELL, "%s %s", list->code[row->code[by]].id, list->code[row->code[by]].name);
}

static const char *
status_words(char status)
{
	switch (status) {
	case 'O': return "O not reported";
	case 'P': return "P gap in the sum";
	case 'U': return "U low reliability";
	default: return "A";
	}
}

static enum proto_code
put_table_row(struct kit_table *table, const struct coord_query *query, const struct coord_query_row *row, struct proto_error *error)
{
	char text[DP_DIMS_MAX + FIXED_COLUMNS][CELL] = {{0}};
	const char *cell[DP_DIMS_MAX + FIXED_COLUMNS];
	double sd = sqrt(row->seen.variance), low, high;
	size_t n = 0, by, i;

	(void)snprintf(text[n++], CELL, "%.190s", row->area);
	(void)snprintf(text[n++], CELL, "%s", row->period);
	for (by = 0; by < query->bys; by++)
		label(text[n++], query, row, by);
	if (row->seen.any) {
		dp_rebuild_interval(&low, &high, row->seen.measured, sd);
		if (query->measured)
			(void)snprintf(text[n++], CELL, "%.1f", fabs(row->seen.measured) < 0.05 ? 0 : row->seen.measured); /* no -0.0 */
		else
			(void)snprintf(text[n++], CELL, "%llu", (unsigned long long)row->seen.estimate);
		(void)snprintf(text[n++], CELL, "%.1f", sd);
		(void)snprintf(text[n++], CELL, "%.0f to %.0f", floor(low), ceil(high));
	} else {
		n += 3;
	}
	(void)snprintf(text[n++], CELL, "%s", status_words(coord_observation_status(&row->seen)));
	for (i = 0; i < n; i++)
		cell[i] = text[i];
	return kit_table_row(table, cell, error);
}

static void
put_notes(struct proto_buffer *out, const struct coord_query *query)
{
	const struct coord_query_row *last = &query->row[query->rows - 1];

	proto_buffer_printf(out, "\n%s: %s. %s; std. error and 95 %% interval cover the added noise only.\n",
	    query->structure->name, query->structure->unit,
	    query->measured ? "Unbiased measurements (negatives are noise)" : "Estimates (never negative; use --measured for sums and trends)");
	proto_buffer_printf(out, "Reported: %zu of %zu. Release %s.\n", last->seen.any ? last->seen.reporters : 0,
	    last->seen.listed, last->release[0] ? last->release : "none");
	proto_buffer_text(out, "Privacy of one round: ");
	kit_print_privacy(out, query->rho_units, query->structure->unit);
	proto_buffer_text(out, "\n");
}

enum proto_code
coord_query_print_table(struct proto_buffer *out, const struct coord_query *query, struct proto_error *error)
{
	const char *heading[DP_DIMS_MAX + FIXED_COLUMNS];
	struct kit_table *table = NULL;
	size_t n = 0, i;
	enum proto_code code;

	heading[n++] = "REF_AREA";
	heading[n++] = "TIME_PERIOD";
	for (i = 0; i < query->bys; i++)
		heading[n++] = query->structure->dim[query->by[i]].id;
	heading[n++] = query->measured ? ">MEASURED" : ">ESTIMATE";
	heading[n++] = ">STD_ERR";
	heading[n++] = ">95 % INTERVAL";
	heading[n++] = "STATUS";
	if ((code = kit_table_new(&table, heading, n, error)) != PROTO_OK)
		return code;
	for (i = 0; i < query->rows && code == PROTO_OK; i++)
		code = put_table_row(table, query, &query->row[i], error);
	if (code == PROTO_OK)
		code = kit_table_print(table, out, error);
	if (code == PROTO_OK)
		put_notes(out, query);
	kit_table_free(table);
	return code;
}
