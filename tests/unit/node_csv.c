#include "node/csv.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "node/utf8.h"
#include "proto/buffer.h"
#include "support/suite.h"

struct memory {
	const uint8_t *data;
	size_t len, at, most; /* at most `most` bytes a read; 0: as asked */
};

static enum proto_code
memory_read(void *ctx, uint8_t *ret_data, size_t *ret_len, size_t size, struct proto_error *error)
{
	struct memory *memory = ctx;
	size_t n = memory->len - memory->at;

	(void)error;
	if (n > size)
		n = size;
	if (memory->most && n > memory->most)
		n = memory->most;
	memcpy(ret_data, memory->data + memory->at, n);
	memory->at += n;
	*ret_len = n;
	return PROTO_OK;
}

/* What a reader says of a text, in words: "LINE:cell|cell;" a record, "!" before one that is not
 * UTF-8, "(LINE fault)" and "." for the two ends. */
static char *
told(const void *data, size_t len, const struct node_csv_options *options, size_t most)
{
	struct memory memory = {data, len, 0, most};
	struct node_csv_source source = {&memory, memory_read};
	struct proto_buffer out = {0};
	struct node_csv *csv = NULL;
	struct node_csv_row row;
	char *value = malloc(NODE_CSV_RECORD_MAX), *text;
	uint32_t i, cell_len;

	if (value == NULL || node_csv_new(&csv, options, &source, NULL) != PROTO_OK)
		abort();
	for (;;) {
		if (node_csv_next(csv, &row, NULL) != PROTO_OK)
			abort();
		if (row.event != NODE_CSV_RECORD)
			break;
		proto_buffer_printf(&out, "%s%llu:", row.invalid ? "!" : "", (unsigned long long)row.line);
		for (i = 0; i < row.fields; i++) {
			const uint8_t *cell = node_csv_cell(&cell_len, &row, i);

			if (i)
				proto_buffer_text(&out, "|");
			proto_buffer_put(&out, value, node_csv_value(value, cell, cell_len));
		}
		proto_buffer_text(&out, ";");
	}
	if (row.event == NODE_CSV_BROKEN)
		proto_buffer_printf(&out, "(%llu %d)", (unsigned long long)row.line, (int)row.fault);
	else
		proto_buffer_text(&out, ".");
	text = strdup(proto_buffer_string(&out));
	proto_buffer_wipe(&out);
	node_csv_free(csv);
	free(value);
	return text;
}

static void
says_of(const void *data, size_t len, struct node_csv_options options, const char *expected)
{
	static const size_t blocks[] = {0, 1, 2, 3, 7, 64, 65};
	size_t i;

	for (i = 0; i < 2 * sizeof(blocks) / sizeof(blocks[0]); i++) {
		char *text;

		options.plain = i & 1;
		options.ahead = i & 2;
		options.block = blocks[i / 2];
		text = told(data, len, &options, 0);
		CU_ASSERT_STRING_EQUAL(text, expected);
		if (strcmp(text, expected) != 0)
			printf("\n    block %zu plain %d: %s instead of %s\n", options.block, options.plain, text, expected);
		free(text);
	}
}

static void
says(const char *text, const char *expected)
{
	says_of(text, strlen(text), (struct node_csv_options){.delimiter = ','}, expected);
}

static void
plain_records_with_both_line_ends(void)
{
	says("a,b\n1,2\n", "1:a|b;2:1|2;.");
	says("a,b\r\n1,2\r\n", "1:a|b;2:1|2;.");
	says("a,b\n1,2", "1:a|b;2:1|2;.");
	says("a,,\n,,\n", "1:a||;2:||;.");
	says("", ".");
	says("\n", "1:;.");
	says("a", "1:a;.");
	says(" a \t,\t\n", "1:a|;.");
	says("a\nb\n", "1:a;2:b;.");
}

static void
quoted_fields_hold_delimiters_quotes_and_line_feeds(void)
{
	says("\"a,b\",c\n", "1:a,b|c;.");
	says("\"a\"\"b\",\"\"\n", "1:a\"b|;.");
	says("\"a\nb\r\nc\",d\ne,f\n", "1:a\nb\r\nc|d;4:e|f;.");
	says("\"\"\"\"\n", "1:\";.");
	says("\" a \",x", "1:a|x;.");
	says("\"a\r\",\"b\"\r\n", "1:a\r|b;.");
}

