#include "common.h"
#include "proto/fingerprint.h"
#include "proto/kit/table.h"

static void
put_json(struct kit_call *call, const struct coord_country *country, const char *fingerprint)
{
	proto_json_object(&call->writer);
	coord_cmd_text(call, "country", country->code);
	coord_cmd_text(call, "name", country->name);
	coord_cmd_text(call, "state", coord_store_country_state(country->state));
	coord_cmd_text(call, "fingerprint", fingerprint);
	coord_cmd_time(call, "invitation_expires", country->has_secret ? country->expires : 0);
	proto_json_object_end(&call->writer);
}

static enum proto_code
put(struct kit_call *call, const struct coord_cmd *cmd, const struct coord_country *country, size_t countries, struct proto_error *error)
{
	static const char *const heading[] = {"COUNTRY", "NAME", "STATE", "FINGERPRINT"};
	struct kit_table *table = NULL;
	enum proto_code code;
	size_t i;

	code = kit_table_new(&table, heading, 4, error);
	if (call->json) {
		proto_json_object(&call->writer);
		proto_json_key(&call->writer, "countries");
		proto_json_array(&call->writer);
	}
	for (i = 0; code == PROTO_OK && i < countries; i++) {
		char fingerprint[PROTO_FINGERPRINT_TEXT];
		const char *cell[] = {country[i].code, country[i].name, coord_store_country_state(country[i].state), ""};

		if (country[i].has_keys) {
			proto_fingerprint(fingerprint, cmd->state.trust.root, &country[i].keys);
			cell[3] = fingerprint;
		}
		if (call->json)
			put_json(call, &country[i], country[i].has_keys ? fingerprint : NULL);
		else
			code = kit_table_row(table, cell, error);
	}
	if (call->json) {
		proto_json_array_end(&call->writer);
		coord_cmd_end(call);
	} else if (code == PROTO_OK) {
		code = kit_table_print(table, &call->out, error);
	}
	kit_table_free(table);
	return code;
}

static enum proto_code
run(struct kit_call *call, struct proto_error *error)
{
	struct coord_cmd cmd;
	struct coord_country *country = NULL;
	size_t countries = 0;
	enum proto_code code;

	code = coord_cmd_open(&cmd, call, error);
	if (code != PROTO_OK)
		return code;
	code = coord_store_country_list(&country, &countries, cmd.state.store, error);
	if (code == PROTO_OK)
		code = put(call, &cmd, country, countries, error);
	coord_store_country_free(country, countries);
	coord_cmd_close(&cmd);
	return code;
}

const struct kit_command coord_cmd_country_list = {
	.words = "country list",
	.operands = "",
	.summary = "countries, their state and fingerprint",
	.manual =
	    "States: invited (the office has not joined), pending (it has; approve it), active, revoked.\n"
	    "The fingerprint is of the keys that were sent in; compare it with what the office reads out.\n"
	    "\n"
	    "EXAMPLE\n"
	    "  chorale-coordinator country list --json\n",
	.run = run,
};
