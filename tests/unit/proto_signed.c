#include "proto/signed.h"

#include <string.h>

#include "support/suite.h"
#include "support/wire.h"

static struct wire wire, stranger, namesake;

static const char text[] = "what was signed";

static struct proto_buffer
made(const struct wire *by, enum proto_purpose purpose)
{
	struct proto_buffer bytes = {0};

	CU_ASSERT_EQUAL_FATAL(proto_signed_make(&bytes, &by->signer[purpose], text, sizeof(text), NULL), PROTO_OK);
	return bytes;
}

static enum proto_code
opened(const struct proto_buffer *bytes, enum proto_purpose purpose, struct proto_error *error)
{
	struct proto_buffer document = {0};
	enum proto_code code = proto_signed_open(&document, bytes->data, bytes->len, &wire.trust, purpose, error);

	if (code == PROTO_OK) {
		CU_ASSERT_EQUAL(document.len, sizeof(text));
		CU_ASSERT_EQUAL(memcmp(document.data, text, sizeof(text)), 0);
	} else
		CU_ASSERT_PTR_NULL(document.data);
	proto_buffer_wipe(&document);
	return code;
}

static void
each_signing_purpose_opens_its_own(void)
{
	static const enum proto_purpose purpose[] = {PROTO_PURPOSE_MANIFEST, PROTO_PURPOSE_ACCEPTED, PROTO_PURPOSE_RELEASE,
	    PROTO_PURPOSE_RECEIPT};
	size_t i, j;

	for (i = 0; i < 4; i++) {
		struct proto_buffer bytes = made(&wire, purpose[i]);

		for (j = 0; j < 4; j++)
			CU_ASSERT_EQUAL(opened(&bytes, purpose[j], NULL), i == j ? PROTO_OK : PROTO_NOT_GENUINE);
		proto_buffer_wipe(&bytes);
	}
}

/* A receipt key (online) dressed up with the manifest key's certificate, or signing under its own. */
static void
a_key_of_another_purpose_cannot_borrow_a_certificate(void)
{
	struct proto_signer thief = {wire.signer[PROTO_PURPOSE_MANIFEST].cert, wire.secret[PROTO_PURPOSE_RECEIPT]};
	struct proto_buffer bytes = {0};

	CU_ASSERT_EQUAL_FATAL(proto_signed_make(&bytes, &thief, text, sizeof(text), NULL), PROTO_OK);
	CU_ASSERT_EQUAL(opened(&bytes, PROTO_PURPOSE_MANIFEST, NULL), PROTO_NOT_GENUINE);
	proto_buffer_wipe(&bytes);
	thief = wire.signer[PROTO_PURPOSE_RECEIPT];
	thief.cert.purpose = PROTO_PURPOSE_MANIFEST; /* the root did not sign that */
	CU_ASSERT_EQUAL_FATAL(proto_signed_make(&bytes, &thief, text, sizeof(text), NULL), PROTO_OK);
	CU_ASSERT_EQUAL(opened(&bytes, PROTO_PURPOSE_MANIFEST, NULL), PROTO_NOT_GENUINE);
	proto_buffer_wipe(&bytes);
}

static void
another_coordinator_and_another_root_of_the_same_name_are_refused(void)
{
	struct proto_buffer a = made(&stranger, PROTO_PURPOSE_MANIFEST), b = made(&namesake, PROTO_PURPOSE_MANIFEST);
	struct proto_error error[2];

	CU_ASSERT_EQUAL(opened(&a, PROTO_PURPOSE_MANIFEST, &error[0]), PROTO_NOT_GENUINE);
	CU_ASSERT_EQUAL(opened(&b, PROTO_PURPOSE_MANIFEST, &error[1]), PROTO_NOT_GENUINE);
	CU_ASSERT_STRING_EQUAL(error[0].what, error[1].what);
	proto_buffer_wipe(&a);
	proto_buffer_wipe(&b);
}

static void
every_cut_flip_and_addition_is_refused(void)
{
	struct proto_buffer bytes = made(&wire, PROTO_PURPOSE_RECEIPT), cut = bytes;
	size_t i, accepted = 0;

	for (i = 0; i < 8 * bytes.len; i++) {
		bytes.data[i / 8] ^= (uint8_t)(1 << i % 8);
		accepted += opened(&bytes, PROTO_PURPOSE_RECEIPT, NULL) != PROTO_NOT_GENUINE;
		bytes.data[i / 8] ^= (uint8_t)(1 << i % 8);
	}
	for (cut.len = 0; cut.len < bytes.len; cut.len++)
		accepted += opened(&cut, PROTO_PURPOSE_RECEIPT, NULL) != PROTO_NOT_GENUINE;
	proto_buffer_put(&bytes, "", 1);
	accepted += opened(&bytes, PROTO_PURPOSE_RECEIPT, NULL) != PROTO_NOT_GENUINE;
	CU_ASSERT_EQUAL(accepted, 0);
	proto_buffer_wipe(&bytes);
}

