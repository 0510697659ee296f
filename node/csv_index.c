#include "node/csv_index.h"

#include <string.h>
#if defined(__SSE2__)
#include <emmintrin.h>
#endif

static void
begin(struct node_csv_index *index)
{
	index->positions = index->rows = 0;
	index->fault = NODE_CSV_SOUND;
	index->fault_at = 0;
	index->open = index->high = index->embedded = false;
}

void
node_csv_index_plain(struct node_csv_index *index, const uint8_t *data, size_t len, char delimiter)
{
	enum { START, PLAIN, INSIDE, CLOSED, RETURN } state = START;
	const uint8_t comma = (uint8_t)delimiter;
	size_t i;

	begin(index);
	for (i = 0; i < len; i++) {
		uint8_t byte = data[i];

		if (byte == 0) {
			index->fault = NODE_CSV_NUL;
			break;
		}
		if (state == INSIDE) {
			if (byte == '"')
				state = CLOSED;
			else if (byte == '\n')
				index->embedded = true;
			continue;
		}
		if (state == RETURN && byte != '\n') {
			/* a quote here would open a field that has begun: that rule comes first */
			index->fault = byte == '"' ? NODE_CSV_QUOTE : NODE_CSV_CR;
			break;
		}
		if (byte == '"') {
			if (state == PLAIN) {
				index->fault = NODE_CSV_QUOTE;
				break;
			}
			state = INSIDE; /* at the start of a field, or the second of a pair */
		} else if (byte == comma || byte == '\n') {
			index->pos[index->positions++] = (uint32_t)i;
			if (byte == '\n')
				index->row[index->rows++] = (uint32_t)index->positions;
			state = START;
		} else if (byte == '\r') {
			state = RETURN;
		} else if (state == CLOSED) {
			index->fault = NODE_CSV_QUOTE;
			break;
		} else {
			state = PLAIN;
		}
	}
	index->fault_at = index->fault ? i : 0;
	index->open = !index->fault && state == INSIDE;
	while (i-- > 0 && !index->high)
		index->high = data[i] >= 0x80;
}

#if defined(__SSE2__)

/* One bit per byte of a block of 64. */
struct block {
	uint64_t comma, feed, quote, ret, nul, high;
};

/* What the next block must know of this one. */
struct carry {
	uint64_t inside;    /* all ones inside quotes */
	uint64_t may_open;  /* bit 0: a quote in the first byte may open a field */
	uint64_t closed;    /* bit 0: the last byte was a closing quote */
	uint64_t returned;  /* bit 0: the last byte was a carriage return outside quotes */
};

static inline uint64_t
where(const __m128i v[4], __m128i byte)
{
	return (uint64_t)(unsigned)_mm_movemask_epi8(_mm_cmpeq_epi8(v[0], byte)) |
	    (uint64_t)(unsigned)_mm_movemask_epi8(_mm_cmpeq_epi8(v[1], byte)) << 16 |
	    (uint64_t)(unsigned)_mm_movemask_epi8(_mm_cmpeq_epi8(v[2], byte)) << 32 |
	    (uint64_t)(unsigned)_mm_movemask_epi8(_mm_cmpeq_epi8(v[3], byte)) << 48;
}

static inline void
classify(struct block *ret_block, const uint8_t *data, char delimiter)
{
	const __m128i quote = _mm_set1_epi8('"'), ret = _mm_set1_epi8('\r'), nul = _mm_setzero_si128();
	__m128i v[4], rare = nul;
	int i;

	for (i = 0; i < 4; i++) {
		v[i] = _mm_loadu_si128((const __m128i *)(const void *)(data + 16 * i));
		rare = _mm_or_si128(rare, _mm_or_si128(_mm_cmpeq_epi8(v[i], nul),
		    _mm_or_si128(_mm_cmpeq_epi8(v[i], quote), _mm_cmpeq_epi8(v[i], ret))));
	}
	ret_block->comma = where(v, _mm_set1_epi8(delimiter));
	ret_block->feed = where(v, _mm_set1_epi8('\n'));
	ret_block->high = (uint64_t)(unsigned)_mm_movemask_epi8(
	    _mm_or_si128(_mm_or_si128(v[0], v[1]), _mm_or_si128(v[2], v[3])));
	ret_block->quote = ret_block->ret = ret_block->nul = 0;
	if (_mm_movemask_epi8(rare) != 0) {
		ret_block->quote = where(v, quote);
		ret_block->ret = where(v, ret);
		ret_block->nul = where(v, nul);
	}
}

