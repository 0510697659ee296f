#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "inside/decode.h"
#include "inside/layout.h"
#include "inside/manifest_document.h"
#include "inside/signed_view.h"
#include "support/hostile.h"
#include "support/suite.h"
#include "support/wire.h"

/*
 * THREATS W1, W3 and W6, and want of memory, for every message of the wire, through one table: what it is, a
 * valid one, and a function that decodes it and encodes what it decoded again. The linker sends
 * the rooms' calls of malloc, calloc and strdup here.
 */
void *__real_malloc(size_t size);
void *__real_calloc(size_t n, size_t size);
char *__real_strdup(const char *text);
void *__wrap_malloc(size_t size);
void *__wrap_calloc(size_t n, size_t size);
char *__wrap_strdup(const char *text);

static size_t left = SIZE_MAX; /* allocations until one fails */

static bool
fails(void)
{
	return left != SIZE_MAX && left-- == 0;
}

void *
__wrap_malloc(size_t size)
{
	return fails() ? NULL : __real_malloc(size);
}

void *
__wrap_calloc(size_t n, size_t size)
{
	return fails() ? NULL : __real_calloc(n, size);
}

char *
__wrap_strdup(const char *text)
{
	return fails() ? NULL : __real_strdup(text);
}

static struct wire wire, other;
static struct proto_manifest manifest;
static struct wire_node node;

/* The document inside signed bytes. */
static void
document_of(struct proto_buffer *ret_document, struct proto_buffer *take_signed)
{
	proto_buffer_put(ret_document, take_signed->data + PROTO_SIGNED_FRONT, take_signed->len - PROTO_SIGNED_FRONT);
	proto_buffer_wipe(take_signed);
}

static enum proto_code
again_manifest(struct proto_buffer *ret_again, const void *data, size_t len)
{
	struct proto_manifest decoded;
	enum proto_code code = proto_manifest_document_decode(&decoded, data, len, NULL);

	if (code == PROTO_OK) {
		code = proto_manifest_document_encode(ret_again, &decoded, NULL);
		proto_manifest_wipe(&decoded);
	}
	return code;
}

static enum proto_code
again_catalog(struct proto_buffer *ret_again, const void *data, size_t len)
{
	struct proto_buffer bytes = {0};
	struct proto_catalog decoded;
	enum proto_code code = proto_catalog_decode(&decoded, data, len, NULL);

	if (code == PROTO_OK) {
		code = proto_catalog_sign(&bytes, &decoded, &wire.signer[PROTO_PURPOSE_MANIFEST], NULL);
		proto_catalog_wipe(&decoded);
		if (code == PROTO_OK)
			document_of(ret_again, &bytes);
	}
	return code;
}

static enum proto_code
again_receipt(struct proto_buffer *ret_again, const void *data, size_t len)
{
	struct proto_buffer bytes = {0};
	struct proto_receipt decoded;
	enum proto_code code = proto_receipt_decode(&decoded, data, len, NULL);

	if (code == PROTO_OK) {
		code = proto_receipt_sign(&bytes, &decoded, &wire.signer[PROTO_PURPOSE_RECEIPT], NULL);
		if (code == PROTO_OK)
			document_of(ret_again, &bytes);
	}
	return code;
}

static enum proto_code
again_accepted(struct proto_buffer *ret_again, const void *data, size_t len)
{
	struct proto_buffer bytes = {0};
	struct proto_accepted decoded;
	enum proto_code code = proto_accepted_decode(&decoded, data, len, NULL);

	if (code == PROTO_OK) {
		code = proto_accepted_sign(&bytes, &decoded, &wire.signer[PROTO_PURPOSE_ACCEPTED], NULL);
		proto_accepted_wipe(&decoded);
		if (code == PROTO_OK)
			document_of(ret_again, &bytes);
	}
	return code;
}

static enum proto_code
again_trust(struct proto_buffer *ret_again, const void *data, size_t len)
{
	struct proto_trust decoded;
	enum proto_code code = proto_trust_open(&decoded, data, len, wire.root_hash, NULL);

	if (code == PROTO_OK) {
		code = proto_trust_encode(ret_again, &decoded, NULL);
		proto_trust_wipe(&decoded);
	}
	return code;
}

