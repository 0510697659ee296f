#include "support/region.h"

#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "dp/rho.h"

#define COORDINATOR "TEST"
#define AREA "150"
#define OPENED 1700000000
#define CLOSED 1700086400
#define UNTIL 4000000000

static bool
done(const char *step, enum proto_code code, const struct proto_error *error)
{
	if (code != PROTO_OK)
		(void)fprintf(stderr, "region: %s: %s: %s: %s\n", step, proto_error_name(code), error->what, error->where);
	return code == PROTO_OK;
}

static bool
drawn(const char *step, enum dp_status status)
{
	if (status != DP_OK)
		(void)fprintf(stderr, "region: %s: status %d\n", step, (int)status);
	return status == DP_OK;
}

struct proto_signer
region_signer(const struct region *region, enum proto_purpose purpose)
{
	return (struct proto_signer){*proto_trust_cert(&region->trust, purpose), region->secret[purpose]};
}

/* Certificates must stand by purpose, ascending. */
static bool
make_trust(struct region *region)
{
	uint8_t root_public[PROTO_PUBLIC], root[PROTO_SECRET];
	struct proto_trust trust = {.certs = PROTO_PURPOSE_CA};
	struct proto_error error;
	bool ok = true;
	unsigned purpose;

	(void)crypto_sign_keypair(root_public, root);
	(void)snprintf(trust.coordinator, sizeof(trust.coordinator), COORDINATOR);
	(void)snprintf(trust.area, sizeof(trust.area), AREA);
	trust.name = strdup("Test region");
	memcpy(trust.root, root_public, PROTO_PUBLIC);
	proto_buffer_text(&trust.ca, "stands for a certificate");
	for (purpose = PROTO_PURPOSE_MANIFEST; ok && purpose <= PROTO_PURPOSE_CA; purpose++) {
		struct proto_cert *cert = &trust.cert[purpose - 1];

		(void)snprintf(cert->coordinator, sizeof(cert->coordinator), COORDINATOR);
		cert->purpose = (enum proto_purpose)purpose;
		cert->until = UNTIL;
		if (purpose == PROTO_PURPOSE_CA)
			(void)crypto_hash_sha256(cert->key, trust.ca.data, trust.ca.len);
		else if (purpose == PROTO_PURPOSE_OPENING)
			(void)crypto_box_keypair(cert->key, region->secret[purpose]);
		else
			(void)crypto_sign_keypair(cert->key, region->secret[purpose]);
		ok = done("certificate", proto_cert_sign(cert, root, &error), &error);
	}
	ok = ok && done("trust", proto_trust_encode(&region->trust_bytes, &trust, &error), &error) &&
	    done("trust", proto_trust_open(&region->trust, region->trust_bytes.data, region->trust_bytes.len, NULL, &error), &error);
	proto_trust_wipe(&trust);
	return ok;
}

static bool
make_plan(struct proto_manifest *manifest, const char *rho)
{
	struct proto_structure *structure = manifest->structure;
	struct dp_goal *goal = NULL;
	struct dp_plan_report report;
	size_t goals = 0;
	uint64_t units = 0;
	bool ok = drawn("rho", dp_rho_parse(&units, rho)) &&
	    drawn("workload", dp_plan_workload(&goal, &goals, &structure->domain, structure->figure, structure->tables, structure->keep));

	if (ok) {
		struct dp_plan_request request = {&structure->domain, structure->figure, structure->tables, goal, goals,
		    DP_OBJECTIVE_MAX, units};

		ok = drawn("plan", dp_plan_make(&manifest->plan, &report, &request));
		manifest->rho_units = report.rho_units;
	}
	free(goal);
	return ok;
}

static bool
make_offices(struct region *region, struct proto_manifest *manifest, const struct region_round *round)
{
	size_t i;

	region->office = calloc(round->countries, sizeof(*region->office));
	manifest->country = calloc(round->countries, sizeof(*manifest->country));
	if (region->office == NULL || manifest->country == NULL)
		return false;
	region->offices = manifest->countries = round->countries;
	for (i = 0; i < round->countries; i++) {
		struct region_office *office = &region->office[i];

		(void)snprintf(office->country, sizeof(office->country), "%s", round->country[i]);
		(void)crypto_sign_keypair(office->public, office->secret);
		(void)snprintf(manifest->country[i].country, sizeof(manifest->country[i].country), "%s", round->country[i]);
		manifest->country[i].name = strdup(round->country[i]);
		memcpy(manifest->country[i].signing, office->public, PROTO_PUBLIC);
	}
	return true;
}

