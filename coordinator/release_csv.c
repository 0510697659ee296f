#include "coordinator/release_csv.h"

#include <stdlib.h>
#include <string.h>

#include "coordinator/figure.h"

struct row_frame {
	const struct coord_published *published;
	const struct coord_area *area;
	const struct dp_goal *goal;
	const char *table; /* its id, "" for a margin */
	bool measured;
};

static void
put_heading(struct proto_buffer *out, const struct proto_structure *structure, bool measured)
{
	size_t i;

	proto_buffer_text(out, "STRUCTURE,FREQ,REF_AREA,TIME_PERIOD,TABLE");
	for (i = 0; i < structure->dims; i++)
		proto_buffer_printf(out, ",%s", structure->dim[i].id);
	proto_buffer_printf(out, ",OBS_VALUE,STD_ERR,LOWER_BOUND,UPPER_BOUND,CONF_LEVEL,OBS_STATUS,N_REPORTERS%s,RELEASE_ID\n",
	    measured ? ",VARIANCE" : "");
}

static void
put_row(struct proto_buffer *out, const struct row_frame *frame, const uint32_t code[DP_DIMS_MAX],
    const struct coord_observation *seen)
{
	const struct proto_structure *structure = frame->published->manifest.structure;
	const struct proto_period *period = &frame->published->manifest.round.period;
	char period_text[PROTO_PERIOD_TEXT];
	size_t i;

	proto_period_format(period_text, period);
	proto_buffer_printf(out, "%s,%c,%s,%s,%s", structure->id, period->freq, frame->area->code, period_text, frame->table);
	for (i = 0; i < structure->dims; i++)
		proto_buffer_printf(out, ",%s", frame->goal->figure.dims >> i & 1 ? structure->dim[i].list->code[code[i]].id : "_T");
	proto_buffer_text(out, ",");
	coord_observation_csv(out, seen, frame->measured);
	if (frame->measured && seen->any)
		proto_buffer_printf(out, ",%.6f", seen->variance);
	else if (frame->measured)
		proto_buffer_text(out, ",");
	proto_buffer_printf(out, ",%s\n", frame->published->id);
}

bool
coord_release_csv_unsummed(const struct proto_structure *structure, dp_dims dims, const uint32_t code[DP_DIMS_MAX])
{
	size_t i;

	for (i = 0; i < structure->dims; i++)
		if ((dims >> i & 1) && structure->dim[i].area_sum != NULL && !structure->dim[i].area_sum[code[i]])
			return true;
	return false;
}

static enum proto_code
put_figure(struct proto_buffer *out, const struct row_frame *frame, struct proto_error *error)
{
	const struct dp_plan *plan = &frame->published->manifest.plan;
	const struct dp_figure figure = frame->goal->figure;
	struct coord_area *one[1] = {coord_published_area(frame->published, frame->area->code)};
	struct coord_figure read = {0};
	struct coord_choice *choice = calloc(1, sizeof(*choice));
	struct coord_observation seen;
	uint32_t cell_code[DP_DIMS_MAX] = {0}, i;
	bool region = frame->area == &frame->published->area[0];
	enum proto_code code = PROTO_MEMORY;
	uint64_t at;

	if (choice == NULL) {
		(void)proto_error_set(error, PROTO_MEMORY, frame->published->id, "out of memory");
		goto out;
	}
	code = coord_figure_read(&read, frame->published, one, 1, figure, error);
	for (at = 0; code == PROTO_OK && at < read.cells; at++) {
		dp_domain_codes(cell_code, &plan->domain, figure.dims, at);
		if (region && coord_release_csv_unsummed(frame->published->manifest.structure, figure.dims, cell_code))
			continue;
		memset(choice, 0, sizeof(*choice));
		for (i = 0; i < plan->domain.dims; i++)
			if (figure.dims >> i & 1)
				choice->chosen[i][cell_code[i]] = true;
		code = coord_figure_observe(&seen, &read, plan, choice, error);
		if (code == PROTO_OK)
			put_row(out, frame, cell_code, &seen);
	}
out:
	coord_figure_wipe(&read);
	free(choice);
	return code;
}

enum proto_code
coord_release_csv(struct proto_buffer *ret_csv, const struct coord_published *published, bool measured,
    struct proto_error *error)
{
	const struct proto_structure *structure = published->manifest.structure;
	struct proto_buffer out = {0};
	struct dp_goal *goal = NULL;
	size_t goals = 0, a, g;
	enum proto_code code = PROTO_OK;

	if (dp_plan_workload(&goal, &goals, &structure->domain, structure->figure, structure->tables, structure->keep) != DP_OK)
		return proto_error_set(error, PROTO_MEMORY, published->id, "the workload cannot be listed");
	put_heading(&out, structure, measured);
	for (a = 0; a < published->areas; a++)
		for (g = 0; g < goals && code == PROTO_OK; g++) {
			struct row_frame frame = {published, &published->area[a], &goal[g],
			    g < structure->tables ? structure->table[g].id : "", measured};

			code = put_figure(&out, &frame, error);
		}
	free(goal);
	if (code == PROTO_OK && out.failed)
		code = proto_error_set(error, PROTO_MEMORY, published->id, "out of memory");
	if (code == PROTO_OK)
		*ret_csv = out;
	else
		proto_buffer_wipe(&out);
	return code;
}
