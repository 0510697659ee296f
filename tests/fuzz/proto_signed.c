#include "fuzz.h"
#include "inside/decode.h"
#include "inside/signed_view.h"

/* The first byte chooses: the document of a receipt, an accepted set or a list of structures, or a signed front. */
static const uint8_t secret[PROTO_SECRET];

static struct proto_signer
signer(enum proto_purpose purpose)
{
	return (struct proto_signer){.cert = {.coordinator = "X", .purpose = purpose}, .secret = secret};
}

/* Strips the front off, and compares. */
static void
same_document(enum proto_code code, struct proto_buffer *take_signed, const uint8_t *data, size_t size)
{
	struct proto_buffer document = {0};

	if (code != PROTO_OK)
		abort();
	proto_buffer_put(&document, take_signed->data + PROTO_SIGNED_FRONT, take_signed->len - PROTO_SIGNED_FRONT);
	proto_buffer_wipe(take_signed);
	fuzz_same(PROTO_OK, &document, data, size);
}

static void
receipt(const uint8_t *data, size_t size)
{
	struct proto_signer by = signer(PROTO_PURPOSE_RECEIPT);
	struct proto_buffer again = {0};
	struct proto_receipt decoded;

	if (proto_receipt_decode(&decoded, data, size, NULL) == PROTO_OK)
		same_document(proto_receipt_sign(&again, &decoded, &by, NULL), &again, data, size);
}

static void
accepted(const uint8_t *data, size_t size)
{
	struct proto_signer by = signer(PROTO_PURPOSE_ACCEPTED);
	struct proto_buffer again = {0};
	struct proto_accepted decoded;

	if (proto_accepted_decode(&decoded, data, size, NULL) != PROTO_OK)
		return;
	same_document(proto_accepted_sign(&again, &decoded, &by, NULL), &again, data, size);
	proto_accepted_wipe(&decoded);
}

static void
catalog(const uint8_t *data, size_t size)
{
	struct proto_signer by = signer(PROTO_PURPOSE_MANIFEST);
	struct proto_buffer again = {0};
	struct proto_catalog decoded;

	if (proto_catalog_decode(&decoded, data, size, NULL) != PROTO_OK)
		return;
	same_document(proto_catalog_sign(&again, &decoded, &by, NULL), &again, data, size);
	proto_catalog_wipe(&decoded);
}

static void
front(const uint8_t *data, size_t size)
{
	static const struct proto_trust nobody = {.coordinator = "REGION-1"};
	static const struct proto_signed_kind kind = {PROTO_PURPOSE_RECEIPT, "chorale receipt v1", "receipt"};
	struct proto_signed_view view;

	if (proto_signed_view(&view, data, size, &nobody, &kind, NULL) == PROTO_OK)
		abort();
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static void (*const target[])(const uint8_t *, size_t) = {receipt, accepted, catalog, front};

	if (size > 0)
		target[data[0] % 4](data + 1, size - 1);
	return 0;
}
