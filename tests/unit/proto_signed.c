#include "inside/signed_view.h"

#include <string.h>

#include "inside/layout.h"
#include "support/suite.h"
#include "support/wire.h"

static struct wire wire, stranger, namesake;

static const char text[] = "what was signed";

static const struct proto_signed_kind manifest = {PROTO_PURPOSE_MANIFEST, PROTO_LABEL_MANIFEST, "manifest"},
    list = {PROTO_PURPOSE_MANIFEST, PROTO_LABEL_CATALOG, "list of structures"},
    accepted_set = {PROTO_PURPOSE_ACCEPTED, PROTO_LABEL_ACCEPTED, "accepted set"},
    receipt = {PROTO_PURPOSE_RECEIPT, PROTO_LABEL_RECEIPT, "receipt"};

static struct proto_buffer
made(const struct wire *by, const struct proto_signed_kind *kind)
{
	struct proto_buffer bytes = {0};

	CU_ASSERT_EQUAL_FATAL(proto_signed_pack(&bytes, &by->signer[kind->purpose], kind, text, sizeof(text), NULL), PROTO_OK);
	return bytes;
}

static enum proto_code
opened(const struct proto_buffer *bytes, const struct proto_signed_kind *kind, struct proto_error *error)
{
	struct proto_signed_view view = {.len = 0};
	enum proto_code code = proto_signed_view(&view, bytes->data, bytes->len, &wire.trust, kind, error);

	if (code == PROTO_OK) {
		CU_ASSERT_EQUAL(view.len, sizeof(text));
		CU_ASSERT_EQUAL(memcmp(view.document, text, sizeof(text)), 0);
		CU_ASSERT_EQUAL(memcmp(view.cert.key, wire.key[kind->purpose], PROTO_PUBLIC), 0);
	} else
		CU_ASSERT_PTR_NULL(view.document);
	return code;
}

/* Two kinds may share a key; the label still keeps them apart. */
static void
each_kind_opens_its_own(void)
{
	static const struct proto_signed_kind *const kind[] = {&manifest, &list, &accepted_set, &receipt};
	size_t i, j;

	for (i = 0; i < 4; i++) {
		struct proto_buffer bytes = made(&wire, kind[i]);

		for (j = 0; j < 4; j++)
			CU_ASSERT_EQUAL(opened(&bytes, kind[j], NULL), i == j ? PROTO_OK : PROTO_NOT_GENUINE);
		proto_buffer_wipe(&bytes);
	}
}

/* A receipt key (online) dressed up with the manifest key's certificate, or signing under its own. */
static void
a_key_of_another_purpose_cannot_borrow_a_certificate(void)
{
	struct proto_signer thief = {wire.signer[PROTO_PURPOSE_MANIFEST].cert, wire.secret[PROTO_PURPOSE_RECEIPT]};
	struct proto_buffer bytes = {0};

	CU_ASSERT_EQUAL_FATAL(proto_signed_pack(&bytes, &thief, &manifest, text, sizeof(text), NULL), PROTO_OK);
	CU_ASSERT_EQUAL(opened(&bytes, &manifest, NULL), PROTO_NOT_GENUINE);
	proto_buffer_wipe(&bytes);
	thief = wire.signer[PROTO_PURPOSE_RECEIPT];
	thief.cert.purpose = PROTO_PURPOSE_MANIFEST; /* the root did not sign that */
	CU_ASSERT_EQUAL_FATAL(proto_signed_pack(&bytes, &thief, &manifest, text, sizeof(text), NULL), PROTO_OK);
	CU_ASSERT_EQUAL(opened(&bytes, &manifest, NULL), PROTO_NOT_GENUINE);
	proto_buffer_wipe(&bytes);
}

static void
another_coordinator_and_another_root_of_the_same_name_are_refused(void)
{
	struct proto_buffer a = made(&stranger, &manifest), b = made(&namesake, &manifest);
	struct proto_error error[2];

	CU_ASSERT_EQUAL(opened(&a, &manifest, &error[0]), PROTO_NOT_GENUINE);
	CU_ASSERT_EQUAL(opened(&b, &manifest, &error[1]), PROTO_NOT_GENUINE);
	CU_ASSERT_STRING_EQUAL(error[0].what, error[1].what);
	proto_buffer_wipe(&a);
	proto_buffer_wipe(&b);
}

static void
every_cut_flip_and_addition_is_refused(void)
{
	struct proto_buffer bytes = made(&wire, &receipt), cut = bytes;
	size_t i, accepted = 0;

	for (i = 0; i < 8 * bytes.len; i++) {
		bytes.data[i / 8] ^= (uint8_t)(1 << i % 8);
		accepted += opened(&bytes, &receipt, NULL) != PROTO_NOT_GENUINE;
		bytes.data[i / 8] ^= (uint8_t)(1 << i % 8);
	}
	for (cut.len = 0; cut.len < bytes.len; cut.len++)
		accepted += opened(&cut, &receipt, NULL) != PROTO_NOT_GENUINE;
	proto_buffer_put(&bytes, "", 1);
	accepted += opened(&bytes, &receipt, NULL) != PROTO_NOT_GENUINE;
	CU_ASSERT_EQUAL(accepted, 0);
	proto_buffer_wipe(&bytes);
}

static void
an_empty_document_can_be_signed(void)
{
	struct proto_buffer bytes = {0};
	struct proto_signed_view view;

	CU_ASSERT_EQUAL_FATAL(proto_signed_pack(&bytes, &wire.signer[PROTO_PURPOSE_RECEIPT], &receipt, NULL, 0, NULL), PROTO_OK);
	CU_ASSERT_EQUAL(bytes.len, PROTO_SIGNED_FRONT);
	CU_ASSERT_EQUAL(proto_signed_view(&view, bytes.data, bytes.len, &wire.trust, &receipt, NULL), PROTO_OK);
	CU_ASSERT_EQUAL(view.len, 0);
	proto_buffer_wipe(&bytes);
}

static void
a_key_of_another_purpose_is_not_used_to_sign(void)
{
	struct proto_buffer bytes = {0};

	CU_ASSERT_EQUAL(proto_signed_pack(&bytes, &wire.signer[PROTO_PURPOSE_RECEIPT], &manifest, text, sizeof(text), NULL), PROTO_INTERNAL);
	CU_ASSERT_PTR_NULL(bytes.data);
}

static const struct suite_case cases[] = {
	{"each kind opens its own", each_kind_opens_its_own},
	{"a key of another purpose cannot borrow a certificate", a_key_of_another_purpose_cannot_borrow_a_certificate},
	{"another coordinator, and another root of the same name, are refused", another_coordinator_and_another_root_of_the_same_name_are_refused},
	{"every cut, flip and addition is refused", every_cut_flip_and_addition_is_refused},
	{"an empty document can be signed", an_empty_document_can_be_signed},
	{"a key of another purpose is not used to sign", a_key_of_another_purpose_is_not_used_to_sign},
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