/* Sealed, so that a flipped bit never gets here; what its decoder takes it must take exactly. */
static enum proto_code
again_part(struct proto_buffer *ret_again, const void *data, size_t len)
{
	struct proto_part_context context;
	struct proto_part decoded;
	enum proto_code code = proto_part_decode(&decoded, &context, data, len, NULL);

	if (code == PROTO_OK) {
		proto_buffer_put(ret_again, data, len);
		proto_part_wipe(&decoded);
	}
	return code;
}

static enum proto_code
again_enrol_request(struct proto_buffer *ret_again, const void *data, size_t len)
{
	struct proto_enrol_request decoded;
	enum proto_code code = proto_enrol_request_decode(&decoded, "REGION-1", data, len, NULL);

	if (code == PROTO_OK)
		code = proto_enrol_request_encode(ret_again, "REGION-1", &decoded.keys, (const uint8_t[PROTO_SEED]){1},
		    node.signing_secret, NULL);
	return code;
}

static enum proto_code
again_enrol_reply(struct proto_buffer *ret_again, const void *data, size_t len)
{
	struct proto_enrol_reply decoded;
	enum proto_code code = proto_enrol_reply_decode(&decoded, data, len, NULL);

	if (code == PROTO_OK) {
		code = proto_enrol_reply_encode(ret_again, &decoded, NULL);
		proto_enrol_reply_wipe(&decoded);
	}
	return code;
}

static enum proto_code
again_sync_request(struct proto_buffer *ret_again, const void *data, size_t len)
{
	struct proto_sync_request decoded;
	enum proto_code code = proto_sync_request_decode(&decoded, data, len, NULL);

	if (code == PROTO_OK) {
		code = proto_sync_request_encode(ret_again, &decoded, NULL);
		proto_sync_request_wipe(&decoded);
	}
	return code;
}

static enum proto_code
again_sync_reply(struct proto_buffer *ret_again, const void *data, size_t len)
{
	struct proto_sync_reply decoded;
	enum proto_code code = proto_sync_reply_decode(&decoded, data, len, NULL);

	if (code == PROTO_OK) {
		code = proto_sync_reply_encode(ret_again, &decoded, NULL);
		proto_sync_reply_wipe(&decoded);
	}
	return code;
}

static enum proto_code
again_header_reply(struct proto_buffer *ret_again, const void *data, size_t len)
{
	struct proto_header_reply decoded;
	enum proto_code code = proto_header_reply_decode(&decoded, data, len, NULL);

	if (code == PROTO_OK) {
		code = proto_header_reply_encode(ret_again, &decoded, NULL);
		proto_header_reply_wipe(&decoded);
	}
	return code;
}

/* Text that is not ASCII, and codes that are not known, are changed on purpose. */
static enum proto_code
again_error_reply(struct proto_buffer *ret_again, const void *data, size_t len)
{
	struct proto_error decoded;
	enum proto_code code = proto_error_reply_decode(&decoded, data, len, NULL);

	if (code == PROTO_OK)
		proto_buffer_put(ret_again, data, len);
	return code;
}

static enum proto_code
open_manifest(const struct proto_trust *trust, const void *bytes, size_t len, struct proto_error *error)
{
	struct proto_manifest opened;
	enum proto_code code = proto_manifest_open(&opened, bytes, len, trust, error);

	if (code == PROTO_OK)
		proto_manifest_wipe(&opened);
	return code;
}

static enum proto_code
open_catalog(const struct proto_trust *trust, const void *bytes, size_t len, struct proto_error *error)
{
	struct proto_catalog opened;
	enum proto_code code = proto_catalog_open(&opened, bytes, len, trust, error);

	if (code == PROTO_OK)
		proto_catalog_wipe(&opened);
	return code;
}

