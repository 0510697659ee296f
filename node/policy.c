#include "node/policy.h"

#include <inttypes.h>
#include <stdio.h>

#include "dp/rho.h"

#define LABEL "chorale node policy v1"

void
node_policy_default(struct dp_ledger_caps *ret_caps)
{
	/* Decimals are rounded down to units, as everywhere. */
	ret_caps->round = DP_RHO_ONE / 10;
	ret_caps->period = DP_RHO_ONE / 5;
	ret_caps->year = DP_RHO_ONE * 6 / 5;
	ret_caps->floor = DP_RHO_ONE / 2;
}

static void
encode(struct proto_buffer *out, const struct node_policy *policy)
{
	proto_buffer_u64(out, policy->number);
	proto_buffer_u64(out, (uint64_t)policy->time);
	proto_buffer_u64(out, policy->caps.round);
	proto_buffer_u64(out, policy->caps.period);
	proto_buffer_u64(out, policy->caps.year);
	proto_buffer_u64(out, policy->caps.floor);
}

static enum proto_code
check_row(const struct node_policy *policy, struct kit_rows *rows, const uint8_t signing[static PROTO_PUBLIC],
    uint64_t number, struct proto_error *error)
{
	struct proto_buffer data = {0};
	size_t len;
	const uint8_t *signature = kit_rows_blob(rows, 6, &len);
	enum proto_code code = PROTO_OK;

	encode(&data, policy);
	if (data.failed)
		code = proto_error_set(error, PROTO_MEMORY, "", "out of memory");
	else if (policy->number != number || signature == NULL || len != PROTO_SIGNATURE ||
	    !node_keys_verify(signature, signing, LABEL, &data))
		code = proto_error_set(error, PROTO_DAMAGED, "policy",
		    "policy %" PRIu64 " is not one that this office signed", number);
	proto_buffer_wipe(&data);
	return code;
}

enum proto_code
node_policy_load(struct node_policy *ret_policy, struct node_state *state, const uint8_t signing[static PROTO_PUBLIC],
    struct proto_error *error)
{
	struct node_policy policy = {0};
	struct kit_rows *rows = NULL;
	uint64_t number = 0;
	bool any;
	enum proto_code code = kit_db_query(state->db, &rows, error,
	    "SELECT number, time, round, period, year, floor, signature FROM policy ORDER BY number", "");

	while (code == PROTO_OK && (code = kit_rows_next(rows, &any, error)) == PROTO_OK && any) {
		policy = (struct node_policy){.number = kit_rows_u64(rows, 0), .time = kit_rows_int(rows, 1)};
		policy.caps.round = kit_rows_u64(rows, 2);
		policy.caps.period = kit_rows_u64(rows, 3);
		policy.caps.year = kit_rows_u64(rows, 4);
		policy.caps.floor = kit_rows_u64(rows, 5);
		code = check_row(&policy, rows, signing, ++number, error);
	}
	kit_rows_free(rows);
	if (code == PROTO_OK && number == 0)
		code = proto_error_set(error, PROTO_DAMAGED, state->path, "the office's policy is gone");
	if (code == PROTO_OK)
		*ret_policy = policy;
	return code;
}

enum proto_code
node_policy_add(struct node_policy *ret_policy, struct node_state *state, const struct dp_ledger_caps *caps,
    const struct node_keys *keys, int64_t now, struct proto_error *error)
{
	struct node_policy policy = {.time = now, .caps = *caps};
	struct proto_buffer data = {0};
	uint8_t signature[PROTO_SIGNATURE];
	int64_t last;
	bool any;
	enum proto_code code = kit_db_int(state->db, &last, &any, error, "SELECT coalesce(max(number), 0) FROM policy", "");

	if (code != PROTO_OK)
		return code;
	policy.number = (uint64_t)last + 1;
	encode(&data, &policy);
	if (data.failed)
		return proto_error_set(error, PROTO_MEMORY, "", "out of memory");
	node_keys_sign(signature, keys, LABEL, &data);
	proto_buffer_wipe(&data);
	code = kit_db_run(state->db, error,
	    "INSERT INTO policy (number, time, round, period, year, floor, signature) VALUES (?,?,?,?,?,?,?)", "uiuuuub",
	    policy.number, policy.time, caps->round, caps->period, caps->year, caps->floor, (const void *)signature,
	    sizeof(signature));
	if (code == PROTO_OK)
		*ret_policy = policy;
	return code;
}

void
node_policy_caps(struct dp_ledger_caps *ret_caps, const struct node_policy *policy)
{
	*ret_caps = policy->caps;
	if (ret_caps->floor < ret_caps->round)
		ret_caps->floor = ret_caps->round;
}

static void
print_rho(struct proto_json *json, const char *name, uint64_t units)
{
	char key[32], text[DP_RHO_TEXT];

	dp_rho_format(text, units);
	snprintf(key, sizeof(key), "%s_rho", name);
	proto_json_key(json, key);
	proto_json_string(json, text);
	snprintf(key, sizeof(key), "%s_rho_units", name);
	snprintf(text, sizeof(text), "%" PRIu64, units);
	proto_json_key(json, key);
	proto_json_string(json, text);
}

void
node_policy_print(struct proto_json *json, const struct dp_ledger_caps *caps)
{
	print_rho(json, "round", caps->round);
	print_rho(json, "period", caps->period);
	print_rho(json, "year", caps->year);
	print_rho(json, "floor", caps->floor);
}
