#include "commands.h"
#include "desk.h"

static void
print_text(struct proto_buffer *out, const struct node_policy *policy)
{
	char text[4][NODE_DESK_RHO], time[PROTO_TIME_TEXT];

	node_desk_short(text[0], policy->caps.round);
	node_desk_short(text[1], policy->caps.period);
	node_desk_short(text[2], policy->caps.year);
	node_desk_short(text[3], policy->caps.floor);
	proto_time_format(time, policy->time);
	proto_buffer_printf(out,
	    "rho %s   at most, one round\n"
	    "rho %s   at most, one structure and period over all its revisions\n"
	    "rho %s   at most, one reference year over all structures\n"
	    "rho %s   at most, the floor of one round (binds regional parts only)\n"
	    "policy %llu, set %s\n", text[0], text[1], text[2], text[3], (unsigned long long)policy->number, time);
}

static enum proto_code
run(struct kit_call *call, struct proto_error *error)
{
	struct node_office office = {0};
	struct proto_json *json = &call->writer;
	enum proto_code code = node_desk_open(&office, call, NODE_STATE_READ, error);

	if (code != PROTO_OK)
		return code;
	if (call->json) {
		proto_json_object(json);
		node_policy_print(json, &office.policy.caps);
		proto_json_key(json, "number");
		proto_json_u64(json, office.policy.number);
		node_desk_time(json, "set", office.policy.time);
		proto_json_object_end(json);
	} else {
		print_text(&call->out, &office.policy);
	}
	node_office_close(&office);
	return PROTO_OK;
}

const struct kit_command node_cmd_policy_show = {
    .words = "policy show", .operands = "", .summary = "the caps that this office set for itself",
    .manual =
	"Whatever a round's manifest asks, this office never spends more than these caps. A cap exactly reached is\n"
	"allowed. Units: rho of zero-concentrated differential privacy; `budget` says what it means.\n\n"
	"EXAMPLE\n"
	"  chorale-node policy show\n",
    .run = run};
