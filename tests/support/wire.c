#include "support/wire.h"

#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "support/memory_ledger.h"

static const char tiny[] =
    "{\"agency\":\"CHORALE\",\"version\":\"1.0.0\",\"codelists\":{"
    "\"CL_FREQ\":{\"codes\":{\"A\":\"Yearly\",\"Q\":\"Quarterly\"}},"
    "\"CL_AREA\":{\"codes\":{\"XA\":\"Synthetic A\",\"XB\":\"Synthetic B\",\"XC\":\"Synthetic C\"}},"
    "\"CL_SEX\":{\"codes\":{\"F\":\"Female\",\"M\":\"Male\",\"_U\":\"Unknown\",\"_T\":\"Any\"}},"
    "\"CL_FORM\":{\"codes\":{\"LB\":\"Labor\",\"SX\":\"Sexual\",\"OT\":\"Other\",\"_U\":\"Unknown\",\"_T\":\"Any form\"}}},"
    "\"structures\":[{\"id\":\"TIP_TINY\",\"name\":\"A small structure\",\"unit\":\"person\",\"resolution\":[\"2\"],"
    "\"dimensions\":[[\"FREQ\",\"CL_FREQ\"],[\"REF_AREA\",\"CL_AREA\"],[\"SEX\",\"CL_SEX\"],[\"FORM\",\"CL_FORM\"]],"
    "\"time\":\"TIME_PERIOD\","
    "\"multi\":{\"FORM\":{\"max\":2,\"priority\":[\"LB\",\"SX\",\"OT\",\"_U\"]}},"
    "\"tables\":[{\"id\":\"T1\",\"group\":\"persons\",\"dims\":[\"SEX\"]},"
    "{\"id\":\"T2\",\"group\":\"FORM\",\"dims\":[\"FORM\",\"SEX\"]}],\"q_max\":1}]}";

void
wire_must(enum proto_code code, const struct proto_error *error)
{
	if (code != PROTO_OK) {
		fprintf(stderr, "fixture: %s: %s: %s\n", proto_error_name(code), error->where, error->what);
		abort();
	}
}

static void
must_dp(enum dp_status status)
{
	if (status != DP_OK) {
		fprintf(stderr, "fixture: dp status %d\n", (int)status);
		abort();
	}
}

static void
seed_keys(uint8_t ret_public[static PROTO_PUBLIC], uint8_t ret_secret[static PROTO_SECRET], uint8_t a, uint8_t b)
{
	uint8_t seed[PROTO_SEED];

	memset(seed, a, sizeof(seed));
	seed[0] = b;
	(void)crypto_sign_seed_keypair(ret_public, ret_secret, seed);
}

static const uint8_t ca_der[] = "stands for the DER of the CA's certificate";

static void
certify(struct wire *wire, enum proto_purpose purpose, const char *coordinator)
{
	struct proto_cert *cert = &wire->trust.cert[wire->trust.certs++];
	struct proto_error error = {0};

	*cert = (struct proto_cert){.purpose = purpose, .from = WIRE_FROM, .until = WIRE_UNTIL};
	(void)snprintf(cert->coordinator, sizeof(cert->coordinator), "%s", coordinator);
	memcpy(cert->key, wire->key[purpose], PROTO_PUBLIC);
	wire_must(proto_cert_sign(cert, wire->root_secret, &error), &error);
	wire->signer[purpose] = (struct proto_signer){*cert, wire->secret[purpose]};
}

void
wire_init(struct wire *wire, const char *coordinator, uint8_t seed)
{
	struct proto_error error = {0};
	enum proto_purpose purpose;

	if (sodium_init() < 0)
		abort();
	memset(wire, 0, sizeof(*wire));
	seed_keys(wire->root, wire->root_secret, seed, 0);
	for (purpose = PROTO_PURPOSE_MANIFEST; purpose <= PROTO_PURPOSE_CA; purpose++) {
		seed_keys(wire->key[purpose], wire->secret[purpose], seed, (uint8_t)purpose);
		if (purpose == PROTO_PURPOSE_OPENING)
			(void)crypto_scalarmult_base(wire->key[purpose], wire->secret[purpose]);
		if (purpose == PROTO_PURPOSE_CA)
			(void)crypto_hash_sha256(wire->key[purpose], ca_der, sizeof(ca_der));
		certify(wire, purpose, coordinator);
	}
	(void)snprintf(wire->trust.coordinator, sizeof(wire->trust.coordinator), "%s", coordinator);
	(void)snprintf(wire->trust.area, sizeof(wire->trust.area), "%s", "XZ");
	wire->trust.name = strdup("A synthetic region");
	memcpy(wire->trust.root, wire->root, PROTO_PUBLIC);
	proto_buffer_put(&wire->trust.ca, ca_der, sizeof(ca_der));
	proto_trust_root_hash(wire->root_hash, wire->root);
	wire_must(proto_trust_encode(&wire->trust_bytes, &wire->trust, &error), &error);
}