static enum proto_code
open_receipt(const struct proto_trust *trust, const void *bytes, size_t len, struct proto_error *error)
{
	struct proto_receipt opened;

	return proto_receipt_open(&opened, bytes, len, trust, error);
}

static enum proto_code
open_accepted(const struct proto_trust *trust, const void *bytes, size_t len, struct proto_error *error)
{
	struct proto_accepted opened;
	enum proto_code code = proto_accepted_open(&opened, bytes, len, trust, error);

	if (code == PROTO_OK)
		proto_accepted_wipe(&opened);
	return code;
}

static struct message {
	const char *name;
	enum proto_code (*again)(struct proto_buffer *ret_again, const void *data, size_t len);
	enum proto_code (*open)(const struct proto_trust *trust, const void *bytes, size_t len, struct proto_error *error);
	struct proto_signed_kind kind;
	struct proto_buffer document;
} messages[] = {
	{.name = "manifest", again_manifest, open_manifest, {PROTO_PURPOSE_MANIFEST, PROTO_LABEL_MANIFEST, "m"}},
	{.name = "catalog", again_catalog, open_catalog, {PROTO_PURPOSE_MANIFEST, PROTO_LABEL_CATALOG, "c"}},
	{.name = "receipt", again_receipt, open_receipt, {PROTO_PURPOSE_RECEIPT, PROTO_LABEL_RECEIPT, "r"}},
	{.name = "accepted", again_accepted, open_accepted, {PROTO_PURPOSE_ACCEPTED, PROTO_LABEL_ACCEPTED, "a"}},
	{.name = "trust", again_trust},
	{.name = "part", again_part},
	{.name = "enrol request", again_enrol_request},
	{.name = "enrol reply", again_enrol_reply},
	{.name = "sync request", again_sync_request},
	{.name = "sync reply", again_sync_reply},
	{.name = "header reply", again_header_reply},
	{.name = "error reply", again_error_reply},
};
#define MESSAGES (sizeof(messages) / sizeof(messages[0]))

static struct proto_buffer
signed_by(const struct wire *by, const struct message *message, const struct proto_buffer *document)
{
	struct proto_buffer bytes = {0};

	CU_ASSERT_EQUAL_FATAL(proto_signed_pack(&bytes, &by->signer[message->kind.purpose], &message->kind, document->data,
	    document->len, NULL), PROTO_OK);
	return bytes;
}

static void
each_is_decoded_and_encoded_to_the_same_bytes(void)
{
	size_t i;

	for (i = 0; i < MESSAGES; i++) {
		struct proto_buffer again = {0};

		CU_ASSERT_EQUAL(messages[i].again(&again, messages[i].document.data, messages[i].document.len), PROTO_OK);
		CU_ASSERT_EQUAL(again.len, messages[i].document.len);
		CU_ASSERT_EQUAL(memcmp(again.data, messages[i].document.data, again.len), 0);
		if (messages[i].open != NULL) {
			struct proto_buffer bytes = signed_by(&wire, &messages[i], &messages[i].document);

			CU_ASSERT_EQUAL(messages[i].open(&wire.trust, bytes.data, bytes.len, NULL), PROTO_OK);
			proto_buffer_wipe(&bytes);
		}
		proto_buffer_wipe(&again);
	}
}

static size_t
odd_answer(const struct message *message, const struct proto_buffer *bytes, const char *what)
{
	struct proto_error error = {0};

	return message->open(&wire.trust, bytes->data, bytes->len, &error) != PROTO_NOT_GENUINE || strcmp(error.what, what) != 0;
}

static void
signed_bytes_cut_or_flipped_anywhere_get_one_answer(void)
{
	struct proto_error error;
	size_t i, j;

	for (i = 0; i < MESSAGES && messages[i].open != NULL; i++) {
		struct proto_buffer bytes = signed_by(&wire, &messages[i], &messages[i].document), cut = bytes;
		size_t odd = 0;

		CU_ASSERT_EQUAL(messages[i].open(&wire.trust, bytes.data, 0, &error), PROTO_NOT_GENUINE);
		for (cut.len = 0; cut.len < bytes.len; cut.len++)
			odd += odd_answer(&messages[i], &cut, error.what);
		for (j = 0; j < 8 * bytes.len; j++) {
			bytes.data[j / 8] ^= (uint8_t)(1 << j % 8);
			odd += odd_answer(&messages[i], &bytes, error.what);
			bytes.data[j / 8] ^= (uint8_t)(1 << j % 8);
		}
		CU_ASSERT_EQUAL(odd, 0);
		proto_buffer_wipe(&bytes);
	}
}

