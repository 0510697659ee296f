#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "support/wire.h"

/*
 * test_fuzz_seeds DIR: writes the seeds of the wire's fuzz targets, DIR/TARGET/NAME, as in tests/fuzz/corpus. A target
 * that reads several messages takes a first byte that chooses one.
 */
static struct wire wire;
static struct wire_node node;
static struct proto_manifest manifest;
static struct proto_header header;
static uint8_t header_bytes[PROTO_HEADER_BYTES];
static struct proto_error error;
static const char *directory;

static void
save(const char *target, const char *name, const char *choice, struct proto_buffer *take_bytes)
{
	char path[4096];
	FILE *file;

	(void)snprintf(path, sizeof(path), "%s/%s", directory, target);
	(void)mkdir(path, 0777);
	(void)snprintf(path, sizeof(path), "%s/%s/%s", directory, target, name);
	if ((file = fopen(path, "wb")) == NULL) {
		perror(path);
		exit(1);
	}
	(void)fputs(choice, file);
	(void)fwrite(take_bytes->data, 1, take_bytes->len, file);
	if (fclose(file) != 0) {
		perror(path);
		exit(1);
	}
	proto_buffer_wipe(take_bytes);
}

/* The document alone, without the signed front. */
static void
save_document(const char *target, const char *name, const char *choice, struct proto_buffer *take_signed)
{
	struct proto_buffer document = {0};

	proto_buffer_put(&document, take_signed->data + PROTO_SIGNED_FRONT, take_signed->len - PROTO_SIGNED_FRONT);
	proto_buffer_wipe(take_signed);
	save(target, name, choice, &document);
}

static void
save_part(const char *name, const struct proto_attest *attest)
{
	struct dp_noisy *noisy = wire_noisy(&manifest);
	struct proto_buffer sealed = {0}, plain = {0};

	wire_must(proto_part_seal(&sealed, &manifest, &header, noisy, attest, &error), &error);
	proto_buffer_put(&plain, sealed.data, sealed.len - crypto_box_SEALBYTES);
	if (crypto_box_seal_open(plain.data, sealed.data, sealed.len, manifest.opening, wire.secret[PROTO_PURPOSE_OPENING]) != 0)
		abort();
	save("proto_part", name, "", &plain);
	proto_buffer_wipe(&sealed);
	dp_noise_free(noisy);
}

static void
save_submission(void)
{
	struct proto_receipt receipt = wire_receipt(&header, header_bytes);
	struct proto_accepted accepted = wire_accepted(&manifest);
	struct proto_catalog catalog = wire_catalog(&wire);
	struct proto_buffer bytes = {0};
	char reason[] = "a wrong budget";

	proto_buffer_put(&bytes, header_bytes, sizeof(header_bytes));
	save("proto_header", "header", "", &bytes);
	bytes = wire_manifest_signed(&wire, WIRE_ROUND);
	save_document("proto_manifest", "quarter", "", &bytes);
	bytes = wire_manifest_signed(&wire, "TIP_TINY.2023.r3");
	save_document("proto_manifest", "year", "", &bytes);
	save_part("records", &(struct proto_attest){false, NULL});
	save_part("counts", &(struct proto_attest){true, "the office of XA"});
	wire_must(proto_receipt_sign(&bytes, &receipt, &wire.signer[PROTO_PURPOSE_RECEIPT], &error), &error);
	save_document("proto_signed", "receipt", "0", &bytes);
	wire_must(proto_accepted_sign(&bytes, &accepted, &wire.signer[PROTO_PURPOSE_ACCEPTED], &error), &error);
	save_document("proto_signed", "accepted", "1", &bytes);
	accepted.entries = 0;
	accepted.aborted = true;
	accepted.reason = reason;
	wire_must(proto_accepted_sign(&bytes, &accepted, &wire.signer[PROTO_PURPOSE_ACCEPTED], &error), &error);
	save_document("proto_signed", "aborted", "1", &bytes);
	accepted.reason = NULL;
	wire_must(proto_catalog_sign(&bytes, &catalog, &wire.signer[PROTO_PURPOSE_MANIFEST], &error), &error);
	save_document("proto_signed", "catalog", "2", &bytes);
	wire_must(proto_receipt_sign(&bytes, &receipt, &wire.signer[PROTO_PURPOSE_RECEIPT], &error), &error);
	save("proto_signed", "front", "3", &bytes);
	proto_accepted_wipe(&accepted);
	proto_catalog_wipe(&catalog);
}

static void
save_enrolment(void)
{
	struct proto_invitation invitation = wire_invitation(&wire);
	struct proto_enrol_reply reply = {0};
	struct proto_buffer bytes = {0};

	proto_buffer_put(&bytes, wire.trust_bytes.data, wire.trust_bytes.len);
	save("proto_trust", "trust", "", &bytes);
	wire_must(proto_invitation_encode(&bytes, &invitation, &error), &error);
	save("proto_invitation", "invitation", "", &bytes);
	wire_must(proto_enrol_request_encode(&bytes, "REGION-1", &node.keys, invitation.secret, node.signing_secret, &error), &error);
	save("proto_enrol", "request", "0", &bytes);
	proto_buffer_text(&reply.trust, "trust");
	wire_must(proto_enrol_reply_encode(&bytes, &reply, &error), &error);
	save("proto_enrol", "pending", "1", &bytes);
	reply.approved = true;
	proto_buffer_text(&reply.certificate, "certificate");
	wire_must(proto_enrol_reply_encode(&bytes, &reply, &error), &error);
	save("proto_enrol", "approved", "1", &bytes);
	proto_enrol_reply_wipe(&reply);
	proto_invitation_wipe(&invitation);
}

static void
save_exchange(void)
{
	uint8_t known[2][PROTO_HASH] = {{1}, {2}};
	struct proto_sync_request request = {.any_receipt = true, .receipt_sequence = 3, .known = 2, .known_sha256 = known};
	struct proto_sync_reply reply = wire_sync_reply(&wire);
	struct proto_header_reply answer = {.want_body = true};
	struct proto_error late = {PROTO_LATE, "the round is closed", WIRE_ROUND};
	struct proto_buffer bytes = {0};

	wire_must(proto_sync_request_encode(&bytes, &request, &error), &error);
	save("proto_sync", "request", "0", &bytes);
	wire_must(proto_sync_reply_encode(&bytes, &reply, &error), &error);
	save("proto_sync", "reply", "1", &bytes);
	proto_sync_reply_wipe(&reply);
	wire_must(proto_header_reply_encode(&bytes, &answer, &error), &error);
	save("proto_reply", "want", "0", &bytes);
	answer.want_body = false;
	proto_buffer_text(&answer.receipt, "receipt");
	wire_must(proto_header_reply_encode(&bytes, &answer, &error), &error);
	save("proto_reply", "receipt", "0", &bytes);
	proto_header_reply_wipe(&answer);
	wire_must(proto_error_reply_encode(&bytes, &late, &error), &error);
	save("proto_reply", "error", "1", &bytes);
}

int
main(int argc, char **argv)
{
	if (argc != 2) {
		fprintf(stderr, "usage: %s DIR\n", argv[0]);
		return 2;
	}
	directory = argv[1];
	wire_init(&wire, "REGION-1", 1);
	wire_node(&node, "XA");
	wire_manifest_opened(&manifest, &wire, WIRE_ROUND);
	header = wire_header(&manifest, "XA");
	proto_header_sign(header_bytes, &header, node.signing_secret);
	save_submission();
	save_enrolment();
	save_exchange();
	proto_manifest_wipe(&manifest);
	wire_wipe(&wire);
	return 0;
}
