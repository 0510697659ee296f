#include "inside/strict.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "chorale.pb-c.h"
#include "support/hostile.h"
#include "support/suite.h"

#define MOST (16u << 20)

/* Every type, with a field of its own that repeats (0: none does). */
static const struct kind_row {
	struct proto_strict_kind kind;
	uint32_t repeats;
} kinds[] = {
	{{&chorale__trust__descriptor, "trust", MOST}, 5},
	{{&chorale__catalog__descriptor, "catalog", MOST}, 3},
	{{&chorale__manifest__descriptor, "manifest, parts", MOST}, 8},
	{{&chorale__manifest__descriptor, "manifest, countries", MOST}, 10},
	{{&chorale__part__descriptor, "part", MOST}, 10},
	{{&chorale__receipt__descriptor, "receipt", MOST}, 0},
	{{&chorale__accepted__descriptor, "accepted", MOST}, 7},
	{{&chorale__enrol_request__descriptor, "enrol request", MOST}, 0},
	{{&chorale__enrol_reply__descriptor, "enrol reply", MOST}, 0},
	{{&chorale__sync_request__descriptor, "sync request", MOST}, 3},
	{{&chorale__sync_reply__descriptor, "sync reply, structures", MOST}, 6},
	{{&chorale__sync_reply__descriptor, "sync reply, rounds", MOST}, 8},
	{{&chorale__header_reply__descriptor, "header reply", MOST}, 0},
	{{&chorale__error_reply__descriptor, "error reply", MOST}, 0},
};
#define KINDS (sizeof(kinds) / sizeof(kinds[0]))
#define SYNC_REPLY 11
#define PART 4
#define ERROR_REPLY 13

static enum proto_code
decode(const struct proto_strict_kind *kind, const struct proto_buffer *bytes, struct proto_strict_budget *budget)
{
	ProtobufCMessage *message = NULL;
	enum proto_code code;

	proto_strict_budget_for(budget, bytes->len);
	code = proto_strict_decode_within(&message, kind, budget, bytes->data, bytes->len, NULL);
	CU_ASSERT_TRUE(budget->spent <= budget->most);
	CU_ASSERT_TRUE(budget->most <= bytes->len + PROTO_STRICT_BUDGET_OVER);
	proto_strict_free(message);
	return code;
}

static void
the_empty_message_is_canonical(void)
{
	struct proto_buffer nothing = {0};
	struct proto_strict_budget budget;
	size_t i;

	for (i = 0; i < KINDS; i++)
		CU_ASSERT_EQUAL(decode(&kinds[i].kind, &nothing, &budget), PROTO_OK);
}

static void
lengths_up_to_the_last_are_refused(void)
{
	static const uint64_t len[] = {1, 0x7f, 0x80, 1u << 26, 0x7fffffff, 0x80000000, 0xffffffff, UINT64_C(1) << 32,
	    UINT64_C(1) << 62, UINT64_C(1) << 63, UINT64_MAX - 12, UINT64_MAX - 1, UINT64_MAX};
	struct proto_strict_budget budget;
	size_t i, j;
	uint32_t field;

	for (i = 0; i < KINDS; i++)
		for (field = 1; field <= 12; field++)
			for (j = 0; j < sizeof(len) / sizeof(len[0]); j++) {
				struct proto_buffer bytes = {0};

				hostile_tag(&bytes, field, 2);
				hostile_varint(&bytes, len[j]);
				CU_ASSERT_EQUAL(decode(&kinds[i].kind, &bytes, &budget), PROTO_MALFORMED);
				CU_ASSERT_TRUE(budget.spent < 4096);
				proto_buffer_wipe(&bytes);
			}
}

static void
a_hundred_thousand_empty_parts_stay_within_the_budget(void)
{
	struct proto_strict_budget budget;
	size_t i, j;

	for (i = 0; i < KINDS; i++) {
		struct proto_buffer bytes = {0};
		clock_t start = clock();
		enum proto_code code;

		for (j = 0; j < 100000; j++)
			hostile_bytes(&bytes, kinds[i].repeats ? kinds[i].repeats : 1, "", 0);
		code = decode(&kinds[i].kind, &bytes, &budget);
		/* an empty packed vector is dropped by the decoder, so that one is caught by its encoding */
		CU_ASSERT_TRUE(code == PROTO_TOO_LARGE || code == PROTO_NOT_CANONICAL);
		CU_ASSERT_TRUE(budget.most <= 16u << 20);
		CU_ASSERT_TRUE((double)(clock() - start) / CLOCKS_PER_SEC < 1);
		proto_buffer_wipe(&bytes);
	}
}

