#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "proto/fingerprint.h"
#include "proto/release.h"
#include "support/structures.h"
#include "support/suite.h"
#include "support/wire.h"

/*
 * Fixed keys give exactly the bytes of tests/vector/wire/NAME.hex. tests/vector/wire.py makes the same bytes
 * from PROTOCOL.md alone (hashlib, openssl), so this is not the code compared with itself.
 */
static struct wire wire;
static struct wire_node node;
static struct proto_header header;
static uint8_t header_bytes[PROTO_HEADER_BYTES];

static void
is_vector(const char *name, const void *data, size_t len)
{
	struct proto_buffer file, expected = {0};
	char path[256], *hex = malloc(2 * len + 1);
	size_t used;

	(void)snprintf(path, sizeof(path), "%s/tests/vector/wire/%s.hex", CHORALE_SOURCE_DIR, name);
	file = structures_read(path);
	expected.data = malloc(file.len);
	expected.cap = file.len;
	CU_ASSERT_EQUAL(sodium_hex2bin(expected.data, file.len, (const char *)file.data, file.len, "\n", &expected.len, NULL), 0);
	used = expected.len;
	CU_ASSERT_EQUAL(used, len);
	CU_ASSERT_TRUE(used == len && memcmp(expected.data, data, len) == 0);
	if (used != len || memcmp(expected.data, data, len) != 0)
		printf("\n%s\n%s\n", name, sodium_bin2hex(hex, 2 * len + 1, data, len));
	free(hex);
	proto_buffer_wipe(&expected);
	proto_buffer_wipe(&file);
}

static void
a_certificate(void)
{
	uint8_t bytes[PROTO_CERT_BYTES];

	proto_cert_encode(bytes, proto_trust_cert(&wire.trust, PROTO_PURPOSE_RECEIPT));
	is_vector("cert", bytes, sizeof(bytes));
}

static void
a_trust_bundle_and_the_roots_hash(void)
{
	is_vector("trust", wire.trust_bytes.data, wire.trust_bytes.len);
	is_vector("root_hash", wire.root_hash, PROTO_HASH);
}

static void
a_fingerprint(void)
{
	char text[PROTO_FINGERPRINT_TEXT];

	proto_fingerprint(text, wire.root, &node.keys);
	is_vector("fingerprint", text, strlen(text));
}

static void
a_header_its_digest_and_the_body(void)
{
	uint8_t hash[PROTO_HASH];

	is_vector("header", header_bytes, sizeof(header_bytes));
	proto_header_digest(hash, header_bytes, sizeof(header_bytes));
	is_vector("header_sha256", hash, sizeof(hash));
	proto_submission_body(hash, header.country_part);
	is_vector("body", hash, sizeof(hash));
}

static void
a_manifest_and_the_ledgers_names(void)
{
	struct proto_buffer bytes = wire_manifest_signed(&wire, WIRE_ROUND);
	struct proto_manifest manifest;
	uint8_t hash[PROTO_HASH];

	is_vector("manifest", bytes.data, bytes.len);
	wire_manifest_opened(&manifest, &wire, WIRE_ROUND);
	proto_manifest_round_hash(hash, &manifest);
	is_vector("round_hash", hash, sizeof(hash));
	proto_manifest_series_hash(hash, &manifest);
	is_vector("series_hash", hash, sizeof(hash));
	proto_manifest_wipe(&manifest);
	proto_buffer_wipe(&bytes);
}

static void
a_receipt(void)
{
	struct proto_receipt receipt = wire_receipt(&header, header_bytes);
	struct proto_buffer bytes = {0};
	struct proto_error error = {0};

	wire_must(proto_receipt_sign(&bytes, &receipt, &wire.signer[PROTO_PURPOSE_RECEIPT], &error), &error);
	is_vector("receipt", bytes.data, bytes.len);
	proto_buffer_wipe(&bytes);
}

static void
an_accepted_set_and_a_list_of_structures(void)
{
	struct proto_manifest manifest;
	struct proto_accepted accepted;
	struct proto_catalog catalog = wire_catalog(&wire);
	struct proto_buffer bytes = {0};
	struct proto_error error = {0};

	wire_manifest_opened(&manifest, &wire, WIRE_ROUND);
	accepted = wire_accepted(&manifest);
	wire_must(proto_accepted_sign(&bytes, &accepted, &wire.signer[PROTO_PURPOSE_ACCEPTED], &error), &error);
	is_vector("accepted", bytes.data, bytes.len);
	proto_buffer_wipe(&bytes);
	wire_must(proto_catalog_sign(&bytes, &catalog, &wire.signer[PROTO_PURPOSE_MANIFEST], &error), &error);
	is_vector("catalog", bytes.data, bytes.len);
	proto_buffer_wipe(&bytes);
	proto_catalog_wipe(&catalog);
	proto_accepted_wipe(&accepted);
	proto_manifest_wipe(&manifest);
}

static void
an_enrolment(void)
{
	struct proto_buffer bytes = {0};
	uint8_t secret[PROTO_SEED];
	struct proto_error error = {0};

	memset(secret, 5, sizeof(secret));
	wire_must(proto_enrol_request_encode(&bytes, "REGION-1", &node.keys, secret, node.signing_secret, &error), &error);
	is_vector("enrol", bytes.data, bytes.len);
	proto_buffer_wipe(&bytes);
}

static void
a_release_signature(void)
{
	static const char sums[] = "0123  measurements.csv\n";
	uint8_t signature[PROTO_SIGNATURE];
	struct proto_error error = {0};

	wire_must(proto_release_sign(signature, sums, strlen(sums), wire.secret[PROTO_PURPOSE_RELEASE], &error), &error);
	is_vector("release_sig", signature, sizeof(signature));
}

static const struct suite_case cases[] = {
	{"a certificate", a_certificate},
	{"a trust bundle and the root's hash", a_trust_bundle_and_the_roots_hash},
	{"a fingerprint", a_fingerprint},
	{"a header, its digest and the body", a_header_its_digest_and_the_body},
	{"a manifest and the ledger's names", a_manifest_and_the_ledgers_names},
	{"a receipt", a_receipt},
	{"an accepted set and a list of structures", an_accepted_set_and_a_list_of_structures},
	{"an enrolment", an_enrolment},
	{"a release's signature", a_release_signature},
	{NULL, NULL},
};

int
main(void)
{
	struct proto_manifest manifest;
	int status;

	wire_init(&wire, "REGION-1", 1);
	wire_node(&node, "XA");
	wire_manifest_opened(&manifest, &wire, WIRE_ROUND);
	header = wire_header(&manifest, "XA");
	memset(header.country_part, 5, PROTO_HASH);
	memset(header.previous, 6, PROTO_HASH);
	proto_header_sign(header_bytes, &header, node.signing_secret);
	proto_manifest_wipe(&manifest);
	status = suite_run("proto.wire vectors", cases);
	wire_wipe(&wire);
	return status;
}