/* Refused, or taken for exactly what it says: never a third thing. */
static size_t
taken_for_something_else(const struct message *message, const uint8_t *data, size_t len)
{
	struct proto_buffer again = {0};
	enum proto_code code = message->again(&again, data, len);
	size_t odd = code == PROTO_OK ? again.len != len || (len > 0 && memcmp(again.data, data, len) != 0)
				      : code != PROTO_MALFORMED && code != PROTO_NOT_CANONICAL && code != PROTO_NOT_GENUINE &&
		code != PROTO_TOO_LARGE && code != PROTO_VERSION && code != PROTO_REFUSED && code != PROTO_STRUCTURE;

	proto_buffer_wipe(&again);
	return odd;
}

static void
bytes_cut_or_flipped_anywhere_are_refused_or_canonical(void)
{
	size_t i, j, odd;

	for (i = 0; i < MESSAGES; i++) {
		struct proto_buffer *bytes = &messages[i].document;

		for (odd = 0, j = 0; j < bytes->len; j++)
			odd += taken_for_something_else(&messages[i], bytes->data, j);
		for (j = 0; j < 8 * bytes->len; j++) {
			bytes->data[j / 8] ^= (uint8_t)(1 << j % 8);
			odd += taken_for_something_else(&messages[i], bytes->data, bytes->len);
			bytes->data[j / 8] ^= (uint8_t)(1 << j % 8);
		}
		CU_ASSERT_EQUAL(odd, 0);
		if (odd > 0)
			printf(" %s", messages[i].name);
	}
}

/* An enrolment holds nothing that is not under its signature. */
static void
an_enrolment_cut_or_flipped_anywhere_is_refused(void)
{
	struct proto_buffer *bytes = &messages[6].document, again = {0};
	size_t j, accepted = 0;

	CU_ASSERT_STRING_EQUAL_FATAL(messages[6].name, "enrol request");
	for (j = 0; j < bytes->len; j++)
		accepted += again_enrol_request(&again, bytes->data, j) == PROTO_OK;
	for (j = 0; j < 8 * bytes->len; j++) {
		bytes->data[j / 8] ^= (uint8_t)(1 << j % 8);
		accepted += again_enrol_request(&again, bytes->data, bytes->len) == PROTO_OK;
		bytes->data[j / 8] ^= (uint8_t)(1 << j % 8);
	}
	CU_ASSERT_EQUAL(accepted, 0);
}

static size_t mutants;

static void
refused_as_not_canonical(void *ctx, const char *name, const struct proto_buffer *mutant)
{
	const struct message *message = ctx;
	enum proto_code expected = strcmp(name, "a group") == 0 ? PROTO_MALFORMED : PROTO_NOT_CANONICAL, code;
	struct proto_buffer again = {0};

	mutants++;
	code = message->again(&again, mutant->data, mutant->len);
	if (code == expected && message->open != NULL) {
		struct proto_buffer bytes = signed_by(&wire, message, mutant);

		code = message->open(&wire.trust, bytes.data, bytes.len, NULL);
		proto_buffer_wipe(&bytes);
	}
	CU_ASSERT_EQUAL(code, expected);
	if (code != expected)
		printf(" %s, %s: %s", message->name, name, proto_error_name(code));
	proto_buffer_wipe(&again);
}

static void
other_encodings_are_refused_even_when_signed(void)
{
	size_t i;

	mutants = 0;
	for (i = 0; i < MESSAGES; i++)
		hostile_mutants(messages[i].document.data, messages[i].document.len, refused_as_not_canonical, &messages[i]);
	CU_ASSERT_TRUE(mutants > 10 * MESSAGES);
}

