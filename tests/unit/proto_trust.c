#include "proto/trust.h"

#include <sodium.h>
#include <stdlib.h>
#include <string.h>

#include "support/suite.h"
#include "support/wire.h"

static struct wire wire, other;

/* Encodes what *trust says, and opens that. */
static enum proto_code
opens(const struct proto_trust *trust, const uint8_t *root_hash)
{
	struct proto_buffer bytes = {0};
	struct proto_trust again;
	enum proto_code code;

	CU_ASSERT_EQUAL_FATAL(proto_trust_encode(&bytes, trust, NULL), PROTO_OK);
	code = proto_trust_open(&again, bytes.data, bytes.len, root_hash, NULL);
	if (code == PROTO_OK)
		proto_trust_wipe(&again);
	proto_buffer_wipe(&bytes);
	return code;
}

static void
what_is_encoded_is_opened(void)
{
	const struct proto_buffer *bytes = &wire.trust_bytes;
	struct proto_trust trust;

	CU_ASSERT_EQUAL_FATAL(proto_trust_open(&trust, bytes->data, bytes->len, wire.root_hash, NULL), PROTO_OK);
	CU_ASSERT_STRING_EQUAL(trust.coordinator, "REGION-1");
	CU_ASSERT_STRING_EQUAL(trust.name, "A synthetic region");
	CU_ASSERT_STRING_EQUAL(trust.area, "XZ");
	CU_ASSERT_EQUAL(trust.certs, 6);
	CU_ASSERT_EQUAL(trust.ca.len, wire.trust.ca.len);
	CU_ASSERT_EQUAL(memcmp(proto_trust_cert(&trust, PROTO_PURPOSE_OPENING)->key, wire.key[PROTO_PURPOSE_OPENING], PROTO_PUBLIC), 0);
	proto_trust_wipe(&trust);
	CU_ASSERT_EQUAL(proto_trust_open(&trust, bytes->data, bytes->len, NULL, NULL), PROTO_OK);
	proto_trust_wipe(&trust);
}

static void
another_root_than_the_pinned_one_is_refused(void)
{
	CU_ASSERT_EQUAL(opens(&wire.trust, other.root_hash), PROTO_NOT_GENUINE);
	CU_ASSERT_EQUAL(opens(&other.trust, wire.root_hash), PROTO_NOT_GENUINE);
}

static void
a_certificate_of_another_root_or_coordinator_is_refused(void)
{
	struct proto_trust trust = wire.trust;

	trust.cert[1] = other.trust.cert[1];
	CU_ASSERT_EQUAL(opens(&trust, wire.root_hash), PROTO_NOT_GENUINE);
	trust = wire.trust;
	memcpy(trust.coordinator, "REGION-3", 9);
	CU_ASSERT_EQUAL(opens(&trust, wire.root_hash), PROTO_NOT_GENUINE);
	trust = wire.trust;
	trust.cert[2].key[0] ^= 1;
	CU_ASSERT_EQUAL(opens(&trust, wire.root_hash), PROTO_NOT_GENUINE);
}

static void
another_ca_is_refused(void)
{
	struct proto_trust trust = wire.trust;

	trust.ca.len--;
	CU_ASSERT_EQUAL(opens(&trust, wire.root_hash), PROTO_NOT_GENUINE);
	trust = wire.trust;
	trust.certs = 5; /* without the CA's */
	CU_ASSERT_EQUAL(opens(&trust, wire.root_hash), PROTO_NOT_GENUINE);
}

static void
the_newest_certificate_of_a_purpose_is_its_last(void)
{
	struct proto_trust trust = wire.trust;
	struct proto_cert renewed = wire.trust.cert[5];

	renewed.from += 1;
	CU_ASSERT_EQUAL(proto_cert_sign(&renewed, wire.root_secret, NULL), PROTO_OK);
	trust.cert[6] = renewed;
	trust.certs = 7;
	CU_ASSERT_EQUAL(opens(&trust, wire.root_hash), PROTO_OK);
	CU_ASSERT_EQUAL(proto_trust_cert(&trust, PROTO_PURPOSE_CA)->from, renewed.from);
	trust.cert[6] = wire.trust.cert[5]; /* the same once more */
	CU_ASSERT_EQUAL(opens(&trust, wire.root_hash), PROTO_NOT_CANONICAL);
	trust.cert[6] = wire.trust.cert[0]; /* out of order */
	CU_ASSERT_EQUAL(opens(&trust, wire.root_hash), PROTO_NOT_CANONICAL);
	trust.certs = 9;
	CU_ASSERT_EQUAL(proto_trust_encode(&(struct proto_buffer){0}, &trust, NULL), PROTO_INTERNAL);
}

static void
a_bundle_without_a_name_or_an_area_is_refused(void)
{
	struct proto_trust trust = wire.trust;

	trust.name = NULL;
	CU_ASSERT_EQUAL(opens(&trust, wire.root_hash), PROTO_MALFORMED);
	trust = wire.trust;
	trust.area[0] = '\0';
	CU_ASSERT_EQUAL(opens(&trust, wire.root_hash), PROTO_MALFORMED);
}

static void
every_cut_and_flip_of_what_is_certified_is_refused(void)
{
	struct proto_buffer *bytes = &wire.trust_bytes, cut = *bytes;
	size_t i, changed = 0;

	for (i = 0; i < 8 * bytes->len; i++) {
		struct proto_trust trust;

		bytes->data[i / 8] ^= (uint8_t)(1 << i % 8);
		if (proto_trust_open(&trust, bytes->data, bytes->len, wire.root_hash, NULL) == PROTO_OK) {
			/* only the two fields that are shown and not signed */
			changed += strcmp(trust.name, wire.trust.name) == 0 && strcmp(trust.area, wire.trust.area) == 0;
			proto_trust_wipe(&trust);
		}
		bytes->data[i / 8] ^= (uint8_t)(1 << i % 8);
	}
	for (cut.len = 0; cut.len < bytes->len; cut.len++) {
		struct proto_trust trust;

		changed += proto_trust_open(&trust, cut.data, cut.len, wire.root_hash, NULL) == PROTO_OK;
	}
	CU_ASSERT_EQUAL(changed, 0);
}

static const struct suite_case cases[] = {
	{"what is encoded is opened", what_is_encoded_is_opened},
	{"another root than the pinned one is refused", another_root_than_the_pinned_one_is_refused},
	{"a certificate of another root or coordinator is refused", a_certificate_of_another_root_or_coordinator_is_refused},
	{"another CA is refused", another_ca_is_refused},
	{"the newest certificate of a purpose is its last", the_newest_certificate_of_a_purpose_is_its_last},
	{"a bundle without a name or an area is refused", a_bundle_without_a_name_or_an_area_is_refused},
	{"every cut and flip of what is certified is refused", every_cut_and_flip_of_what_is_certified_is_refused},
	{NULL, NULL},
};

int
main(void)
{
	int status;

	wire_init(&wire, "REGION-1", 1);
	wire_init(&other, "REGION-1", 2);
	status = suite_run("proto.trust", cases);
	wire_wipe(&wire);
	wire_wipe(&other);
	return status;
}
