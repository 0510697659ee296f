#include "proto/part.h"

#include <sodium.h>
#include <stdlib.h>
#include <string.h>

#include "chorale.pb-c.h"
#include "inside/layout.h"
#include "inside/strict.h"
#include "support/suite.h"
#include "support/wire.h"

static struct wire wire;
static struct proto_manifest manifest, other;
static const struct proto_attest records = {false, NULL};

static const uint8_t *
opening(void)
{
	return wire.secret[PROTO_PURPOSE_OPENING];
}

/* A header and its sealed part, by the book. */
static struct proto_buffer
seal(struct proto_header *header, const char *country, const struct proto_attest *attest)
{
	struct dp_noisy *noisy = wire_noisy(&manifest);
	struct proto_buffer sealed = {0};
	struct proto_error error = {0};

	*header = wire_header(&manifest, country);
	wire_must(proto_part_seal(&sealed, &manifest, header, noisy, attest, &error), &error);
	proto_part_digest(header->country_part, &sealed);
	dp_noise_free(noisy);
	return sealed;
}

static void
what_is_sealed_is_opened(void)
{
	struct dp_noisy *noisy = wire_noisy(&manifest);
	struct proto_header header = wire_header(&manifest, "XA");
	struct proto_buffer sealed = {0};
	struct proto_part part;
	const int64_t *value;
	size_t cells;

	CU_ASSERT_EQUAL_FATAL(proto_part_seal(&sealed, &manifest, &header, noisy, &records, NULL), PROTO_OK);
	proto_part_digest(header.country_part, &sealed);
	CU_ASSERT_EQUAL_FATAL(proto_part_open(&part, &manifest, &header, &sealed, opening(), NULL), PROTO_OK);
	value = dp_noise_values(noisy, &cells);
	CU_ASSERT_EQUAL(part.cells, cells);
	CU_ASSERT_EQUAL(part.cells, manifest.plan.cells);
	CU_ASSERT_EQUAL(memcmp(part.value, value, cells * sizeof(*value)), 0);
	CU_ASSERT_FALSE(part.aggregate);
	CU_ASSERT_PTR_NULL(part.attest);
	proto_part_wipe(&part);
	proto_buffer_wipe(&sealed);
	dp_noise_free(noisy);
}

static void
an_attestation_travels_with_it(void)
{
	static const struct proto_attest counted = {true, "the office of XA, at most 2 forms a person"};
	struct proto_header header;
	struct proto_buffer sealed = seal(&header, "XA", &counted);
	struct proto_part part;

	CU_ASSERT_EQUAL_FATAL(proto_part_open(&part, &manifest, &header, &sealed, opening(), NULL), PROTO_OK);
	CU_ASSERT_TRUE(part.aggregate);
	CU_ASSERT_STRING_EQUAL(part.attest, counted.text);
	proto_part_wipe(&part);
	proto_buffer_wipe(&sealed);
}

static void
a_body_that_the_header_does_not_name_is_refused(void)
{
	struct proto_header header, second;
	struct proto_buffer sealed = seal(&header, "XA", &records), changed = seal(&second, "XA", &records);
	struct proto_part part;

	CU_ASSERT_EQUAL(proto_part_open(&part, &manifest, &header, &changed, opening(), NULL), PROTO_NOT_GENUINE);
	proto_buffer_wipe(&changed);
	proto_buffer_wipe(&sealed);
}