/* The same document under the keys of another coordinator, and this one's shown to another. */
static void
nothing_passes_from_one_coordinator_to_another(void)
{
	size_t i;

	for (i = 0; i < MESSAGES && messages[i].open != NULL; i++) {
		struct proto_buffer ours = signed_by(&wire, &messages[i], &messages[i].document);
		struct proto_buffer theirs = signed_by(&other, &messages[i], &messages[i].document);

		CU_ASSERT_EQUAL(messages[i].open(&other.trust, ours.data, ours.len, NULL), PROTO_NOT_GENUINE);
		CU_ASSERT_EQUAL(messages[i].open(&wire.trust, theirs.data, theirs.len, NULL), PROTO_NOT_GENUINE);
		/* their own key signs our document: the document names us */
		CU_ASSERT_EQUAL(messages[i].open(&other.trust, theirs.data, theirs.len, NULL), PROTO_NOT_GENUINE);
		proto_buffer_wipe(&ours);
		proto_buffer_wipe(&theirs);
	}
}

/* Every kind under the label of every other, signed by the key of its own purpose. */
static void
no_kind_is_taken_for_another(void)
{
	size_t i, j, taken = 0;

	for (i = 0; i < MESSAGES && messages[i].open != NULL; i++)
		for (j = 0; j < MESSAGES && messages[j].open != NULL; j++) {
			struct proto_buffer bytes = signed_by(&wire, &messages[i], &messages[j].document);

			taken += i != j && messages[j].open(&wire.trust, bytes.data, bytes.len, NULL) != PROTO_NOT_GENUINE;
			proto_buffer_wipe(&bytes);
		}
	CU_ASSERT_EQUAL(taken, 0);
}

/* The n-th allocation fails, for each n until none is left to fail. */
static void
without_memory_each_says_so(void)
{
	size_t i, n, odd;
	bool failed;

	for (i = 0; i < MESSAGES; i++) {
		for (odd = 0, n = 0, failed = true; failed; n++) {
			struct proto_buffer again = {0};
			enum proto_code code;

			left = n;
			code = messages[i].again(&again, messages[i].document.data, messages[i].document.len);
			failed = left == SIZE_MAX;
			left = SIZE_MAX;
			if (again.failed) /* this test's own copy */
				code = PROTO_MEMORY;
			odd += code != (failed ? PROTO_MEMORY : PROTO_OK);
			proto_buffer_wipe(&again);
		}
		CU_ASSERT_TRUE(n > 2);
		CU_ASSERT_EQUAL(odd, 0);
		if (odd > 0)
			printf(" %s", messages[i].name);
	}
}

static const struct suite_case cases[] = {
	{"each is decoded and encoded to the same bytes", each_is_decoded_and_encoded_to_the_same_bytes},
	{"signed bytes cut or flipped anywhere get one answer", signed_bytes_cut_or_flipped_anywhere_get_one_answer},
	{"bytes cut or flipped anywhere are refused or canonical", bytes_cut_or_flipped_anywhere_are_refused_or_canonical},
	{"an enrolment cut or flipped anywhere is refused", an_enrolment_cut_or_flipped_anywhere_is_refused},
	{"other encodings are refused even when signed", other_encodings_are_refused_even_when_signed},
	{"nothing passes from one coordinator to another", nothing_passes_from_one_coordinator_to_another},
	{"no kind is taken for another", no_kind_is_taken_for_another},
	{"without memory each says so", without_memory_each_says_so},
	{NULL, NULL},
};