void
wire_wipe(struct wire *wire)
{
	proto_trust_wipe(&wire->trust);
	proto_buffer_wipe(&wire->trust_bytes);
}

void
wire_node(struct wire_node *node, const char *country)
{
	uint8_t sealing_secret[PROTO_SECRET];

	memset(node, 0, sizeof(*node));
	memcpy(node->keys.country, country, PROTO_COUNTRY_TEXT);
	seed_keys(node->keys.signing, node->signing_secret, (uint8_t)country[0], (uint8_t)country[1]);
	seed_keys(node->keys.sealing, sealing_secret, (uint8_t)country[1], (uint8_t)country[0]);
	(void)crypto_scalarmult_base(node->keys.sealing, sealing_secret);
	(void)crypto_hash_sha256(node->keys.tls, (const uint8_t *)country, PROTO_COUNTRY);
}

struct proto_structure *
wire_structure(void)
{
	struct proto_structure **set = NULL, *structure;
	struct proto_error error = {0};
	size_t structures = 0;

	wire_must(proto_structure_load_set(&set, &structures, tiny, strlen(tiny), NULL, "tiny", &error), &error);
	structure = set[0];
	free(set);
	return structure;
}

void
wire_manifest(struct proto_manifest *ret_manifest, const struct wire *wire, const char *round)
{
	static const char *const name[] = {"XA", "XB", "XC"};
	struct proto_manifest manifest = {.version = 1, .opened = WIRE_NOW, .closes = WIRE_NOW + 86400, .countries = 3};
	struct proto_structure *structure = wire_structure();
	struct proto_error error = {0};
	size_t i;

	(void)snprintf(manifest.coordinator, sizeof(manifest.coordinator), "%s", wire->trust.coordinator);
	(void)snprintf(manifest.area, sizeof(manifest.area), "%s", wire->trust.area);
	(void)snprintf(manifest.round_text, sizeof(manifest.round_text), "%s", round);
	wire_must(proto_round_parse(&manifest.round, round, &error), &error);
	manifest.structure = structure;
	must_dp(dp_plan_layout(&manifest.plan, &structure->domain, structure->figure, structure->tables));
	for (i = 0; i < manifest.plan.residuals; i++)
		manifest.plan.residual[i].s2 = (dp_u128)1000 * manifest.plan.residual[i].scale * manifest.plan.residual[i].scale << DP_S2_BITS;
	must_dp(dp_plan_rho(&manifest.rho_units, &manifest.plan));
	memcpy(manifest.opening, wire->key[PROTO_PURPOSE_OPENING], PROTO_PUBLIC);
	manifest.country = calloc(manifest.countries, sizeof(*manifest.country));
	for (i = 0; i < manifest.countries; i++) {
		struct wire_node node;

		wire_node(&node, name[i]);
		memcpy(manifest.country[i].country, name[i], PROTO_COUNTRY_TEXT);
		memcpy(manifest.country[i].signing, node.keys.signing, PROTO_PUBLIC);
		manifest.country[i].name = strdup("A synthetic country");
	}
	*ret_manifest = manifest;
}

struct proto_buffer
wire_manifest_signed(const struct wire *wire, const char *round)
{
	struct proto_manifest manifest;
	struct proto_buffer bytes = {0};
	struct proto_error error = {0};

	wire_manifest(&manifest, wire, round);
	wire_must(proto_manifest_sign(&bytes, &manifest, &wire->signer[PROTO_PURPOSE_MANIFEST], &error), &error);
	proto_manifest_wipe(&manifest);
	return bytes;
}

void
wire_manifest_opened(struct proto_manifest *ret_manifest, const struct wire *wire, const char *round)
{
	struct proto_buffer bytes = wire_manifest_signed(wire, round);
	struct proto_error error = {0};

	wire_must(proto_manifest_open(ret_manifest, bytes.data, bytes.len, &wire->trust, &error), &error);
	proto_buffer_wipe(&bytes);
}

struct proto_header
wire_header(const struct proto_manifest *manifest, const char *country)
{
	struct proto_header header = {.sequence = 1, .total = manifest->rho_units};

	memcpy(header.coordinator, manifest->coordinator, sizeof(header.coordinator));
	memcpy(header.round, manifest->round_text, sizeof(header.round));
	memcpy(header.manifest, manifest->sha256, PROTO_HASH);
	memcpy(header.node, country, PROTO_COUNTRY_TEXT);
	memset(header.head, 7, PROTO_HASH);
	return header;
}

