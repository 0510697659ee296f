#include "proto/cert.h"

#include <sodium.h>
#include <string.h>

#include "support/suite.h"
#include "support/wire.h"

static struct wire wire;

static struct proto_cert
made(uint8_t bytes[static PROTO_CERT_BYTES])
{
	struct proto_cert cert = {.coordinator = "REGION-1", .purpose = PROTO_PURPOSE_RECEIPT, .from = 10, .until = 20};

	memset(cert.key, 9, PROTO_PUBLIC);
	CU_ASSERT_EQUAL(proto_cert_sign(&cert, wire.root_secret, NULL), PROTO_OK);
	proto_cert_encode(bytes, &cert);
	return cert;
}

static enum proto_code
opened(const uint8_t *bytes, size_t len)
{
	struct proto_cert cert;

	return proto_cert_open(&cert, bytes, len, wire.root, "REGION-1", PROTO_PURPOSE_RECEIPT, NULL);
}

static void
what_is_certified_is_read_back(void)
{
	uint8_t bytes[PROTO_CERT_BYTES];
	struct proto_cert cert = made(bytes), again;

	CU_ASSERT_EQUAL(proto_cert_open(&again, bytes, sizeof(bytes), wire.root, "REGION-1", PROTO_PURPOSE_RECEIPT, NULL), PROTO_OK);
	CU_ASSERT_STRING_EQUAL(again.coordinator, "REGION-1");
	CU_ASSERT_EQUAL(again.purpose, PROTO_PURPOSE_RECEIPT);
	CU_ASSERT_EQUAL(again.from, 10);
	CU_ASSERT_EQUAL(again.until, 20);
	CU_ASSERT_EQUAL(memcmp(again.key, cert.key, PROTO_PUBLIC), 0);
	CU_ASSERT_EQUAL(memcmp(again.signature, cert.signature, PROTO_SIGNATURE), 0);
}

static void
another_purpose_coordinator_or_root_gives_one_answer(void)
{
	uint8_t bytes[PROTO_CERT_BYTES], stranger[PROTO_PUBLIC], secret[PROTO_SECRET];
	struct proto_error error[3];
	struct proto_cert cert;

	(void)made(bytes);
	(void)crypto_sign_keypair(stranger, secret);
	CU_ASSERT_EQUAL(proto_cert_open(&cert, bytes, sizeof(bytes), wire.root, "REGION-1", PROTO_PURPOSE_MANIFEST, &error[0]), PROTO_NOT_GENUINE);
	CU_ASSERT_EQUAL(proto_cert_open(&cert, bytes, sizeof(bytes), wire.root, "REGION-2", PROTO_PURPOSE_RECEIPT, &error[1]), PROTO_NOT_GENUINE);
	CU_ASSERT_EQUAL(proto_cert_open(&cert, bytes, sizeof(bytes), stranger, "REGION-1", PROTO_PURPOSE_RECEIPT, &error[2]), PROTO_NOT_GENUINE);
	CU_ASSERT_STRING_EQUAL(error[0].what, error[1].what);
	CU_ASSERT_STRING_EQUAL(error[0].what, error[2].what);
}

static void
every_cut_and_flip_is_refused(void)
{
	uint8_t bytes[PROTO_CERT_BYTES + 1] = {0};
	size_t i, accepted = 0;

	(void)made(bytes);
	CU_ASSERT_EQUAL(opened(bytes, PROTO_CERT_BYTES), PROTO_OK);
	for (i = 0; i < 8 * PROTO_CERT_BYTES; i++) {
		bytes[i / 8] ^= (uint8_t)(1 << i % 8);
		accepted += opened(bytes, PROTO_CERT_BYTES) != PROTO_NOT_GENUINE;
		bytes[i / 8] ^= (uint8_t)(1 << i % 8);
	}
	for (i = 0; i <= PROTO_CERT_BYTES + 1; i++)
		accepted += i != PROTO_CERT_BYTES && opened(bytes, i) != PROTO_NOT_GENUINE;
	CU_ASSERT_EQUAL(accepted, 0);
}

/* Signs a layout that proto_cert_sign would refuse. */
static enum proto_code
open_changed(size_t at, uint8_t value)
{
	uint8_t bytes[PROTO_CERT_BYTES];

	(void)made(bytes);
	bytes[at] = value;
	(void)crypto_sign_detached(bytes + 120, NULL, bytes, 120, wire.root_secret);
	return opened(bytes, sizeof(bytes));
}

