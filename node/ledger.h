#ifndef NODE_LEDGER_H
#define NODE_LEDGER_H

#include "dp/ledger.h"
#include "node/state.h"
#include "proto/period.h"

/*
 * The ledger's storage on SQLite. The rules are dp/ledger.h's; here they are only remembered.
 * An entry also keeps when it was made and the round's name in words, both under the row's seal.
 */
struct node_ledger_row {
	struct dp_ledger_entry entry;
	int64_t time; /* UTC seconds */
	char round[PROTO_ROUND_TEXT];
};

/*
 * node_ledger_load(ret_row, ret_rows, state, error):
 * Every entry in order, each checked: seal, chain, and a time not before the one before it.
 * DAMAGED names the first entry at odds. The caller frees *ret_row with free().
 */
PROTO_CHECK enum proto_code node_ledger_load(struct node_ledger_row **ret_row, size_t *ret_rows,
    struct node_state *state, struct proto_error *error);

/*
 * node_ledger_init(ret_ledger, state, round, now):
 * What dp/ works on, inside the caller's transaction. round and now are what append stores beside
 * the entry. A callback that fails leaves the reason in error.
 */
struct node_ledger {
	struct dp_ledger_store store;
	struct node_state *state;
	const char *round;
	int64_t now;
	struct proto_error error;
};
void node_ledger_init(struct node_ledger *ret_ledger, struct node_state *state, const char *round, int64_t now);

/*
 * node_ledger_status(status, ledger, caps, claim, error):
 * dp/'s answer in words: POLICY, BUDGET, EXISTS, DAMAGED, RANDOM ... with the amounts.
 * Amounts of rho are public.
 */
PROTO_CHECK enum proto_code node_ledger_status(enum dp_status status, const struct node_ledger *ledger,
    const struct dp_ledger_caps *caps, const struct dp_ledger_claim *claim, struct proto_error *error);

#endif