static void
empty_parts_up_to_the_frame_allocate_at_most_8_mib_more_than_they_are(void)
{
	const struct proto_strict_kind *kind = &kinds[SYNC_REPLY].kind;
	struct proto_strict_budget budget;
	struct proto_buffer bytes = {0};
	size_t j;

	for (j = 0; j < MOST / 2; j++)
		hostile_bytes(&bytes, 8, "", 0);
	CU_ASSERT_EQUAL(bytes.len, MOST);
	CU_ASSERT_EQUAL(decode(kind, &bytes, &budget), PROTO_TOO_LARGE);
	CU_ASSERT_EQUAL(budget.most, MOST + PROTO_STRICT_BUDGET_OVER);
	proto_buffer_wipe(&bytes);
}

static void
a_frame_above_the_cap_is_refused_before_anything_is_allocated(void)
{
	struct proto_strict_kind kind = kinds[ERROR_REPLY].kind;
	struct proto_strict_budget budget;
	struct proto_buffer bytes = {0};

	hostile_bytes(&bytes, 1, "0123456789", 10);
	kind.most = 12;
	CU_ASSERT_EQUAL(decode(&kind, &bytes, &budget), PROTO_OK);
	kind.most = 11;
	CU_ASSERT_EQUAL(decode(&kind, &bytes, &budget), PROTO_TOO_LARGE);
	CU_ASSERT_EQUAL(budget.spent, 0);
	proto_buffer_wipe(&bytes);
}

/* Each level is a field 8 that holds the next: SyncReply knows one level of it. */
static void
ten_thousand_levels_are_refused(void)
{
	struct proto_strict_budget budget;
	struct proto_buffer bytes = {0};
	size_t level, i;

	for (level = 0; level < 10000; level++) {
		struct proto_buffer outer = {0};

		hostile_bytes(&outer, 8, bytes.data, bytes.len);
		proto_buffer_wipe(&bytes);
		bytes = outer;
	}
	for (i = 0; i < KINDS; i++)
		CU_ASSERT_NOT_EQUAL(decode(&kinds[i].kind, &bytes, &budget), PROTO_OK);
	proto_buffer_wipe(&bytes);
}

static enum proto_code
decode_text(const char *text, size_t len)
{
	struct proto_strict_budget budget;
	struct proto_buffer bytes = {0};
	enum proto_code code;

	hostile_bytes(&bytes, 2, text, len);
	code = decode(&kinds[ERROR_REPLY].kind, &bytes, &budget);
	proto_buffer_wipe(&bytes);
	return code;
}

static void
text_is_utf8_without_control_characters(void)
{
	CU_ASSERT_EQUAL(decode_text("plain", 5), PROTO_OK);
	CU_ASSERT_EQUAL(decode_text("\303\204\346\274\242\360\237\231\202", 9), PROTO_OK);
	CU_ASSERT_EQUAL(decode_text("a\0b", 3), PROTO_NOT_CANONICAL); /* NUL: protobuf-c's strings end there */
	CU_ASSERT_EQUAL(decode_text("a\n", 2), PROTO_MALFORMED);
	CU_ASSERT_EQUAL(decode_text("\033[2J", 4), PROTO_MALFORMED);
	CU_ASSERT_EQUAL(decode_text("\177", 1), PROTO_MALFORMED);
	CU_ASSERT_EQUAL(decode_text("\302\205", 2), PROTO_MALFORMED);     /* U+0085 */
	CU_ASSERT_EQUAL(decode_text("\300\257", 2), PROTO_MALFORMED);     /* overlong */
	CU_ASSERT_EQUAL(decode_text("\355\240\200", 3), PROTO_MALFORMED); /* surrogate */
	CU_ASSERT_EQUAL(decode_text("\364\220\200\200", 4), PROTO_MALFORMED);
	CU_ASSERT_EQUAL(decode_text("\303", 1), PROTO_MALFORMED);
	CU_ASSERT_EQUAL(decode_text("\377", 1), PROTO_MALFORMED);
}

static void
a_text_inside_an_inner_message_is_checked_too(void)
{
	struct proto_buffer inner = {0}, bytes = {0};
	struct proto_strict_budget budget;

	hostile_bytes(&inner, 1, "\377", 1);
	hostile_bytes(&bytes, 8, inner.data, inner.len);
	CU_ASSERT_EQUAL(decode(&kinds[SYNC_REPLY].kind, &bytes, &budget), PROTO_MALFORMED);
	proto_buffer_wipe(&inner);
	proto_buffer_wipe(&bytes);
	hostile_bytes(&inner, 1000, "", 0);
	hostile_bytes(&bytes, 8, inner.data, inner.len);
	CU_ASSERT_EQUAL(decode(&kinds[SYNC_REPLY].kind, &bytes, &budget), PROTO_NOT_CANONICAL);
	proto_buffer_wipe(&inner);
	proto_buffer_wipe(&bytes);
}

