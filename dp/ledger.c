#include "dp/ledger.h"

#include <sodium.h>
#include <stdlib.h>
#include <string.h>

/* See the diagram in ledger.h. */
enum grant_state { GRANT_FRESH, GRANT_DRAWN, GRANT_VOID, GRANT_COMMITTED };

struct dp_grant {
	const struct dp_ledger_store *store;
	struct dp_ledger_claim claim;
	enum grant_state state;
	/* the entry that commit appends, but for body and head */
	struct dp_ledger_entry next;
};

static const char LABEL[] = "chorale ledger entry v1";

static void
hash_number(crypto_generichash_state *state, uint64_t number, size_t bytes)
{
	uint8_t text[8];
	size_t i;

	for (i = 0; i < bytes; i++)
		text[i] = (uint8_t)(number >> 8 * i);
	(void)crypto_generichash_update(state, text, bytes);
}

void
dp_ledger_head(uint8_t ret_head[static DP_LEDGER_HASH], const struct dp_ledger_entry *entry)
{
	crypto_generichash_state state;

	/* None of these calls can fail: the lengths are constants within BLAKE2b's limits. */
	(void)crypto_generichash_init(&state, NULL, 0, DP_LEDGER_HASH);
	(void)crypto_generichash_update(&state, (const uint8_t *)LABEL, sizeof(LABEL)); /* with its NUL */
	hash_number(&state, entry->sequence, 8);
	(void)crypto_generichash_update(&state, entry->claim.round, DP_LEDGER_HASH);
	(void)crypto_generichash_update(&state, entry->claim.series, DP_LEDGER_HASH);
	hash_number(&state, entry->claim.year, 4);
	hash_number(&state, entry->claim.rho, 8);
	hash_number(&state, entry->claim.floor, 8);
	(void)crypto_generichash_update(&state, entry->body, DP_LEDGER_HASH);
	hash_number(&state, entry->total, 8);
	(void)crypto_generichash_update(&state, entry->previous, DP_LEDGER_HASH);
	(void)crypto_generichash_final(&state, ret_head, DP_LEDGER_HASH);
}

static bool
head_fits(const struct dp_ledger_entry *entry)
{
	uint8_t head[DP_LEDGER_HASH];

	dp_ledger_head(head, entry);
	return memcmp(head, entry->head, DP_LEDGER_HASH) == 0; /* public, and no secret to guess */
}

/* L4: the successor of previous (NULL: the first entry), without body and head. */
static enum dp_status
succeed(struct dp_ledger_entry *ret_entry, const struct dp_ledger_entry *previous,
    const struct dp_ledger_claim *claim)
{
	struct dp_ledger_entry next = {.sequence = 1, .claim = *claim, .total = claim->rho};

	if (previous != NULL) {
		if (__builtin_add_overflow(previous->sequence, UINT64_C(1), &next.sequence) ||
		    __builtin_add_overflow(previous->total, claim->rho, &next.total))
			return DP_RANGE;
		memcpy(next.previous, previous->head, DP_LEDGER_HASH);
	}
	*ret_entry = next;
	return DP_OK;
}

enum dp_status
dp_ledger_follows(const struct dp_ledger_entry *entry, const struct dp_ledger_entry *previous)
{
	struct dp_ledger_entry right;

	if (succeed(&right, previous, &entry->claim) != DP_OK)
		return DP_CHAIN;
	if (entry->sequence != right.sequence || entry->total != right.total ||
	    memcmp(entry->previous, right.previous, DP_LEDGER_HASH) != 0 || !head_fits(entry))
		return DP_CHAIN;
	return DP_OK;
}

/* L5: spent + rho <= cap, written so that no sum can wrap. Exactly reached is allowed. */
static bool
within(uint64_t spent, uint64_t rho, uint64_t cap)
{
	return rho <= cap && spent <= cap - rho;
}

static enum dp_status
check_caps(const struct dp_ledger_store *store, const struct dp_ledger_caps *caps,
    const struct dp_ledger_claim *claim)
{
	uint64_t series, year;

	if (!within(0, claim->rho, caps->round))
		return DP_ROUND;
	if (store->series(store->ctx, claim->series, &series) != DP_OK)
		return DP_STORE;
	if (!within(series, claim->rho, caps->period))
		return DP_PERIOD;
	if (store->year(store->ctx, claim->year, &year) != DP_OK)
		return DP_STORE;
	if (!within(year, claim->rho, caps->year))
		return DP_YEAR;
	if (!within(0, claim->floor, caps->floor))
		return DP_FLOOR;
	return DP_OK;
}

