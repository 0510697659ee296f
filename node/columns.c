#include <stdlib.h>
#include <string.h>

#include "columns_parts.h"

static inline uint64_t
eight(const void *at)
{
	uint64_t word;

	memcpy(&word, at, sizeof(word));
	return word;
}

/* A cell's first and last eight bytes; behind every cell there are NODE_CSV_SLACK readable bytes. */
static inline void
ends(uint64_t *ret_first, uint64_t *ret_last, const uint8_t *cell, uint32_t len)
{
	*ret_first = eight(cell);
	*ret_last = 0;
	if (len < 8)
		*ret_first &= (UINT64_C(1) << 8 * len) - 1;
	else
		*ret_last = eight(cell + len - 8);
}

static inline bool
same(const struct node_remembered *place, const uint8_t *cell, uint32_t len, uint64_t first, uint64_t last)
{
	if (place->verdict.len != len || eight(place->text) != first)
		return false;
	if (len <= 8)
		return true;
	return eight(place->text + len - 8) == last && (len <= 16 || memcmp(place->text, cell, len) == 0);
}

/* The verdict on a cell as it stands in the file; borrowed until the next call for this slot. */
static inline const struct node_verdict *
look(const struct node_columns *columns, struct node_slot *slot, const struct node_csv_row *row)
{
	uint32_t len;
	const uint8_t *cell = node_csv_cell(&len, row, slot->column);
	struct node_remembered *place = slot->place;
	uint64_t first, last, hash;

	if (len <= NODE_REMEMBERED_TEXT) {
		ends(&first, &last, cell, len);
		hash = (first ^ (last << 23 | last >> 41) ^ len) * UINT64_C(0x9e3779b97f4a7c15);
		place += 1 + (hash >> 54) % NODE_REMEMBERED;
		if (same(place, cell, len, first, last))
			return &place->verdict;
		memset(place->text, 0, sizeof(place->text));
		memcpy(place->text, cell, len);
	}
	/* place 0 is for texts too long to remember */
	node_columns_judge(&place->verdict, columns, slot, columns->text, node_csv_value(columns->text, cell, len));
	place->verdict.len = len <= NODE_REMEMBERED_TEXT ? (uint8_t)len : EMPTY_PLACE;
	return &place->verdict;
}

const struct node_verdict *
node_columns_look(const struct node_columns *columns, struct node_slot *slot, const struct node_csv_row *row)
{
	return look(columns, slot, row);
}

void
node_columns_forget(struct node_columns *columns)
{
	uint32_t i;
	size_t s, p;

	for (s = 0; s < columns->slots; s++)
		for (p = 0; p <= NODE_REMEMBERED; p++)
			columns->slot[s].place[p].verdict.len = EMPTY_PLACE;
	for (i = 0; i < columns->what_for.mapping->structure->dims; i++) {
		const struct node_field *field = &columns->what_for.mapping->field[i];
		struct node_set set = {{0}};

		columns->unmapped[i] = NODE_PROFILE_NONE;
		if (field->mapped || columns->what_for.mapping->kind == NODE_AGGREGATE)
			continue;
		node_set_add(&set, field->unknown);
		columns->unmapped[i] = node_profiles_set(columns->what_for.profiles, i, &set);
	}
}

bool
node_columns_header_again(const struct node_columns *columns, const struct node_csv_row *row)
{
	const uint8_t *cell;
	uint32_t len, i;
	size_t n;

	cell = node_csv_cell(&len, row, 0);
	if (len != columns->first_len || memcmp(cell, columns->first_text, len) != 0)
		return false;
	for (i = 0; i < columns->fields; i++) {
		cell = node_csv_cell(&len, row, i);
		n = node_csv_value(columns->text, cell, len);
		if (strlen(columns->header[i]) != n || memcmp(columns->header[i], columns->text, n) != 0)
			return false;
	}
	return true;
}

static inline bool
sound(const struct node_columns *columns, const struct node_csv_row *row)
{
	return row->fields == columns->fields && !row->invalid && !node_columns_header_again(columns, row);
}

const char *
node_columns_text(uint32_t *ret_len, struct node_columns *columns, const struct node_csv_row *row, uint32_t column)
{
	uint32_t len;
	const uint8_t *cell = node_csv_cell(&len, row, column);

	/* what needs no unquoting and no trimming is used where it stands */
	if (len > 0 && cell[0] > ' ' && cell[0] != '"' && cell[len - 1] > ' ') {
		*ret_len = len;
		return (const char *)cell;
	}
	*ret_len = (uint32_t)node_csv_value(columns->last, cell, len);
	return columns->last;
}

