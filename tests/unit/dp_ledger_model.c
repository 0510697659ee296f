#include "dp/ledger.h"

#include <stdlib.h>

#include "support/memory_ledger.h"
#include "support/seeded.h"
#include "support/suite.h"

/*
 * The rules against a naive model of themselves: random operations on small numbers, so that every
 * refusal comes often; after each the answer must be the model's, and the invariants of
 * ledger.h must hold.
 */
#define GRANTS 4
#define STEPS 4000

enum model_state { MODEL_NONE, MODEL_FRESH, MODEL_DRAWN, MODEL_GONE };

struct model_grant {
	struct dp_grant *grant;
	enum model_state state;
	struct dp_ledger_claim claim;
	struct dp_ledger_caps caps; /* in force when it was made */
	size_t entries;             /* of the ledger at that time */
	size_t uses, commits;       /* that succeeded */
};

struct world {
	struct seeded random;
	struct memory_ledger ledger, before;
	struct dp_ledger_store store;
	struct dp_ledger_caps caps;
	struct model_grant grant[GRANTS];
	size_t seen[DP_STORE + 1]; /* answers, to know that each was met */
};

static struct dp_ledger_claim
random_claim(struct world *world)
{
	struct dp_ledger_claim claim = memory_ledger_claim((uint8_t)seeded_below(&world->random, 200),
	    (uint8_t)seeded_below(&world->random, 12), 2020 + (uint32_t)seeded_below(&world->random, 4),
	    seeded_below(&world->random, 12));

	claim.floor = seeded_below(&world->random, 14);
	if (seeded_below(&world->random, 3) == 0) /* a race for one round */
		memcpy(claim.round, world->grant[seeded_below(&world->random, GRANTS)].claim.round, DP_LEDGER_HASH);
	return claim;
}

/* The rules, said once more in the plainest way. */
static enum dp_status
model_check(const struct world *world, const struct dp_ledger_claim *claim, const struct dp_ledger_caps *caps)
{
	uint64_t series = claim->rho, year = claim->rho;
	size_t e;

	if (claim->rho == 0)
		return DP_PARAM;
	for (e = 0; e < world->before.entries; e++) {
		const struct dp_ledger_claim *old = &world->before.entry[e].claim;

		if (old->round[0] == claim->round[0])
			return DP_SPENT;
		series += old->series[0] == claim->series[0] ? old->rho : 0;
		year += old->year == claim->year ? old->rho : 0;
	}
	if (claim->rho > caps->round)
		return DP_ROUND;
	if (series > caps->period)
		return DP_PERIOD;
	if (year > caps->year)
		return DP_YEAR;
	return claim->floor > caps->floor ? DP_FLOOR : DP_OK;
}

/* A storage that failed in this operation explains DP_STORE, and nothing else does. */
static bool
storage_failed(const struct world *world)
{
	return world->ledger.fails_at > world->before.calls && world->ledger.fails_at <= world->ledger.calls;
}

static void
expect(struct world *world, enum dp_status is, enum dp_status should)
{
	world->seen[is]++;
	if (storage_failed(world))
		should = DP_STORE;
	CU_ASSERT_EQUAL(is, should);
}

static void
reserve(struct world *world, struct model_grant *grant)
{
	struct dp_ledger_claim claim = random_claim(world);
	enum dp_status should = model_check(world, &claim, &world->caps), is;

	dp_ledger_grant_free(grant->grant);
	*grant = (struct model_grant){.state = MODEL_NONE};
	is = dp_ledger_reserve(&grant->grant, &world->store, &world->caps, &claim);
	expect(world, is, should);
	if (is == DP_OK) {
		grant->state = MODEL_FRESH;
		grant->claim = claim;
		grant->caps = world->caps;
		grant->entries = world->before.entries;
	}
	CU_ASSERT_EQUAL(world->ledger.entries, world->before.entries);
}

static void
check(struct world *world)
{
	struct dp_ledger_claim claim = random_claim(world);

	expect(world, dp_ledger_check(&world->store, &world->caps, &claim), model_check(world, &claim, &world->caps));
	CU_ASSERT_EQUAL(world->ledger.entries, world->before.entries);
}

static void
use(struct world *world, struct model_grant *grant)
{
	uint64_t price = seeded_below(&world->random, 12);
	enum dp_status is;

	if (grant->state == MODEL_NONE)
		return;
	is = dp_ledger_use(grant->grant, price);
	if (grant->state != MODEL_FRESH) {
		CU_ASSERT_EQUAL(is, DP_SPENT);
		return;
	}
	CU_ASSERT_EQUAL(is, price > grant->claim.rho ? DP_PARAM : DP_OK);
	grant->state = is == DP_OK ? MODEL_DRAWN : MODEL_GONE;
	grant->uses += is == DP_OK;
}

