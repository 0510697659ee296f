#include "node/policy.h"

#include <stdio.h>
#include <string.h>

#include "dp/rho.h"
#include "support/deputy.h"
#include "support/suite.h"

/* An office whose first policy is in force. */
struct fixture {
	struct deputy deputy;
	struct deputy_office own;
	struct proto_error error;
};

static void
setup(struct fixture *f)
{
	memset(f, 0, sizeof(*f));
	deputy_init(&f->deputy, "REGION-1", 1);
	deputy_office_init(&f->own, &f->deputy);
}

static void
teardown(struct fixture *f)
{
	deputy_office_wipe(&f->own);
	deputy_wipe(&f->deputy);
}

static enum proto_code
load(struct fixture *f, struct node_policy *policy)
{
	return node_policy_load(policy, f->own.open.state, f->own.keys.pub.signing, &f->error);
}

static void
newest_holds(void)
{
	struct fixture f;
	struct dp_ledger_caps caps = {1, 2, 3, 4};
	struct node_policy policy;

	setup(&f);
	office_must(node_policy_add(&policy, f.own.open.state, &caps, &f.own.keys, WIRE_NOW, &f.error), &f.error);
	CU_ASSERT_EQUAL(policy.number, 2);
	deputy_office_reopen(&f.own, &f.deputy);
	CU_ASSERT_EQUAL(f.own.open.policy.number, 2);
	CU_ASSERT_EQUAL(f.own.open.policy.time, WIRE_NOW);
	CU_ASSERT(memcmp(&f.own.open.policy.caps, &caps, sizeof(caps)) == 0);
	teardown(&f);
}

/* Whoever can write to the store, but has not the passphrase, raises no cap. */
static void
changed(void)
{
	static const struct {
		const char *trigger, *sql;
	} row[] = {{"policy_stays", "UPDATE policy SET round = round + 1"}, {"policy_stays", "UPDATE policy SET period = 0"},
	    {"policy_stays", "UPDATE policy SET year = year * 2"}, {"policy_stays", "UPDATE policy SET floor = 1"},
	    {"policy_stays", "UPDATE policy SET time = 0"}, {"policy_stays", "UPDATE policy SET number = number + 2"},
	    {"policy_stays", "UPDATE policy SET signature = zeroblob(64)"}, {"policy_kept", "DELETE FROM policy"},
	    {"policy_kept", "DELETE FROM policy WHERE number = 1"},
	    {"policy_kept", "INSERT INTO policy SELECT 3, time, round * 9, period, year, floor, signature FROM policy WHERE "
	    "number = 2"}};
	struct dp_ledger_caps caps = {1, 2, 3, 4};
	struct node_policy policy;
	size_t i;

	for (i = 0; i < sizeof(row) / sizeof(row[0]); i++) {
		struct fixture f;

		setup(&f);
		office_must(node_policy_add(&policy, f.own.open.state, &caps, &f.own.keys, WIRE_NOW, &f.error), &f.error);
		CU_ASSERT_EQUAL(load(&f, &policy), PROTO_OK);
		office_force(f.own.open.state, row[i].trigger, row[i].sql);
		CU_ASSERT_EQUAL(load(&f, &policy), PROTO_DAMAGED);
		teardown(&f);
	}
}

/* Another key's signature, as of an enrolment row that was exchanged with the policies. */
static void
another_key(void)
{
	struct fixture f;
	struct wire_node other;
	struct node_policy policy;

	setup(&f);
	wire_node(&other, "XB");
	CU_ASSERT_EQUAL(node_policy_load(&policy, f.own.open.state, other.keys.signing, &f.error), PROTO_DAMAGED);
	teardown(&f);
}

static void
defaults(void)
{
	struct dp_ledger_caps caps, parsed;

	node_policy_default(&caps);
	CU_ASSERT(dp_rho_parse(&parsed.round, "0.1") == DP_OK && parsed.round == caps.round);
	CU_ASSERT(dp_rho_parse(&parsed.period, "0.2") == DP_OK && parsed.period == caps.period);
	CU_ASSERT(dp_rho_parse(&parsed.year, "1.2") == DP_OK && parsed.year == caps.year);
	CU_ASSERT(dp_rho_parse(&parsed.floor, "0.5") == DP_OK && parsed.floor == caps.floor);
}

static void
floor_of_a_round(void)
{
	struct node_policy policy = {.caps = {.round = 10, .period = 20, .year = 30, .floor = 5}};
	struct dp_ledger_caps caps;

	node_policy_caps(&caps, &policy);
	CU_ASSERT_EQUAL(caps.floor, 10);
	policy.caps.floor = 50;
	node_policy_caps(&caps, &policy);
	CU_ASSERT_EQUAL(caps.floor, 50);
	CU_ASSERT(caps.round == 10 && caps.period == 20 && caps.year == 30);
}

static const struct suite_case cases[] = {
    {"the newest policy is in force, the others stay", newest_holds},
    {"a policy that was changed without the key is found", changed},
    {"policies under another key are not this office's", another_key},
    {"the default caps are the decimals they are said to be", defaults},
    {"a country part's floor is bound by the cap of one round", floor_of_a_round},
    {NULL, NULL}};

int
main(void)
{
	return suite_run("node.policy", cases);
}
