#include "node/person.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "node/key_order.h"
#include "support/suite.h"

static uint64_t state;

static uint64_t
next(void)
{
	uint64_t z = state += UINT64_C(0x9e3779b97f4a7c15);

	z = (z ^ z >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
	z = (z ^ z >> 27) * UINT64_C(0x94d049bb133111eb);
	return z ^ z >> 31;
}

static struct node_persons *
fresh(void)
{
	struct node_persons *persons = NULL;

	CU_ASSERT_EQUAL_FATAL(node_persons_new(&persons, NULL), PROTO_OK);
	return persons;
}

static void
a_key_is_found_again_and_another_is_new(void)
{
	struct node_persons *persons = fresh();
	struct node_person_hash one = node_persons_hash(persons, "one", 3), two = node_persons_hash(persons, "two", 3);
	uint32_t *number;

	CU_ASSERT_NOT_EQUAL(memcmp(&one, &two, sizeof(one)), 0);
	number = node_persons_find(persons, one);
	CU_ASSERT_PTR_NOT_NULL_FATAL(number);
	CU_ASSERT_EQUAL(*number, NODE_PERSON_NEW);
	*number = 7;
	CU_ASSERT_EQUAL(*node_persons_find(persons, two), NODE_PERSON_NEW);
	CU_ASSERT_EQUAL(*node_persons_find(persons, node_persons_hash(persons, "one", 3)), 7);
	CU_ASSERT_EQUAL(node_persons_number(persons), 2);
	node_persons_free(persons);
	node_persons_free(NULL);
}

static void
the_hash_of_a_key_differs_in_every_run(void)
{
	struct node_persons *a = fresh(), *b = fresh();
	struct node_person_hash one = node_persons_hash(a, "case 1", 6), other = node_persons_hash(b, "case 1", 6);

	CU_ASSERT_NOT_EQUAL(memcmp(&one, &other, sizeof(one)), 0);
	node_persons_free(a);
	node_persons_free(b);
}

/* Against the plainest oracle: the number of a hash is kept in an array by its index. */
static void
a_million_persons_keep_their_numbers(void)
{
	enum { MANY = 1000000 };
	struct node_persons *persons = fresh();
	struct node_person_hash *hash = calloc(MANY, sizeof(hash[0]));
	uint32_t i, wrong = 0;

	CU_ASSERT_PTR_NOT_NULL_FATAL(hash);
	state = suite_seed();
	for (i = 0; i < MANY; i++) {
		hash[i] = (struct node_person_hash){{next() | 1, next()}};
		/* some share the first word, and one is the second's twin but for it */
		if (i % 1000 == 1)
			hash[i].word[0] = hash[i - 1].word[0];
	}
	for (i = 0; i < 2 * MANY; i++) {
		uint32_t which = i < MANY ? i : (uint32_t)(next() % MANY), *number = node_persons_find(persons, hash[which]);

		if (number == NULL || *number != (i < MANY ? NODE_PERSON_NEW : which)) {
			wrong++;
			break;
		}
		*number = which;
	}
	CU_ASSERT_EQUAL(wrong, 0);
	CU_ASSERT_EQUAL(node_persons_number(persons), MANY);
	node_persons_free(persons);
	free(hash);
}

static void
add_up(void *ctx, uint32_t number)
{
	*(uint64_t *)ctx += number;
}

static void
each_tells_every_number_once(void)
{
	struct node_persons *persons = fresh();
	uint64_t sum = 0, expected = 0;
	uint32_t i;
	char key[20];

	for (i = 0; i < 30000; i++) {
		(void)snprintf(key, sizeof(key), "%u", i);
		*node_persons_find(persons, node_persons_hash(persons, key, strlen(key))) = i;
		expected += i;
	}
	node_persons_each(persons, add_up, &sum);
	CU_ASSERT_EQUAL(sum, expected);
	node_persons_free(persons);
}

/* Hashes that all fall together, as nobody can make them without the key: slower, or refused, never lost. */
static void
neighbours_are_told_apart(void)
{
	static const struct { uint64_t first; uint32_t least; } places[] = {{UINT64_C(0x8000000000000000), 3000},
	    {UINT64_C(0x87fffffffffffff0), 100}, {UINT64_C(0xfffffffffffffff0), 100}};
	size_t p;

	for (p = 0; p < 3; p++) {
		struct node_persons *persons = fresh();
		uint32_t i, wrong = 0, *number;

		for (i = 1; i <= 3000; i++) {
			if ((number = node_persons_find(persons, (struct node_person_hash){{places[p].first + i % 3, i}})) == NULL)
				break;
			wrong += *number != NODE_PERSON_NEW;
			*number = i;
		}
		CU_ASSERT_TRUE(i > places[p].least);
		while (--i > 0)
			wrong += *node_persons_find(persons, (struct node_person_hash){{places[p].first + i % 3, i}}) != i;
		CU_ASSERT_EQUAL(wrong, 0);
		node_persons_free(persons);
	}
}

static int
sign(const char *a, const char *b)
{
	int order = node_key_order(a, strlen(a), b, strlen(b));

	return (order > 0) - (order < 0);
}

static void
keys_are_ordered_as_people_number_them(void)
{
	static const char *const ascending[] = {" ", "-", "0", "00", "1", "01", "1a", "2", "9", "10", "010", "11", "99999999999999999999999",
	    "100000000000000000000000", "A", "A-", "A-1", "A-01", "A-1-1", "A-2", "A-10", "A-10-2", "A1", "B", "a", "\xc3\xa9"};
	size_t i, j, n = sizeof(ascending) / sizeof(ascending[0]);

	for (i = 0; i < n; i++)
		for (j = 0; j < n; j++)
			CU_ASSERT_EQUAL(sign(ascending[i], ascending[j]), (i > j) - (i < j));
}

/* A total order: never equal but for the same bytes, and never a circle. */
static void
the_order_of_keys_is_total(void)
{
	static const char letters[] = "0019a-A";
	enum { KEYS = 160 };
	char key[KEYS][8];
	unsigned i, j, k, wrong = 0;

	state = suite_seed();
	for (i = 0; i < KEYS; i++) {
		size_t len = next() % 7;

		for (j = 0; j < len; j++)
			key[i][j] = letters[next() % 7];
		key[i][len] = '\0';
	}
	for (i = 0; i < KEYS; i++)
		for (j = 0; j < KEYS; j++) {
			wrong += sign(key[i], key[j]) != -sign(key[j], key[i]);
			wrong += (sign(key[i], key[j]) == 0) != (strcmp(key[i], key[j]) == 0);
			for (k = 0; k < KEYS; k++)
				wrong += sign(key[i], key[j]) < 0 && sign(key[j], key[k]) < 0 && sign(key[i], key[k]) >= 0;
		}
	CU_ASSERT_EQUAL(wrong, 0);
}

static const struct suite_case cases[] = {
	{"a key is found again and another is new", a_key_is_found_again_and_another_is_new},
	{"the hash of a key differs in every run", the_hash_of_a_key_differs_in_every_run},
	{"a million persons keep their numbers", a_million_persons_keep_their_numbers},
	{"each tells every number once", each_tells_every_number_once},
	{"neighbours are told apart", neighbours_are_told_apart},
	{"keys are ordered as people number them", keys_are_ordered_as_people_number_them},
	{"the order of keys is total", the_order_of_keys_is_total},
	{NULL, NULL},
};

int
main(void)
{
	return suite_run("node.person", cases);
}
