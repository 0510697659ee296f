#include "node/person.h"

#include <sodium.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

/*
 * A segment is a sorted array with gaps: an entry stands at its home, the place that its hash has among all
 * hashes of the segment, or behind it where others stand there already, in the order of the hashes. A
 * search ends at the first larger hash or gap, so 95 % full is still quick. Growing takes place
 * where the entries stand, in order, one segment at a time: no second table is ever needed.
 */
#define SEGMENT_BITS 5
#define SEGMENTS (1u << SEGMENT_BITS)
#define BEHIND 128u         /* places behind the last home */
#define FIRST_BYTES 8192u
#define HUGE (2u << 20)     /* a huge page */
#define PAGE 4096u

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

/*
 * Memory for a segment, where the one it has is extended. From 2 MiB on it lies in huge pages as far as it fills them:
 * entries are looked up all over the table, and with pages of 4 KiB finding the page costs more than the entry.
 */
static void *
extend(struct segment *segment, size_t bytes)
{
	char *room, *at;

	if (bytes < HUGE) {
		if (segment->entry)
			return mremap(segment->entry, segment->bytes, bytes, MREMAP_MAYMOVE);
		return mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	}
	room = mmap(NULL, bytes + HUGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	if (room == MAP_FAILED)
		return MAP_FAILED;
	at = room + (HUGE - (uintptr_t)room % HUGE) % HUGE;
	if (at > room)
		(void)munmap(room, (size_t)(at - room));
	if (at + bytes < room + bytes + HUGE)
		(void)munmap(at + bytes, (size_t)(room + HUGE - at));
	(void)madvise(at, bytes, MADV_HUGEPAGE); /* where there are none it is slower, not wrong */
	if (segment->entry && mremap(segment->entry, segment->bytes, segment->bytes, MREMAP_MAYMOVE | MREMAP_FIXED,
	    at) != at) {
		(void)munmap(at, bytes);
		return MAP_FAILED;
	}
	return at;
}

/* Spreads the entries over so many homes, in place. False: out of memory, or too tight (then still in order, with room
 * for size). */
static bool
resize(struct segment *segment, uint32_t size)
{
	uint32_t past = segment->entry ? segment->size + BEHIND : 0, all = size + BEHIND, from = all, at = 0, i;
	size_t bytes = (all * sizeof(struct entry) + PAGE - 1) / PAGE * PAGE;
	struct entry *entry;
	void *moved;

	if ((moved = extend(segment, bytes)) == MAP_FAILED)
		return false;
	entry = moved;
	*segment = (struct segment){entry, size, segment->used, bytes};
	/* first all to the far end, then each to its home or behind the one in front of it */
	for (i = past; i-- > 0;)
		if (first_of(&entry[i]) != 0)
			entry[--from] = entry[i];
	memset(entry, 0, from * sizeof(entry[0]));
	for (i = from; i < all; i++) {
		struct entry one = entry[i];
		uint32_t place = home(segment, first_of(&one));

		at = at > place ? at : place;
		if (at > i)
			return false;
		entry[i] = (struct entry){{0}};
		entry[at++] = one;
	}
	return true;
}

/* What a segment may take: its share of the first 48 MiB, and 23 bytes an entry. */
static size_t
most_bytes(const struct segment *segment)
{
	return 48u * 1048576 / SEGMENTS + 23 * (size_t)segment->used;
}

/* The emptier the quicker: beyond four fifths it grows where it may, beyond 95 of a hundred it must. */
static bool
full(const struct segment *segment)
{
	if (segment->used >= segment->size - segment->size / 20)
		return true;
	return segment->used >= segment->size / 5 * 4 && most_bytes(segment) > segment->bytes + segment->bytes / 8;
}

/* To twice the size, at most to what it may take, and at least by an eighth. */
static bool
grow(struct segment *segment, size_t index)
{
	size_t least = (segment->size + segment->size / 8 + BEHIND) * sizeof(struct entry);
	size_t bytes = 2 * segment->size * sizeof(struct entry);
	int tries;

	if (bytes > most_bytes(segment))
		bytes = most_bytes(segment);
	if (bytes < least)
		bytes = least;
	/* by the index, so that the segments do not all grow at the same number of persons */
	if (segment->entry == NULL)
		bytes = FIRST_BYTES + FIRST_BYTES * index / SEGMENTS;
	for (tries = 0; tries < 4; tries++, bytes += bytes / 8)
		if (resize(segment, (uint32_t)(bytes / sizeof(struct entry)) - BEHIND))
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
		if (gap < end && !full(segment))
			break;
		/* no room behind the last home of a nearly empty segment: not hashes, whatever they are */
		if (gap == end && segment->used < segment->size / 8)
			return NULL;
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
