#include "node/ledger.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "dp/rho.h"
#include "node/head.h"
#include "row.h"

#define COLUMNS "sequence, time, round, round_hash, series, year, rho, floor, body, total, previous, head, seal"
#define SEAL_LABEL "chorale node entry v1"

/* The row's seal covers every column, also those that the chain does not hash. */
static enum proto_code
seal_row(uint8_t ret_seal[static DP_LEDGER_HASH], const struct node_state *state, const struct node_ledger_row *row,
    struct proto_error *error)
{
	struct proto_buffer data = {0};
	const struct dp_ledger_entry *entry = &row->entry;

	proto_buffer_u64(&data, entry->sequence);
	proto_buffer_u64(&data, (uint64_t)row->time);
	proto_buffer_put(&data, row->round, strlen(row->round) + 1);
	proto_buffer_put(&data, entry->claim.round, DP_LEDGER_HASH);
	proto_buffer_put(&data, entry->claim.series, DP_LEDGER_HASH);
	proto_buffer_u32(&data, entry->claim.year);
	proto_buffer_u64(&data, entry->claim.rho);
	proto_buffer_u64(&data, entry->claim.floor);
	proto_buffer_put(&data, entry->body, DP_LEDGER_HASH);
	proto_buffer_u64(&data, entry->total);
	proto_buffer_put(&data, entry->previous, DP_LEDGER_HASH);
	proto_buffer_put(&data, entry->head, DP_LEDGER_HASH);
	if (data.failed)
		return proto_error_set(error, PROTO_MEMORY, "", "out of memory");
	node_head_seal(ret_seal, state->key, SEAL_LABEL, &data);
	proto_buffer_wipe(&data);
	return PROTO_OK;
}

static void
take_row(struct node_ledger_row *ret_row, uint8_t ret_seal[static DP_LEDGER_HASH], struct kit_rows *rows)
{
	struct node_ledger_row row = {0};

	row.entry.sequence = kit_rows_u64(rows, 0);
	row.time = kit_rows_int(rows, 1);
	node_row_text(row.round, sizeof(row.round), rows, 2);
	node_row_hash(row.entry.claim.round, rows, 3);
	node_row_hash(row.entry.claim.series, rows, 4);
	row.entry.claim.year = (uint32_t)kit_rows_u64(rows, 5);
	row.entry.claim.rho = kit_rows_u64(rows, 6);
	row.entry.claim.floor = kit_rows_u64(rows, 7);
	node_row_hash(row.entry.body, rows, 8);
	row.entry.total = kit_rows_u64(rows, 9);
	node_row_hash(row.entry.previous, rows, 10);
	node_row_hash(row.entry.head, rows, 11);
	node_row_hash(ret_seal, rows, 12);
	*ret_row = row;
}

static enum proto_code
check_row(const struct node_state *state, const struct node_ledger_row *row, const uint8_t seal[static DP_LEDGER_HASH],
    const struct node_ledger_row *before, struct proto_error *error)
{
	uint8_t right[DP_LEDGER_HASH];
	enum proto_code code = seal_row(right, state, row, error);

	if (code != PROTO_OK)
		return code;
	if (memcmp(right, seal, sizeof(right)) != 0)
		return proto_error_set(error, PROTO_DAMAGED, state->path, "ledger entry %" PRIu64 ": its seal does not fit",
		    row->entry.sequence);
	if (dp_ledger_follows(&row->entry, before == NULL ? NULL : &before->entry) != DP_OK ||
	    (before != NULL && row->time < before->time))
		return proto_error_set(error, PROTO_DAMAGED, state->path,
		    "ledger entry %" PRIu64 ": does not follow the one before it", row->entry.sequence);
	return PROTO_OK;
}