/* Bit i of the result: the number of bits up to and including i is odd. */
static inline uint64_t
parity(uint64_t bits)
{
	bits ^= bits << 1;
	bits ^= bits << 2;
	bits ^= bits << 4;
	bits ^= bits << 8;
	bits ^= bits << 16;
	return bits ^ bits << 32;
}

/* The first fault of a block, as a single bit; 0: none. */
static uint64_t
faulty(enum node_csv_fault *ret_fault, const struct block *b, struct carry *carry, uint64_t inside, uint64_t valid)
{
	uint64_t opening = b->quote & inside, closing = b->quote & ~inside, ret = b->ret & ~inside;
	uint64_t may_open = (b->comma | b->feed | b->quote) << 1 | carry->may_open;
	uint64_t quote = (opening & ~may_open) |
	    ((closing << 1 | carry->closed) & ~(b->comma | b->feed | b->ret | b->quote));
	uint64_t cr = (ret << 1 | carry->returned) & ~b->feed;
	uint64_t any = (b->nul | quote | cr) & valid, first = any & -any;

	carry->may_open = (b->comma | b->feed | b->quote) >> 63;
	carry->closed = closing >> 63;
	carry->returned = ret >> 63;
	if (first & b->nul)
		*ret_fault = NODE_CSV_NUL;
	else if (first & quote)
		*ret_fault = NODE_CSV_QUOTE;
	else if (first)
		*ret_fault = NODE_CSV_CR;
	return first;
}

static inline void
list(struct node_csv_index *index, uint32_t base, uint64_t ends, uint64_t feeds)
{
	uint32_t *pos = index->pos + index->positions;

	while (feeds) {
		uint64_t feed = feeds & -feeds, upto = ends & (feed | (feed - 1));

		ends ^= upto;
		for (; upto; upto &= upto - 1)
			*pos++ = base + (uint32_t)__builtin_ctzll(upto);
		index->row[index->rows++] = (uint32_t)(pos - index->pos);
		feeds ^= feed;
	}
	for (; ends; ends &= ends - 1)
		*pos++ = base + (uint32_t)__builtin_ctzll(ends);
	index->positions = (size_t)(pos - index->pos);
}

/* One block of 64 bytes of which those in valid count. False: a fault was found. */
static inline bool
step(struct node_csv_index *index, struct carry *carry, const uint8_t *data, size_t base, uint64_t valid, char delimiter)
{
	struct block b;
	uint64_t inside, outside, first = 0;

	classify(&b, data, delimiter);
	inside = parity(b.quote) ^ carry->inside;
	first = faulty(&index->fault, &b, carry, inside, valid);
	carry->inside = (uint64_t)((int64_t)inside >> 63);
	if (first)
		valid &= first - 1;
	index->high |= (b.high & valid) != 0;
	index->embedded |= (b.feed & inside & valid) != 0;
	outside = ~inside & valid;
	list(index, (uint32_t)base, (b.comma | b.feed) & outside, b.feed & outside);
	if (first)
		index->fault_at = base + (size_t)__builtin_ctzll(first);
	return first == 0;
}

void
node_csv_index_fast(struct node_csv_index *index, const uint8_t *data, size_t len, char delimiter)
{
	struct carry carry = {.may_open = 1};
	uint8_t rest[64];
	size_t at;

	begin(index);
	for (at = 0; len - at >= 64; at += 64)
		if (!step(index, &carry, data + at, at, ~UINT64_C(0), delimiter))
			return;
	/* the last block is filled with a letter, which is none of the bytes looked for */
	memset(rest, 'x', sizeof(rest));
	if (at < len)
		memcpy(rest, data + at, len - at);
	if (at < len && !step(index, &carry, rest, at, (UINT64_C(1) << (len - at)) - 1, delimiter))
		return;
	index->open = carry.inside != 0;
}

#else

void
node_csv_index_fast(struct node_csv_index *index, const uint8_t *data, size_t len, char delimiter)
{
	node_csv_index_plain(index, data, len, delimiter);
}

#endif
