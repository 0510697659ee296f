#include "node/cell.h"

#include <string.h>

static const char *const not_listed = "not among the values or the lookup of this column";
static const char *const part_not_listed = "a part of the list is not among the values or the lookup of this column";
static const char *const part_empty = "an empty part in a list";
static const char *const empty = "empty";
static const char *const no_subregion = "the area's sub-region is no code of this dimension";

struct reading {
	struct node_cell *cell;
	const struct node_mapping *mapping;
	const struct node_field *field;
	uint32_t dim;
};

static void
fails(struct node_cell *cell, enum node_class wrong, const char *reason)
{
	cell->wrong = wrong;
	cell->reason = reason;
}

/* No meaning was found: on_unknown. */
static void
unknown(const struct reading *reading, const char *reason)
{
	if (reading->field->on_unknown == NODE_NO_CODE)
		fails(reading->cell, NODE_UNKNOWN_CODE, reason);
	else
		node_set_add(&reading->cell->set, reading->field->on_unknown);
}

/* NAT is `home`, REG another area of the same M49 sub-region, FOR any other area. */
static uint32_t
citizenship(const struct reading *reading, uint32_t area)
{
	const struct proto_codelist *areas = reading->mapping->structure->area;
	const char *here = areas->code[reading->mapping->home].subregion, *there = areas->code[area].subregion;

	if (area == reading->mapping->home)
		return reading->field->groups.national;
	if (here && there && strcmp(here, there) == 0)
		return reading->field->groups.region;
	return reading->field->groups.foreign;
}

/* The area's sub-region as a code; `_U` where it has none; -1: the dimension has no such code. */
static int
subregion(const struct reading *reading, uint32_t area)
{
	const char *there = reading->mapping->structure->area->code[area].subregion;

	if (there == NULL)
		return (int)reading->field->unknown;
	return proto_codelist_find(reading->mapping->structure->dim[reading->dim].list, there, strlen(there));
}

static void
derive(const struct reading *reading, struct node_meaning meaning)
{
	const struct node_field *field = reading->field;
	int code = (int)field->unknown;

	if (meaning.kind == NODE_MEANS_CODE)
		code = (int)meaning.index;
	else if (meaning.kind == NODE_MEANS_AREA && field->derive == NODE_DERIVE_CITIZENSHIP)
		code = (int)citizenship(reading, meaning.index);
	else if (meaning.kind == NODE_MEANS_AREA)
		code = subregion(reading, meaning.index);
	else if (meaning.kind == NODE_MEANS_STATELESS && field->derive == NODE_DERIVE_CITIZENSHIP)
		code = (int)field->groups.stateless;
	if (code < 0)
		unknown(reading, no_subregion);
	else
		node_set_add(&reading->cell->set, (uint32_t)code);
}

static bool
whole(struct node_meaning *ret_meaning, const struct node_field *field, const char *text, size_t len)
{
	return node_lookup_find(ret_meaning, field->values, text, len) ||
	    node_lookup_find(ret_meaning, field->lookup, text, len);
}

/* The length of the separator that stands at text; 0: none. */
static size_t
separator(const struct node_field *field, const char *text, size_t len)
{
	size_t i;

	for (i = 0; i < field->separators; i++) {
		size_t n = strlen(field->separator[i]);

		if (n <= len && memcmp(text, field->separator[i], n) == 0)
			return n;
	}
	return 0;
}

static void
trim(const char **text, size_t *len)
{
	for (; *len > 0 && ((*text)[*len - 1] == ' ' || (*text)[*len - 1] == '\t'); --*len)
		;
	for (; *len > 0 && (**text == ' ' || **text == '\t'); ++*text, --*len)
		;
}

