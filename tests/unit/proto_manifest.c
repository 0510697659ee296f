#include "proto/manifest.h"

#include <stdlib.h>
#include <string.h>

#include "support/suite.h"
#include "support/wire.h"

static struct wire wire, other;

static enum proto_code
signs(struct proto_manifest *manifest)
{
	struct proto_buffer bytes = {0};
	enum proto_code code = proto_manifest_sign(&bytes, manifest, &wire.signer[PROTO_PURPOSE_MANIFEST], NULL);

	proto_buffer_wipe(&bytes);
	return code;
}

static void
what_is_signed_is_opened(void)
{
	struct proto_buffer bytes = {0};
	struct proto_manifest manifest, again;
	size_t i;

	wire_manifest(&manifest, &wire, WIRE_ROUND);
	CU_ASSERT_EQUAL_FATAL(proto_manifest_sign(&bytes, &manifest, &wire.signer[PROTO_PURPOSE_MANIFEST], NULL), PROTO_OK);
	CU_ASSERT_EQUAL_FATAL(proto_manifest_open(&again, bytes.data, bytes.len, &wire.trust, NULL), PROTO_OK);
	CU_ASSERT_EQUAL(again.version, 1);
	CU_ASSERT_STRING_EQUAL(again.coordinator, "REGION-1");
	CU_ASSERT_STRING_EQUAL(again.area, "XZ");
	CU_ASSERT_STRING_EQUAL(again.round_text, WIRE_ROUND);
	CU_ASSERT_STRING_EQUAL(again.round.structure, "TIP_TINY");
	CU_ASSERT_EQUAL(again.opened, manifest.opened);
	CU_ASSERT_EQUAL(again.closes, manifest.closes);
	CU_ASSERT_EQUAL(again.rho_units, manifest.rho_units);
	CU_ASSERT_EQUAL(memcmp(again.sha256, manifest.sha256, PROTO_HASH), 0);
	CU_ASSERT_EQUAL(memcmp(again.opening, manifest.opening, PROTO_PUBLIC), 0);
	CU_ASSERT_EQUAL(memcmp(again.structure->sha256, manifest.structure->sha256, PROTO_HASH), 0);
	CU_ASSERT_EQUAL_FATAL(again.plan.residuals, manifest.plan.residuals);
	for (i = 0; i < again.plan.residuals; i++)
		CU_ASSERT_TRUE(again.plan.residual[i].s2 == manifest.plan.residual[i].s2);
	CU_ASSERT_EQUAL(again.countries, 3);
	CU_ASSERT_PTR_NOT_NULL(proto_manifest_find(&again, "XC"));
	CU_ASSERT_PTR_NULL(proto_manifest_find(&again, "XD"));
	CU_ASSERT_EQUAL(memcmp(proto_manifest_find(&again, "XB")->signing, manifest.country[1].signing, PROTO_PUBLIC), 0);
	proto_manifest_wipe(&manifest);
	proto_manifest_wipe(&again);
	proto_buffer_wipe(&bytes);
}

static void
a_price_that_is_not_the_plans_is_refused(void)
{
	struct proto_manifest manifest;

	wire_manifest(&manifest, &wire, WIRE_ROUND);
	manifest.rho_units--;
	CU_ASSERT_EQUAL(signs(&manifest), PROTO_REFUSED);
	manifest.rho_units += 2;
	CU_ASSERT_EQUAL(signs(&manifest), PROTO_REFUSED);
	manifest.rho_units--;
	CU_ASSERT_EQUAL(signs(&manifest), PROTO_OK);
	manifest.plan.residual[0].s2++; /* the smallest step: 2^-16 */
	CU_ASSERT_EQUAL(signs(&manifest), PROTO_REFUSED);
	proto_manifest_wipe(&manifest);
}

static void
a_plan_without_noise_or_beyond_its_room_is_refused(void)
{
	struct proto_manifest manifest;

	wire_manifest(&manifest, &wire, WIRE_ROUND);
	manifest.plan.residual[1].s2 = 0;
	CU_ASSERT_EQUAL(signs(&manifest), PROTO_REFUSED);
	manifest.plan.residual[1].s2 = ~(dp_u128)0;
	CU_ASSERT_EQUAL(signs(&manifest), PROTO_REFUSED);
	proto_manifest_wipe(&manifest);
	wire_manifest(&manifest, &wire, WIRE_ROUND);
	manifest.plan.residuals--;
	CU_ASSERT_EQUAL(signs(&manifest), PROTO_MALFORMED);
	manifest.plan.residuals++;
	proto_manifest_wipe(&manifest);
}

