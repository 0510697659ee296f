#include "proto/header.h"

#include <sodium.h>
#include <string.h>

#include "support/suite.h"
#include "support/wire.h"

static struct wire wire;
static struct wire_node xa, xb;
static struct proto_manifest manifest;

static void
make(struct proto_header *header, uint8_t bytes[static PROTO_HEADER_BYTES])
{
	*header = wire_header(&manifest, "XA");
	memset(header->country_part, 5, PROTO_HASH);
	memset(header->previous, 6, PROTO_HASH);
	proto_header_sign(bytes, header, xa.signing_secret);
}

static void
what_is_signed_is_read_back(void)
{
	uint8_t bytes[PROTO_HEADER_BYTES];
	struct proto_header header, again;
	char country[PROTO_COUNTRY_TEXT];

	make(&header, bytes);
	CU_ASSERT_EQUAL(proto_header_open(&again, bytes, sizeof(bytes), xa.keys.signing, NULL), PROTO_OK);
	CU_ASSERT_STRING_EQUAL(again.coordinator, header.coordinator);
	CU_ASSERT_STRING_EQUAL(again.round, WIRE_ROUND);
	CU_ASSERT_STRING_EQUAL(again.node, "XA");
	CU_ASSERT_EQUAL(again.sequence, 1);
	CU_ASSERT_EQUAL(again.total, manifest.rho_units);
	CU_ASSERT_EQUAL(memcmp(again.manifest, header.manifest, PROTO_HASH), 0);
	CU_ASSERT_EQUAL(memcmp(again.previous, header.previous, PROTO_HASH), 0);
	CU_ASSERT_EQUAL(memcmp(again.head, header.head, PROTO_HASH), 0);
	CU_ASSERT_EQUAL(memcmp(again.country_part, header.country_part, PROTO_HASH), 0);
	CU_ASSERT_TRUE(proto_header_peek(country, bytes, sizeof(bytes)));
	CU_ASSERT_STRING_EQUAL(country, "XA");
}

static void
another_nodes_key_is_refused(void)
{
	uint8_t bytes[PROTO_HEADER_BYTES];
	struct proto_header header, again;

	make(&header, bytes);
	CU_ASSERT_EQUAL(proto_header_open(&again, bytes, sizeof(bytes), xb.keys.signing, NULL), PROTO_NOT_GENUINE);
}

/* Signs bytes that proto_header_sign would never make. */
static enum proto_code
open_changed(size_t at, uint8_t value)
{
	uint8_t bytes[PROTO_HEADER_BYTES];
	struct proto_header header, again;

	make(&header, bytes);
	bytes[at] = value;
	(void)crypto_sign_detached(bytes + 292, NULL, bytes, 292, xa.signing_secret);
	return proto_header_open(&again, bytes, sizeof(bytes), xa.keys.signing, NULL);
}

static void
a_wrong_layout_is_refused_even_when_signed(void)
{
	CU_ASSERT_EQUAL(open_changed(0, 'c'), PROTO_OK); /* the label's own first byte: the check of this test */
	CU_ASSERT_EQUAL(open_changed(0, 'C'), PROTO_NOT_GENUINE);
	CU_ASSERT_EQUAL(open_changed(31, 1), PROTO_NOT_GENUINE);  /* label's padding */
	CU_ASSERT_EQUAL(open_changed(32, 2), PROTO_NOT_GENUINE);  /* version */
	CU_ASSERT_EQUAL(open_changed(36, 2), PROTO_NOT_GENUINE);  /* parts */
	CU_ASSERT_EQUAL(open_changed(40, '-'), PROTO_NOT_GENUINE); /* coordinator */
	CU_ASSERT_EQUAL(open_changed(71, 1), PROTO_NOT_GENUINE);  /* its padding */
	CU_ASSERT_EQUAL(open_changed(72, '.'), PROTO_NOT_GENUINE); /* round */
	CU_ASSERT_EQUAL(open_changed(135, 1), PROTO_NOT_GENUINE);
	CU_ASSERT_EQUAL(open_changed(168, 'x'), PROTO_NOT_GENUINE); /* node */
	CU_ASSERT_EQUAL(open_changed(170, 1), PROTO_NOT_GENUINE);  /* zeros */
	CU_ASSERT_EQUAL(open_changed(175, 1), PROTO_NOT_GENUINE);
	CU_ASSERT_EQUAL(open_changed(176, 0), PROTO_NOT_GENUINE);  /* sequence 0 */
	CU_ASSERT_EQUAL(open_changed(183, 0x80), PROTO_NOT_GENUINE); /* sequence 2^63 */
	CU_ASSERT_EQUAL(open_changed(191, 0x80), PROTO_NOT_GENUINE); /* total 2^63 */
	CU_ASSERT_EQUAL(open_changed(256, 2), PROTO_NOT_GENUINE);  /* part id */
	CU_ASSERT_EQUAL(open_changed(260, 0), PROTO_OK);           /* a digest is any bytes */
}

static void
peek_reads_only_whole_layouts(void)
{
	uint8_t bytes[PROTO_HEADER_BYTES + 1] = {0};
	struct proto_header header;
	char country[PROTO_COUNTRY_TEXT] = "??";

	make(&header, bytes);
	CU_ASSERT_FALSE(proto_header_peek(country, bytes, PROTO_HEADER_BYTES - 1));
	CU_ASSERT_FALSE(proto_header_peek(country, bytes, PROTO_HEADER_BYTES + 1));
	bytes[0] ^= 1;
	CU_ASSERT_FALSE(proto_header_peek(country, bytes, PROTO_HEADER_BYTES));
	CU_ASSERT_STRING_EQUAL(country, "??");
}

static const struct suite_case cases[] = {
	{"what is signed is read back", what_is_signed_is_read_back},
	{"another node's key is refused", another_nodes_key_is_refused},
	{"a wrong layout is refused even when signed", a_wrong_layout_is_refused_even_when_signed},
	{"peek reads only whole layouts", peek_reads_only_whole_layouts},
	{NULL, NULL},
};

int
main(void)
{
	int status;

	wire_init(&wire, "REGION-1", 1);
	wire_node(&xa, "XA");
	wire_node(&xb, "XB");
	wire_manifest_opened(&manifest, &wire, WIRE_ROUND);
	status = suite_run("proto.header", cases);
	proto_manifest_wipe(&manifest);
	wire_wipe(&wire);
	return status;
}
