#include <string.h>

#include "proto/error_reply.h"
#include "proto/header_reply.h"
#include "support/hostile.h"
#include "support/suite.h"

static enum proto_code
header_again(struct proto_header_reply *ret_again, const struct proto_header_reply *reply)
{
	struct proto_buffer bytes = {0};
	enum proto_code code = proto_header_reply_encode(&bytes, reply, NULL);

	if (code == PROTO_OK)
		code = proto_header_reply_decode(ret_again, bytes.data, bytes.len, NULL);
	proto_buffer_wipe(&bytes);
	return code;
}

static void
a_header_is_answered_by_a_wish_or_a_receipt(void)
{
	struct proto_header_reply reply = {.want_body = true}, again;

	CU_ASSERT_EQUAL_FATAL(header_again(&again, &reply), PROTO_OK);
	CU_ASSERT_TRUE(again.want_body);
	proto_header_reply_wipe(&again);
	proto_buffer_text(&reply.receipt, "receipt");
	CU_ASSERT_EQUAL(header_again(&again, &reply), PROTO_MALFORMED);
	reply.want_body = false;
	CU_ASSERT_EQUAL_FATAL(header_again(&again, &reply), PROTO_OK);
	CU_ASSERT_EQUAL(again.receipt.len, 7);
	proto_header_reply_wipe(&again);
	proto_header_reply_wipe(&reply);
	CU_ASSERT_EQUAL(header_again(&again, &reply), PROTO_MALFORMED);
}

static struct proto_error
error_again(const struct proto_error *error)
{
	struct proto_buffer bytes = {0};
	struct proto_error again = {0};

	CU_ASSERT_EQUAL_FATAL(proto_error_reply_encode(&bytes, error, NULL), PROTO_OK);
	CU_ASSERT_EQUAL_FATAL(proto_error_reply_decode(&again, bytes.data, bytes.len, NULL), PROTO_OK);
	proto_buffer_wipe(&bytes);
	return again;
}

static void
every_error_is_read_back(void)
{
	unsigned code;

	for (code = 1; code < PROTO_CODE_COUNT; code++) {
		struct proto_error error = {(enum proto_code)code, "what it is", "where"}, again = error_again(&error);

		CU_ASSERT_EQUAL(again.code, error.code);
		CU_ASSERT_STRING_EQUAL(again.what, "what it is");
		CU_ASSERT_STRING_EQUAL(again.where, "where");
	}
}

static void
texts_are_made_printable_both_ways(void)
{
	struct proto_error error = {PROTO_LATE, "cut \303", "\342\200\256txt"}, again = error_again(&error);

	CU_ASSERT_STRING_EQUAL(again.what, "cut ?");
	CU_ASSERT_STRING_EQUAL(again.where, "???txt");
}

static enum proto_code
decode_code(const char *name, struct proto_error *ret_error)
{
	struct proto_buffer bytes = {0};
	enum proto_code code;

	hostile_bytes(&bytes, 1, name, strlen(name));
	hostile_bytes(&bytes, 2, "\342\200\256x", 4); /* a right-to-left override */
	code = proto_error_reply_decode(ret_error, bytes.data, bytes.len, NULL);
	proto_buffer_wipe(&bytes);
	return code;
}

static void
a_code_unknown_or_ok_is_a_failure(void)
{
	struct proto_error error = {0};

	CU_ASSERT_EQUAL(decode_code("late", &error), PROTO_OK);
	CU_ASSERT_EQUAL(error.code, PROTO_LATE);
	CU_ASSERT_STRING_EQUAL(error.what, "???x");
	CU_ASSERT_EQUAL(decode_code("from-the-future", &error), PROTO_OK);
	CU_ASSERT_EQUAL(error.code, PROTO_FAILED);
	CU_ASSERT_EQUAL(decode_code("ok", &error), PROTO_OK);
	CU_ASSERT_EQUAL(error.code, PROTO_FAILED);
	CU_ASSERT_EQUAL(decode_code("internal", &error), PROTO_OK);
	CU_ASSERT_EQUAL(error.code, PROTO_INTERNAL);
}

static void
texts_have_an_end(void)
{
	struct proto_buffer bytes = {0};
	struct proto_error error;
	char text[240];

	memset(text, 'x', sizeof(text));
	hostile_bytes(&bytes, 1, "late", 4);
	hostile_bytes(&bytes, 2, text, 239);
	CU_ASSERT_EQUAL(proto_error_reply_decode(&error, bytes.data, bytes.len, NULL), PROTO_OK);
	proto_buffer_wipe(&bytes);
	hostile_bytes(&bytes, 1, "late", 4);
	hostile_bytes(&bytes, 2, text, 240);
	CU_ASSERT_EQUAL(proto_error_reply_decode(&error, bytes.data, bytes.len, NULL), PROTO_MALFORMED);
	proto_buffer_wipe(&bytes);
}

static const struct suite_case cases[] = {
	{"a header is answered by a wish or a receipt", a_header_is_answered_by_a_wish_or_a_receipt},
	{"every error is read back", every_error_is_read_back},
	{"texts are made printable both ways", texts_are_made_printable_both_ways},
	{"a code unknown or ok is a failure", a_code_unknown_or_ok_is_a_failure},
	{"texts have an end", texts_have_an_end},
	{NULL, NULL},
};

int
main(void)
{
	return suite_run("proto.reply", cases);
}