/* What the entry must be, and that the sums that it completes are within the caps of its grant. */
static void
check_entry(const struct world *world, const struct model_grant *grant, const struct dp_ledger_entry *entry)
{
	uint64_t series = 0, year = 0, total = 0;
	size_t e;

	CU_ASSERT_EQUAL(world->ledger.entries, world->before.entries + 1);
	CU_ASSERT_EQUAL(memcmp(entry, &world->ledger.entry[world->before.entries], sizeof(*entry)), 0);
	CU_ASSERT_EQUAL(memcmp(&entry->claim, &grant->claim, sizeof(grant->claim)), 0);
	for (e = 0; e < world->ledger.entries; e++) {
		const struct dp_ledger_claim *claim = &world->ledger.entry[e].claim;

		series += claim->series[0] == grant->claim.series[0] ? claim->rho : 0;
		year += claim->year == grant->claim.year ? claim->rho : 0;
		total += claim->rho;
	}
	CU_ASSERT(grant->claim.rho <= grant->caps.round && grant->claim.floor <= grant->caps.floor);
	CU_ASSERT(series <= grant->caps.period && year <= grant->caps.year);
	CU_ASSERT_EQUAL(entry->total, total);
	CU_ASSERT_EQUAL(entry->sequence, world->ledger.entries);
}

static enum dp_status
model_commit(const struct world *world, const struct model_grant *grant)
{
	size_t e;

	if (grant->state != MODEL_DRAWN)
		return DP_SPENT;
	for (e = 0; e < world->before.entries; e++)
		if (world->before.entry[e].claim.round[0] == grant->claim.round[0])
			return DP_SPENT;
	return world->before.entries == grant->entries ? DP_OK : DP_CHAIN;
}

static void
commit(struct world *world, struct model_grant *grant)
{
	uint8_t body[DP_LEDGER_HASH] = {(uint8_t)seeded_below(&world->random, 256)};
	struct dp_ledger_entry next, entry;
	enum dp_status should, is, peek;

	if (grant->state == MODEL_NONE)
		return;
	should = model_commit(world, grant);
	peek = dp_ledger_next(&next, grant->grant, body);
	CU_ASSERT_EQUAL(peek, grant->state == MODEL_DRAWN ? DP_OK : DP_SPENT);
	is = dp_ledger_commit(&entry, grant->grant, body);
	expect(world, is, should);
	if (grant->state == MODEL_DRAWN)
		grant->state = MODEL_GONE;
	if (is == DP_OK) {
		CU_ASSERT_EQUAL(memcmp(&next, &entry, sizeof(next)), 0);
		check_entry(world, grant, &entry);
		grant->commits++;
	} else
		CU_ASSERT_EQUAL(world->ledger.entries, world->before.entries);
	CU_ASSERT(grant->uses <= 1 && grant->commits <= grant->uses);
}

static void
check_invariants(const struct world *world)
{
	size_t e, f;

	/* L1 */
	CU_ASSERT_EQUAL(memcmp(world->ledger.entry, world->before.entry,
	                    world->before.entries * sizeof(world->before.entry[0])), 0);
	for (e = world->before.entries; e < world->ledger.entries; e++) {
		/* L2, L4 */
		for (f = 0; f < e; f++)
			CU_ASSERT_NOT_EQUAL(memcmp(world->ledger.entry[e].claim.round,
			                        world->ledger.entry[f].claim.round, DP_LEDGER_HASH), 0);
		CU_ASSERT_EQUAL(dp_ledger_follows(&world->ledger.entry[e], e ? &world->ledger.entry[e - 1] : NULL), DP_OK);
	}
}

static void
step(struct world *world)
{
	struct model_grant *grant = &world->grant[seeded_below(&world->random, GRANTS)];

	world->before = world->ledger;
	world->ledger.fails_at = seeded_below(&world->random, 20) ? 0
	                                                          : world->ledger.calls + 1 + seeded_below(&world->random, 4);
	switch (seeded_below(&world->random, 9)) {
	case 0:
		world->caps = (struct dp_ledger_caps){seeded_below(&world->random, 14),
			seeded_below(&world->random, 40), seeded_below(&world->random, 120),
			seeded_below(&world->random, 16)};
		break;
	case 1:
		check(world);
		break;
	case 2:
	case 3:
		reserve(world, grant);
		break;
	case 4:
	case 5:
		use(world, grant);
		break;
	default:
		commit(world, grant);
	}
	check_invariants(world);
}

static void
random_operations_keep_every_invariant(void)
{
	struct world *world = calloc(1, sizeof(*world));
	unsigned long long seed = suite_seed();
	size_t run, s, g, appended = 0;

	CU_ASSERT_PTR_NOT_NULL_FATAL(world);
	for (run = 0; run < 25; run++) {
		seeded_init(&world->random, seed + run);
		world->ledger = (struct memory_ledger){.entries = 0};
		world->store = memory_ledger_store(&world->ledger);
		for (s = 0; s < STEPS; s++)
			step(world);
		appended += world->ledger.entries;
		for (g = 0; g < GRANTS; g++) {
			dp_ledger_grant_free(world->grant[g].grant);
			world->grant[g] = (struct model_grant){.state = MODEL_NONE};
		}
	}
	/* a run that never met a refusal, or never spent, would prove nothing */
	CU_ASSERT(appended > 100);
	for (s = DP_OK; s <= DP_STORE; s++)
		if (s != DP_RANGE && s != DP_NOMEM && s != DP_RNG)
			CU_ASSERT(world->seen[s] > 0);
	free(world);
}

static const struct suite_case cases[] = {
	{"random operations keep every invariant", random_operations_keep_every_invariant},
	{NULL, NULL},
};

int
main(void)
{
	return suite_run("dp.ledger.model", cases);
}