struct dp_noisy *
wire_noisy(const struct proto_manifest *manifest)
{
	static const struct dp_ledger_caps caps = {UINT64_MAX, UINT64_MAX, UINT64_MAX, UINT64_MAX};
	const struct proto_structure *structure = manifest->structure;
	struct memory_ledger *ledger = calloc(1, sizeof(*ledger));
	struct dp_ledger_store store = memory_ledger_store(ledger);
	struct dp_ledger_claim claim = memory_ledger_claim(1, 1, 2023, manifest->rho_units);
	struct dp_counts *counts = NULL;
	struct dp_grant *grant = NULL;
	struct dp_noisy *noisy = NULL;
	struct dp_rng rng;

	must_dp(dp_counts_new(&counts, &structure->domain, structure->figure, structure->tables));
	must_dp(dp_ledger_reserve(&grant, &store, &caps, &claim));
	must_dp(dp_noise_entropy(&rng));
	must_dp(dp_noise_apply(&noisy, &manifest->plan, counts, grant, &rng));
	dp_noise_entropy_wipe(&rng);
	dp_ledger_grant_free(grant);
	dp_counts_free(counts);
	free(ledger);
	return noisy;
}

struct proto_receipt
wire_receipt(const struct proto_header *header, const uint8_t header_bytes[static PROTO_HEADER_BYTES])
{
	struct proto_receipt receipt = {.sequence = header->sequence, .total = header->total, .accepted = WIRE_NOW + 60};

	memcpy(receipt.coordinator, header->coordinator, sizeof(receipt.coordinator));
	memcpy(receipt.round, header->round, sizeof(receipt.round));
	memcpy(receipt.manifest, header->manifest, PROTO_HASH);
	memcpy(receipt.node, header->node, sizeof(receipt.node));
	memcpy(receipt.head, header->head, PROTO_HASH);
	proto_header_digest(receipt.header, header_bytes, PROTO_HEADER_BYTES);
	return receipt;
}

struct proto_accepted
wire_accepted(const struct proto_manifest *manifest)
{
	struct proto_accepted accepted = {.closed = WIRE_NOW + 3600, .entries = 2};

	memcpy(accepted.coordinator, manifest->coordinator, sizeof(accepted.coordinator));
	memcpy(accepted.round, manifest->round_text, sizeof(accepted.round));
	memcpy(accepted.manifest, manifest->sha256, PROTO_HASH);
	accepted.entry = calloc(accepted.entries, sizeof(*accepted.entry));
	accepted.entry[0] = (struct proto_accepted_entry){.country = "XA", .sequence = 1, .accepted = true};
	accepted.entry[1] = (struct proto_accepted_entry){.country = "XB", .sequence = 2, .reason = "late"};
	memset(accepted.entry[0].header, 3, PROTO_HASH);
	memset(accepted.entry[1].header, 4, PROTO_HASH);
	return accepted;
}

struct proto_catalog
wire_catalog(const struct wire *wire)
{
	struct proto_catalog catalog = {.issued = WIRE_NOW, .structures = 2};

	memcpy(catalog.coordinator, wire->trust.coordinator, sizeof(catalog.coordinator));
	catalog.sha256 = calloc(catalog.structures, sizeof(*catalog.sha256));
	memset(catalog.sha256[0], 1, PROTO_HASH);
	memset(catalog.sha256[1], 2, PROTO_HASH);
	return catalog;
}

static struct proto_buffer
bytes_of(const char *text)
{
	struct proto_buffer buffer = {0};

	proto_buffer_text(&buffer, text);
	return buffer;
}

struct proto_sync_reply
wire_sync_reply(const struct wire *wire)
{
	struct proto_sync_reply reply = {.bound = {true, 5, {9}, 1234567}, .receipt_known = true, .structures = 2, .rounds = 2};

	proto_buffer_put(&reply.trust, wire->trust_bytes.data, wire->trust_bytes.len);
	reply.structures_signed = bytes_of("a signed list");
	reply.structure = calloc(reply.structures, sizeof(*reply.structure));
	reply.structure[0] = bytes_of("{}");
	reply.structure[1] = bytes_of("{\"another\":1}");
	reply.round = calloc(reply.rounds, sizeof(*reply.round));
	reply.round[0] = (struct proto_sync_round){.round = WIRE_ROUND, .state = PROTO_ROUND_OPEN};
	reply.round[0].manifest = bytes_of("a signed manifest");
	reply.round[1] = (struct proto_sync_round){.round = "TIP_TINY.2022.r1", .state = PROTO_ROUND_CLOSED};
	reply.round[1].receipt = bytes_of("a receipt");
	reply.round[1].accepted = bytes_of("an accepted set");
	return reply;
}

struct proto_invitation
wire_invitation(const struct wire *wire)
{
	struct proto_invitation invitation = {.country = "XA", .expires = WIRE_NOW + 14 * 86400};

	memcpy(invitation.coordinator, wire->trust.coordinator, sizeof(invitation.coordinator));
	invitation.coordinator_name = strdup("A synthetic region");
	invitation.country_name = strdup("Synthetic \303\204");
	invitation.url = strdup("https://127.0.0.1:8443");
	memcpy(invitation.root_hash, wire->root_hash, PROTO_HASH);
	memset(invitation.secret, 5, sizeof(invitation.secret));
	proto_buffer_put(&invitation.trust, wire->trust_bytes.data, wire->trust_bytes.len);
	return invitation;
}
