#include "proto/kit/table.h"

#include <libsmartcols/libsmartcols.h>
#include <locale.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct kit_table {
	struct libscols_table *table;
	size_t columns, rows;
};

static enum proto_code
no_memory(struct proto_error *error)
{
	return proto_error_set(error, PROTO_MEMORY, "table", "out of memory");
}

enum proto_code
kit_table_new(struct kit_table **ret_table, const char *const *heading, size_t columns, struct proto_error *error)
{
	struct kit_table *table = calloc(1, sizeof(*table));
	size_t i;

	if (table == NULL || (table->table = scols_new_table()) == NULL)
		goto out;
	/* not cut to the width of a terminal, no color, no decoration */
	if (scols_table_set_termforce(table->table, SCOLS_TERMFORCE_NEVER) != 0 ||
	    scols_table_set_column_separator(table->table, "  ") != 0)
		goto out;
	for (i = 0; i < columns; i++) {
		bool right = heading[i][0] == '>';

		if (scols_table_new_column(table->table, heading[i] + right, 0, right ? SCOLS_FL_RIGHT : 0) == NULL)
			goto out;
	}
	table->columns = columns;
	*ret_table = table;
	return PROTO_OK;
out:
	kit_table_free(table);
	return no_memory(error);
}

enum proto_code
kit_table_row(struct kit_table *table, const char *const *cell, struct proto_error *error)
{
	struct libscols_line *row = scols_table_new_line(table->table, NULL);
	size_t i;

	if (row == NULL)
		return no_memory(error);
	table->rows++;
	for (i = 0; i < table->columns; i++)
		if (scols_line_set_data(row, i, cell[i] ? cell[i] : "") != 0)
			return no_memory(error);
	return PROTO_OK;
}

/* libsmartcols prints nothing at all without a row; the headings say that the answer is empty. */
static void
print_headings(struct kit_table *table, struct proto_buffer *out)
{
	size_t i;

	for (i = 0; i < table->columns; i++)
		proto_buffer_printf(out, "%s%s", i ? "  " : "",
		    scols_cell_get_data(scols_column_get_header(scols_table_get_column(table->table, i))));
	proto_buffer_text(out, "\n");
}

/* Lines of the layout, without the padding of the last column. */
static void
copy_lines(struct proto_buffer *out, const char *text)
{
	while (*text != '\0') {
		size_t len = strcspn(text, "\n"), shown = len;

		while (shown > 0 && text[shown - 1] == ' ')
			shown--;
		proto_buffer_put(out, text, shown);
		proto_buffer_text(out, "\n");
		text += len + (text[len] == '\n');
	}
}

enum proto_code
kit_table_print(struct kit_table *table, struct proto_buffer *out, struct proto_error *error)
{
	locale_t utf8, before;
	char *text = NULL;
	int result;

	if (table->rows == 0) {
		print_headings(table, out);
		return PROTO_OK;
	}
	/* widths are measured in the locale's characters; a program under cron runs in "C" */
	utf8 = newlocale(LC_CTYPE_MASK, "C.UTF-8", (locale_t)0);
	before = uselocale(utf8);
	result = scols_print_table_to_string(table->table, &text);
	(void)uselocale(before);
	if (utf8 != (locale_t)0)
		freelocale(utf8);
	if (result == 0)
		copy_lines(out, text);
	free(text);
	return result == 0 ? PROTO_OK : no_memory(error);
}

void
kit_table_free(struct kit_table *table)
{
	if (table == NULL)
		return;
	scols_unref_table(table->table);
	free(table);
}