static void
an_empty_document_can_be_signed(void)
{
	struct proto_buffer bytes = {0}, document = {0};

	CU_ASSERT_EQUAL_FATAL(proto_signed_make(&bytes, &wire.signer[PROTO_PURPOSE_RELEASE], NULL, 0, NULL), PROTO_OK);
	CU_ASSERT_EQUAL(bytes.len, PROTO_SIGNED_FRONT);
	CU_ASSERT_EQUAL(proto_signed_open(&document, bytes.data, bytes.len, &wire.trust, PROTO_PURPOSE_RELEASE, NULL), PROTO_OK);
	CU_ASSERT_EQUAL(document.len, 0);
	proto_buffer_wipe(&bytes);
}

static void
keys_that_sign_nothing_sign_nothing(void)
{
	struct proto_buffer bytes = {0};
	uint8_t signature[PROTO_SIGNATURE];

	CU_ASSERT_EQUAL(proto_signed_make(&bytes, &wire.signer[PROTO_PURPOSE_OPENING], text, sizeof(text), NULL), PROTO_INTERNAL);
	CU_ASSERT_EQUAL(proto_signed_make(&bytes, &wire.signer[PROTO_PURPOSE_CA], text, sizeof(text), NULL), PROTO_INTERNAL);
	CU_ASSERT_EQUAL(proto_signed_detach(signature, &wire.signer[PROTO_PURPOSE_CA], text, sizeof(text), NULL), PROTO_INTERNAL);
	CU_ASSERT_PTR_NULL(bytes.data);
}

static void
a_detached_signature_is_for_one_purpose_and_one_document(void)
{
	const uint8_t *key = wire.key[PROTO_PURPOSE_RELEASE];
	uint8_t signature[PROTO_SIGNATURE];

	CU_ASSERT_EQUAL_FATAL(proto_signed_detach(signature, &wire.signer[PROTO_PURPOSE_RELEASE], text, sizeof(text), NULL), PROTO_OK);
	CU_ASSERT_EQUAL(proto_signed_check(signature, key, PROTO_PURPOSE_RELEASE, text, sizeof(text), NULL), PROTO_OK);
	CU_ASSERT_EQUAL(proto_signed_check(signature, key, PROTO_PURPOSE_RELEASE, text, sizeof(text) - 1, NULL), PROTO_NOT_GENUINE);
	CU_ASSERT_EQUAL(proto_signed_check(signature, key, PROTO_PURPOSE_MANIFEST, text, sizeof(text), NULL), PROTO_NOT_GENUINE);
	key = wire.key[PROTO_PURPOSE_RECEIPT];
	CU_ASSERT_EQUAL(proto_signed_check(signature, key, PROTO_PURPOSE_RELEASE, text, sizeof(text), NULL), PROTO_NOT_GENUINE);
}

static const struct suite_case cases[] = {
	{"each signing purpose opens its own", each_signing_purpose_opens_its_own},
	{"a key of another purpose cannot borrow a certificate", a_key_of_another_purpose_cannot_borrow_a_certificate},
	{"another coordinator, and another root of the same name, are refused", another_coordinator_and_another_root_of_the_same_name_are_refused},
	{"every cut, flip and addition is refused", every_cut_flip_and_addition_is_refused},
	{"an empty document can be signed", an_empty_document_can_be_signed},
	{"keys that sign nothing sign nothing", keys_that_sign_nothing_sign_nothing},
	{"a detached signature is for one purpose and one document", a_detached_signature_is_for_one_purpose_and_one_document},
	{NULL, NULL},
};

int
main(void)
{
	int status;

	wire_init(&wire, "REGION-1", 1);
	wire_init(&stranger, "REGION-2", 2);
	wire_init(&namesake, "REGION-1", 3);
	status = suite_run("proto.signed", cases);
	wire_wipe(&wire);
	wire_wipe(&stranger);
	wire_wipe(&namesake);
	return status;
}
