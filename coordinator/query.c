#include "coordinator/query.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "coordinator/query_area.h"
#include "coordinator/query_ask.h"

struct run {
	const struct coord_query_ask *ask;
	const struct coord_query_time *time;
	const struct proto_structure *structure;
	struct coord_query *query;
	size_t room; /* rows allocated */
};

static struct coord_query_row *
add_row(struct run *run)
{
	struct coord_query *query = run->query;

	if (query->rows == run->room) {
		size_t room = run->room ? 2 * run->room : 64;
		struct coord_query_row *grown = realloc(query->row, room * sizeof(*grown));

		if (grown == NULL)
			return NULL;
		query->row = grown;
		run->room = room;
	}
	memset(&query->row[query->rows], 0, sizeof(*query->row));
	return &query->row[query->rows++];
}

/* The codes that a row sums: its own per --by dimension, the kept ones elsewhere and for _T. */
static void
choose(struct coord_choice *choice, const struct run *run, const struct coord_choice *kept, const int code[DP_DIMS_MAX])
{
	size_t i;

	*choice = *kept;
	for (i = 0; i < run->ask->bys; i++) {
		uint32_t dim = run->ask->by[i];

		if (code[i] < 0)
			continue;
		memset(choice->chosen[dim], 0, sizeof(choice->chosen[dim]));
		choice->chosen[dim][code[i]] = true;
	}
}

/* The next combination of --by codes (kept ones, then _T where it may stand); false after the last. */
static bool
advance(int code[DP_DIMS_MAX], const struct run *run, const struct coord_choice *kept, size_t from)
{
	size_t i;

	for (i = from; i-- > 0;) {
		uint32_t dim = run->ask->by[i];
		int codes = (int)run->structure->domain.dim[dim].codes, c = code[i];

		if (c >= 0)
			for (c++; c < codes && !kept->chosen[dim][c]; c++)
				continue;
		if (c >= 0 && c == codes)
			c = coord_query_ask_total(run->structure, dim) ? -1 : codes;
		else if (c < 0)
			c = codes; /* _T was the last */
		if (c < codes) {
			code[i] = c;
			return true;
		}
		for (c = 0; c < codes && !kept->chosen[dim][c]; c++)
			continue;
		code[i] = c;
	}
	return false;
}

static void
first(int code[DP_DIMS_MAX], const struct run *run, const struct coord_choice *kept)
{
	size_t i;

	for (i = 0; i < run->ask->bys; i++)
		for (code[i] = 0; !kept->chosen[run->ask->by[i]][code[i]]; code[i]++)
			continue;
}

/* Which codes count for these areas: a sum over countries adds only the codes of area_sum. */
static enum proto_code
keep_summed(struct coord_choice *ret_kept, const struct run *run, const struct coord_query_area *area, struct proto_error *error)
{
	uint32_t i, c;

	*ret_kept = run->ask->kept;
	for (i = 0; i < run->structure->dims; i++) {
		const struct proto_dimension *dim = &run->structure->dim[i];
		bool any = false;

		for (c = 0; c < dim->list->codes; c++) {
			if (area->sum && dim->area_sum != NULL && !dim->area_sum[c])
				ret_kept->chosen[i][c] = false;
			any |= ret_kept->chosen[i][c];
		}
		if (!any)
			return proto_error_set(error, PROTO_REFUSED, dim->id, "these codes are not added over countries; ask with --area each");
	}
	return PROTO_OK;
}

static void
name_release(struct coord_query_row *row, const struct coord_published *published)
{
	size_t len = strlen(row->release);

	(void)snprintf(row->release + len, sizeof(row->release) - len, "%s%s", len ? "+" : "", published->id);
}

/* Adds one period's observation to a row. Without a release nobody was asked: a gap. */
static enum proto_code
add_period(struct coord_query_row *row, const struct run *run, const struct coord_figure *figure, size_t period,
    const struct coord_choice *choice, struct proto_error *error)
{
	const struct coord_published *published;
	struct coord_observation seen = {.gap = true};
	enum proto_code code;

	if (run->time->published[period] >= 0) {
		published = &run->time->release[run->time->published[period]];
		code = coord_figure_observe(&seen, &figure[period], &published->manifest.plan, choice, error);
		if (code != PROTO_OK)
			return code;
		name_release(row, published);
	}
	coord_observation_add(&row->seen, &seen);
	return PROTO_OK;
}

/* All combinations of one area over the periods [from, to): one period, or the sum of a range. */
static enum proto_code
add_rows(struct run *run, const struct coord_query_area *area, const struct coord_figure *figure, const size_t range[2],
    struct proto_error *error)
{
	struct coord_choice *kept = calloc(2, sizeof(*kept)), *choice = kept + 1;
	int at[DP_DIMS_MAX] = {0};
	enum proto_code code = PROTO_MEMORY;
	size_t p;