static void
a_wrong_layout_is_refused_even_when_signed(void)
{
	CU_ASSERT_EQUAL(open_changed(0, 'c'), PROTO_OK);
	CU_ASSERT_EQUAL(open_changed(0, 'd'), PROTO_NOT_GENUINE);
	CU_ASSERT_EQUAL(open_changed(31, 1), PROTO_NOT_GENUINE);
	CU_ASSERT_EQUAL(open_changed(63, 'X'), PROTO_NOT_GENUINE);
	CU_ASSERT_EQUAL(open_changed(64, 7), PROTO_NOT_GENUINE);
	CU_ASSERT_EQUAL(open_changed(64, 0), PROTO_NOT_GENUINE);
	CU_ASSERT_EQUAL(open_changed(71, 1), PROTO_NOT_GENUINE);
	CU_ASSERT_EQUAL(open_changed(72, 20), PROTO_NOT_GENUINE); /* from = until */
	CU_ASSERT_EQUAL(open_changed(79, 0x80), PROTO_NOT_GENUINE); /* from < 0 */
}

static void
fields_outside_their_domain_are_not_signed(void)
{
	struct proto_cert cert = {.coordinator = "REGION-1", .purpose = PROTO_PURPOSE_CA, .from = 20, .until = 20};

	CU_ASSERT_EQUAL(proto_cert_sign(&cert, wire.root_secret, NULL), PROTO_INTERNAL);
	cert.until = 21;
	CU_ASSERT_EQUAL(proto_cert_sign(&cert, wire.root_secret, NULL), PROTO_OK);
	memcpy(cert.coordinator, "-X", 3);
	CU_ASSERT_EQUAL(proto_cert_sign(&cert, wire.root_secret, NULL), PROTO_INTERNAL);
}

static void
time_is_from_inclusive_until_exclusive(void)
{
	uint8_t bytes[PROTO_CERT_BYTES];
	struct proto_cert cert = made(bytes);

	CU_ASSERT_FALSE(proto_cert_covers(&cert, 9));
	CU_ASSERT_TRUE(proto_cert_covers(&cert, 10));
	CU_ASSERT_TRUE(proto_cert_covers(&cert, 19));
	CU_ASSERT_FALSE(proto_cert_covers(&cert, 20));
}

static void
ids_and_countries_have_their_form(void)
{
	CU_ASSERT_TRUE(proto_keys_coordinator_id("A"));
	CU_ASSERT_TRUE(proto_keys_coordinator_id("EU-2-NORTH"));
	CU_ASSERT_TRUE(proto_keys_coordinator_id("ABCDEFGHIJKLMNOPQRSTUVWXYZ012345"));
	CU_ASSERT_FALSE(proto_keys_coordinator_id("ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456"));
	CU_ASSERT_FALSE(proto_keys_coordinator_id(""));
	CU_ASSERT_FALSE(proto_keys_coordinator_id("-A"));
	CU_ASSERT_FALSE(proto_keys_coordinator_id("A-"));
	CU_ASSERT_FALSE(proto_keys_coordinator_id("a"));
	CU_ASSERT_FALSE(proto_keys_coordinator_id("A_B"));
	CU_ASSERT_TRUE(proto_keys_country("XA"));
	CU_ASSERT_FALSE(proto_keys_country(""));
	CU_ASSERT_FALSE(proto_keys_country("X"));
	CU_ASSERT_FALSE(proto_keys_country("XAB"));
	CU_ASSERT_FALSE(proto_keys_country("xa"));
	CU_ASSERT_FALSE(proto_keys_country("X1"));
}

static const struct suite_case cases[] = {
	{"what is certified is read back", what_is_certified_is_read_back},
	{"another purpose, coordinator or root gives one answer", another_purpose_coordinator_or_root_gives_one_answer},
	{"every cut and flip is refused", every_cut_and_flip_is_refused},
	{"a wrong layout is refused even when signed", a_wrong_layout_is_refused_even_when_signed},
	{"fields outside their domain are not signed", fields_outside_their_domain_are_not_signed},
	{"time is from inclusive, until exclusive", time_is_from_inclusive_until_exclusive},
	{"ids and countries have their form", ids_and_countries_have_their_form},
	{NULL, NULL},
};

int
main(void)
{
	int status;

	wire_init(&wire, "REGION-1", 1);
	status = suite_run("proto.cert", cases);
	wire_wipe(&wire);
	return status;
}