/* The body of one node under the header of another: the digest fits, since the thief signs his own header. */
static void
a_body_copied_to_another_node_or_round_is_named(void)
{
	struct proto_header header, thief;
	struct proto_buffer sealed = seal(&header, "XA", &records);
	struct proto_error error = {0};
	struct proto_part part;

	thief = wire_header(&manifest, "XB");
	memcpy(thief.country_part, header.country_part, PROTO_HASH);
	CU_ASSERT_EQUAL(proto_part_open(&part, &manifest, &thief, &sealed, opening(), &error), PROTO_REFUSED);
	CU_ASSERT_PTR_NOT_NULL(strstr(error.what, "node"));
	thief = header;
	thief.sequence = 2;
	CU_ASSERT_EQUAL(proto_part_open(&part, &manifest, &thief, &sealed, opening(), &error), PROTO_REFUSED);
	CU_ASSERT_PTR_NOT_NULL(strstr(error.what, "sequence"));
	thief = wire_header(&other, "XA");
	memcpy(thief.country_part, header.country_part, PROTO_HASH);
	CU_ASSERT_EQUAL(proto_part_open(&part, &other, &thief, &sealed, opening(), &error), PROTO_REFUSED);
	CU_ASSERT_PTR_NOT_NULL(strstr(error.what, "round"));
	proto_buffer_wipe(&sealed);
}

static void
a_header_of_another_manifest_is_refused(void)
{
	struct proto_header header, changed;
	struct proto_buffer sealed = seal(&header, "XA", &records);
	struct dp_noisy *noisy = wire_noisy(&manifest);
	struct proto_buffer again = {0};
	struct proto_part part;

	CU_ASSERT_EQUAL(proto_part_open(&part, &other, &header, &sealed, opening(), NULL), PROTO_REFUSED);
	changed = header;
	changed.manifest[0] ^= 1;
	CU_ASSERT_EQUAL(proto_part_open(&part, &manifest, &changed, &sealed, opening(), NULL), PROTO_REFUSED);
	CU_ASSERT_EQUAL(proto_part_seal(&again, &manifest, &changed, noisy, &records, NULL), PROTO_REFUSED);
	changed = header;
	memcpy(changed.node, "XX", 3); /* not in the manifest */
	CU_ASSERT_EQUAL(proto_part_seal(&again, &manifest, &changed, noisy, &records, NULL), PROTO_REFUSED);
	changed = header;
	memcpy(changed.coordinator, "REGION-2", 9);
	CU_ASSERT_EQUAL(proto_part_seal(&again, &manifest, &changed, noisy, &records, NULL), PROTO_REFUSED);
	CU_ASSERT_PTR_NULL(again.data);
	dp_noise_free(noisy);
	proto_buffer_wipe(&sealed);
}

/* Seals any plaintext to any key under a header that names it. */
static enum proto_code
open_plain(const struct proto_buffer *plain, const uint8_t *public, struct proto_error *error)
{
	struct proto_header header = wire_header(&manifest, "XA");
	struct proto_buffer sealed = {0};
	struct proto_part part;
	enum proto_code code;

	sealed.cap = sealed.len = plain->len + crypto_box_SEALBYTES;
	sealed.data = malloc(sealed.cap);
	CU_ASSERT_PTR_NOT_NULL_FATAL(sealed.data);
	CU_ASSERT_EQUAL(crypto_box_seal(sealed.data, plain->data, plain->len, public), 0);
	proto_part_digest(header.country_part, &sealed);
	code = proto_part_open(&part, &manifest, &header, &sealed, opening(), error);
	if (code == PROTO_OK)
		proto_part_wipe(&part);
	proto_buffer_wipe(&sealed);
	return code;
}

static const struct proto_strict_kind kind = {&chorale__part__descriptor, "test", 1u << 20};

struct forged {
	Chorale__Part message;
	int64_t value[64];
};

static void
forge(struct forged *forged)
{
	static char label[] = PROTO_LABEL_PART, coordinator[] = "REGION-1", round[] = WIRE_ROUND, node[] = "XA";

	memset(forged->value, 0, sizeof(forged->value));
	chorale__part__init(&forged->message);
	forged->message.label = label;
	forged->message.coordinator = coordinator;
	forged->message.round = round;
	forged->message.manifest = proto_strict_view(manifest.sha256, PROTO_HASH);
	forged->message.node = node;
	forged->message.sequence = 1;
	forged->message.part = 1;
	forged->message.n_value = manifest.plan.cells;
	forged->message.value = forged->value;
}