bool
region_open(struct region *region, struct proto_structure *structure, const struct region_round *round)
{
	struct proto_manifest manifest = {.version = 1, .structure = structure, .opened = OPENED};
	struct proto_signer signer;
	struct proto_error error;
	bool ok;

	memset(region, 0, sizeof(*region));
	if (sodium_init() < 0 || !make_trust(region))
		return false;
	(void)snprintf(manifest.coordinator, sizeof(manifest.coordinator), COORDINATOR);
	(void)snprintf(manifest.area, sizeof(manifest.area), AREA);
	(void)snprintf(manifest.round_text, sizeof(manifest.round_text), "%s", round->round);
	memcpy(manifest.opening, proto_trust_cert(&region->trust, PROTO_PURPOSE_OPENING)->key, PROTO_PUBLIC);
	signer = region_signer(region, PROTO_PURPOSE_MANIFEST);
	ok = done("round", proto_round_parse(&manifest.round, round->round, &error), &error) && make_plan(&manifest, round->rho) &&
	    make_offices(region, &manifest, round) &&
	    done("manifest", proto_manifest_sign(&region->manifest_signed, &manifest, &signer, &error), &error) &&
	    done("manifest", proto_manifest_open(&region->manifest, region->manifest_signed.data, region->manifest_signed.len,
	        &region->trust, &error), &error);
	proto_manifest_wipe(&manifest);
	return ok;
}

/* Step 1 of a submission: reserve, draw, seal, sign; the entry's head goes into the header. */
static bool
prepare(struct region *region, struct region_office *office, struct dp_grant *grant, const struct dp_noisy *noisy)
{
	const struct proto_attest attest = {false, NULL};
	struct proto_header header = {.sequence = 1};
	struct dp_ledger_entry entry;
	uint8_t body[PROTO_HASH];
	struct proto_error error;

	(void)snprintf(header.coordinator, sizeof(header.coordinator), COORDINATOR);
	(void)snprintf(header.round, sizeof(header.round), "%s", region->manifest.round_text);
	(void)snprintf(header.node, sizeof(header.node), "%s", office->country);
	memcpy(header.manifest, region->manifest.sha256, PROTO_HASH);
	if (!done("seal", proto_part_seal(&office->sealed, &region->manifest, &header, noisy, &attest, &error), &error))
		return false;
	proto_part_digest(header.country_part, &office->sealed);
	proto_submission_body(body, header.country_part);
	if (!drawn("commit", dp_ledger_commit(&entry, grant, body)))
		return false;
	header.total = entry.total;
	memcpy(header.previous, entry.previous, PROTO_HASH);
	memcpy(header.head, entry.head, PROTO_HASH);
	proto_header_sign(office->header, &header, office->secret);
	return true;
}

static bool
acknowledge(struct region *region, struct region_office *office)
{
	struct proto_signer signer = region_signer(region, PROTO_PURPOSE_RECEIPT);
	struct proto_receipt receipt = {.sequence = 1, .total = region->manifest.rho_units, .accepted = CLOSED - 1};
	struct proto_header header;
	struct proto_error error;

	if (!done("header", proto_header_open(&header, office->header, sizeof(office->header), office->public, &error), &error))
		return false;
	(void)snprintf(receipt.coordinator, sizeof(receipt.coordinator), COORDINATOR);
	(void)snprintf(receipt.round, sizeof(receipt.round), "%s", region->manifest.round_text);
	(void)snprintf(receipt.node, sizeof(receipt.node), "%s", office->country);
	memcpy(receipt.manifest, region->manifest.sha256, PROTO_HASH);
	memcpy(receipt.head, header.head, PROTO_HASH);
	proto_header_digest(receipt.header, office->header, sizeof(office->header));
	return done("receipt", proto_receipt_sign(&office->receipt, &receipt, &signer, &error), &error);
}

bool
region_submit(struct region *region, size_t i, const struct dp_counts *counts, const struct dp_rng *rng)
{
	struct region_office *office = &region->office[i];
	const struct dp_ledger_caps caps = {DP_RHO_MAX, DP_RHO_MAX, DP_RHO_MAX, DP_RHO_MAX};
	struct dp_ledger_store store = memory_ledger_store(&office->ledger);
	struct dp_ledger_claim claim = {.year = region->manifest.round.period.year, .rho = region->manifest.rho_units,
	    .floor = region->manifest.rho_units};
	struct dp_grant *grant = NULL;
	struct dp_noisy *noisy = NULL;
	bool ok;

	proto_manifest_round_hash(claim.round, &region->manifest);
	proto_manifest_series_hash(claim.series, &region->manifest);
	ok = drawn("reserve", dp_ledger_reserve(&grant, &store, &caps, &claim)) &&
	    drawn("draw", dp_noise_apply(&noisy, &region->manifest.plan, counts, grant, rng)) &&
	    prepare(region, office, grant, noisy) && acknowledge(region, office);
	dp_noise_free(noisy);
	dp_ledger_grant_free(grant);
	return ok;
}

