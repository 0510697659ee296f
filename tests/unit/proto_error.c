#include "proto/error.h"

#include <errno.h>
#include <string.h>

#include "support/suite.h"

static void
each_code_has_a_name_a_meaning_and_a_status(void)
{
	unsigned code, other;

	for (code = 0; code < PROTO_CODE_COUNT; code++) {
		const char *name = proto_error_name((enum proto_code)code), *meaning = proto_error_meaning((enum proto_code)code);
		int status = proto_error_exit((enum proto_code)code), http = proto_error_http((enum proto_code)code);

		CU_ASSERT_TRUE(status >= 0 && status <= 6);
		CU_ASSERT_EQUAL(status == 0, code == PROTO_OK);
		CU_ASSERT_TRUE(http >= 200 && http < 600);
		CU_ASSERT_EQUAL(strspn(name, "abcdefghijklmnopqrstuvwxyz-"), strlen(name));
		CU_ASSERT_PTR_NOT_NULL_FATAL(meaning);
		CU_ASSERT_EQUAL(meaning[strlen(meaning) - 1], '.');
		CU_ASSERT_EQUAL(proto_error_parse(name), code);
		for (other = 0; other < code; other++)
			CU_ASSERT_STRING_NOT_EQUAL(name, proto_error_name((enum proto_code)other));
	}
}

static void
exit_statuses_are_those_of_the_manual(void)
{
	CU_ASSERT_EQUAL(proto_error_exit(PROTO_REFUSED), 1);
	CU_ASSERT_EQUAL(proto_error_exit(PROTO_USAGE), 2);
	CU_ASSERT_EQUAL(proto_error_exit(PROTO_WAITING), 3);
	CU_ASSERT_EQUAL(proto_error_exit(PROTO_POLICY), 4);
	CU_ASSERT_EQUAL(proto_error_exit(PROTO_BUDGET), 4);
	CU_ASSERT_EQUAL(proto_error_exit(PROTO_UNREACHABLE), 5);
	CU_ASSERT_EQUAL(proto_error_exit(PROTO_BUSY), 5);
	CU_ASSERT_EQUAL(proto_error_exit(PROTO_DAMAGED), 6);
	CU_ASSERT_EQUAL(proto_error_exit(PROTO_ROLLED_BACK), 6);
	CU_ASSERT_EQUAL(proto_error_http(PROTO_CONFLICT), 409);
}

static void
an_unknown_code_is_internal(void)
{
	enum proto_code beyond = (enum proto_code)(PROTO_CODE_COUNT + 3);

	CU_ASSERT_EQUAL(proto_error_parse("no such code"), PROTO_INTERNAL);
	CU_ASSERT_STRING_EQUAL(proto_error_name(beyond), "internal");
	CU_ASSERT_EQUAL(proto_error_exit(beyond), 1);
	CU_ASSERT_EQUAL(proto_error_http(beyond), 500);
	CU_ASSERT_STRING_EQUAL(proto_error_meaning(beyond), proto_error_meaning(PROTO_INTERNAL));
}

static void
an_error_says_what_and_where_on_one_line(void)
{
	struct proto_error error;
	char wide[600];

	CU_ASSERT_EQUAL(proto_error_set(&error, PROTO_INPUT, "a\nb", "%s is %d\x1b[31m", "x\ty", 7), PROTO_INPUT);
	CU_ASSERT_EQUAL(error.code, PROTO_INPUT);
	CU_ASSERT_STRING_EQUAL(error.what, "x?y is 7?[31m");
	CU_ASSERT_STRING_EQUAL(error.where, "a?b");
	CU_ASSERT_EQUAL(proto_error_set(&error, PROTO_IO, NULL, "x"), PROTO_IO);
	CU_ASSERT_STRING_EQUAL(error.where, "");
	CU_ASSERT_EQUAL(proto_error_set(NULL, PROTO_IO, "w", "x"), PROTO_IO);
	memset(wide, 'w', sizeof(wide) - 1);
	wide[sizeof(wide) - 1] = '\0';
	CU_ASSERT_EQUAL(proto_error_set(&error, PROTO_IO, wide, "%s", wide), PROTO_IO);
	CU_ASSERT_EQUAL(strlen(error.what), sizeof(error.what) - 1);
	CU_ASSERT_EQUAL(strlen(error.where), sizeof(error.where) - 1);
}

static void
errno_becomes_a_code(void)
{
	static const struct {
		int number;
		enum proto_code code;
	} row[] = {{ENOSPC, PROTO_NO_SPACE}, {EDQUOT, PROTO_NO_SPACE}, {EACCES, PROTO_PERMISSION}, {EPERM, PROTO_PERMISSION},
	    {ENOENT, PROTO_NOT_FOUND}, {ENOMEM, PROTO_MEMORY}, {EIO, PROTO_IO}, {EROFS, PROTO_IO}};
	struct proto_error error;
	size_t i;

	for (i = 0; i < sizeof(row) / sizeof(row[0]); i++) {
		errno = row[i].number;
		CU_ASSERT_EQUAL(proto_error_errno(&error, "a file", "cannot write"), row[i].code);
		CU_ASSERT_EQUAL(strncmp(error.what, "cannot write: ", 14), 0);
		CU_ASSERT_STRING_EQUAL(error.where, "a file");
	}
}

static const char *
safe(const char *text)
{
	static char shown[PROTO_ERROR_TEXT];

	return proto_error_text(shown, sizeof(shown), text, strlen(text));
}

static void
foreign_text_is_made_safe(void)
{
	char small[8], nul[PROTO_ERROR_TEXT];

	CU_ASSERT_STRING_EQUAL(safe("plain \xc3\xa9 \xe6\xbc\xa2"), "plain \xc3\xa9 \xe6\xbc\xa2");
	CU_ASSERT_STRING_EQUAL(safe("a\nb\x7f\x1b[2J"), "a\\x0ab\\x7f\\x1b[2J");
	CU_ASSERT_STRING_EQUAL(safe("\xff\xc3"), "\\xff\\xc3");
	CU_ASSERT_STRING_EQUAL(safe("\xc2\x9b"), "\\xc2\\x9b");             /* C1 control */
	CU_ASSERT_STRING_EQUAL(safe("\xe2\x80\xae"), "\\xe2\\x80\\xae");    /* right-to-left override */
	CU_ASSERT_STRING_EQUAL(safe("\xed\xa0\x80"), "\\xed\\xa0\\x80");    /* surrogate */
	CU_ASSERT_STRING_EQUAL(safe("1234567890123456789012345678901234567890X"), "1234567890123456789012345678901234567890");
	CU_ASSERT_STRING_EQUAL(safe(""), "");
	CU_ASSERT_STRING_EQUAL(proto_error_text(nul, sizeof(nul), "a\0b", 3), "a\\x00b");
	CU_ASSERT_STRING_EQUAL(proto_error_text(small, sizeof(small), "123456789", 9), "1234567");
	CU_ASSERT_STRING_EQUAL(proto_error_text(small, sizeof(small), "12345\xe2\x80\xae", 8), "12345");
}

static const struct suite_case cases[] = {
	{"each code has a name, a meaning and a status", each_code_has_a_name_a_meaning_and_a_status},
	{"exit statuses are those of the manual", exit_statuses_are_those_of_the_manual},
	{"an unknown code is internal", an_unknown_code_is_internal},
	{"an error says what and where on one line", an_error_says_what_and_where_on_one_line},
	{"errno becomes a code", errno_becomes_a_code},
	{"foreign text is made safe", foreign_text_is_made_safe},
	{NULL, NULL},
};

int
main(void)
{
	return suite_run("proto.error", cases);
}
