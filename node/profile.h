#ifndef NODE_PROFILE_H
#define NODE_PROFILE_H

#include <stdint.h>

#include "node/cell.h"
#include "proto/error.h"

/*
 * Profiles: what is known of a person, as one small number. Real people share few combinations of codes, so a set of
 * codes of one dimension and a combination of such sets are stored once each; a row, a person and a
 * count then hold 4 bytes. Repeats, unions over rows and counting are operations on those numbers.
 *
 * NODE_PROFILE_NONE from a function that returns a number: out of memory.
 */
#define NODE_PROFILE_NONE UINT32_MAX

struct node_profiles;

PROTO_CHECK enum proto_code node_profiles_new(struct node_profiles **ret_profiles, uint32_t dims,
    struct proto_error *error);
void node_profiles_free(struct node_profiles *profiles);

/* node_profiles_set: the number of a set of codes of one dimension. */
uint32_t node_profiles_set(struct node_profiles *profiles, uint32_t dim, const struct node_set *set);
const struct node_set *node_profiles_bits(const struct node_profiles *profiles, uint32_t dim, uint32_t set);

/* node_profiles_row: the profile of one set per dimension. */
uint32_t node_profiles_row(struct node_profiles *profiles, const uint32_t *set);

/* node_profiles_of: the sets of a profile, one number per dimension. */
const uint32_t *node_profiles_of(const struct node_profiles *profiles, uint32_t profile);

/* node_profiles_union: of two profiles, dimension by dimension. */
uint32_t node_profiles_union(struct node_profiles *profiles, uint32_t a, uint32_t b);

/* How many persons have a profile. */
void node_profiles_count(struct node_profiles *profiles, uint32_t profile);
uint64_t node_profiles_counted(const struct node_profiles *profiles, uint32_t profile);
uint32_t node_profiles_number(const struct node_profiles *profiles);

/* node_profiles_large: is it time to tally and start afresh? node_profiles_clear: drops all sets and profiles; every number
 * given out before is void. */
bool node_profiles_large(const struct node_profiles *profiles);
void node_profiles_clear(struct node_profiles *profiles);

#endif
