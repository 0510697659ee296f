#include "proto/receipt.h"

#include <string.h>

#include "support/suite.h"
#include "support/wire.h"

static struct wire wire, other;
static struct wire_node node;
static struct proto_manifest manifest;
static struct proto_header header;
static uint8_t header_bytes[PROTO_HEADER_BYTES];

static enum proto_code
opens(struct proto_receipt *ret_receipt, const struct proto_receipt *receipt, const struct proto_trust *trust)
{
	struct proto_buffer bytes = {0};
	enum proto_code code;

	code = proto_receipt_sign(&bytes, receipt, &wire.signer[PROTO_PURPOSE_RECEIPT], NULL);
	if (code == PROTO_OK)
		code = proto_receipt_open(ret_receipt, bytes.data, bytes.len, trust, NULL);
	proto_buffer_wipe(&bytes);
	return code;
}

static void
what_is_signed_is_opened_and_matches_its_header(void)
{
	struct proto_receipt receipt = wire_receipt(&header, header_bytes), again;

	CU_ASSERT_EQUAL_FATAL(opens(&again, &receipt, &wire.trust), PROTO_OK);
	CU_ASSERT_EQUAL(memcmp(&again, &receipt, sizeof(again)), 0);
	CU_ASSERT_EQUAL(proto_receipt_matches(&again, header_bytes, sizeof(header_bytes), NULL), PROTO_OK);
}

static void
another_header_does_not_match(void)
{
	struct proto_receipt receipt = wire_receipt(&header, header_bytes);
	struct proto_header changed = header;
	uint8_t bytes[PROTO_HEADER_BYTES];

	changed.sequence++;
	proto_header_sign(bytes, &changed, node.signing_secret);
	CU_ASSERT_EQUAL(proto_receipt_matches(&receipt, bytes, sizeof(bytes), NULL), PROTO_NOT_GENUINE);
	CU_ASSERT_EQUAL(proto_receipt_matches(&receipt, header_bytes, sizeof(header_bytes) - 1, NULL), PROTO_NOT_GENUINE);
	changed = header;
	changed.country_part[0] ^= 1; /* only the digest tells */
	proto_header_sign(bytes, &changed, node.signing_secret);
	CU_ASSERT_EQUAL(proto_receipt_matches(&receipt, bytes, sizeof(bytes), NULL), PROTO_NOT_GENUINE);
}

/* The digest is right, but what people read beside it is not. */
static void
a_receipt_that_contradicts_its_header_does_not_match(void)
{
	struct proto_receipt receipt = wire_receipt(&header, header_bytes);

	receipt.total++;
	CU_ASSERT_EQUAL(proto_receipt_matches(&receipt, header_bytes, sizeof(header_bytes), NULL), PROTO_NOT_GENUINE);
	receipt = wire_receipt(&header, header_bytes);
	receipt.sequence++;
	CU_ASSERT_EQUAL(proto_receipt_matches(&receipt, header_bytes, sizeof(header_bytes), NULL), PROTO_NOT_GENUINE);
	receipt = wire_receipt(&header, header_bytes);
	receipt.head[0] ^= 1;
	CU_ASSERT_EQUAL(proto_receipt_matches(&receipt, header_bytes, sizeof(header_bytes), NULL), PROTO_NOT_GENUINE);
	receipt = wire_receipt(&header, header_bytes);
	receipt.manifest[0] ^= 1;
	CU_ASSERT_EQUAL(proto_receipt_matches(&receipt, header_bytes, sizeof(header_bytes), NULL), PROTO_NOT_GENUINE);
	receipt = wire_receipt(&header, header_bytes);
	memcpy(receipt.round, "TIP_TINY.2023-Q1.r1", 20);
	CU_ASSERT_EQUAL(proto_receipt_matches(&receipt, header_bytes, sizeof(header_bytes), NULL), PROTO_NOT_GENUINE);
	receipt = wire_receipt(&header, header_bytes);
	memcpy(receipt.node, "XB", 3);
	CU_ASSERT_EQUAL(proto_receipt_matches(&receipt, header_bytes, sizeof(header_bytes), NULL), PROTO_NOT_GENUINE);
}

static void
another_coordinators_receipt_is_refused(void)
{
	struct proto_receipt receipt = wire_receipt(&header, header_bytes), again;

	CU_ASSERT_EQUAL(opens(&again, &receipt, &other.trust), PROTO_NOT_GENUINE);
	memcpy(receipt.coordinator, "REGION-2", 9); /* signed by this one's key, naming the other */
	CU_ASSERT_EQUAL(opens(&again, &receipt, &wire.trust), PROTO_NOT_GENUINE);
}

static void
a_time_outside_the_keys_is_refused(void)
{
	struct proto_receipt receipt = wire_receipt(&header, header_bytes), again;

	receipt.accepted = WIRE_UNTIL;
	CU_ASSERT_EQUAL(opens(&again, &receipt, &wire.trust), PROTO_EXPIRED);
	receipt.accepted = -1;
	CU_ASSERT_EQUAL(opens(&again, &receipt, &wire.trust), PROTO_MALFORMED);
}

static void
wrong_fields_are_not_signed(void)
{
	struct proto_receipt receipt = wire_receipt(&header, header_bytes), again;

	receipt.sequence = 0;
	CU_ASSERT_EQUAL(opens(&again, &receipt, &wire.trust), PROTO_MALFORMED);
	receipt.sequence = UINT64_C(1) << 63;
	CU_ASSERT_EQUAL(opens(&again, &receipt, &wire.trust), PROTO_MALFORMED);
	receipt = wire_receipt(&header, header_bytes);
	receipt.node[0] = 'x';
	CU_ASSERT_EQUAL(opens(&again, &receipt, &wire.trust), PROTO_MALFORMED);
	receipt = wire_receipt(&header, header_bytes);
	receipt.round[0] = '.';
	CU_ASSERT_EQUAL(opens(&again, &receipt, &wire.trust), PROTO_MALFORMED);
}

static const struct suite_case cases[] = {
	{"what is signed is opened and matches its header", what_is_signed_is_opened_and_matches_its_header},
	{"another header does not match", another_header_does_not_match},
	{"a receipt that contradicts its header does not match", a_receipt_that_contradicts_its_header_does_not_match},
	{"another coordinator's receipt is refused", another_coordinators_receipt_is_refused},
	{"a time outside the key's is refused", a_time_outside_the_keys_is_refused},
	{"wrong fields are not signed", wrong_fields_are_not_signed},
	{NULL, NULL},
};

int
main(void)
{
	int status;

	wire_init(&wire, "REGION-1", 1);
	wire_init(&other, "REGION-2", 2);
	wire_node(&node, "XA");
	wire_manifest_opened(&manifest, &wire, WIRE_ROUND);
	header = wire_header(&manifest, "XA");
	proto_header_sign(header_bytes, &header, node.signing_secret);
	status = suite_run("proto.receipt", cases);
	proto_manifest_wipe(&manifest);
	wire_wipe(&wire);
	wire_wipe(&other);
	return status;
}