static void
part(const struct reading *reading, const char *text, size_t len)
{
	struct node_meaning meaning;

	if (reading->cell->wrong != NODE_RIGHT)
		return;
	trim(&text, &len);
	if (len == 0)
		fails(reading->cell, NODE_MALFORMED, part_empty);
	else if (whole(&meaning, reading->field, text, len))
		derive(reading, meaning);
	else
		unknown(reading, part_not_listed);
}

/* Cuts at all separators at once. False: there is none in the text. */
static bool
split(const struct reading *reading, const char *text, size_t len)
{
	size_t from = 0, at = 0, n;
	bool any = false;

	while (at < len) {
		if ((n = separator(reading->field, text + at, len - at)) == 0) {
			at++;
			continue;
		}
		any = true;
		part(reading, text + from, at - from);
		at += n;
		from = at;
	}
	if (any)
		part(reading, text + from, len - from);
	return any;
}

/* Cuts at each occurrence in turn; the first cut whose two parts are both in the lookup counts. Of the two codes `_U`
 * yields to the other; else the first that is not `home` is taken. */
static bool
dual(const struct reading *reading, const char *text, size_t len)
{
	const struct node_field *field = reading->field;
	size_t n = strlen(field->dual), at;

	for (at = 0; at + n <= len; at++) {
		const char *left = text, *right = text + at + n;
		size_t left_len = at, right_len = len - at - n;
		struct node_meaning a, b;

		if (memcmp(text + at, field->dual, n) != 0)
			continue;
		trim(&left, &left_len);
		trim(&right, &right_len);
		if (!node_lookup_find(&a, field->lookup, left, left_len) ||
		    !node_lookup_find(&b, field->lookup, right, right_len))
			continue;
		if (a.kind == NODE_MEANS_UNKNOWN ||
		    (b.kind != NODE_MEANS_UNKNOWN && a.kind == NODE_MEANS_AREA && a.index == reading->mapping->home))
			a = b;
		reading->cell->dual = true;
		derive(reading, a);
		return true;
	}
	return false;
}

void
node_cell_read(struct node_cell *ret_cell, const struct node_mapping *mapping, uint32_t dim, const char *text, size_t len)
{
	const struct node_field *field = &mapping->field[dim];
	struct reading reading = {ret_cell, mapping, field, dim};
	struct node_meaning meaning;

	*ret_cell = (struct node_cell){.wrong = NODE_RIGHT};
	if (node_lookup_find(&meaning, field->missing, text, len))
		node_set_add(&ret_cell->set, field->unknown);
	else if (len == 0 && field->on_blank == NODE_NO_CODE)
		fails(ret_cell, NODE_BLANK, empty);
	else if (len == 0)
		node_set_add(&ret_cell->set, field->on_blank);
	else if (whole(&meaning, field, text, len))
		derive(&reading, meaning);
	else if (field->separators && split(&reading, text, len))
		return;
	else if (field->dual && dual(&reading, text, len))
		return;
	else
		unknown(&reading, not_listed);
}

void
node_cell_flag(enum node_cell_flag *ret_flag, enum node_class *ret_wrong, const char **ret_reason,
    const struct node_field *field, const char *text, size_t len)
{
	struct node_meaning meaning;

	*ret_flag = NODE_FLAG_UNKNOWN;
	*ret_wrong = NODE_RIGHT;
	*ret_reason = NULL;
	if (node_lookup_find(&meaning, field->missing, text, len))
		return;
	if (len == 0) {
		if (field->on_blank == NODE_NO_CODE) {
			*ret_wrong = NODE_BLANK;
			*ret_reason = empty;
		}
	} else if (node_lookup_find(&meaning, field->yes, text, len)) {
		*ret_flag = NODE_FLAG_YES;
	} else if (node_lookup_find(&meaning, field->no, text, len)) {
		*ret_flag = NODE_FLAG_NO;
	} else if (field->on_unknown == NODE_NO_CODE) {
		*ret_wrong = NODE_UNKNOWN_CODE;
		*ret_reason = "neither true, false nor missing";
	}
}