/* Makes room for one more row: 16, 32, 64 ... */
static enum proto_code
grow(struct node_ledger_row **row, size_t rows, struct proto_error *error)
{
	struct node_ledger_row *more;

	if (rows != 0 && (rows < 16 || (rows & (rows - 1)) != 0))
		return PROTO_OK;
	more = reallocarray(*row, rows == 0 ? 16 : 2 * rows, sizeof(*more));
	if (more == NULL)
		return proto_error_set(error, PROTO_MEMORY, "", "out of memory");
	*row = more;
	return PROTO_OK;
}

enum proto_code
node_ledger_load(struct node_ledger_row **ret_row, size_t *ret_rows, struct node_state *state, struct proto_error *error)
{
	struct node_ledger_row *row = NULL;
	struct kit_rows *found = NULL;
	uint8_t seal[DP_LEDGER_HASH];
	size_t rows = 0;
	bool any;
	enum proto_code code = kit_db_query(state->db, &found, error, "SELECT " COLUMNS " FROM entry ORDER BY sequence", "");

	while (code == PROTO_OK && (code = kit_rows_next(found, &any, error)) == PROTO_OK && any) {
		if ((code = grow(&row, rows, error)) != PROTO_OK)
			break;
		take_row(&row[rows], seal, found);
		code = check_row(state, &row[rows], seal, rows == 0 ? NULL : &row[rows - 1], error);
		rows++;
	}
	kit_rows_free(found);
	if (code != PROTO_OK) {
		free(row);
		return code;
	}
	*ret_row = row;
	*ret_rows = rows;
	return PROTO_OK;
}

static enum dp_status
ledger_last(void *ctx, struct dp_ledger_entry *ret_entry, bool *ret_any)
{
	struct node_ledger *ledger = ctx;
	struct node_ledger_row row;
	struct kit_rows *found = NULL;
	uint8_t seal[DP_LEDGER_HASH];
	bool any = false;
	enum proto_code code = kit_db_query(ledger->state->db, &found, &ledger->error,
	    "SELECT " COLUMNS " FROM entry ORDER BY sequence DESC LIMIT 1", "");

	if (code == PROTO_OK && (code = kit_rows_next(found, &any, &ledger->error)) == PROTO_OK && any) {
		take_row(&row, seal, found);
		/* N16: a clock that went back would put entries out of order. */
		if (ledger->now < row.time)
			code = proto_error_set(&ledger->error, PROTO_CLOCK, "",
			    "this machine's clock stands before the last entry of the ledger: set it right first");
		*ret_entry = row.entry;
	}
	kit_rows_free(found);
	if (code != PROTO_OK)
		return DP_STORE;
	*ret_any = any;
	return DP_OK;
}

static enum dp_status
ledger_find(void *ctx, const uint8_t round[static DP_LEDGER_HASH], bool *ret_found)
{
	struct node_ledger *ledger = ctx;
	int64_t one;

	return kit_db_int(ledger->state->db, &one, ret_found, &ledger->error, "SELECT 1 FROM entry WHERE round_hash = ?", "b",
	    (const void *)round, (size_t)DP_LEDGER_HASH) == PROTO_OK ? DP_OK : DP_STORE;
}

static enum dp_status
ledger_series(void *ctx, const uint8_t series[static DP_LEDGER_HASH], uint64_t *ret_rho)
{
	struct node_ledger *ledger = ctx;
	int64_t sum;
	bool any;

	if (kit_db_int(ledger->state->db, &sum, &any, &ledger->error,
	    "SELECT coalesce(sum(rho), 0) FROM entry WHERE series = ?", "b", (const void *)series,
	    (size_t)DP_LEDGER_HASH) != PROTO_OK || !any)
		return DP_STORE;
	*ret_rho = (uint64_t)sum;
	return DP_OK;
}

static enum dp_status
ledger_year(void *ctx, uint32_t year, uint64_t *ret_rho)
{
	struct node_ledger *ledger = ctx;
	int64_t sum;
	bool any;

	if (kit_db_int(ledger->state->db, &sum, &any, &ledger->error,
	    "SELECT coalesce(sum(rho), 0) FROM entry WHERE year = ?", "i", (int64_t)year) != PROTO_OK || !any)
		return DP_STORE;
	*ret_rho = (uint64_t)sum;
	return DP_OK;
}

