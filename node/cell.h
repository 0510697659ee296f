#ifndef NODE_CELL_H
#define NODE_CELL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "node/mapping.h"
#include "node/report.h"

/* A set of codes of one dimension; bit 250 at most (`_T` of an aggregate file). */
struct node_set {
	uint64_t bits[4];
};

static inline void
node_set_add(struct node_set *set, uint32_t code)
{
	set->bits[code >> 6] |= UINT64_C(1) << (code & 63);
}

static inline void
node_set_remove(struct node_set *set, uint32_t code)
{
	set->bits[code >> 6] &= ~(UINT64_C(1) << (code & 63));
}

static inline bool
node_set_has(const struct node_set *set, uint32_t code)
{
	return set->bits[code >> 6] >> (code & 63) & 1;
}

static inline void
node_set_union(struct node_set *set, const struct node_set *other)
{
	int i;

	for (i = 0; i < 4; i++)
		set->bits[i] |= other->bits[i];
}

static inline uint32_t
node_set_count(const struct node_set *set)
{
	return (uint32_t)(__builtin_popcountll(set->bits[0]) + __builtin_popcountll(set->bits[1]) +
	    __builtin_popcountll(set->bits[2]) + __builtin_popcountll(set->bits[3]));
}

/* The lowest code above or at from; UINT32_MAX: none. */
static inline uint32_t
node_set_next(const struct node_set *set, uint32_t from)
{
	for (; from < 256; from = (from | 63) + 1) {
		uint64_t rest = set->bits[from >> 6] >> (from & 63);

		if (rest)
			return from + (uint32_t)__builtin_ctzll(rest);
	}
	return UINT32_MAX;
}

/* The codes of one cell, or what is wrong with it (one line; borrowed, constant). */
struct node_cell {
	struct node_set set;
	enum node_class wrong; /* NODE_RIGHT: set holds one code or more */
	const char *reason;
	bool dual;             /* decided by the rule for dual nationals */
};

/*
 * node_cell_read(ret_cell, mapping, dim, text, len): the codes of a trimmed cell, in the order that the format
 * fixes: `missing` (gives `_U`), blank (on_blank), values, lookup, split, dual, on_unknown; then derive. Several
 * codes of a single-valued dimension are left to the caller, as are repeats over rows.
 */
void node_cell_read(struct node_cell *ret_cell, const struct node_mapping *mapping, uint32_t dim, const char *text,
    size_t len);

/* One flag column: any YES gives its code, else any UNKNOWN gives `_U`, else `none`. */
enum node_cell_flag { NODE_FLAG_NO, NODE_FLAG_YES, NODE_FLAG_UNKNOWN };
void node_cell_flag(enum node_cell_flag *ret_flag, enum node_class *ret_wrong, const char **ret_reason,
    const struct node_field *field, const char *text, size_t len);

#endif