static void
a_round_of_another_structure_or_frequency_is_refused(void)
{
	struct proto_manifest manifest;

	wire_manifest(&manifest, &wire, "TIP_OTHER.2023-Q1.r0");
	CU_ASSERT_EQUAL(signs(&manifest), PROTO_REFUSED);
	proto_manifest_wipe(&manifest);
	wire_manifest(&manifest, &wire, "TIP_TINY.2023-01.r0"); /* has A and Q */
	CU_ASSERT_EQUAL(signs(&manifest), PROTO_REFUSED);
	proto_manifest_wipe(&manifest);
	wire_manifest(&manifest, &wire, "TIP_TINY.2023.r3");
	CU_ASSERT_EQUAL(signs(&manifest), PROTO_OK);
	memcpy(manifest.round_text, "TIP_TINY.2023.r03", 18);
	CU_ASSERT_EQUAL(signs(&manifest), PROTO_MALFORMED);
	proto_manifest_wipe(&manifest);
}

static void
countries_stand_once_in_order(void)
{
	struct proto_manifest manifest;

	wire_manifest(&manifest, &wire, WIRE_ROUND);
	memcpy(manifest.country[1].country, "XA", 3);
	CU_ASSERT_EQUAL(signs(&manifest), PROTO_MALFORMED);
	memcpy(manifest.country[1].country, "XD", 3);
	CU_ASSERT_EQUAL(signs(&manifest), PROTO_MALFORMED);
	memcpy(manifest.country[1].country, "x1", 3);
	CU_ASSERT_EQUAL(signs(&manifest), PROTO_MALFORMED);
	proto_manifest_wipe(&manifest);
}

static void
five_hundred_and_twelve_countries_fit(void)
{
	struct proto_manifest manifest;
	size_t i;

	wire_manifest(&manifest, &wire, WIRE_ROUND);
	manifest.country = realloc(manifest.country, 513 * sizeof(*manifest.country));
	CU_ASSERT_PTR_NOT_NULL_FATAL(manifest.country);
	for (i = 0; i < 513; i++) {
		if (i >= manifest.countries)
			manifest.country[i] = (struct proto_manifest_country){.name = strdup("X")};
		manifest.country[i].country[0] = (char)('A' + i / 26);
		manifest.country[i].country[1] = (char)('A' + i % 26);
		manifest.country[i].country[2] = '\0';
	}
	manifest.countries = 512;
	CU_ASSERT_EQUAL(signs(&manifest), PROTO_OK);
	manifest.countries = 513;
	CU_ASSERT_EQUAL(signs(&manifest), PROTO_TOO_LARGE);
	proto_manifest_wipe(&manifest);
}

static void
times_have_an_order(void)
{
	struct proto_manifest manifest;

	wire_manifest(&manifest, &wire, WIRE_ROUND);
	manifest.closes = manifest.opened;
	CU_ASSERT_EQUAL(signs(&manifest), PROTO_MALFORMED);
	manifest.closes = 0; /* until `round close` */
	CU_ASSERT_EQUAL(signs(&manifest), PROTO_OK);
	manifest.opened = -1;
	CU_ASSERT_EQUAL(signs(&manifest), PROTO_MALFORMED);
	proto_manifest_wipe(&manifest);
}

/* Signs by the first and opens under the second. */
static enum proto_code
opens(struct proto_manifest *manifest, const struct wire *by, const struct proto_trust *trust)
{
	struct proto_buffer bytes = {0};
	struct proto_manifest again;
	enum proto_code code;

	CU_ASSERT_EQUAL_FATAL(proto_manifest_sign(&bytes, manifest, &by->signer[PROTO_PURPOSE_MANIFEST], NULL), PROTO_OK);
	code = proto_manifest_open(&again, bytes.data, bytes.len, trust, NULL);
	if (code == PROTO_OK)
		proto_manifest_wipe(&again);
	proto_buffer_wipe(&bytes);
	return code;
}

static void
an_opening_key_that_the_root_did_not_certify_is_refused(void)
{
	struct proto_manifest manifest;

	wire_manifest(&manifest, &wire, WIRE_ROUND);
	CU_ASSERT_EQUAL(opens(&manifest, &wire, &wire.trust), PROTO_OK);
	manifest.opening[0] ^= 1;
	CU_ASSERT_EQUAL(opens(&manifest, &wire, &wire.trust), PROTO_NOT_GENUINE);
	memcpy(manifest.opening, wire.key[PROTO_PURPOSE_RECEIPT], PROTO_PUBLIC); /* certified, for another purpose */
	CU_ASSERT_EQUAL(opens(&manifest, &wire, &wire.trust), PROTO_NOT_GENUINE);
	proto_manifest_wipe(&manifest);
}

