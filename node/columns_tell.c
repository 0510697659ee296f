#include "columns_parts.h"

static void
tell_slot(struct node_columns *columns, struct node_slot *slot, const struct node_csv_row *row,
    struct node_report_writer *writer)
{
	const struct node_verdict *verdict = node_columns_look(columns, slot, row);
	struct node_report_place place = {.row = row->line, .column = slot->name};
	uint32_t len;
	const uint8_t *cell = node_csv_cell(&len, row, slot->column);

	if (verdict->wrong == NODE_RIGHT)
		return;
	if (slot->shown && verdict->wrong != NODE_BLANK) {
		place.text_len = node_csv_value(columns->text, cell, len);
		place.text = columns->text;
	}
	node_report_add(writer, &place, (enum node_class)verdict->wrong, "%s", verdict->reason);
}

void
node_columns_tell(struct node_columns *columns, const struct node_csv_row *row, struct node_report_writer *writer)
{
	struct node_report_place whole = {.row = row->line}, place = whole;
	uint32_t len;
	size_t s;

	if (row->invalid) {
		node_report_add(writer, &whole, NODE_ENCODING,
		    "not valid UTF-8: save the file as UTF-8, or declare its encoding");
		return;
	}
	if (row->fields != columns->fields) {
		node_report_add(writer, &whole, NODE_MALFORMED, "%u fields, the header has %u", row->fields,
		    columns->fields);
		return;
	}
	if (node_columns_header_again(columns, row)) {
		node_report_add(writer, &whole, NODE_MALFORMED, "the header once more");
		return;
	}
	if (columns->constant.wrong != NODE_RIGHT)
		node_report_add(writer, &whole, (enum node_class)columns->constant.wrong, "%s", columns->constant.reason);
	for (s = 0; s < columns->slots; s++)
		tell_slot(columns, &columns->slot[s], row, writer);
	for (s = columns->selecting; s < columns->slots;) {
		uint32_t dim = columns->slot[s].dim;
		struct node_set set;

		if (columns->slot[s].role != ROLE_FLAG)
			s++;
		else if (node_columns_flags(&set, &place.column, columns, &s, row) &&
		    node_columns_contradicts(columns, dim, set))
			node_report_add(writer, &place, NODE_CONFLICT, "%s", node_columns_several);
	}
	if (columns->key != UINT32_MAX) {
		(void)node_columns_text(&len, columns, row, columns->key);
		place.column = columns->header[columns->key];
		if (len == 0)
			node_report_add(writer, &place, NODE_BLANK, "no record key");
	}
}
