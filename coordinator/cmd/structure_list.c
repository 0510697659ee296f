#include "common.h"
#include "proto/kit/table.h"

static void
put_json(struct kit_call *call, const struct proto_structure *structure)
{
	size_t i;

	proto_json_object(&call->writer);
	coord_cmd_text(call, "id", structure->id);
	coord_cmd_text(call, "name", structure->name);
	coord_cmd_text(call, "unit", structure->unit);
	coord_cmd_hex(call, "sha256", structure->sha256, PROTO_HASH);
	proto_json_key(&call->writer, "default");
	proto_json_bool(&call->writer, structure->is_default);
	proto_json_key(&call->writer, "dims");
	proto_json_array(&call->writer);
	for (i = 0; i < structure->dims; i++)
		proto_json_string(&call->writer, structure->dim[i].id);
	proto_json_array_end(&call->writer);
	proto_json_object_end(&call->writer);
}

static enum proto_code
put(struct kit_call *call, const struct coord_structure *row, struct kit_table *table, struct proto_error *error)
{
	struct proto_structure *structure = NULL;
	enum proto_code code;

	code = proto_structure_decode(&structure, row->document.data, row->document.len, error);
	if (code == PROTO_OK && call->json) {
		put_json(call, structure);
	} else if (code == PROTO_OK) {
		const char *cell[] = {structure->id, structure->name, structure->unit};

		code = kit_table_row(table, cell, error);
	}
	proto_structure_free(structure);
	return code;
}

static enum proto_code
run(struct kit_call *call, struct proto_error *error)
{
	static const char *const heading[] = {"STRUCTURE", "NAME", "COUNTS"};
	struct kit_table *table = NULL;
	struct coord_structure *row = NULL;
	struct coord_cmd cmd;
	size_t rows = 0, i;
	enum proto_code code;

	code = coord_cmd_open(&cmd, call, error);
	if (code != PROTO_OK)
		return code;
	if ((code = kit_table_new(&table, heading, 3, error)) == PROTO_OK)
		code = coord_store_structure_list(&row, &rows, cmd.state.store, error);
	if (call->json) {
		proto_json_object(&call->writer);
		proto_json_key(&call->writer, "structures");
		proto_json_array(&call->writer);
	}
	for (i = 0; code == PROTO_OK && i < rows; i++)
		code = put(call, &row[i], table, error);
	if (call->json) {
		proto_json_array_end(&call->writer);
		coord_cmd_end(call);
	} else if (code == PROTO_OK) {
		code = kit_table_print(table, &call->out, error);
	}
	kit_table_free(table);
	coord_store_structure_free(row, rows);
	coord_cmd_close(&cmd);
	return code;
}

const struct kit_command coord_cmd_structure_list = {
	.words = "structure list",
	.operands = "",
	.summary = "the current structures",
	.manual =
	    "EXAMPLE\n"
	    "  chorale-coordinator structure list\n",
	.run = run,
};
