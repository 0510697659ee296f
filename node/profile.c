#include "node/profile.h"

#include <stdlib.h>
#include <string.h>

#define LARGE (1u << 16)
#define RECENT 4096 /* a power of two */

/* A hash table of numbers: slot holds number + 1. */
struct numbers {
	uint32_t *slot;
	uint32_t slots, used;
};

struct sets {
	struct node_set *set;
	uint32_t cap;
	struct numbers numbers;
};

/* A recent answer; profile NODE_PROFILE_NONE: none. */
struct recent {
	uint64_t key;
	uint32_t profile;
};

struct node_profiles {
	uint32_t dims, cap;
	struct sets sets[DP_DIMS_MAX];
	uint32_t *tuple;  /* dims numbers a profile */
	uint64_t *count;
	struct numbers numbers;
	struct recent row[RECENT], pair[RECENT];
};

static uint64_t
mix(uint64_t x)
{
	x = (x ^ x >> 32) * UINT64_C(0x9e3779b97f4a7c15);
	return x ^ x >> 29;
}

static uint64_t
hash_words(const void *data, size_t words)
{
	const unsigned char *at = data;
	uint64_t hash = 0;
	uint32_t word;
	size_t i;

	for (i = 0; i < words; i++) {
		memcpy(&word, at + 4 * i, 4);
		hash = mix(hash + word + 1);
	}
	return hash;
}

static void
forget_recent(struct node_profiles *profiles)
{
	size_t i;

	for (i = 0; i < RECENT; i++)
		profiles->row[i].profile = profiles->pair[i].profile = NODE_PROFILE_NONE;
}

enum proto_code
node_profiles_new(struct node_profiles **ret_profiles, uint32_t dims, struct proto_error *error)
{
	struct node_profiles *profiles = calloc(1, sizeof(*profiles));

	if (profiles == NULL)
		return proto_error_set(error, PROTO_MEMORY, NULL, "out of memory");
	profiles->dims = dims;
	forget_recent(profiles);
	*ret_profiles = profiles;
	return PROTO_OK;
}

void
node_profiles_free(struct node_profiles *profiles)
{
	uint32_t i;

	if (profiles == NULL)
		return;
	for (i = 0; i < profiles->dims; i++) {
		free(profiles->sets[i].set);
		free(profiles->sets[i].numbers.slot);
	}
	if (profiles->count)
		explicit_bzero(profiles->count, profiles->cap * sizeof(profiles->count[0]));
	free(profiles->tuple);
	free(profiles->count);
	free(profiles->numbers.slot);
	free(profiles);
}

/* Doubles the slots when they are half full. words: the size of one item of items. */
static bool
room(struct numbers *numbers, const void *items, size_t words)
{
	uint32_t slots = numbers->slots ? 2 * numbers->slots : 64, i;
	uint32_t *slot;

	if (2 * numbers->used < numbers->slots)
		return true;
	if (numbers->used >= NODE_PROFILE_NONE / 4 || (slot = calloc(slots, sizeof(slot[0]))) == NULL)
		return false;
	for (i = 0; i < numbers->used; i++) {
		uint64_t at = hash_words((const uint32_t *)items + words * i, words);

		while (slot[at & (slots - 1)])
			at++;
		slot[at & (slots - 1)] = i + 1;
	}
	free(numbers->slot);
	numbers->slot = slot;
	numbers->slots = slots;
	return true;
}

/* The number of an item among items, or the slot where it belongs (*ret_slot, and NODE_PROFILE_NONE). */
static uint32_t
find(uint32_t **ret_slot, const struct numbers *numbers, const void *items, const void *item, size_t words)
{
	uint64_t at = hash_words(item, words);

	for (;; at++) {
		uint32_t *slot = &numbers->slot[at & (numbers->slots - 1)];

		if (*slot == 0) {
			*ret_slot = slot;
			return NODE_PROFILE_NONE;
		}
		if (memcmp((const uint32_t *)items + words * (*slot - 1), item, 4 * words) == 0)
			return *slot - 1;
	}
}

uint32_t
node_profiles_set(struct node_profiles *profiles, uint32_t dim, const struct node_set *set)
{
	struct sets *sets = &profiles->sets[dim];
	const size_t words = sizeof(*set) / 4;
	uint32_t *slot, found;

	if (!room(&sets->numbers, sets->set, words))
		return NODE_PROFILE_NONE;
	if ((found = find(&slot, &sets->numbers, sets->set, set, words)) != NODE_PROFILE_NONE)
		return found;
	if (sets->numbers.used == sets->cap) {
		uint32_t cap = sets->cap ? 2 * sets->cap : 32;
		struct node_set *larger = realloc(sets->set, cap * sizeof(larger[0]));

		if (larger == NULL)
			return NODE_PROFILE_NONE;
		sets->set = larger;
		sets->cap = cap;
	}
	sets->set[sets->numbers.used] = *set;
	*slot = ++sets->numbers.used;
	return *slot - 1;
}