static void
other_delimiters(void)
{
	says_of("a,b;c\n", 6, (struct node_csv_options){.delimiter = ';'}, "1:a,b|c;.");
	says_of("a,b\tc\n", 6, (struct node_csv_options){.delimiter = '\t'}, "1:a,b|c;.");
}

static void
skipped_lines_count_as_lines(void)
{
	struct node_csv_options two = {.delimiter = ',', .skip_lines = 2};

	says_of("x,\"y\nz\na,b\n1,2\n", 15, two, "3:a|b;4:1|2;.");
	says_of("x", 1, two, ".");
	says_of("\xef\xbb\xbfx\ny\na\n", 9, two, "3:a;.");
	says_of("x\n\xff\na\n", 6, two, "(2 10)");
	says_of("x\n\0\na\n", 6, two, "(2 1)");
}

static void
a_quote_out_of_place_ends_the_reading(void)
{
	says("a\nx\"y\nb\n", "1:a;(2 2)");
	says("a\n\"x\"y\nb\n", "1:a;(2 2)");
	says("a\n\"x\" \nb\n", "1:a;(2 2)");
	says("a\n \"x\"\nb\n", "1:a;(2 2)");
	says("a\n\"x\ny\"z\nb\n", "1:a;(3 2)");
	says("a\n\"x\"\r\"\n", "1:a;(2 2)");
}

static void
an_unclosed_quote_is_named_where_its_record_begins(void)
{
	says("a,b\n1,2\n3,\"4\n5,6\n", "1:a|b;2:1|2;(3 4)");
	says("\"", "(1 4)");
}

static void
a_carriage_return_alone_ends_the_reading(void)
{
	says("a\nb\rc\nd\n", "1:a;(2 3)");
	says("a\r\rb\n", "(1 3)");
}

static void
a_nul_byte_ends_the_reading_wherever_it_is(void)
{
	struct node_csv_options comma = {.delimiter = ','};

	says_of("a\0b\n1\n", 6, comma, "(1 1)");
	says_of("a\n1\n\"2\0\"\n", 9, comma, "1:a;2:1;(3 1)");
	says_of("a\n1\n\0", 5, comma, "1:a;2:1;(3 1)");
}

static void
utf16_and_utf32_are_refused(void)
{
	struct node_csv_options comma = {.delimiter = ','};

	says_of("\xff\xfe" "a\0\n\0", 6, comma, "(1 8)");
	says_of("\xfe\xff\0a\0\n", 6, comma, "(1 8)");
	says_of("\xff\xfe\0\0a\0\0\0", 8, comma, "(1 8)");
	says_of("\0\0\xfe\xff\0\0\0a", 8, comma, "(1 8)");
	says_of("a\0\n\0b\0\n\0", 8, comma, "(1 1)");
}

static void
a_record_that_is_not_utf8_is_marked_and_the_next_is_not(void)
{
	says("a\n\xe9t\xe9\nb\n", "1:a;!2:\xe9t\xe9;3:b;.");               /* Latin-1 */
	says("a\n\xc0\xaf\nb\n", "1:a;!2:\xc0\xaf;3:b;.");                   /* overlong */
	says("a\n\xed\xa0\x80\nb\n", "1:a;!2:\xed\xa0\x80;3:b;.");           /* a surrogate */
	says("a\n\xf4\x90\x80\x80\nb\n", "1:a;!2:\xf4\x90\x80\x80;3:b;."); /* above U+10FFFF */
	says("a\n\xc3\xa9\nb\xc3\n", "1:a;2:\xc3\xa9;!3:b\xc3;.");           /* cut */
}

static void
a_byte_order_mark_is_accepted(void)
{
	says("\xef\xbb\xbf" "a,b\n1,2\n", "1:a|b;2:1|2;.");
	says("\xef\xbb\xbf", ".");
}

static void
declared_windows_1252_is_transcoded(void)
{
	struct node_csv_options ansi = {.delimiter = ';', .windows_1252 = true};

	says_of("Stra\xdf" "e;\x80 5\n\x93x\x94;\x9f\n", 16, ansi,
	    "1:Stra\xc3\x9f" "e|\xe2\x82\xac 5;2:\xe2\x80\x9cx\xe2\x80\x9d|\xc5\xb8;.");
	says_of("a\n\x81\nb\n", 6, ansi, "1:a;!2:\x81;3:b;."); /* a byte without a meaning */
	says_of("\xef\xbb\xbf" "a\n", 5, ansi, "(1 9)");
}

