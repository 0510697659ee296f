#include "proto/json.h"

#include <float.h>
#include <locale.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "support/suite.h"

static enum proto_code
load(const char *text, size_t len, struct proto_error *error)
{
	json_t *json = NULL;
	enum proto_code code = proto_json_load(&json, text, len, "test.json", error);

	CU_ASSERT_EQUAL(code == PROTO_OK, json != NULL);
	json_decref(json);
	return code;
}

static void
refused(const char *text, enum proto_code code, const char *what)
{
	struct proto_error error = {0};

	CU_ASSERT_EQUAL(load(text, strlen(text), &error), code);
	CU_ASSERT_EQUAL(error.code, code);
	CU_ASSERT_STRING_EQUAL(error.where, "test.json");
	if (strstr(error.what, what) == NULL)
		printf("[%s] ", error.what);
	CU_ASSERT_PTR_NOT_NULL(strstr(error.what, what));
}

static void
a_document_is_read(void)
{
	static const char text[] = " {\"a\": [1, -2, 3.5, true, null, \"\\u00e9\"], \"b\": {}}\n";
	json_t *json = NULL;

	CU_ASSERT_EQUAL(proto_json_load(&json, text, strlen(text), "x", NULL), PROTO_OK);
	CU_ASSERT_EQUAL(json_array_size(json_object_get(json, "a")), 6);
	CU_ASSERT_STRING_EQUAL(json_string_value(json_array_get(json_object_get(json, "a"), 5)), "\xc3\xa9");
	json_decref(json);
}

static void
what_is_not_json_is_refused_with_its_place(void)
{
	refused("{\"a\": 1,\n  \"b\" 2}", PROTO_MALFORMED, "line 2");
	refused("{\"a\": 1, \"a\": 2}", PROTO_MALFORMED, "duplicate");
	refused("{\"a\": 1} x", PROTO_MALFORMED, "line 1");
	refused("{\"a\": 01}", PROTO_MALFORMED, "line 1");
	refused("{\"a\": NaN}", PROTO_MALFORMED, "line 1");
	refused("{\"a\": 1e999}", PROTO_MALFORMED, "line 1");
	refused("{\"a\": 9223372036854775808}", PROTO_MALFORMED, "line 1");
	refused("{'a': 1}", PROTO_MALFORMED, "line 1");
	refused("[1,]", PROTO_MALFORMED, "line 1");
	refused("// c\n{}", PROTO_MALFORMED, "line 1");
	refused("{\"a\": \"\xff\"}", PROTO_MALFORMED, "decode");
	refused("{\"a\": \"\xc0\xaf\"}", PROTO_MALFORMED, "decode");
	refused("{\"a\": \"\xed\xa0\x80\"}", PROTO_MALFORMED, "decode");
	refused("{\"a\": \"\\ud800\"}", PROTO_MALFORMED, "line 1");
	refused("{\"a\": \"\\u0000\"}", PROTO_MALFORMED, "u0000");
	refused("\xef\xbb\xbf{}", PROTO_MALFORMED, "line 1");
	refused("\"text\"", PROTO_MALFORMED, "line 1");
	refused("", PROTO_MALFORMED, "line");
}

static void
the_text_that_is_wrong_is_not_quoted(void)
{
	struct proto_error error = {0};
	static const char text[] = "{\"a\": surname}";

	CU_ASSERT_EQUAL(load(text, strlen(text), &error), PROTO_MALFORMED);
	CU_ASSERT_PTR_NULL(strstr(error.what, "surname"));
}

static void
nul_is_refused_everywhere(void)
{
	static const char inside[] = "{\"a\": \"b\0c\"}", after[] = "{}\0";
	struct proto_error error = {0};

	CU_ASSERT_EQUAL(load(inside, sizeof(inside) - 1, &error), PROTO_MALFORMED);
	CU_ASSERT_STRING_EQUAL(error.what, "JSON: line 1, column 9: a NUL byte");
	CU_ASSERT_EQUAL(load(after, sizeof(after) - 1, &error), PROTO_MALFORMED);
}

/* depth arrays, one in another */
static enum proto_code
nested(unsigned depth, struct proto_error *error)
{
	char *text = malloc(2 * depth);
	enum proto_code code;

	memset(text, '[', depth);
	memset(text + depth, ']', depth);
	code = load(text, 2 * depth, error);
	free(text);
	return code;
}

static void
depth_is_bounded(void)
{
	struct proto_error error = {0};

	CU_ASSERT_EQUAL(nested(PROTO_JSON_DEPTH_MAX, &error), PROTO_OK);
	CU_ASSERT_EQUAL(nested(PROTO_JSON_DEPTH_MAX + 1, &error), PROTO_TOO_LARGE);
	CU_ASSERT_STRING_EQUAL(error.what, "JSON: line 1, column 33: nested too deeply");
	CU_ASSERT_EQUAL(nested(1000000, &error), PROTO_TOO_LARGE);
	/* brackets in strings do not count, an escaped quote does not end one */
	CU_ASSERT_EQUAL(load("[\"\\\"[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[\"]", 54, &error), PROTO_OK);
}

