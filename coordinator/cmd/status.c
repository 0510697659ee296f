#include "coordinator/round.h"

#include "common.h"

struct tally {
	size_t country[5], round[5]; /* by state */
	size_t structures;
	uint64_t evidence;
};

static enum proto_code
count(struct tally *tally, struct coord_store *store, struct proto_error *error)
{
	struct coord_country *country = NULL;
	struct coord_round *round = NULL;
	struct coord_structure *structure = NULL;
	size_t countries = 0, rounds = 0, i;
	enum proto_code code;

	if ((code = coord_store_country_list(&country, &countries, store, error)) == PROTO_OK &&
	    (code = coord_store_round_list(&round, &rounds, store, error)) == PROTO_OK &&
	    (code = coord_store_structure_list(&structure, &tally->structures, store, error)) == PROTO_OK)
		code = coord_store_log_evidence_count(&tally->evidence, store, NULL, error);
	for (i = 0; i < countries; i++)
		tally->country[country[i].state]++;
	for (i = 0; i < rounds; i++)
		tally->round[round[i].state]++;
	coord_store_country_free(country, countries);
	coord_store_round_free(round, rounds);
	coord_store_structure_free(structure, code == PROTO_OK ? tally->structures : 0);
	return code;
}

static void
put_number(struct kit_call *call, const char *key, uint64_t value)
{
	if (call->json) {
		proto_json_key(&call->writer, key);
		proto_json_u64(&call->writer, value);
	} else {
		proto_buffer_printf(&call->out, " %llu %s", (unsigned long long)value, key);
	}
}

static void
put_json(struct kit_call *call, const struct coord_identity *identity, const struct tally *tally)
{
	size_t i;

	proto_json_object(&call->writer);
	coord_cmd_text(call, "coordinator", identity->coordinator);
	coord_cmd_text(call, "name", identity->name);
	coord_cmd_text(call, "area", identity->area);
	coord_cmd_time(call, "created", identity->created);
	proto_json_key(&call->writer, "countries");
	proto_json_object(&call->writer);
	for (i = COORD_INVITED; i <= COORD_REVOKED; i++)
		put_number(call, coord_store_country_state((enum coord_country_state)i), tally->country[i]);
	proto_json_object_end(&call->writer);
	proto_json_key(&call->writer, "rounds");
	proto_json_object(&call->writer);
	for (i = PROTO_ROUND_OPEN; i <= PROTO_ROUND_ABORTED; i++)
		put_number(call, coord_round_state((enum proto_round_state)i), tally->round[i]);
	proto_json_object_end(&call->writer);
	put_number(call, "structures", tally->structures);
	put_number(call, "evidence", tally->evidence);
	coord_cmd_end(call);
}

static void
put_text(struct kit_call *call, const struct coord_identity *identity, const struct tally *tally)
{
	size_t i;

	proto_buffer_printf(&call->out, "%s, %s (%s)\nCountries:", identity->coordinator, identity->name, identity->area);
	for (i = COORD_INVITED; i <= COORD_REVOKED; i++)
		put_number(call, coord_store_country_state((enum coord_country_state)i), tally->country[i]);
	proto_buffer_text(&call->out, "\nRounds:");
	for (i = PROTO_ROUND_OPEN; i <= PROTO_ROUND_ABORTED; i++)
		put_number(call, coord_round_state((enum proto_round_state)i), tally->round[i]);
	proto_buffer_printf(&call->out, "\nStructures: %zu\nEvidence of contradictions: %llu\n", tally->structures,
	    (unsigned long long)tally->evidence);
}

static enum proto_code
run(struct kit_call *call, struct proto_error *error)
{
	struct tally tally = {0};
	struct coord_cmd cmd;
	enum proto_code code;

	code = coord_cmd_open(&cmd, call, error);
	if (code != PROTO_OK)
		return code;
	code = count(&tally, cmd.state.store, error);
	if (code == PROTO_OK && call->json)
		put_json(call, &cmd.state.identity, &tally);
	else if (code == PROTO_OK)
		put_text(call, &cmd.state.identity, &tally);
	coord_cmd_close(&cmd);
	return code;
}

const struct kit_command coord_cmd_status = {
	.words = "status",
	.operands = "",
	.summary = "the coordinator at a glance",
	.manual =
	    "Evidence counts signed messages that contradict what a country sent before; they are kept in the store.\n"
	    "\n"
	    "EXAMPLE\n"
	    "  chorale-coordinator status --json\n",
	.run = run,
};