bool
node_columns_flags(struct node_set *ret_set, const char **ret_column, struct node_columns *columns, size_t *s,
    const struct node_csv_row *row)
{
	uint32_t dim = columns->slot[*s].dim;
	const struct node_field *field = &columns->what_for.mapping->field[dim];
	bool yes = false, unknown = false, right = true;
	struct node_set set = {{0}};

	for (; *s < columns->slots && columns->slot[*s].role == ROLE_FLAG && columns->slot[*s].dim == dim; ++*s) {
		const struct node_verdict *verdict = look(columns, &columns->slot[*s], row);

		right &= verdict->wrong == NODE_RIGHT;
		if (verdict->value == NODE_FLAG_YES) {
			node_set_add(&set, columns->slot[*s].flag->code);
			*ret_column = columns->slot[*s].name;
			yes = true;
		}
		unknown |= verdict->value == NODE_FLAG_UNKNOWN;
	}
	if (!yes)
		node_set_add(&set, unknown ? field->unknown : field->none);
	*ret_set = set;
	return right;
}

static enum node_columns_fate
select_row(struct node_columns *columns, const struct node_csv_row *row)
{
	bool right = columns->constant.wrong == NODE_RIGHT;
	size_t s;

	for (s = 0; s < columns->selecting; s++) {
		const struct node_verdict *verdict = look(columns, &columns->slot[s], row);

		if (verdict->skip)
			return NODE_ROW_NOT_SELECTED;
		right &= verdict->wrong == NODE_RIGHT;
	}
	if (columns->constant.skip)
		return NODE_ROW_NOT_SELECTED;
	return right ? NODE_ROW_TAKEN : NODE_ROW_WRONG;
}

enum node_columns_fate
node_columns_read(struct node_columns_row *ret_row, struct node_columns *columns, const struct node_csv_row *row)
{
	const struct node_mapping *mapping = columns->what_for.mapping;
	enum node_columns_fate fate;
	const char *column = NULL;
	uint32_t i;
	size_t s;

	if (!sound(columns, row))
		return NODE_ROW_WRONG;
	if ((fate = select_row(columns, row)) != NODE_ROW_TAKEN)
		return fate;
	for (i = 0; i < mapping->structure->dims; i++)
		ret_row->set[i] = columns->unmapped[i];
	ret_row->dual = 0;
	for (s = columns->selecting; s < columns->slots;) {
		struct node_slot *slot = &columns->slot[s];
		struct node_set set;

		if (slot->role == ROLE_CELL) {
			const struct node_verdict *verdict = look(columns, slot, row);

			if (verdict->wrong != NODE_RIGHT)
				return NODE_ROW_WRONG;
			ret_row->set[slot->dim] = ret_row->code[slot->dim] = verdict->value;
			ret_row->dual += verdict->dual;
			s++;
		} else {
			if (!node_columns_flags(&set, &column, columns, &s, row) ||
			    node_columns_contradicts(columns, slot->dim, set))
				return NODE_ROW_WRONG;
			ret_row->set[slot->dim] = node_profiles_set(columns->what_for.profiles, slot->dim, &set);
		}
		if (ret_row->set[slot->dim] == NODE_PROFILE_NONE)
			return NODE_ROW_MEMORY;
	}
	if (columns->key != UINT32_MAX) {
		ret_row->key = node_columns_text(&ret_row->key_len, columns, row, columns->key);
		if (ret_row->key_len == 0)
			return NODE_ROW_WRONG;
	}
	if (columns->value != UINT32_MAX)
		ret_row->value = node_columns_text(&ret_row->value_len, columns, row, columns->value);
	return NODE_ROW_TAKEN;
}

enum proto_code
node_columns_new(struct node_columns **ret_columns, const struct node_columns_for *what_for,
    const struct node_csv_row *header, struct node_report_writer *writer, struct proto_error *error)
{
	struct node_columns *columns = calloc(1, sizeof(*columns));
	const struct node_mapping *mapping = what_for->mapping;
	enum proto_code code;

	if (columns == NULL || (columns->text = malloc(NODE_CSV_FIELD_MAX)) == NULL ||
	    (columns->last = malloc(NODE_CSV_FIELD_MAX)) == NULL) {
		code = proto_error_set(error, PROTO_MEMORY, NULL, "out of memory");
		goto out;
	}
	columns->what_for = *what_for;
	if ((code = node_columns_header(columns, header, writer, error)) != PROTO_OK ||
	    (code = node_columns_slots(columns, error)) != PROTO_OK)
		goto out;
	if (mapping->time.column == NULL)
		node_columns_judge_period(&columns->constant, columns, &mapping->time.constant,
		    node_when_first_day(&mapping->time.constant));
	node_columns_forget(columns);
	*ret_columns = columns;
	columns = NULL;
out:
	node_columns_free(columns);
	return code;
}

void
node_columns_free(struct node_columns *columns)
{
	size_t i;

	if (columns == NULL)
		return;
	for (i = 0; i < columns->slots; i++) {
		explicit_bzero(columns->slot[i].place, (NODE_REMEMBERED + 1) * sizeof(columns->slot[i].place[0]));
		free(columns->slot[i].place);
	}
	for (i = 0; columns->header && i < columns->fields; i++)
		free(columns->header[i]);
	if (columns->text)
		explicit_bzero(columns->text, NODE_CSV_FIELD_MAX);
	if (columns->last)
		explicit_bzero(columns->last, NODE_CSV_FIELD_MAX);
	free(columns->header);
	free(columns->slot);
	free(columns->first_text);
	free(columns->text);
	free(columns->last);
	free(columns);
}