/* n times unit, separated by commas, in one array */
static enum proto_code
repeated(size_t n, const char *unit, struct proto_error *error)
{
	struct proto_buffer buffer = {0};
	enum proto_code code;
	size_t i;

	proto_buffer_text(&buffer, "[");
	for (i = 0; i < n; i++) {
		proto_buffer_text(&buffer, i ? "," : "");
		proto_buffer_text(&buffer, unit);
	}
	proto_buffer_text(&buffer, "]");
	code = load((char *)buffer.data, buffer.len, error);
	proto_buffer_wipe(&buffer);
	return code;
}

static void
size_is_bounded(void)
{
	struct proto_error error = {0};
	char *spaces = malloc(PROTO_JSON_MAX + 1);

	memset(spaces, ' ', PROTO_JSON_MAX + 1);
	memcpy(spaces, "{}", 2);
	CU_ASSERT_EQUAL(load(spaces, PROTO_JSON_MAX, &error), PROTO_OK);
	CU_ASSERT_EQUAL(load(spaces, PROTO_JSON_MAX + 1, &error), PROTO_TOO_LARGE);
	free(spaces);
	CU_ASSERT_EQUAL(repeated(PROTO_JSON_CONTAINERS_MAX - 1, "[]", &error), PROTO_OK);
	CU_ASSERT_EQUAL(repeated(PROTO_JSON_CONTAINERS_MAX, "[]", &error), PROTO_TOO_LARGE);
	CU_ASSERT_EQUAL(repeated(PROTO_JSON_VALUES_MAX + 2, "1", &error), PROTO_TOO_LARGE);
}

static void
an_unknown_key_is_named(void)
{
	struct proto_error error = {0};
	json_t *json = json_pack("{s:i,s:i}", "known", 1, "wr\nong", 2);

	CU_ASSERT_EQUAL(proto_json_only(json, "test.json: map", &error, "known", "wr\nong", NULL), PROTO_OK);
	CU_ASSERT_EQUAL(proto_json_only(json, "test.json: map", &error, "known", NULL), PROTO_MALFORMED);
	CU_ASSERT_STRING_EQUAL(error.what, "unknown key \"wr\\x0aong\"");
	CU_ASSERT_STRING_EQUAL(error.where, "test.json: map");
	json_decref(json);
}

static void
everything(struct proto_json *json)
{
	static const uint8_t bytes[3] = {0x00, 0xab, 0xff};

	proto_json_object(json);
	proto_json_key(json, "s");
	proto_json_string(json, "q\"\\\n\x01\x7f\xc3\xa9");
	proto_json_key(json, "n");
	proto_json_string(json, NULL);
	proto_json_key(json, "list");
	proto_json_array(json);
	proto_json_u64(json, UINT64_MAX);
	proto_json_i64(json, INT64_MIN);
	proto_json_bool(json, true);
	proto_json_bool(json, false);
	proto_json_array_end(json);
	proto_json_key(json, "empty");
	proto_json_object(json);
	proto_json_object_end(json);
	proto_json_key(json, "none");
	proto_json_array(json);
	proto_json_array_end(json);
	proto_json_key(json, "hex");
	proto_json_hex(json, bytes, sizeof(bytes));
	proto_json_key(json, "part");
	proto_json_stringn(json, "abcdef", 3);
	proto_json_object_end(json);
}

static void
the_writer_writes_one_form(void)
{
	struct proto_buffer buffer = {0};
	struct proto_json json;

	proto_json_init(&json, &buffer, 0);
	everything(&json);
	CU_ASSERT_STRING_EQUAL(proto_buffer_string(&buffer),
	    "{\"s\":\"q\\\"\\\\\\u000a\\u0001\x7f\xc3\xa9\",\"n\":null,"
	    "\"list\":[18446744073709551615,-9223372036854775808,true,false],"
	    "\"empty\":{},\"none\":[],\"hex\":\"00abff\",\"part\":\"abc\"}");
	proto_buffer_wipe(&buffer);
}

static void
with_an_indent_it_lays_lines_out(void)
{
	struct proto_buffer buffer = {0};
	struct proto_json json;

	proto_json_init(&json, &buffer, 2);
	proto_json_object(&json);
	proto_json_key(&json, "a");
	proto_json_array(&json);
	proto_json_u64(&json, 1);
	proto_json_null(&json);
	proto_json_array_end(&json);
	proto_json_key(&json, "b");
	proto_json_object(&json);
	proto_json_object_end(&json);
	proto_json_object_end(&json);
	CU_ASSERT_STRING_EQUAL(proto_buffer_string(&buffer), "{\n  \"a\": [\n    1,\n    null\n  ],\n  \"b\": {}\n}");
	proto_buffer_wipe(&buffer);
}