/* The last entry of the storage, as far as one entry can be judged alone. */
static enum dp_status
load_last(struct dp_ledger_entry *ret_entry, bool *ret_any, const struct dp_ledger_store *store)
{
	struct dp_ledger_entry last;
	bool any = false;

	if (store->last(store->ctx, &last, &any) != DP_OK)
		return DP_STORE;
	if (any) {
		if (last.sequence < 1 || !head_fits(&last))
			return DP_CHAIN;
		*ret_entry = last;
	}
	*ret_any = any;
	return DP_OK;
}

static enum dp_status
check(struct dp_ledger_entry *ret_next, const struct dp_ledger_store *store, const struct dp_ledger_caps *caps,
    const struct dp_ledger_claim *claim)
{
	struct dp_ledger_entry last;
	enum dp_status status;
	bool any, found;

	if (claim->rho == 0 || claim->year == 0)
		return DP_PARAM;
	if ((status = load_last(&last, &any, store)) != DP_OK)
		return status;
	if (store->find(store->ctx, claim->round, &found) != DP_OK)
		return DP_STORE;
	if (found)
		return DP_SPENT;
	if ((status = check_caps(store, caps, claim)) != DP_OK)
		return status;
	return succeed(ret_next, any ? &last : NULL, claim);
}

enum dp_status
dp_ledger_check(const struct dp_ledger_store *store, const struct dp_ledger_caps *caps,
    const struct dp_ledger_claim *claim)
{
	struct dp_ledger_entry next;

	return check(&next, store, caps, claim);
}

enum dp_status
dp_ledger_reserve(struct dp_grant **ret_grant, const struct dp_ledger_store *store,
    const struct dp_ledger_caps *caps, const struct dp_ledger_claim *claim)
{
	struct dp_ledger_entry next;
	struct dp_grant *grant;
	enum dp_status status;

	if ((status = check(&next, store, caps, claim)) != DP_OK)
		return status;
	if ((grant = calloc(1, sizeof(*grant))) == NULL)
		return DP_NOMEM;
	grant->store = store;
	grant->claim = *claim;
	grant->state = GRANT_FRESH;
	grant->next = next;
	*ret_grant = grant;
	return DP_OK;
}

void
dp_ledger_grant_free(struct dp_grant *grant)
{
	free(grant);
}

enum dp_status
dp_ledger_use(struct dp_grant *grant, uint64_t price)
{
	if (grant->state != GRANT_FRESH)
		return DP_SPENT;
	if (price > grant->claim.rho) {
		grant->state = GRANT_VOID;
		return DP_PARAM;
	}
	grant->state = GRANT_DRAWN;
	return DP_OK;
}

enum dp_status
dp_ledger_next(struct dp_ledger_entry *ret_entry, const struct dp_grant *grant,
    const uint8_t body[static DP_LEDGER_HASH])
{
	struct dp_ledger_entry entry;

	if (grant->state != GRANT_DRAWN)
		return DP_SPENT;
	entry = grant->next;
	memcpy(entry.body, body, DP_LEDGER_HASH);
	dp_ledger_head(entry.head, &entry);
	*ret_entry = entry;
	return DP_OK;
}

/* L2 and L4 once more, at the last moment: the storage must still stand where the grant was made. The
 * caps need no second look, since they can only have moved with the head. */
static enum dp_status
check_unmoved(const struct dp_grant *grant)
{
	const struct dp_ledger_store *store = grant->store;
	struct dp_ledger_entry last;
	enum dp_status status;
	bool any, found;

	if (store->find(store->ctx, grant->claim.round, &found) != DP_OK)
		return DP_STORE;
	if (found)
		return DP_SPENT;
	if ((status = load_last(&last, &any, store)) != DP_OK)
		return status;
	if (any != (grant->next.sequence > 1))
		return DP_CHAIN;
	if (any && memcmp(last.head, grant->next.previous, DP_LEDGER_HASH) != 0)
		return DP_CHAIN;
	return DP_OK;
}

enum dp_status
dp_ledger_commit(struct dp_ledger_entry *ret_entry, struct dp_grant *grant,
    const uint8_t body[static DP_LEDGER_HASH])
{
	struct dp_ledger_entry entry;
	enum dp_status status;

	if ((status = dp_ledger_next(&entry, grant, body)) != DP_OK)
		return status;
	/* L3: from here on it is committed, also when the storage fails: an append that
	 * reported an error may have happened. */
	grant->state = GRANT_COMMITTED;
	if ((status = check_unmoved(grant)) != DP_OK)
		return status;
	if (grant->store->append(grant->store->ctx, &entry) != DP_OK)
		return DP_STORE;
	*ret_entry = entry;
	return DP_OK;
}