	if (kept == NULL || (code = keep_summed(kept, run, area, error)) != PROTO_OK)
		goto out;
	first(at, run, kept);
	do {
		struct coord_query_row *row = add_row(run);
		char begin[PROTO_PERIOD_TEXT], end[PROTO_PERIOD_TEXT];

		if (row == NULL) {
			code = PROTO_MEMORY;
			goto out;
		}
		(void)snprintf(row->area, sizeof(row->area), "%s", area->text);
		memcpy(row->code, at, sizeof(at));
		proto_period_format(begin, &run->time->period[range[0]]);
		proto_period_format(end, &run->time->period[range[1] - 1]);
		(void)snprintf(row->period, sizeof(row->period), "%s%s%s", begin, range[1] - range[0] > 1 ? ".." : "",
		    range[1] - range[0] > 1 ? end : "");
		choose(choice, run, kept, at);
		for (p = range[0]; p < range[1] && code == PROTO_OK; p++)
			code = add_period(row, run, figure, p, choice, error);
	} while (code == PROTO_OK && advance(at, run, kept, run->ask->bys));
out:
	free(kept);
	return code == PROTO_MEMORY ? proto_error_set(error, PROTO_MEMORY, "query", "out of memory") : code;
}

static enum proto_code
add_area(struct run *run, const struct coord_query_area *area, struct proto_error *error)
{
	const struct coord_query_time *time = run->time;
	struct coord_figure *figure = calloc(time->periods, sizeof(*figure));
	enum proto_code code = PROTO_OK;
	size_t p;

	if (figure == NULL)
		return proto_error_set(error, PROTO_MEMORY, "query", "out of memory");
	for (p = 0; p < time->periods && code == PROTO_OK; p++)
		if (time->published[p] >= 0)
			code = coord_query_area_read(&figure[p], area, &time->release[time->published[p]], run->ask->figure, error);
	for (p = 0; p < time->periods && code == PROTO_OK; p++)
		code = add_rows(run, area, figure, (const size_t[2]){p, p + 1}, error);
	if (code == PROTO_OK && time->range && time->periods > 1)
		code = add_rows(run, area, figure, (const size_t[2]){0, time->periods}, error);
	for (p = 0; p < time->periods; p++)
		coord_figure_wipe(&figure[p]);
	free(figure);
	return code;
}

static enum proto_code
answer(struct coord_query *query, struct coord_query_time *time, const struct coord_query_text *text, struct proto_error *error)
{
	struct coord_query_ask *ask = malloc(sizeof(*ask));
	struct coord_query_area *area = NULL;
	struct run run = {.ask = ask, .time = time, .structure = time->release[0].manifest.structure, .query = query};
	size_t areas = 0, i;
	enum proto_code code = PROTO_MEMORY;

	if (ask == NULL)
		(void)proto_error_set(error, PROTO_MEMORY, "query", "out of memory");
	else if ((code = coord_query_ask(ask, run.structure, text, error)) == PROTO_OK)
		code = coord_query_area_list(&area, &areas, time, text->area, error);
	for (i = 0; i < areas && code == PROTO_OK; i++)
		code = add_area(&run, &area[i], error);
	if (code == PROTO_OK) {
		query->structure = run.structure;
		query->freq = time->period[0].freq;
		query->measured = text->measured;
		query->bys = ask->bys;
		memcpy(query->by, ask->by, sizeof(query->by));
		query->rho_units = time->release[time->releases - 1].manifest.rho_units;
	}
	coord_query_area_free(area, areas);
	free(ask);
	return code;
}

enum proto_code
coord_query_run(struct coord_query *ret_query, const struct coord_state *state, const struct coord_query_text *text,
    struct proto_error *error)
{
	struct coord_structure known = {0};
	struct coord_query_time time;
	struct coord_query query = {0};
	enum proto_code code;

	if ((code = coord_store_structure(&known, state->store, text->structure, error)) != PROTO_OK)
		return code;
	coord_store_structure_wipe(&known);
	if ((code = coord_query_time(&time, state, text->structure, text->period, error)) != PROTO_OK)
		return code;
	code = answer(&query, &time, text, error);
	if (code == PROTO_OK) {
		/* the rows point into the releases: they move over */
		query.published = time.release;
		query.releases = time.releases;
		time.release = NULL;
		time.releases = 0;
		*ret_query = query;
	} else {
		coord_query_wipe(&query);
	}
	coord_query_time_wipe(&time);
	return code;
}

void
coord_query_wipe(struct coord_query *query)
{
	size_t i;

	for (i = 0; i < query->releases; i++)
		coord_published_wipe(&query->published[i]);
	free(query->published);
	free(query->row);
	memset(query, 0, sizeof(*query));
}