static enum dp_status
ledger_append(void *ctx, const struct dp_ledger_entry *entry)
{
	struct node_ledger *ledger = ctx;
	struct node_ledger_row row = {.entry = *entry, .time = ledger->now};
	const struct dp_ledger_claim *claim = &entry->claim;
	const size_t hash = DP_LEDGER_HASH;
	uint8_t seal[DP_LEDGER_HASH];

	memcpy(row.round, ledger->round, strlen(ledger->round) + 1);
	if (seal_row(seal, ledger->state, &row, &ledger->error) != PROTO_OK)
		return DP_STORE;
	return kit_db_run(ledger->state->db, &ledger->error,
	    "INSERT INTO entry (" COLUMNS ") VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?)", "uitbbiuububbb", entry->sequence, row.time,
	    row.round, (const void *)claim->round, hash, (const void *)claim->series, hash, (int64_t)claim->year, claim->rho,
	    claim->floor, (const void *)entry->body, hash, entry->total, (const void *)entry->previous, hash,
	    (const void *)entry->head, hash, (const void *)seal, hash) == PROTO_OK ? DP_OK : DP_STORE;
}

void
node_ledger_init(struct node_ledger *ret_ledger, struct node_state *state, const char *round, int64_t now)
{
	*ret_ledger = (struct node_ledger){
	    .store = {ret_ledger, ledger_last, ledger_find, ledger_series, ledger_year, ledger_append},
	    .state = state, .round = round, .now = now, .error = {.code = PROTO_INTERNAL}};
}

/* "what: rho ASKED beside SPENT of CAP" */
static enum proto_code
refuse_cap(struct proto_error *error, enum proto_code code, const char *round, const char *which, uint64_t asked,
    uint64_t cap)
{
	char asks[DP_RHO_TEXT], allows[DP_RHO_TEXT];

	dp_rho_format(asks, asked);
	dp_rho_format(allows, cap);
	return proto_error_set(error, code, round, "%s: this round costs rho %.14s, the office's own cap is %.14s", which,
	    asks, allows);
}

enum proto_code
node_ledger_status(enum dp_status status, const struct node_ledger *ledger, const struct dp_ledger_caps *caps,
    const struct dp_ledger_claim *claim, struct proto_error *error)
{
	switch (status) {
	case DP_OK:
		return PROTO_OK;
	case DP_ROUND:
		return refuse_cap(error, PROTO_POLICY, ledger->round, "over the cap of one round", claim->rho, caps->round);
	case DP_FLOOR:
		return refuse_cap(error, PROTO_POLICY, ledger->round, "over the cap of the floor", claim->floor, caps->floor);
	case DP_PERIOD:
		return refuse_cap(error, PROTO_BUDGET, ledger->round, "the budget of this structure and period is used up",
		    claim->rho, caps->period);
	case DP_YEAR:
		return refuse_cap(error, PROTO_BUDGET, ledger->round, "the budget of this reference year is used up",
		    claim->rho, caps->year);
	case DP_SPENT:
		return proto_error_set(error, PROTO_EXISTS, ledger->round, "this round was drawn before");
	case DP_CHAIN:
		return proto_error_set(error, PROTO_DAMAGED, ledger->state->path, "the ledger's entries do not form one chain");
	case DP_RNG:
		return proto_error_set(error, PROTO_RANDOM, ledger->round, "no randomness: nothing was drawn");
	case DP_NOMEM:
		return proto_error_set(error, PROTO_MEMORY, ledger->round, "out of memory: nothing was drawn");
	case DP_RANGE:
		return proto_error_set(error, PROTO_REFUSED, ledger->round, "a sum would not fit its range: nothing was drawn");
	case DP_STORE:
		if (error != NULL)
			*error = ledger->error;
		return ledger->error.code;
	case DP_PARAM:
		break;
	}
	return proto_error_set(error, PROTO_INTERNAL, ledger->round, "the plan and the counts do not fit together");
}
