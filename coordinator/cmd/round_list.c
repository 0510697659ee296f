#include "coordinator/round.h"

#include "common.h"
#include "proto/kit/table.h"

static void
put_json(struct kit_call *call, const struct coord_round *round)
{
	proto_json_object(&call->writer);
	coord_cmd_text(call, "round", round->round);
	coord_cmd_text(call, "state", coord_round_state(round->state));
	coord_cmd_time(call, "opened", round->opened);
	coord_cmd_time(call, "closes", round->closes);
	coord_cmd_time(call, "closed", round->closed);
	coord_cmd_hex(call, "manifest_sha256", round->manifest_sha256, PROTO_HASH);
	proto_json_object_end(&call->writer);
}

static enum proto_code
put_row(struct kit_table *table, const struct coord_round *round, struct proto_error *error)
{
	char opened[PROTO_TIME_TEXT], closes[PROTO_TIME_TEXT];
	const char *cell[] = {round->round, coord_round_state(round->state), opened, closes};

	proto_time_format(opened, round->opened);
	proto_time_format(closes, round->closes);
	if (round->closes == 0)
		cell[3] = "by `round close`";
	return kit_table_row(table, cell, error);
}

static enum proto_code
run(struct kit_call *call, struct proto_error *error)
{
	static const char *const heading[] = {"ROUND", "STATE", "OPENED", "CLOSES"};
	struct kit_table *table = NULL;
	struct coord_round *round = NULL;
	struct coord_cmd cmd;
	size_t rounds = 0, i;
	enum proto_code code;

	code = coord_cmd_open(&cmd, call, error);
	if (code != PROTO_OK)
		return code;
	if ((code = kit_table_new(&table, heading, 4, error)) == PROTO_OK)
		code = coord_store_round_list(&round, &rounds, cmd.state.store, error);
	if (call->json) {
		proto_json_object(&call->writer);
		proto_json_key(&call->writer, "rounds");
		proto_json_array(&call->writer);
	}
	for (i = 0; code == PROTO_OK && i < rounds; i++)
		if (call->json)
			put_json(call, &round[i]);
		else
			code = put_row(table, &round[i], error);
	if (call->json) {
		proto_json_array_end(&call->writer);
		coord_cmd_end(call);
	} else if (code == PROTO_OK) {
		code = kit_table_print(table, &call->out, error);
	}
	kit_table_free(table);
	coord_store_round_free(round, rounds);
	coord_cmd_close(&cmd);
	return code;
}

const struct kit_command coord_cmd_round_list = {
	.words = "round list",
	.operands = "",
	.summary = "all rounds and their state",
	.manual =
	    "States: open, closed, published, aborted.\n"
	    "\n"
	    "EXAMPLE\n"
	    "  chorale-coordinator round list\n",
	.run = run,
};
