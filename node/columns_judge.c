#include "columns_parts.h"

static void
wrong(struct node_verdict *verdict, enum node_class kind, const char *reason)
{
	verdict->wrong = (uint8_t)kind;
	verdict->reason = reason;
}

static void
judge_area(struct node_verdict *verdict, const struct node_columns *columns, const char *text, size_t len)
{
	const struct node_mapping *mapping = columns->what_for.mapping;
	struct node_meaning meaning;
	bool blank = len == 0 || node_lookup_find(&meaning, mapping->area.missing, text, len);
	bool known = !blank && node_lookup_find(&meaning, mapping->area.lookup, text,
	    len) && meaning.kind == NODE_MEANS_AREA;

	if (known && meaning.index == mapping->own)
		return;
	if (mapping->select_area)
		verdict->skip = 1;
	else if (blank)
		wrong(verdict, NODE_BLANK, "no area");
	else if (!known)
		wrong(verdict, NODE_UNKNOWN_CODE, "not an area of the lookup");
	else
		wrong(verdict, NODE_OUTSIDE_AREA, "another country's row");
}

void
node_columns_judge_period(struct node_verdict *verdict, const struct node_columns *columns,
    const struct proto_period *period, int64_t day)
{
	if (!node_when_within(period, &columns->what_for.period)) {
		if (columns->what_for.mapping->select_period)
			verdict->skip = 1;
		else
			wrong(verdict, NODE_OUTSIDE_PERIOD, "outside the round's period");
	} else if (day > columns->what_for.today + 1) {
		wrong(verdict, NODE_FUTURE, "later than today");
	}
}

static void
judge_time(struct node_verdict *verdict, const struct node_columns *columns, const char *text, size_t len)
{
	struct proto_period period;
	int64_t day;

	if (len == 0)
		wrong(verdict, NODE_BLANK, "no date");
	else if (!node_when_read(&period, &day, &columns->what_for.mapping->time.when, text, len))
		wrong(verdict, NODE_MALFORMED, "not a date that exists, in the form that the mapping says");
	else
		node_columns_judge_period(verdict, columns, &period, day);
}

/* Codes that contradict each other within one row. */
bool
node_columns_contradicts(const struct node_columns *columns, uint32_t dim, struct node_set set)
{
	const struct node_mapping *mapping = columns->what_for.mapping;
	const struct proto_dimension *dimension = &mapping->structure->dim[dim];

	if (mapping->first_code || dimension->bound || dimension->pick)
		return false;
	if (mapping->field[dim].unknown != NODE_NO_CODE)
		node_set_remove(&set, mapping->field[dim].unknown);
	return node_set_count(&set) > 1;
}

const char *const node_columns_several = "several codes where a person has one";

static void
judge_cell(struct node_verdict *verdict, const struct node_columns *columns, uint32_t dim, const char *text, size_t len)
{
	const struct node_mapping *mapping = columns->what_for.mapping;
	struct node_cell cell;

	node_cell_read(&cell, mapping, dim, text, len);
	verdict->dual = cell.dual;
	if (cell.wrong != NODE_RIGHT)
		wrong(verdict, cell.wrong, cell.reason);
	else if (mapping->kind == NODE_AGGREGATE)
		verdict->value = node_set_next(&cell.set, 0);
	else if (node_columns_contradicts(columns, dim, cell.set))
		wrong(verdict, NODE_CONFLICT, node_columns_several);
	else
		verdict->value = node_profiles_set(columns->what_for.profiles, dim, &cell.set);
}

void
node_columns_judge(struct node_verdict *ret_verdict, const struct node_columns *columns,
    const struct node_slot *slot, const char *text, size_t len)
{
	const struct node_field *field = &columns->what_for.mapping->field[slot->dim];
	struct node_meaning meaning;
	enum node_cell_flag flag;
	enum node_class kind;

	*ret_verdict = (struct node_verdict){.wrong = NODE_RIGHT};
	switch (slot->role) {
	case ROLE_WHERE:
		ret_verdict->skip = !node_lookup_find(&meaning, slot->where->accept, text, len);
		break;
	case ROLE_AREA:
		judge_area(ret_verdict, columns, text, len);
		break;
	case ROLE_TIME:
		judge_time(ret_verdict, columns, text, len);
		break;
	case ROLE_CELL:
		judge_cell(ret_verdict, columns, slot->dim, text, len);
		break;
	case ROLE_FLAG:
		node_cell_flag(&flag, &kind, &ret_verdict->reason, field, text, len);
		ret_verdict->wrong = (uint8_t)kind;
		ret_verdict->value = flag;
		break;
	}
}
