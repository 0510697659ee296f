#include "proto/buffer.h"

#include <stdlib.h>
#include <string.h>

#include "support/suite.h"

static void
bytes_come_out_as_they_went_in(void)
{
	struct proto_buffer buffer = {0};
	size_t i;

	for (i = 0; i < 100000; i++) {
		uint8_t byte = (uint8_t)(i * 31);

		proto_buffer_put(&buffer, &byte, 1);
	}
	CU_ASSERT_FALSE(buffer.failed);
	CU_ASSERT_EQUAL(buffer.len, 100000);
	CU_ASSERT_TRUE(buffer.cap >= buffer.len && buffer.cap <= 4 * buffer.len);
	for (i = 0; i < buffer.len && buffer.data[i] == (uint8_t)(i * 31);)
		i++;
	CU_ASSERT_EQUAL(i, 100000);
	proto_buffer_wipe(&buffer);
}

static void
numbers_are_little_endian(void)
{
	static const uint8_t expected[12] = {0x78, 0x56, 0x34, 0x12, 0xef, 0xcd, 0xab, 0x90, 0x78, 0x56, 0x34, 0x12};
	struct proto_buffer buffer = {0};

	proto_buffer_u32(&buffer, 0x12345678);
	proto_buffer_u64(&buffer, 0x1234567890abcdef);
	CU_ASSERT_EQUAL(buffer.len, sizeof(expected));
	CU_ASSERT_EQUAL(memcmp(buffer.data, expected, sizeof(expected)), 0);
	proto_buffer_wipe(&buffer);
}

static void
text_and_format_append(void)
{
	struct proto_buffer buffer = {0};
	const char *long_text;

	proto_buffer_text(&buffer, "a");
	proto_buffer_printf(&buffer, "%d-%s", 42, "b");
	proto_buffer_printf(&buffer, "%s", "");
	CU_ASSERT_STRING_EQUAL(proto_buffer_string(&buffer), "a42-b");
	CU_ASSERT_EQUAL(buffer.len, 5);
	/* the terminator is no part of the content */
	proto_buffer_printf(&buffer, "%1000d", 7);
	long_text = proto_buffer_string(&buffer);
	CU_ASSERT_EQUAL(strlen(long_text), 1005);
	CU_ASSERT_EQUAL(long_text[1004], '7');
	proto_buffer_wipe(&buffer);
}

static void
an_empty_buffer_is_an_empty_string(void)
{
	struct proto_buffer buffer = {0};

	proto_buffer_put(&buffer, NULL, 0);
	CU_ASSERT_PTR_NULL(buffer.data);
	CU_ASSERT_STRING_EQUAL(proto_buffer_string(&buffer), "");
	CU_ASSERT_EQUAL(buffer.len, 0);
	proto_buffer_wipe(&buffer);
	proto_buffer_wipe(&buffer);
}

static void
a_failure_is_remembered(void)
{
	struct proto_buffer buffer = {0};

	proto_buffer_text(&buffer, "kept");
	/* more than any address space: never read, refused by its size */
	proto_buffer_put(&buffer, "x", SIZE_MAX - 2);
	CU_ASSERT_TRUE(buffer.failed);
	proto_buffer_text(&buffer, "more");
	proto_buffer_u32(&buffer, 1);
	CU_ASSERT_EQUAL(buffer.len, 4);
	CU_ASSERT_PTR_NULL(proto_buffer_string(&buffer));
	proto_buffer_wipe(&buffer);
	CU_ASSERT_FALSE(buffer.failed);
}

static void
wiping_empties(void)
{
	struct proto_buffer buffer = {0};

	proto_buffer_text(&buffer, "secret");
	proto_buffer_wipe(&buffer);
	CU_ASSERT_PTR_NULL(buffer.data);
	CU_ASSERT_EQUAL(buffer.len, 0);
	CU_ASSERT_EQUAL(buffer.cap, 0);
	proto_buffer_text(&buffer, "again");
	CU_ASSERT_STRING_EQUAL(proto_buffer_string(&buffer), "again");
	proto_buffer_wipe(&buffer);
}

static const struct suite_case cases[] = {
	{"bytes come out as they went in", bytes_come_out_as_they_went_in},
	{"numbers are little-endian", numbers_are_little_endian},
	{"text and format append", text_and_format_append},
	{"an empty buffer is an empty string", an_empty_buffer_is_an_empty_string},
	{"a failure is remembered", a_failure_is_remembered},
	{"wiping empties", wiping_empties},
	{NULL, NULL},
};

int
main(void)
{
	return suite_run("proto.buffer", cases);
}