/* Only ASCII can be checked by eye; every code point and every pair of bytes against the rule. */
static void
utf8_accepts_exactly_the_scalar_values(void)
{
	unsigned point, wrong = 0, accepted = 0;
	uint8_t text[8] = "", two[2];

	for (point = 0x80; point < 0x200000; point++) {
		size_t len = point < 0x800 ? 2 : point < 0x10000 ? 3 : 4, i;

		for (i = len; i-- > 1;)
			text[i] = (uint8_t)(0x80 | (point >> 6 * (len - 1 - i) & 0x3f));
		text[0] = (uint8_t)((0xf00u >> len & 0xf0) | point >> 6 * (len - 1));
		wrong += node_utf8_valid(text, len) != (point < 0x110000 && (point < 0xd800 || point > 0xdfff));
		wrong += node_utf8_valid(text, len - 1);
	}
	/* the same points in more bytes than they need */
	for (point = 0; point < 0x10000; point++) {
		text[0] = (uint8_t)(0xe0 | point >> 12);
		text[1] = (uint8_t)(0x80 | (point >> 6 & 0x3f));
		text[2] = (uint8_t)(0x80 | (point & 0x3f));
		wrong += point < 0x800 && node_utf8_valid(text, 3);
		text[3] = text[2];
		text[2] = text[1];
		text[1] = (uint8_t)(0x80 | point >> 12);
		text[0] = 0xf0;
		wrong += node_utf8_valid(text, 4);
	}
	for (point = 0; point < 0x10000; point++) {
		two[0] = (uint8_t)(point >> 8);
		two[1] = (uint8_t)point;
		accepted += node_utf8_valid(two, 2);
	}
	CU_ASSERT_EQUAL(wrong, 0);
	CU_ASSERT_EQUAL(accepted, 128 * 128 + (0xdf - 0xc2 + 1) * 64);
}

static void
filled(size_t len, const char *begin, char with, const char *expected)
{
	static const size_t blocks[] = {0, 50000};
	char *data = malloc(len + 100);
	size_t at = strlen(begin), i;

	memcpy(data, begin, at);
	memset(data + at, with, len);
	memcpy(data + at + len, "\nz\n", 3);
	for (i = 0; i < 4; i++) {
		struct node_csv_options options = {.delimiter = ',', .plain = i & 1, .block = blocks[i / 2]};
		char *text = told(data, at + len + 3, &options, 0);
		size_t tail = strlen(expected);

		CU_ASSERT_TRUE(strlen(text) >= tail);
		CU_ASSERT_STRING_EQUAL(text + strlen(text) - tail, expected);
		free(text);
	}
	free(data);
}

static void
limits_hold_to_the_byte(void)
{
	filled(NODE_CSV_FIELD_MAX, "a\n", 'x', ";3:z;.");
	filled(NODE_CSV_FIELD_MAX + 1, "a\n", 'x', "1:a;(2 6)");
	filled(NODE_CSV_COLUMNS_MAX - 1, "a\n", ',', ";3:z;.");
	filled(NODE_CSV_COLUMNS_MAX, "a\n", ',', "1:a;(2 7)");
	filled(NODE_CSV_RECORD_MAX + 1, "a\n", 'x', "1:a;(2 5)");
	filled(NODE_CSV_RECORD_MAX + 1, "a\n\"", 'x', "1:a;(2 5)");
	filled(NODE_CSV_RECORD_MAX, "a\n\"", 'x', "1:a;(2 5)");
	filled(10u << 20, "a\n", 'x', "1:a;(2 5)");
	filled(10u << 20, "a\n\"", '\n', "1:a;(2 5)");
}