static enum proto_code
open_forged(const struct forged *forged)
{
	struct proto_buffer plain = {0};
	enum proto_code code;

	CU_ASSERT_EQUAL_FATAL(proto_strict_encode(&plain, &kind, &forged->message.base, NULL), PROTO_OK);
	code = open_plain(&plain, manifest.opening, NULL);
	proto_buffer_wipe(&plain);
	return code;
}

static void
a_part_for_another_key_names_the_manifests(void)
{
	struct proto_error error = {0};
	struct proto_buffer plain = {0};
	struct wire_node node;
	char id[17];

	wire_node(&node, "XA");
	proto_buffer_text(&plain, "whatever");
	CU_ASSERT_EQUAL(open_plain(&plain, node.keys.sealing, &error), PROTO_NOT_GENUINE);
	(void)sodium_bin2hex(id, sizeof(id), manifest.opening, 8);
	CU_ASSERT_PTR_NOT_NULL(strstr(error.what, id));
	proto_buffer_wipe(&plain);
}

static void
wrong_fields_are_refused(void)
{
	static char wrong[] = "chorale part v2", lower[] = "xa", text[] = "who", long_text[PROTO_PART_ATTEST_MAX + 2];
	struct forged forged;

	memset(long_text, 'x', sizeof(long_text) - 1);
	CU_ASSERT_TRUE_FATAL(manifest.plan.cells <= 64);
	forge(&forged);
	CU_ASSERT_EQUAL(open_forged(&forged), PROTO_OK);
	forged.message.label = wrong;
	CU_ASSERT_EQUAL(open_forged(&forged), PROTO_MALFORMED);
	forge(&forged);
	forged.message.part = 2;
	CU_ASSERT_EQUAL(open_forged(&forged), PROTO_MALFORMED);
	forge(&forged);
	forged.message.node = lower;
	CU_ASSERT_EQUAL(open_forged(&forged), PROTO_MALFORMED);
	forge(&forged);
	forged.message.manifest.len = 31;
	CU_ASSERT_EQUAL(open_forged(&forged), PROTO_MALFORMED);
	forge(&forged);
	forged.message.aggregate = 1; /* without saying who attests */
	CU_ASSERT_EQUAL(open_forged(&forged), PROTO_MALFORMED);
	forge(&forged);
	forged.message.attest = text; /* attested, yet not aggregate */
	CU_ASSERT_EQUAL(open_forged(&forged), PROTO_MALFORMED);
	forge(&forged);
	forged.message.aggregate = 1;
	forged.message.attest = long_text; /* one byte more than a release carries for one country */
	CU_ASSERT_EQUAL(open_forged(&forged), PROTO_MALFORMED);
	forged.message.attest++;
	CU_ASSERT_EQUAL(open_forged(&forged), PROTO_OK);
	forge(&forged);
	forged.message.n_value--;
	CU_ASSERT_EQUAL(open_forged(&forged), PROTO_REFUSED);
}

static void
values_have_the_manifests_range(void)
{
	const struct dp_residual *residual = &manifest.plan.residual[manifest.plan.residuals - 1];
	int64_t most = (int64_t)((residual->scale << 32) + 20 * 32 * residual->scale); /* s2 = 1000 L^2: sd < 32 L */
	struct forged forged;

	forge(&forged);
	forged.value[residual->offset] = (int64_t)(residual->scale << 32);
	CU_ASSERT_EQUAL(open_forged(&forged), PROTO_OK);
	forged.value[residual->offset] = -(int64_t)(residual->scale << 32);
	CU_ASSERT_EQUAL(open_forged(&forged), PROTO_OK);
	forged.value[residual->offset] = most + 20;
	CU_ASSERT_EQUAL(open_forged(&forged), PROTO_REFUSED);
	forged.value[residual->offset] = -most - 20;
	CU_ASSERT_EQUAL(open_forged(&forged), PROTO_REFUSED);
	forged.value[residual->offset] = INT64_MAX;
	CU_ASSERT_EQUAL(open_forged(&forged), PROTO_REFUSED);
	forged.value[residual->offset] = INT64_MIN;
	CU_ASSERT_EQUAL(open_forged(&forged), PROTO_REFUSED);
}