/* protobuf-c takes both; a vector has one encoding here. */
static void
vectors_are_packed_once(void)
{
	static const uint8_t two[16] = {1, 0, 0, 0, 0, 0, 0, 0, 2};
	struct proto_strict_budget budget;
	struct proto_buffer bytes = {0};

	hostile_bytes(&bytes, 10, two, 16);
	CU_ASSERT_EQUAL(decode(&kinds[PART].kind, &bytes, &budget), PROTO_OK);
	proto_buffer_wipe(&bytes);
	hostile_tag(&bytes, 10, 1);
	proto_buffer_put(&bytes, two, 8);
	hostile_tag(&bytes, 10, 1);
	proto_buffer_put(&bytes, two + 8, 8);
	CU_ASSERT_EQUAL(decode(&kinds[PART].kind, &bytes, &budget), PROTO_NOT_CANONICAL);
	proto_buffer_wipe(&bytes);
	hostile_bytes(&bytes, 10, two, 8);
	hostile_bytes(&bytes, 10, two + 8, 8);
	CU_ASSERT_EQUAL(decode(&kinds[PART].kind, &bytes, &budget), PROTO_NOT_CANONICAL);
	proto_buffer_wipe(&bytes);
	hostile_bytes(&bytes, 10, two, 15);
	CU_ASSERT_EQUAL(decode(&kinds[PART].kind, &bytes, &budget), PROTO_MALFORMED);
	proto_buffer_wipe(&bytes);
}

static void
numbers_have_one_encoding(void)
{
	static const char padded[] = "\060\201\200\000", zero[] = "\060\000", ten[] = "\060\377\377\377\377\377\377\377\377\377\177",
			  bool_two[] = "\100\002";
	struct proto_strict_budget budget;
	struct proto_buffer bytes = {0};
	size_t i;
	static const struct { const char *data; size_t len; } wrong[] = {{padded, 4}, {zero, 2}, {ten, 11}, {bool_two, 2}};

	for (i = 0; i < 4; i++) {
		proto_buffer_put(&bytes, wrong[i].data, wrong[i].len);
		CU_ASSERT_EQUAL(decode(&kinds[PART].kind, &bytes, &budget), PROTO_NOT_CANONICAL);
		proto_buffer_wipe(&bytes);
	}
}

/* What is spent on a big vector is the vector, not a multiple of it. */
static void
a_vector_costs_its_own_size(void)
{
	struct proto_buffer bytes = {0};
	struct proto_strict_budget budget;
	size_t cells = 1000000;
	uint8_t *zero = calloc(cells, 8);

	CU_ASSERT_PTR_NOT_NULL_FATAL(zero);
	hostile_bytes(&bytes, 10, zero, 8 * cells);
	CU_ASSERT_EQUAL(decode(&kinds[PART].kind, &bytes, &budget), PROTO_OK);
	CU_ASSERT_TRUE(budget.spent < 8 * cells + 4096);
	proto_buffer_wipe(&bytes);
	free(zero);
}

static void
encoding_keeps_the_same_rules(void)
{
	struct proto_strict_kind kind = kinds[ERROR_REPLY].kind;
	struct proto_buffer bytes = {0};
	Chorale__ErrorReply message;
	char bad[] = "\377", good[] = "good";

	chorale__error_reply__init(&message);
	message.what = bad;
	CU_ASSERT_EQUAL(proto_strict_encode(&bytes, &kind, &message.base, NULL), PROTO_MALFORMED);
	message.what = good;
	kind.most = 5;
	CU_ASSERT_EQUAL(proto_strict_encode(&bytes, &kind, &message.base, NULL), PROTO_TOO_LARGE);
	CU_ASSERT_EQUAL(bytes.len, 0);
	kind.most = 6;
	CU_ASSERT_EQUAL(proto_strict_encode(&bytes, &kind, &message.base, NULL), PROTO_OK);
	CU_ASSERT_EQUAL(bytes.len, 6);
	proto_buffer_wipe(&bytes);
}

static const struct suite_case cases[] = {
	{"the empty message is canonical", the_empty_message_is_canonical},
	{"lengths up to the last are refused", lengths_up_to_the_last_are_refused},
	{"100,000 empty parts stay within the budget", a_hundred_thousand_empty_parts_stay_within_the_budget},
	{"empty parts up to the frame allocate at most 8 MiB more than they are", empty_parts_up_to_the_frame_allocate_at_most_8_mib_more_than_they_are},
	{"a frame above the cap is refused before anything is allocated", a_frame_above_the_cap_is_refused_before_anything_is_allocated},
	{"10,000 levels are refused", ten_thousand_levels_are_refused},
	{"text is UTF-8 without control characters", text_is_utf8_without_control_characters},
	{"a text inside an inner message is checked too", a_text_inside_an_inner_message_is_checked_too},
	{"vectors are packed, once", vectors_are_packed_once},
	{"numbers have one encoding", numbers_have_one_encoding},
	{"a vector costs its own size", a_vector_costs_its_own_size},
	{"encoding keeps the same rules", encoding_keeps_the_same_rules},
	{NULL, NULL},
};

int
main(void)
{
	return suite_run("proto.strict", cases);
}
