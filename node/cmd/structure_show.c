#include "commands.h"
#include "desk.h"
#include "node/structures.h"

static void
print_codes(struct proto_buffer *out, const struct proto_dimension *dim)
{
	size_t c;

	proto_buffer_printf(out, "\n%s  (%s)", dim->id, dim->list->id);
	if (dim->bound > 0)
		proto_buffer_printf(out, "  up to %u codes of one person", dim->bound);
	proto_buffer_text(out, "\n");
	for (c = 0; c < dim->list->codes; c++)
		proto_buffer_printf(out, "  %-8s %s\n", dim->list->code[c].id, dim->list->code[c].name);
}

static void
print_text(struct proto_buffer *out, const struct proto_structure *structure)
{
	size_t d, t, i;

	proto_buffer_printf(out, "%s %s  %s\nunit: %s\n\ntables\n", structure->id, structure->version_label, structure->name,
	    structure->unit);
	for (t = 0; t < structure->tables; t++) {
		proto_buffer_printf(out, "  %-6s", structure->table[t].id);
		for (i = 0; i < structure->table[t].dims; i++)
			proto_buffer_printf(out, "%s%s", i == 0 ? " " : " x ", structure->dim[structure->table[t].dim[i]].id);
		proto_buffer_text(out, structure->table[t].figure.group == 0 ? "   (persons)\n" : "   (contributions)\n");
	}
	for (d = 0; d < structure->dims; d++)
		print_codes(out, &structure->dim[d]);
}

static enum proto_code
run(struct kit_call *call, struct proto_error *error)
{
	struct node_office office = {0};
	struct proto_structure *structure = NULL;
	enum proto_code code = node_desk_open(&office, call, NODE_STATE_READ, error);

	if (code != PROTO_OK)
		return code;
	if ((code = node_structures_load(&structure, &office, call->operand[0], error)) == PROTO_OK) {
		/* The canonical document is JSON itself. */
		if (call->json)
			proto_buffer_put(&call->out, structure->document.data, structure->document.len);
		else
			print_text(&call->out, structure);
	}
	proto_structure_free(structure);
	node_office_close(&office);
	return code;
}

const struct kit_command node_cmd_structure_show = {
    .words = "structure show", .operands = "ID", .summary = "one structure: its tables, dimensions and codes",
    .manual =
	"A mapping file leads an office's own columns to these codes. With --json the canonical document itself, whose\n"
	"SHA-256 is the structure's version.\n\n"
	"EXAMPLE\n"
	"  chorale-node structure show TIP_VICTIMS\n",
    .run = run};
