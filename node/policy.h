#ifndef NODE_POLICY_H
#define NODE_POLICY_H

#include "dp/ledger.h"
#include "node/keys.h"
#include "node/state.h"
#include "proto/json.h"

/*
 * What this office allows, whatever a manifest asks. Every policy ever set is kept, numbered and
 * signed with the office's Ed25519 key, so that changing one needs the passphrase; a
 * submission checks the signature with the unsealed key itself.
 */
struct node_policy {
	uint64_t number; /* 1 is the default that `join` writes */
	int64_t time;
	struct dp_ledger_caps caps;
};

/* rho 0.1 per round, 0.2 per structure and period, 1.2 per reference year, floor 0.5 per round. */
void node_policy_default(struct dp_ledger_caps *ret_caps);

/* node_policy_load: the newest. DAMAGED unless all are signed by this key, numbered without gaps. */
PROTO_CHECK enum proto_code node_policy_load(struct node_policy *ret_policy, struct node_state *state,
    const uint8_t signing[static PROTO_PUBLIC], struct proto_error *error);

/* node_policy_add: signs and stores the next one; inside the caller's transaction. */
PROTO_CHECK enum proto_code node_policy_add(struct node_policy *ret_policy, struct node_state *state,
    const struct dp_ledger_caps *caps, const struct node_keys *keys, int64_t now, struct proto_error *error);

/*
 * node_policy_caps(ret_caps, policy): what binds a round that has a country part only. Its floor is its own price,
 * which the cap of one round binds already, so the floor's cap never binds below that.
 */
void node_policy_caps(struct dp_ledger_caps *ret_caps, const struct node_policy *policy);

/* The fields round_rho, round_rho_units, period_rho ... into an open object. */
void node_policy_print(struct proto_json *json, const struct dp_ledger_caps *caps);

#endif