static void
make_signed_documents(void)
{
	struct proto_catalog catalog = wire_catalog(&wire);
	struct proto_accepted accepted = wire_accepted(&manifest);
	struct proto_header header = wire_header(&manifest, "XA");
	uint8_t bytes[PROTO_HEADER_BYTES];
	struct proto_receipt receipt;
	struct proto_buffer signed_bytes = wire_manifest_signed(&wire, WIRE_ROUND);
	struct proto_error error = {0};

	document_of(&messages[0].document, &signed_bytes);
	wire_must(proto_catalog_sign(&signed_bytes, &catalog, &wire.signer[PROTO_PURPOSE_MANIFEST], &error), &error);
	document_of(&messages[1].document, &signed_bytes);
	proto_header_sign(bytes, &header, node.signing_secret);
	receipt = wire_receipt(&header, bytes);
	wire_must(proto_receipt_sign(&signed_bytes, &receipt, &wire.signer[PROTO_PURPOSE_RECEIPT], &error), &error);
	document_of(&messages[2].document, &signed_bytes);
	wire_must(proto_accepted_sign(&signed_bytes, &accepted, &wire.signer[PROTO_PURPOSE_ACCEPTED], &error), &error);
	document_of(&messages[3].document, &signed_bytes);
	proto_catalog_wipe(&catalog);
	proto_accepted_wipe(&accepted);
}

static void
make_part(struct proto_buffer *ret_plain)
{
	static const struct proto_attest counted = {true, "the office of XA"};
	struct proto_header header = wire_header(&manifest, "XA");
	struct dp_noisy *noisy = wire_noisy(&manifest);
	struct proto_buffer sealed = {0};
	struct proto_error error = {0};

	wire_must(proto_part_seal(&sealed, &manifest, &header, noisy, &counted, &error), &error);
	proto_buffer_put(ret_plain, sealed.data, sealed.len - crypto_box_SEALBYTES);
	if (crypto_box_seal_open(ret_plain->data, sealed.data, sealed.len, manifest.opening, wire.secret[PROTO_PURPOSE_OPENING]) != 0)
		abort();
	proto_buffer_wipe(&sealed);
	dp_noise_free(noisy);
}

static void
make_the_rest(void)
{
	struct proto_enrol_reply enrol = {.approved = true};
	struct proto_sync_request sync = {.any_receipt = true, .receipt_sequence = 3, .known = 2};
	struct proto_sync_reply reply = wire_sync_reply(&wire);
	struct proto_header_reply header_reply = {0};
	struct proto_error error = {0}, shown = {PROTO_LATE, "the round is closed", WIRE_ROUND};
	uint8_t known[2][PROTO_HASH] = {{1}, {2}};

	proto_buffer_put(&messages[4].document, wire.trust_bytes.data, wire.trust_bytes.len);
	make_part(&messages[5].document);
	wire_must(proto_enrol_request_encode(&messages[6].document, "REGION-1", &node.keys, (const uint8_t[PROTO_SEED]){1},
		      node.signing_secret, &error), &error);
	proto_buffer_text(&enrol.trust, "trust");
	proto_buffer_text(&enrol.certificate, "certificate");
	wire_must(proto_enrol_reply_encode(&messages[7].document, &enrol, &error), &error);
	proto_enrol_reply_wipe(&enrol);
	sync.known_sha256 = known;
	wire_must(proto_sync_request_encode(&messages[8].document, &sync, &error), &error);
	wire_must(proto_sync_reply_encode(&messages[9].document, &reply, &error), &error);
	proto_sync_reply_wipe(&reply);
	proto_buffer_text(&header_reply.receipt, "receipt");
	wire_must(proto_header_reply_encode(&messages[10].document, &header_reply, &error), &error);
	proto_header_reply_wipe(&header_reply);
	wire_must(proto_error_reply_encode(&messages[11].document, &shown, &error), &error);
}

int
main(void)
{
	int status;
	size_t i;

	wire_init(&wire, "REGION-1", 1);
	wire_init(&other, "REGION-2", 2);
	wire_node(&node, "XA");
	wire_manifest_opened(&manifest, &wire, WIRE_ROUND);
	make_signed_documents();
	make_the_rest();
	status = suite_run("proto.hostile", cases);
	for (i = 0; i < MESSAGES; i++)
		proto_buffer_wipe(&messages[i].document);
	proto_manifest_wipe(&manifest);
	wire_wipe(&wire);
	wire_wipe(&other);
	return status;
}