/* One number in the form that write gives it. */
static const char *
real(double value, int decimals)
{
	static char text[400];
	struct proto_buffer buffer = {0};
	struct proto_json json;

	proto_json_init(&json, &buffer, 0);
	if (decimals < 0)
		proto_json_real(&json, value);
	else
		proto_json_fixed(&json, value, decimals);
	(void)snprintf(text, sizeof(text), "%s", proto_buffer_string(&buffer));
	proto_buffer_wipe(&buffer);
	return text;
}

static void
reals_keep_17_digits_or_the_decimals_asked_for(void)
{
	CU_ASSERT_STRING_EQUAL(real(0.1, -1), "0.10000000000000001");
	CU_ASSERT_STRING_EQUAL(real(3, -1), "3");
	CU_ASSERT_EQUAL(strtod(real(DBL_MIN, -1), NULL), DBL_MIN);
	CU_ASSERT_STRING_EQUAL(real(NAN, -1), "null");
	CU_ASSERT_STRING_EQUAL(real(INFINITY, 2), "null");
	CU_ASSERT_STRING_EQUAL(real(6.135, 1), "6.1");
	CU_ASSERT_STRING_EQUAL(real(-0.001, 2), "0.00");
	CU_ASSERT_STRING_EQUAL(real(-1.5, 0), "-2");
	CU_ASSERT_EQUAL(strlen(real(-DBL_MAX, 30)), 1 + 309 + 1 + 30);
}

static void
the_point_is_a_point_in_every_locale(void)
{
	static const char *const comma[] = {"de_DE.UTF-8", "fr_FR.UTF-8", "es_ES.UTF-8", "nl_NL.UTF-8"};
	size_t i;

	for (i = 0; i < sizeof(comma) / sizeof(comma[0]); i++)
		if (setlocale(LC_NUMERIC, comma[i]) != NULL)
			break;
	CU_ASSERT_STRING_EQUAL(real(1.5, -1), "1.5");
	CU_ASSERT_STRING_EQUAL(real(-2.25, 2), "-2.25");
	printf("%s ", setlocale(LC_NUMERIC, NULL));
	(void)setlocale(LC_NUMERIC, "C");
}

/* Any bytes written as a string read back: the same if they were UTF-8, else repaired. */
static void
what_is_written_reads_back(void)
{
	unsigned long long seed = suite_seed();
	unsigned round;

	srandom((unsigned)seed);
	for (round = 0; round < 2000; round++) {
		struct proto_buffer buffer = {0};
		struct proto_json json;
		char text[24];
		size_t len = (size_t)random() % sizeof(text), i;
		bool ascii = true;
		json_t *read = NULL;

		for (i = 0; i < len; i++) {
			text[i] = (char)(random() % (round % 2 ? 127 : 255) + 1);
			ascii = ascii && (unsigned char)text[i] < 0x80;
		}
		proto_json_init(&json, &buffer, 0);
		proto_json_array(&json);
		proto_json_stringn(&json, text, len);
		proto_json_array_end(&json);
		CU_ASSERT_EQUAL(proto_json_load(&read, buffer.data, buffer.len, "", NULL), PROTO_OK);
		if (ascii) {
			CU_ASSERT_EQUAL(json_string_length(json_array_get(read, 0)), len);
			CU_ASSERT_EQUAL(memcmp(json_string_value(json_array_get(read, 0)), text, len), 0);
		}
		json_decref(read);
		proto_buffer_wipe(&buffer);
	}
}

static const struct suite_case cases[] = {
	{"a document is read", a_document_is_read},
	{"what is not JSON is refused, with its place", what_is_not_json_is_refused_with_its_place},
	{"the text that is wrong is not quoted", the_text_that_is_wrong_is_not_quoted},
	{"NUL is refused everywhere", nul_is_refused_everywhere},
	{"depth is bounded", depth_is_bounded},
	{"size is bounded", size_is_bounded},
	{"an unknown key is named", an_unknown_key_is_named},
	{"the writer writes one form", the_writer_writes_one_form},
	{"with an indent it lays lines out", with_an_indent_it_lays_lines_out},
	{"reals keep 17 digits, or the decimals asked for", reals_keep_17_digits_or_the_decimals_asked_for},
	{"the point is a point in every locale", the_point_is_a_point_in_every_locale},
	{"what is written reads back", what_is_written_reads_back},
	{NULL, NULL},
};

int
main(void)
{
	return suite_run("proto.json", cases);
}
