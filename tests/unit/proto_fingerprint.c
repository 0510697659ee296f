#include "proto/fingerprint.h"

#include <string.h>

#include "support/suite.h"
#include "support/wire.h"

static struct wire wire;
static struct wire_node node;

static void
it_has_five_groups_of_four(void)
{
	char text[PROTO_FINGERPRINT_TEXT];
	size_t i;

	proto_fingerprint(text, wire.root, &node.keys);
	CU_ASSERT_EQUAL(strlen(text), 24);
	for (i = 0; i < 24; i++)
		CU_ASSERT_PTR_NOT_NULL(i % 5 == 4 ? strchr("-", text[i]) : strchr("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567", text[i]));
}

static void
every_key_and_the_country_count(void)
{
	char text[PROTO_FINGERPRINT_TEXT], changed[PROTO_FINGERPRINT_TEXT];
	struct wire_node other;
	uint8_t root[PROTO_PUBLIC];

	proto_fingerprint(text, wire.root, &node.keys);
	memcpy(root, wire.root, sizeof(root));
	root[31] ^= 0x80;
	proto_fingerprint(changed, root, &node.keys);
	CU_ASSERT_FALSE(proto_fingerprint_equal(text, changed));
	other = node;
	other.keys.signing[0] ^= 1;
	proto_fingerprint(changed, wire.root, &other.keys);
	CU_ASSERT_FALSE(proto_fingerprint_equal(text, changed));
	other = node;
	other.keys.sealing[0] ^= 1;
	proto_fingerprint(changed, wire.root, &other.keys);
	CU_ASSERT_FALSE(proto_fingerprint_equal(text, changed));
	other = node;
	other.keys.tls[0] ^= 1;
	proto_fingerprint(changed, wire.root, &other.keys);
	CU_ASSERT_FALSE(proto_fingerprint_equal(text, changed));
	other = node;
	other.keys.country[1] = 'B';
	proto_fingerprint(changed, wire.root, &other.keys);
	CU_ASSERT_FALSE(proto_fingerprint_equal(text, changed));
}

static void
case_hyphens_and_spaces_do_not_count(void)
{
	static const char text[] = "ABCD-EFGH-IJKL-MNOP-QRS7";

	CU_ASSERT_TRUE(proto_fingerprint_equal(text, text));
	CU_ASSERT_TRUE(proto_fingerprint_equal(text, "abcdefghijklmnopqrs7"));
	CU_ASSERT_TRUE(proto_fingerprint_equal(" ABCD EFGH IJKL MNOP QRS7 ", text));
	CU_ASSERT_TRUE(proto_fingerprint_equal("a-b-c-d-efghIJKLmnopQRS7", text));
}

static void
a_part_of_it_is_never_equal(void)
{
	static const char text[] = "ABCD-EFGH-IJKL-MNOP-QRS7";

	CU_ASSERT_FALSE(proto_fingerprint_equal("", ""));
	CU_ASSERT_FALSE(proto_fingerprint_equal(text, ""));
	CU_ASSERT_FALSE(proto_fingerprint_equal("ABCD-EFGH-IJKL-MNOP-QRS", "ABCD-EFGH-IJKL-MNOP-QRS"));
	CU_ASSERT_FALSE(proto_fingerprint_equal(text, "ABCD-EFGH-IJKL-MNOP-QRS7A"));
	CU_ASSERT_FALSE(proto_fingerprint_equal(text, "ABCD-EFGH-IJKL-MNOP-QRS2"));
	CU_ASSERT_FALSE(proto_fingerprint_equal("ABCD_EFGH_IJKL_MNOP_QRS7", "ABCD_EFGH_IJKL_MNOP_QRS7"));
	CU_ASSERT_FALSE(proto_fingerprint_equal("ABCD-EFGH-IJKL-MNOP-QRS1", "ABCD-EFGH-IJKL-MNOP-QRS1")); /* 1 is no base32 */
}

static const struct suite_case cases[] = {
	{"it has five groups of four", it_has_five_groups_of_four},
	{"every key and the country count", every_key_and_the_country_count},
	{"case, hyphens and spaces do not count", case_hyphens_and_spaces_do_not_count},
	{"a part of it is never equal", a_part_of_it_is_never_equal},
	{NULL, NULL},
};

int
main(void)
{
	int status;

	wire_init(&wire, "REGION-1", 1);
	wire_node(&node, "XA");
	status = suite_run("proto.fingerprint", cases);
	wire_wipe(&wire);
	return status;
}
