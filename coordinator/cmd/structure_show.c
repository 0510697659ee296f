#include "common.h"
#include "proto/kit/print.h"

static void
put_dims(struct kit_call *call, const struct proto_structure *structure)
{
	size_t i, j;

	for (i = 0; i < structure->dims; i++) {
		const struct proto_dimension *dim = &structure->dim[i];

		proto_buffer_printf(&call->out, "\n%s", dim->id);
		if (dim->bound > 0)
			proto_buffer_printf(&call->out, ", up to %u of one person count", dim->bound);
		if (dim->pick)
			proto_buffer_text(&call->out, ", one of several codes counts");
		if (dim->no_margin_over)
			proto_buffer_text(&call->out, ", never summed over");
		proto_buffer_text(&call->out, "\n");
		for (j = 0; j < dim->list->codes; j++)
			proto_buffer_printf(&call->out, "  %-8s %s\n", dim->list->code[j].id, dim->list->code[j].name);
	}
}

static void
put(struct kit_call *call, const struct proto_structure *structure)
{
	char hex[2 * PROTO_HASH + 1];
	size_t i, j;

	kit_print_hex(hex, structure->sha256, PROTO_HASH);
	proto_buffer_printf(&call->out, "%s: %s\nCounts: %s\nVersion: %s\n", structure->id, structure->name, structure->unit, hex);
	put_dims(call, structure);
	proto_buffer_text(&call->out, "\nTables\n");
	for (i = 0; i < structure->tables; i++) {
		const struct proto_table *table = &structure->table[i];

		proto_buffer_printf(&call->out, "  %-8s", table->id);
		for (j = 0; j < table->dims; j++)
			proto_buffer_printf(&call->out, "%s%s", j > 0 ? " x " : " ", structure->dim[table->dim[j]].id);
		proto_buffer_text(&call->out, table->figure.group != 0 ? " (contributions)\n" : " (persons)\n");
	}
}

static enum proto_code
run(struct kit_call *call, struct proto_error *error)
{
	struct proto_structure *structure = NULL;
	struct coord_structure row = {0};
	struct coord_cmd cmd;
	enum proto_code code;

	code = coord_cmd_open(&cmd, call, error);
	if (code != PROTO_OK)
		return code;
	if ((code = coord_store_structure(&row, cmd.state.store, call->operand[0], error)) == PROTO_OK)
		code = proto_structure_decode(&structure, row.document.data, row.document.len, error);
	if (code == PROTO_OK && call->json) {
		/* The document is canonical JSON already; it goes out byte for byte, so that its hash can be checked. */
		char hex[2 * PROTO_HASH + 1];

		kit_print_hex(hex, structure->sha256, PROTO_HASH);
		proto_buffer_printf(&call->out, "{\"id\":\"%s\",\"sha256\":\"%s\",\"document\":", structure->id, hex);
		proto_buffer_put(&call->out, row.document.data, row.document.len);
		proto_buffer_text(&call->out, "}\n");
	} else if (code == PROTO_OK) {
		put(call, structure);
	}
	proto_structure_free(structure);
	coord_store_structure_wipe(&row);
	coord_cmd_close(&cmd);
	return code;
}

const struct kit_command coord_cmd_structure_show = {
	.words = "structure show",
	.operands = "ID",
	.summary = "dimensions, codes and tables of a structure",
	.manual =
	    "With --json: the canonical document, whose SHA-256 is the structure's version.\n"
	    "\n"
	    "EXAMPLE\n"
	    "  chorale-coordinator structure show TIP_VICTIMS\n",
	.run = run,
};
