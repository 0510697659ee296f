#ifndef NODE_PERSON_H
#define NODE_PERSON_H

#include <stddef.h>
#include <stdint.h>

#include "proto/error.h"

/*
 * Who was seen already: record keys, and a number for each (a profile). A key is held as its 128-bit SipHash-2-4
 * under a key that is drawn when the table is made and wiped with it, so neither memory nor a dump
 * tells a record key, and nobody can choose keys that collide (two of 10^9 persons meet by chance
 * with probability 2^-69).
 *
 * Memory: 20 bytes an entry, in segments that are full to between 80 and 95 of a hundred once there are many: at most 56 MiB
 * and 24 bytes a person.
 */
struct node_persons;

struct node_person_hash {
	uint64_t word[2];
};

PROTO_CHECK enum proto_code node_persons_new(struct node_persons **ret_persons, struct proto_error *error);
void node_persons_free(struct node_persons *persons);

struct node_person_hash node_persons_hash(const struct node_persons *persons, const void *key, size_t len);

/* node_persons_ahead: the hash will be asked for soon. */
void node_persons_ahead(const struct node_persons *persons, struct node_person_hash hash);

/* node_persons_find(persons, hash): where the person's number stands, until the next call; a person not seen before is entered with
 * NODE_PERSON_NEW. NULL: out of memory. */
#define NODE_PERSON_NEW UINT32_MAX
uint32_t *node_persons_find(struct node_persons *persons, struct node_person_hash hash);

uint64_t node_persons_number(const struct node_persons *persons);

/* node_persons_each(persons, tell, ctx): every number, in no order that means anything. */
void node_persons_each(const struct node_persons *persons, void (*tell)(void *ctx, uint32_t number), void *ctx);

#endif
