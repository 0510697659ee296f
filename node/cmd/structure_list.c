#include "commands.h"
#include "desk.h"
#include "node/structures.h"
#include "proto/kit/table.h"

static void
print_json(struct proto_json *json, struct proto_structure *const *structure, size_t structures)
{
	size_t i;

	proto_json_object(json);
	proto_json_key(json, "structures");
	proto_json_array(json);
	for (i = 0; i < structures; i++) {
		proto_json_object(json);
		node_desk_text(json, "id", structure[i]->id);
		node_desk_text(json, "name", structure[i]->name);
		node_desk_text(json, "version", structure[i]->version_label);
		node_desk_hex(json, "sha256", structure[i]->sha256, sizeof(structure[i]->sha256));
		proto_json_object_end(json);
	}
	proto_json_array_end(json);
	proto_json_object_end(json);
}

static enum proto_code
print_text(struct proto_buffer *out, struct proto_structure *const *structure, size_t structures,
    struct proto_error *error)
{
	static const char *const heading[] = {"structure", "version", "name"};
	struct kit_table *table = NULL;
	size_t i;
	enum proto_code code = kit_table_new(&table, heading, 3, error);

	for (i = 0; code == PROTO_OK && i < structures; i++) {
		const char *const cell[] = {structure[i]->id, structure[i]->version_label, structure[i]->name};

		code = kit_table_row(table, cell, error);
	}
	if (code == PROTO_OK)
		code = kit_table_print(table, out, error);
	kit_table_free(table);
	return code;
}

static enum proto_code
run(struct kit_call *call, struct proto_error *error)
{
	struct node_office office = {0};
	struct proto_structure **structure = NULL;
	size_t structures = 0;
	enum proto_code code = node_desk_open(&office, call, NODE_STATE_READ, error);

	if (code != PROTO_OK)
		return code;
	if ((code = node_structures_list(&structure, &structures, &office, error)) == PROTO_OK) {
		if (call->json)
			print_json(&call->writer, structure, structures);
		else
			code = print_text(&call->out, structure, structures, error);
	}
	node_structures_free(structure, structures);
	node_office_close(&office);
	return code;
}

const struct kit_command node_cmd_structure_list = {
    .words = "structure list", .operands = "", .summary = "what can be counted: the structures",
    .manual =
	"The structures that the last `sync` brought: dimensions, code lists and tables, signed by the coordinator.\n"
	"Exit 3 before the first one.\n\n"
	"EXAMPLE\n"
	"  chorale-node structure list\n",
    .run = run};