/* A record of exactly the limit, in fields of less than the field's. */
static void
a_record_of_one_mebibyte_is_taken(void)
{
	char *data = malloc(NODE_CSV_RECORD_MAX + 8), *text;
	struct node_csv_options options = {.delimiter = ','};
	size_t i, over;

	for (over = 0; over < 2; over++) {
		for (i = 0; i < NODE_CSV_RECORD_MAX + over; i++)
			data[i] = i % 60000 == 59999 ? ',' : 'x';
		memcpy(data + i, "\nz\n", 3);
		text = told(data, i + 3, &options, 0);
		CU_ASSERT_STRING_EQUAL(text + strlen(text) - 5, over ? "(1 5)" : "2:z;.");
		free(text);
	}
	free(data);
}

static void
both_readers_say_the_same_of_random_texts(void)
{
	static const char letters[] = "a,\n\"\r;\xc3\xa9\"\"\n,x\"";
	unsigned long long state = suite_seed() | 1;
	unsigned n, differ = 0;
	char data[400];

	for (n = 0; n < 4000; n++) {
		struct node_csv_options options = {.delimiter = ','};
		char *fast, *plain;
		size_t len, i;

		state = state * 6364136223846793005ULL + 1442695040888963407ULL;
		len = (size_t)(state >> 33) % sizeof(data);
		for (i = 0; i < len; i++) {
			state = state * 6364136223846793005ULL + 1442695040888963407ULL;
			/* mostly harmless, so that faults stand deep in the text */
			data[i] = state >> 60 ? (state >> 33) % 5 ? 'b' : "\n,"[state >> 40 & 1] : letters[(state >> 33) % 15];
		}
		fast = told(data, len, &options, 0);
		options.plain = true;
		options.block = 1 + n % 100;
		plain = told(data, len, &options, 0);
		differ += strcmp(fast, plain) != 0;
		free(fast);
		free(plain);
	}
	CU_ASSERT_EQUAL(differ, 0);
}

static enum proto_code
failing_read(void *ctx, uint8_t *ret_data, size_t *ret_len, size_t size, struct proto_error *error)
{
	(void)ctx, (void)ret_data, (void)ret_len, (void)size;
	return proto_error_set(error, PROTO_IO, "somewhere", "the disk is gone");
}

static void
an_error_of_the_source_is_passed_on(void)
{
	struct node_csv_source source = {NULL, failing_read};
	struct node_csv_options options = {.delimiter = ','};
	struct node_csv *csv = NULL;
	struct node_csv_row row;
	struct proto_error error;

	CU_ASSERT_EQUAL_FATAL(node_csv_new(&csv, &options, &source, &error), PROTO_OK);
	CU_ASSERT_EQUAL(node_csv_next(csv, &row, &error), PROTO_IO);
	CU_ASSERT_STRING_EQUAL(error.what, "the disk is gone");
	node_csv_free(csv);
	node_csv_free(NULL);
}

static const struct suite_case cases[] = {
	{"plain records with LF and with CRLF", plain_records_with_both_line_ends},
	{"quoted fields hold delimiters, quotes and line feeds", quoted_fields_hold_delimiters_quotes_and_line_feeds},
	{"semicolon and tab as delimiters", other_delimiters},
	{"skipped lines count as physical lines", skipped_lines_count_as_lines},
	{"a quote out of place ends the reading", a_quote_out_of_place_ends_the_reading},
	{"an unclosed quote is named where its record begins", an_unclosed_quote_is_named_where_its_record_begins},
	{"a carriage return alone ends the reading", a_carriage_return_alone_ends_the_reading},
	{"a NUL byte ends the reading wherever it is", a_nul_byte_ends_the_reading_wherever_it_is},
	{"UTF-16 and UTF-32 are refused", utf16_and_utf32_are_refused},
	{"a record that is not UTF-8 is marked and the next is not", a_record_that_is_not_utf8_is_marked_and_the_next_is_not},
	{"a byte order mark is accepted", a_byte_order_mark_is_accepted},
	{"declared windows-1252 is transcoded", declared_windows_1252_is_transcoded},
	{"UTF-8 accepts exactly the scalar values", utf8_accepts_exactly_the_scalar_values},
	{"limits hold to the byte", limits_hold_to_the_byte},
	{"a record of one mebibyte is taken, one byte more is not", a_record_of_one_mebibyte_is_taken},
	{"both readers say the same of random texts", both_readers_say_the_same_of_random_texts},
	{"an error of the source is passed on", an_error_of_the_source_is_passed_on},
	{NULL, NULL},
};

int
main(void)
{
	return suite_run("node.csv", cases);
}
