#ifndef SUPPORT_MEMORY_LEDGER_H
#define SUPPORT_MEMORY_LEDGER_H

#include <string.h>

#include "dp/ledger.h"

/*
 * A ledger's storage in memory, naive on purpose: every answer is a scan.
 * fails_at: the number of the call that fails, counted from 1; 0: none does.
 */
#define MEMORY_LEDGER_MAX 512

struct memory_ledger {
	struct dp_ledger_entry entry[MEMORY_LEDGER_MAX];
	size_t entries;
	size_t calls;
	size_t fails_at;
};

static inline enum dp_status
memory_ledger_call(struct memory_ledger *ledger)
{
	return ++ledger->calls == ledger->fails_at ? DP_STORE : DP_OK;
}

static inline enum dp_status
memory_ledger_last(void *ctx, struct dp_ledger_entry *ret_entry, bool *ret_any)
{
	struct memory_ledger *ledger = ctx;

	if (memory_ledger_call(ledger) != DP_OK)
		return DP_STORE;
	*ret_any = ledger->entries > 0;
	if (ledger->entries > 0)
		*ret_entry = ledger->entry[ledger->entries - 1];
	return DP_OK;
}

static inline enum dp_status
memory_ledger_find(void *ctx, const uint8_t round[static DP_LEDGER_HASH], bool *ret_found)
{
	struct memory_ledger *ledger = ctx;
	size_t e;

	if (memory_ledger_call(ledger) != DP_OK)
		return DP_STORE;
	*ret_found = false;
	for (e = 0; e < ledger->entries; e++)
		if (memcmp(ledger->entry[e].claim.round, round, DP_LEDGER_HASH) == 0)
			*ret_found = true;
	return DP_OK;
}

static inline enum dp_status
memory_ledger_series(void *ctx, const uint8_t series[static DP_LEDGER_HASH], uint64_t *ret_rho)
{
	struct memory_ledger *ledger = ctx;
	size_t e;

	if (memory_ledger_call(ledger) != DP_OK)
		return DP_STORE;
	*ret_rho = 0;
	for (e = 0; e < ledger->entries; e++)
		if (memcmp(ledger->entry[e].claim.series, series, DP_LEDGER_HASH) == 0)
			*ret_rho += ledger->entry[e].claim.rho;
	return DP_OK;
}

static inline enum dp_status
memory_ledger_year(void *ctx, uint32_t year, uint64_t *ret_rho)
{
	struct memory_ledger *ledger = ctx;
	size_t e;

	if (memory_ledger_call(ledger) != DP_OK)
		return DP_STORE;
	*ret_rho = 0;
	for (e = 0; e < ledger->entries; e++)
		if (ledger->entry[e].claim.year == year)
			*ret_rho += ledger->entry[e].claim.rho;
	return DP_OK;
}

static inline enum dp_status
memory_ledger_append(void *ctx, const struct dp_ledger_entry *entry)
{
	struct memory_ledger *ledger = ctx;

	if (memory_ledger_call(ledger) != DP_OK || ledger->entries == MEMORY_LEDGER_MAX)
		return DP_STORE;
	ledger->entry[ledger->entries++] = *entry;
	return DP_OK;
}

static inline struct dp_ledger_store
memory_ledger_store(struct memory_ledger *ledger)
{
	return (struct dp_ledger_store){ledger, memory_ledger_last, memory_ledger_find, memory_ledger_series,
	    memory_ledger_year, memory_ledger_append};
}

/* A claim whose round and series are named by two small numbers. */
static inline struct dp_ledger_claim
memory_ledger_claim(uint8_t round, uint8_t series, uint32_t year, uint64_t rho)
{
	struct dp_ledger_claim claim = {.year = year, .rho = rho, .floor = rho};

	memset(claim.round, round, DP_LEDGER_HASH);
	memset(claim.series, series, DP_LEDGER_HASH);
	return claim;
}

#endif