void
region_again(struct region *region)
{
	size_t i;

	for (i = 0; i < region->offices; i++) {
		proto_buffer_wipe(&region->office[i].sealed);
		proto_buffer_wipe(&region->office[i].receipt);
		memset(&region->office[i].ledger, 0, sizeof(region->office[i].ledger));
	}
}

static bool
sign_set(struct proto_buffer *ret_signed, const struct region *region)
{
	struct proto_signer signer = region_signer(region, PROTO_PURPOSE_ACCEPTED);
	struct proto_accepted accepted = {.closed = CLOSED};
	struct proto_error error;
	size_t i;
	bool ok;

	accepted.entry = calloc(region->offices, sizeof(*accepted.entry));
	if (accepted.entry == NULL)
		return false;
	(void)snprintf(accepted.coordinator, sizeof(accepted.coordinator), COORDINATOR);
	(void)snprintf(accepted.round, sizeof(accepted.round), "%s", region->manifest.round_text);
	memcpy(accepted.manifest, region->manifest.sha256, PROTO_HASH);
	for (i = 0; i < region->offices; i++) {
		struct proto_accepted_entry *entry = &accepted.entry[accepted.entries];

		if (region->office[i].receipt.len == 0)
			continue;
		memcpy(entry->country, region->office[i].country, sizeof(entry->country));
		entry->sequence = 1;
		entry->accepted = true;
		proto_header_digest(entry->header, region->office[i].header, sizeof(region->office[i].header));
		accepted.entries++;
	}
	ok = done("accepted", proto_accepted_sign(ret_signed, &accepted, &signer, &error), &error);
	proto_accepted_wipe(&accepted);
	return ok;
}

static bool
take_parts(struct coord_published *published, const struct region *region)
{
	struct proto_error error;
	size_t i, taken = 0;

	published->receipt = calloc(region->offices + 1, sizeof(*published->receipt));
	for (i = 0; i < region->offices; i++) {
		const struct region_office *office = &region->office[i];
		struct coord_area *area = coord_published_area(published, office->country);
		struct proto_header header;
		struct proto_part part = {0};

		if (office->receipt.len == 0)
			continue;
		if (!done("header", proto_header_open(&header, office->header, sizeof(office->header), office->public, &error), &error) ||
		    !done("part", proto_part_open(&part, &published->manifest, &header, &office->sealed,
		        region->secret[PROTO_PURPOSE_OPENING], &error), &error))
			return false;
		area->y = part.value;
		part.value = NULL;
		proto_part_wipe(&part);
		proto_buffer_put(&published->receipt[taken++], office->receipt.data, office->receipt.len);
	}
	return true;
}

bool
region_publish(struct coord_published *ret_published, const struct region *region)
{
	struct coord_published published = {.created = CLOSED};
	struct proto_error error;
	bool ok;

	proto_buffer_put(&published.trust_bytes, region->trust_bytes.data, region->trust_bytes.len);
	proto_buffer_put(&published.manifest_signed, region->manifest_signed.data, region->manifest_signed.len);
	(void)snprintf(published.id, sizeof(published.id), "%.56s.v1", region->manifest.round_text);
	ok = sign_set(&published.accepted_signed, region) &&
	    done("trust", proto_trust_open(&published.trust, published.trust_bytes.data, published.trust_bytes.len, NULL, &error), &error) &&
	    done("manifest", proto_manifest_open(&published.manifest, published.manifest_signed.data, published.manifest_signed.len,
	        &published.trust, &error), &error) &&
	    done("accepted", proto_accepted_open(&published.accepted, published.accepted_signed.data, published.accepted_signed.len,
	        &published.trust, &error), &error) &&
	    done("frame", coord_published_frame(&published, &error), &error) && take_parts(&published, region) &&
	    done("derive", coord_published_derive(&published, &error), &error);
	if (ok)
		*ret_published = published;
	else
		coord_published_wipe(&published);
	return ok;
}

void
region_close(struct region *region)
{
	size_t i;

	region_again(region);
	for (i = 0; i < region->offices; i++)
		sodium_memzero(region->office[i].secret, PROTO_SECRET);
	free(region->office);
	proto_buffer_wipe(&region->manifest_signed);
	proto_buffer_wipe(&region->trust_bytes);
	proto_manifest_wipe(&region->manifest);
	proto_trust_wipe(&region->trust);
	memset(region, 0, sizeof(*region));
}
