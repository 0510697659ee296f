#ifndef DP_LEDGER_H
#define DP_LEDGER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "dp/status.h"

/*
 * The rules of the ledger; the storage is handed in. The rules decide, the
 * storage remembers, and the caller wraps both in one transaction:
 *
 *   begin -> dp_ledger_reserve -> dp_noise_apply -> seal, store -> dp_ledger_commit -> commit
 *            (grant)              (uses the grant)                 (entry)
 *
 * L1  An entry is never changed and never removed.
 * L2  A round has at most one entry, for ever.
 * L3  Noise is drawn only under a grant; a grant is used at most once and
 *     commits at most once.
 * L4  sequence counts from 1 without gaps; head = H(entry incl. previous head).
 * L5  The sum of every column never passes the cap in force when the entry was made.
 * L6  Caps bind on the period's own calendar year; no rule reads a clock.
 *
 * One grant:
 *
 *                 dp_ledger_reserve
 *   (no grant) ----------------------> fresh
 *                                        |  dp_ledger_use, by dp_noise_apply
 *                         +--------------+--------------+
 *          price too high |                             | price granted
 *                         v                             v     dp_ledger_commit
 *                       void                          drawn ------------------> committed
 *
 * Every state may be left by dp_ledger_grant_free. dp_ledger_use answers SPENT in all states but fresh,
 * dp_ledger_next and dp_ledger_commit in all but drawn. A draw that failed half-way leaves the
 * grant drawn: what it has cost is spent, never given back.
 */
#define DP_LEDGER_HASH 32

struct dp_ledger_caps { /* units of 2^-40 rho */
	uint64_t round;  /* one round */
	uint64_t period; /* one structure and period, over its revisions */
	uint64_t year;   /* one reference year, all structures */
	uint64_t floor;  /* the floor of one round */
};

struct dp_ledger_claim {
	uint8_t round[DP_LEDGER_HASH];  /* hash that names the round, coordinator included */
	uint8_t series[DP_LEDGER_HASH]; /* hash that names structure and period, without revision */
	uint32_t year;                  /* reference year of the period, > 0 */
	uint64_t rho;                   /* units, > 0; the exact price, rounded up */
	uint64_t floor;                 /* units; equals rho while there is no regional part */
};

/*
 * head = BLAKE2b-256, without key, over these 188 bytes (numbers little-endian):
 *
 *   24  label "chorale ledger entry v1" with its NUL
 *    8  sequence
 *   32  claim.round
 *   32  claim.series
 *    4  claim.year
 *    8  claim.rho
 *    8  claim.floor
 *   32  body
 *    8  total
 *   32  previous: the head of the entry before; zeros in the first
 */
struct dp_ledger_entry {
	uint64_t sequence;
	struct dp_ledger_claim claim;
	uint8_t body[DP_LEDGER_HASH]; /* digest over the digests of the sealed bodies */
	uint64_t total;               /* rho of all entries up to and with this one */
	uint8_t previous[DP_LEDGER_HASH];
	uint8_t head[DP_LEDGER_HASH];
};

/*
 * The storage: each returns DP_OK or DP_STORE. last and find write their bool; last writes the
 * entry of the highest sequence when there is any. series and year write the sum of rho over the
 * matching entries, 0 when there are none.
 */
struct dp_ledger_store {
	void *ctx;
	enum dp_status (*last)(void *ctx, struct dp_ledger_entry *ret_entry, bool *ret_any);
	enum dp_status (*find)(void *ctx, const uint8_t round[static DP_LEDGER_HASH], bool *ret_found);
	enum dp_status (*series)(void *ctx, const uint8_t series[static DP_LEDGER_HASH], uint64_t *ret_rho);
	enum dp_status (*year)(void *ctx, uint32_t year, uint64_t *ret_rho);
	enum dp_status (*append)(void *ctx, const struct dp_ledger_entry *entry);
};

/* A one-use permission to draw noise of at most the claimed price. */
struct dp_grant;

/*
 * dp_ledger_check(store, caps, claim): would it be granted? A cap exactly reached is allowed.
 * Changes nothing.
 *
 * Errors, the first that applies: PARAM (rho or year zero), STORE, CHAIN (the last entry's head does
 *         not fit it), SPENT (the round has an entry), ROUND, PERIOD, YEAR, FLOOR, RANGE (sequence
 *         or total would pass 64 bits).
 */
DP_CHECK enum dp_status dp_ledger_check(const struct dp_ledger_store *store,
    const struct dp_ledger_caps *caps, const struct dp_ledger_claim *claim);

/* dp_ledger_reserve: the same check, and the grant. The caller frees it; store must outlive it. */
DP_CHECK enum dp_status dp_ledger_reserve(struct dp_grant **ret_grant, const struct dp_ledger_store *store,
    const struct dp_ledger_caps *caps, const struct dp_ledger_claim *claim);

/* dp_ledger_next(ret_entry, grant, body): the entry that commit would append (its head goes
 * into the signed header). Writes nothing. SPENT: nothing was drawn, or committed before. */
DP_CHECK enum dp_status dp_ledger_next(struct dp_ledger_entry *ret_entry, const struct dp_grant *grant,
    const uint8_t body[static DP_LEDGER_HASH]);

/*
 * dp_ledger_commit(ret_entry, grant, body): appends the entry. The grant must have been used by
 * dp_noise_apply(), and is committed by the attempt, also when that fails.
 *
 * Errors: SPENT (nothing was drawn, committed before, or the round got an entry meanwhile), CHAIN
 *         (the storage no longer stands where the grant was made), STORE.
 */
DP_CHECK enum dp_status dp_ledger_commit(struct dp_ledger_entry *ret_entry, struct dp_grant *grant,
    const uint8_t body[static DP_LEDGER_HASH]);

void dp_ledger_grant_free(struct dp_grant *grant);

/* dp_ledger_use(grant, price): marks the grant used. SPENT when it was; PARAM when price passes
 * what was granted (the grant is void then). Only dp_noise_apply() calls it. */
DP_CHECK enum dp_status dp_ledger_use(struct dp_grant *grant, uint64_t price);

/* dp_ledger_head(ret_head, entry): recomputes the head from the other fields. */
void dp_ledger_head(uint8_t ret_head[static DP_LEDGER_HASH], const struct dp_ledger_entry *entry);

/* dp_ledger_follows(entry, previous): is entry the right successor (previous NULL: the
 * first)? Sequence, total, previous head and head. DP_OK or DP_CHAIN. */
DP_CHECK enum dp_status dp_ledger_follows(const struct dp_ledger_entry *entry,
    const struct dp_ledger_entry *previous);

#endif