const struct node_set *
node_profiles_bits(const struct node_profiles *profiles, uint32_t dim, uint32_t set)
{
	return &profiles->sets[dim].set[set];
}

static uint32_t
of_tuple(struct node_profiles *profiles, const uint32_t *set)
{
	uint32_t *slot, found;

	if (!room(&profiles->numbers, profiles->tuple, profiles->dims))
		return NODE_PROFILE_NONE;
	if ((found = find(&slot, &profiles->numbers, profiles->tuple, set, profiles->dims)) != NODE_PROFILE_NONE)
		return found;
	if (profiles->numbers.used == profiles->cap) {
		uint32_t cap = profiles->cap ? 2 * profiles->cap : 256;
		uint32_t *tuple = realloc(profiles->tuple, (size_t)cap * profiles->dims * sizeof(tuple[0]));
		uint64_t *count;

		if (tuple == NULL)
			return NODE_PROFILE_NONE;
		profiles->tuple = tuple;
		if ((count = realloc(profiles->count, cap * sizeof(count[0]))) == NULL)
			return NODE_PROFILE_NONE;
		profiles->count = count;
		profiles->cap = cap;
	}
	memcpy(profiles->tuple + (size_t)profiles->numbers.used * profiles->dims, set, profiles->dims * sizeof(set[0]));
	profiles->count[profiles->numbers.used] = 0;
	*slot = ++profiles->numbers.used;
	return *slot - 1;
}

uint32_t
node_profiles_row(struct node_profiles *profiles, const uint32_t *set)
{
	struct recent *recent;
	uint64_t key = 0;
	uint32_t all = 0, i;

	/* numbers of sets are small and dimensions at most eight: nearly every tuple fits one word */
	for (i = 0; i < profiles->dims; i++) {
		key = key << 8 | set[i];
		all |= set[i];
	}
	if (all > 0xff)
		return of_tuple(profiles, set);
	recent = &profiles->row[mix(key) & (RECENT - 1)];
	if (recent->key != key || recent->profile == NODE_PROFILE_NONE) {
		recent->key = key;
		recent->profile = of_tuple(profiles, set);
	}
	return recent->profile;
}

const uint32_t *
node_profiles_of(const struct node_profiles *profiles, uint32_t profile)
{
	return profiles->tuple + (size_t)profile * profiles->dims;
}

uint32_t
node_profiles_union(struct node_profiles *profiles, uint32_t a, uint32_t b)
{
	uint64_t key = (uint64_t)a << 32 | b;
	struct recent *recent = &profiles->pair[mix(key) & (RECENT - 1)];
	uint32_t set[DP_DIMS_MAX], i;

	if (a == b)
		return a;
	if (recent->key == key && recent->profile != NODE_PROFILE_NONE)
		return recent->profile;
	for (i = 0; i < profiles->dims; i++) {
		uint32_t set_a = node_profiles_of(profiles, a)[i], set_b = node_profiles_of(profiles, b)[i];
		struct node_set both = *node_profiles_bits(profiles, i, set_a);

		node_set_union(&both, node_profiles_bits(profiles, i, set_b));
		if ((set[i] = node_profiles_set(profiles, i, &both)) == NODE_PROFILE_NONE)
			return NODE_PROFILE_NONE;
	}
	recent->key = key;
	recent->profile = of_tuple(profiles, set);
	return recent->profile;
}

void
node_profiles_count(struct node_profiles *profiles, uint32_t profile)
{
	profiles->count[profile]++;
}

uint64_t
node_profiles_counted(const struct node_profiles *profiles, uint32_t profile)
{
	return profiles->count[profile];
}

uint32_t
node_profiles_number(const struct node_profiles *profiles)
{
	return profiles->numbers.used;
}

bool
node_profiles_large(const struct node_profiles *profiles)
{
	uint32_t i;

	for (i = 0; i < profiles->dims; i++)
		if (profiles->sets[i].numbers.used > LARGE)
			return true;
	return profiles->numbers.used > LARGE;
}

static void
clear(struct numbers *numbers)
{
	if (numbers->slot)
		memset(numbers->slot, 0, numbers->slots * sizeof(numbers->slot[0]));
	numbers->used = 0;
}

void
node_profiles_clear(struct node_profiles *profiles)
{
	uint32_t i;

	for (i = 0; i < profiles->dims; i++)
		clear(&profiles->sets[i].numbers);
	clear(&profiles->numbers);
	forget_recent(profiles);
}
