#include <string.h>

#include "commands.h"
#include "desk.h"
#include "dp/rho.h"

/* Changes *cap when the option was given. A decimal is rounded down to whole units. */
static enum proto_code
take(uint64_t *cap, const struct kit_call *call, const char *option, struct proto_error *error)
{
	const char *text = kit_call_option(call, option + strlen("--"));
	enum dp_status status;

	if (text == NULL)
		return PROTO_OK;
	if ((status = dp_rho_parse(cap, text)) == DP_OK)
		return PROTO_OK;
	return proto_error_set(error, PROTO_USAGE, option, status == DP_RANGE ? "rho is at most 1000" :
	    "a decimal number is needed, as in 0.1");
}

static enum proto_code
store(struct node_office *office, const struct dp_ledger_caps *caps, const struct node_keys *keys,
    struct proto_error *error)
{
	struct kit_db *db = office->state->db;
	enum proto_code code = kit_db_begin(db, error);

	if (code != PROTO_OK)
		return code;
	if ((code = node_policy_add(&office->policy, office->state, caps, keys, office->now, error)) == PROTO_OK &&
	    (code = node_state_log(office->state, office->now, error, "policy %llu set",
	    (unsigned long long)office->policy.number)) == PROTO_OK)
		code = kit_db_commit(db, error);
	if (code != PROTO_OK)
		kit_db_rollback(db);
	return code;
}

static enum proto_code
run(struct kit_call *call, struct proto_error *error)
{
	struct node_office office = {0};
	struct node_keys keys = {0};
	struct dp_ledger_caps caps;
	enum proto_code code;

	if (!kit_call_option(call, "round-rho") && !kit_call_option(call, "period-rho") && !kit_call_option(call, "year-rho"))
		return proto_error_set(error, PROTO_USAGE, "policy set", "name the cap to change");
	if ((code = node_desk_open(&office, call, NODE_STATE_WRITE, error)) != PROTO_OK)
		return code;
	caps = office.policy.caps;
	if ((code = take(&caps.round, call, "--round-rho", error)) != PROTO_OK ||
	    (code = take(&caps.period, call, "--period-rho", error)) != PROTO_OK ||
	    (code = take(&caps.year, call, "--year-rho", error)) != PROTO_OK ||
	    (code = node_desk_keys(&keys, call, &office, error)) != PROTO_OK ||
	    (code = store(&office, &caps, &keys, error)) != PROTO_OK)
		goto out;
	node_keys_close(&keys);
	node_office_close(&office);
	return node_cmd_policy_show.run(call, error);
out:
	node_keys_close(&keys);
	node_office_close(&office);
	return code;
}

const struct kit_command node_cmd_policy_set = {
    .words = "policy set", .operands = "", .summary = "change the caps that this office set for itself",
    .manual =
	"Changes only what is named. Each policy is numbered, signed with this office's key and kept; so a change needs\n"
	"the passphrase. A decimal is rounded down to whole units of 2^-40. Caps lowered below what was\n"
	"spent take nothing back; nothing more is spent then.\n\n"
	"EXAMPLE\n"
	"  chorale-node policy set --year-rho 0.8 --passphrase-file node.pass\n",
    .option = {{"round-rho", "DEC", "at most for one round", false},
	{"period-rho", "DEC", "at most for one structure and period", false},
	{"year-rho", "DEC", "at most for one reference year", false},
	{"passphrase-file", "F", "opens this office's keys", true}},
    .run = run};