static void
a_manifest_of_another_coordinator_is_refused(void)
{
	struct proto_manifest manifest;

	wire_manifest(&manifest, &other, WIRE_ROUND);
	CU_ASSERT_EQUAL(opens(&manifest, &other, &other.trust), PROTO_OK);
	CU_ASSERT_EQUAL(opens(&manifest, &other, &wire.trust), PROTO_NOT_GENUINE);
	proto_manifest_wipe(&manifest);
	/* this coordinator's keys under a document that names the other */
	wire_manifest(&manifest, &wire, WIRE_ROUND);
	memcpy(manifest.coordinator, "REGION-2", 9);
	CU_ASSERT_EQUAL(opens(&manifest, &wire, &wire.trust), PROTO_NOT_GENUINE);
	proto_manifest_wipe(&manifest);
}

static void
a_key_serves_only_rounds_opened_in_its_time(void)
{
	struct proto_manifest manifest;

	wire_manifest(&manifest, &wire, WIRE_ROUND);
	manifest.opened = WIRE_FROM - 1;
	CU_ASSERT_EQUAL(opens(&manifest, &wire, &wire.trust), PROTO_EXPIRED);
	manifest.opened = WIRE_FROM;
	CU_ASSERT_EQUAL(opens(&manifest, &wire, &wire.trust), PROTO_OK);
	manifest.closes = 0;
	manifest.opened = WIRE_UNTIL;
	CU_ASSERT_EQUAL(opens(&manifest, &wire, &wire.trust), PROTO_EXPIRED);
	proto_manifest_wipe(&manifest);
}

static void
the_ledgers_names_separate_rounds_and_join_revisions(void)
{
	struct proto_manifest a, b, c;
	uint8_t round[3][PROTO_HASH], series[3][PROTO_HASH];

	wire_manifest(&a, &wire, "TIP_TINY.2023-Q1.r0");
	wire_manifest(&b, &wire, "TIP_TINY.2023-Q1.r1");
	wire_manifest(&c, &other, "TIP_TINY.2023-Q1.r0");
	proto_manifest_round_hash(round[0], &a);
	proto_manifest_round_hash(round[1], &b);
	proto_manifest_round_hash(round[2], &c);
	proto_manifest_series_hash(series[0], &a);
	proto_manifest_series_hash(series[1], &b);
	proto_manifest_series_hash(series[2], &c);
	CU_ASSERT_NOT_EQUAL(memcmp(round[0], round[1], PROTO_HASH), 0);
	CU_ASSERT_NOT_EQUAL(memcmp(round[0], round[2], PROTO_HASH), 0);
	CU_ASSERT_EQUAL(memcmp(series[0], series[1], PROTO_HASH), 0);
	CU_ASSERT_NOT_EQUAL(memcmp(series[0], series[2], PROTO_HASH), 0);
	CU_ASSERT_NOT_EQUAL(memcmp(round[0], series[0], PROTO_HASH), 0);
	proto_manifest_wipe(&a);
	proto_manifest_wipe(&b);
	proto_manifest_wipe(&c);
}

static const struct suite_case cases[] = {
	{"what is signed is opened", what_is_signed_is_opened},
	{"a price that is not the plan's is refused", a_price_that_is_not_the_plans_is_refused},
	{"a plan without noise or beyond its room is refused", a_plan_without_noise_or_beyond_its_room_is_refused},
	{"a round of another structure or frequency is refused", a_round_of_another_structure_or_frequency_is_refused},
	{"countries stand once, in order", countries_stand_once_in_order},
	{"512 countries fit", five_hundred_and_twelve_countries_fit},
	{"times have an order", times_have_an_order},
	{"an opening key that the root did not certify is refused", an_opening_key_that_the_root_did_not_certify_is_refused},
	{"a manifest of another coordinator is refused", a_manifest_of_another_coordinator_is_refused},
	{"a key serves only rounds opened in its time", a_key_serves_only_rounds_opened_in_its_time},
	{"the ledger's names separate rounds and join revisions", the_ledgers_names_separate_rounds_and_join_revisions},
	{NULL, NULL},
};

int
main(void)
{
	int status;

	wire_init(&wire, "REGION-1", 1);
	wire_init(&other, "REGION-2", 2);
	status = suite_run("proto.manifest", cases);
	wire_wipe(&wire);
	wire_wipe(&other);
	return status;
}