static void
every_cut_and_every_flipped_byte_is_refused(void)
{
	struct proto_header header;
	struct proto_buffer sealed = seal(&header, "XA", &records), cut = sealed;
	size_t i, accepted = 0;
	struct proto_part part;

	for (i = 0; i < 8 * sealed.len; i++) {
		sealed.data[i / 8] ^= (uint8_t)(1 << i % 8);
		/* once as the header names it, once under a header that names the changed bytes */
		accepted += proto_part_open(&part, &manifest, &header, &sealed, opening(), NULL) == PROTO_OK;
		if (i % 8 == 0) {
			struct proto_header naming = header;

			proto_part_digest(naming.country_part, &sealed);
			accepted += proto_part_open(&part, &manifest, &naming, &sealed, opening(), NULL) != PROTO_NOT_GENUINE;
		}
		sealed.data[i / 8] ^= (uint8_t)(1 << i % 8);
	}
	for (cut.len = 0; cut.len < sealed.len; cut.len++) {
		struct proto_header naming = header;

		proto_part_digest(naming.country_part, &cut);
		accepted += proto_part_open(&part, &manifest, &naming, &cut, opening(), NULL) == PROTO_OK;
	}
	CU_ASSERT_EQUAL(accepted, 0);
	proto_buffer_wipe(&sealed);
}

static void
an_opening_key_of_small_order_is_not_sealed_to(void)
{
	struct proto_header header = wire_header(&manifest, "XA");
	struct dp_noisy *noisy = wire_noisy(&manifest);
	struct proto_buffer sealed = {0};
	uint8_t kept[PROTO_PUBLIC];

	memcpy(kept, manifest.opening, sizeof(kept));
	memset(manifest.opening, 0, sizeof(manifest.opening));
	CU_ASSERT_EQUAL(proto_part_seal(&sealed, &manifest, &header, noisy, &records, NULL), PROTO_REFUSED);
	CU_ASSERT_PTR_NULL(sealed.data);
	memcpy(manifest.opening, kept, sizeof(kept));
	dp_noise_free(noisy);
}

static const struct suite_case cases[] = {
	{"what is sealed is opened", what_is_sealed_is_opened},
	{"an attestation travels with it", an_attestation_travels_with_it},
	{"a body that the header does not name is refused", a_body_that_the_header_does_not_name_is_refused},
	{"a body copied to another node or round is named", a_body_copied_to_another_node_or_round_is_named},
	{"a header of another manifest is refused", a_header_of_another_manifest_is_refused},
	{"a part for another key names the manifest's", a_part_for_another_key_names_the_manifests},
	{"wrong fields are refused", wrong_fields_are_refused},
	{"values have the manifest's range", values_have_the_manifests_range},
	{"every cut and every flipped byte is refused", every_cut_and_every_flipped_byte_is_refused},
	{"an opening key of small order is not sealed to", an_opening_key_of_small_order_is_not_sealed_to},
	{NULL, NULL},
};

int
main(void)
{
	int status;

	wire_init(&wire, "REGION-1", 1);
	wire_manifest_opened(&manifest, &wire, WIRE_ROUND);
	wire_manifest_opened(&other, &wire, "TIP_TINY.2023-Q1.r1");
	status = suite_run("proto.part", cases);
	proto_manifest_wipe(&manifest);
	proto_manifest_wipe(&other);
	wire_wipe(&wire);
	return status;
}
