#include "node/person.h"

#include <sodium.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

/*
 * A segment is a sorted array with gaps: an entry stands at its home, the place that its hash has among all
 * hashes of the segment, or behind it where others stand there already, in the order of the hashes. A
 * search ends at the first larger hash or gap, so 95 % full is still quick; growing is one pass in
 * order. Segments grow by an eighth, each at another moment, so that the whole table is never
 * copied at once and always about nine tenths full.
 */
#define SEGMENT_BITS 10
#define SEGMENTS (1u << SEGMENT_BITS)
#define FIRST_SIZE 512
#define BEHIND 128 /* places behind the last home */

struct entry {
	uint32_t word[5]; /* hash: 4 words; number. All zero: a gap */
};

struct segment {
	struct entry *entry;
	uint32_t size, used; /* homes; entries */
	size_t bytes;        /* mapped */
};

struct node_persons {
	uint8_t key[crypto_shorthash_siphashx24_KEYBYTES];
	uint64_t number;
	struct segment segment[SEGMENTS];
};

enum proto_code
node_persons_new(struct node_persons **ret_persons, struct proto_error *error)
{
	struct node_persons *persons;

	if (sodium_init() < 0)
		return proto_error_set(error, PROTO_RANDOM, NULL, "libsodium cannot be used");
	if ((persons = calloc(1, sizeof(*persons))) == NULL)
		return proto_error_set(error, PROTO_MEMORY, NULL, "out of memory");
	randombytes_buf(persons->key, sizeof(persons->key));
	*ret_persons = persons;
	return PROTO_OK;
}

void
node_persons_free(struct node_persons *persons)
{
	size_t i;

	if (persons == NULL)
		return;
	for (i = 0; i < SEGMENTS; i++)
		if (persons->segment[i].entry)
			(void)munmap(persons->segment[i].entry, persons->segment[i].bytes);
	sodium_memzero(persons, sizeof(*persons));
	free(persons);
}

struct node_person_hash
node_persons_hash(const struct node_persons *persons, const void *key, size_t len)
{
	struct node_person_hash hash;
	uint8_t bytes[crypto_shorthash_siphashx24_BYTES];

	(void)crypto_shorthash_siphashx24(bytes, key, len, persons->key);
	memcpy(hash.word, bytes, sizeof(hash.word));
	if (hash.word[0] == 0)
		hash.word[0] = 1; /* zero marks a gap */
	return hash;
}

static inline uint32_t
home(const struct segment *segment, uint64_t first)
{
	return (uint32_t)((unsigned __int128)(first << SEGMENT_BITS) * segment->size >> 64);
}

static inline uint64_t
first_of(const struct entry *entry)
{
	uint64_t first;

	memcpy(&first, entry->word, sizeof(first));
	return first;
}

static inline uint64_t
second_of(const struct entry *entry)
{
	uint64_t second;

	memcpy(&second, entry->word + 2, sizeof(second));
	return second;
}

void
node_persons_ahead(const struct node_persons *persons, struct node_person_hash hash)
{
	const struct segment *segment = &persons->segment[hash.word[0] >> (64 - SEGMENT_BITS)];

	if (segment->entry)
		__builtin_prefetch(&segment->entry[home(segment, hash.word[0])], 1);
}

/* Moves all entries to a segment of the given size, in order. False: out of memory, or too tight. */
static bool
resize(struct segment *segment, uint32_t size)
{
	struct segment larger = {.size = size, .bytes = ((size_t)size + BEHIND) * sizeof(struct entry)};
	uint32_t i, at = 0, past = segment->entry ? segment->size + BEHIND : 0;

	larger.entry = mmap(NULL, larger.bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (larger.entry == MAP_FAILED)
		return false;
	for (i = 0; i < past; i++) {
		uint64_t first = first_of(&segment->entry[i]);

		if (first == 0)
			continue;
		if (at < home(&larger, first))
			at = home(&larger, first);
		if (at == size + BEHIND) {
			(void)munmap(larger.entry, larger.bytes);
			return false;
		}
		larger.entry[at++] = segment->entry[i];
	}
	larger.used = segment->used;
	if (segment->entry)
		(void)munmap(segment->entry, segment->bytes);
	*segment = larger;
	return true;
}

static bool
grow(struct segment *segment, size_t index)
{
	uint32_t size = segment->size + segment->size / 8;
	int tries;

	/* by the index, so that the segments do not all grow at the same number of persons */
	if (segment->entry == NULL)
		size = FIRST_SIZE + FIRST_SIZE / 8 * (uint32_t)index / SEGMENTS;
	for (tries = 0; tries < 4; tries++, size += size / 8)
		if (resize(segment, size))
			return true;
	return false;
}

/* The entry, or the place where it belongs: *ret_found says which. */
static struct entry *
search(bool *ret_found, const struct segment *segment, struct node_person_hash hash)
{
	struct entry *at = segment->entry + home(segment, hash.word[0]), *end = segment->entry + segment->size + BEHIND;

	for (; at < end; at++) {
		uint64_t first = first_of(at), second;

		if (first == 0 || first > hash.word[0])
			break;
		if (first < hash.word[0])
			continue;
		second = second_of(at);
		if (second < hash.word[1])
			continue;
		*ret_found = second == hash.word[1];
		return at;
	}
	*ret_found = false;
	return at;
}

uint32_t *
node_persons_find(struct node_persons *persons, struct node_person_hash hash)
{
	size_t index = hash.word[0] >> (64 - SEGMENT_BITS);
	struct segment *segment = &persons->segment[index];
	struct entry *at, *gap, *end;
	bool found = false;

	if (segment->entry == NULL && !grow(segment, index))
		return NULL;
	for (;;) {
		at = search(&found, segment, hash);
		if (found)
			return &at->word[4];
		end = segment->entry + segment->size + BEHIND;
		for (gap = at; gap < end && first_of(gap) != 0; gap++)
			;
		if (gap < end && segment->used < segment->size - segment->size / 20)
			break;
		if (!grow(segment, index))
			return NULL;
	}
	memmove(at + 1, at, (size_t)(gap - at) * sizeof(*at));
	memcpy(at->word, hash.word, sizeof(hash.word));
	at->word[4] = NODE_PERSON_NEW;
	segment->used++;
	persons->number++;
	return &at->word[4];
}

uint64_t
node_persons_number(const struct node_persons *persons)
{
	return persons->number;
}

void
node_persons_each(const struct node_persons *persons, void (*tell)(void *ctx, uint32_t number), void *ctx)
{
	size_t i, at;

	for (i = 0; i < SEGMENTS; i++)
		for (at = 0; persons->segment[i].entry && at < persons->segment[i].size + BEHIND; at++)
			if (first_of(&persons->segment[i].entry[at]) != 0)
				tell(ctx, persons->segment[i].entry[at].word[4]);
}
