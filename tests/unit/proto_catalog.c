#include "proto/catalog.h"

#include <stdlib.h>
#include <string.h>

#include "support/suite.h"
#include "support/wire.h"

static struct wire wire;

static struct proto_buffer
signs(enum proto_code *ret_code, const struct proto_catalog *catalog)
{
	struct proto_buffer bytes = {0};

	*ret_code = proto_catalog_sign(&bytes, catalog, &wire.signer[PROTO_PURPOSE_MANIFEST], NULL);
	return bytes;
}

static void
what_is_signed_is_opened(void)
{
	struct proto_catalog catalog = wire_catalog(&wire), again = {0};
	uint8_t stranger[PROTO_HASH] = {0};
	enum proto_code code;
	struct proto_buffer bytes = signs(&code, &catalog);

	CU_ASSERT_EQUAL_FATAL(code, PROTO_OK);
	CU_ASSERT_EQUAL_FATAL(proto_catalog_open(&again, bytes.data, bytes.len, &wire.trust, NULL), PROTO_OK);
	CU_ASSERT_EQUAL(again.structures, 2);
	CU_ASSERT_EQUAL(again.issued, WIRE_NOW);
	CU_ASSERT_TRUE(proto_catalog_has(&again, catalog.sha256[0]));
	CU_ASSERT_TRUE(proto_catalog_has(&again, catalog.sha256[1]));
	CU_ASSERT_FALSE(proto_catalog_has(&again, stranger));
	proto_catalog_wipe(&again);
	proto_catalog_wipe(&catalog);
	proto_buffer_wipe(&bytes);
}

/* Same key, same certificate; only the label tells them apart. */
static void
a_list_is_no_manifest_and_a_manifest_no_list(void)
{
	struct proto_catalog catalog = wire_catalog(&wire), again;
	struct proto_manifest manifest;
	enum proto_code code;
	struct proto_buffer bytes = signs(&code, &catalog), signed_manifest = wire_manifest_signed(&wire, WIRE_ROUND);

	CU_ASSERT_EQUAL(proto_manifest_open(&manifest, bytes.data, bytes.len, &wire.trust, NULL), PROTO_NOT_GENUINE);
	CU_ASSERT_EQUAL(proto_catalog_open(&again, signed_manifest.data, signed_manifest.len, &wire.trust, NULL), PROTO_NOT_GENUINE);
	proto_buffer_wipe(&signed_manifest);
	proto_buffer_wipe(&bytes);
	proto_catalog_wipe(&catalog);
}

static void
digests_stand_once_in_order(void)
{
	struct proto_catalog catalog = wire_catalog(&wire);
	enum proto_code code;

	memset(catalog.sha256[0], 2, PROTO_HASH);
	(void)signs(&code, &catalog);
	CU_ASSERT_EQUAL(code, PROTO_MALFORMED);
	memset(catalog.sha256[0], 3, PROTO_HASH);
	(void)signs(&code, &catalog);
	CU_ASSERT_EQUAL(code, PROTO_MALFORMED);
	catalog.structures = PROTO_CATALOG_MAX + 1;
	(void)signs(&code, &catalog);
	CU_ASSERT_EQUAL(code, PROTO_TOO_LARGE);
	proto_catalog_wipe(&catalog);
}

static void
the_longest_list_fits(void)
{
	struct proto_catalog catalog = wire_catalog(&wire), again = {0};
	struct proto_buffer bytes;
	enum proto_code code;
	size_t i;

	free(catalog.sha256);
	catalog.structures = PROTO_CATALOG_MAX;
	catalog.sha256 = calloc(catalog.structures, sizeof(*catalog.sha256));
	CU_ASSERT_PTR_NOT_NULL_FATAL(catalog.sha256);
	for (i = 0; i < catalog.structures; i++)
		catalog.sha256[i][0] = (uint8_t)i;
	bytes = signs(&code, &catalog);
	CU_ASSERT_EQUAL_FATAL(code, PROTO_OK);
	CU_ASSERT_EQUAL(proto_catalog_open(&again, bytes.data, bytes.len, &wire.trust, NULL), PROTO_OK);
	CU_ASSERT_EQUAL(again.structures, PROTO_CATALOG_MAX);
	proto_catalog_wipe(&again);
	proto_catalog_wipe(&catalog);
	proto_buffer_wipe(&bytes);
}

static void
another_coordinators_list_is_refused(void)
{
	struct proto_catalog catalog = wire_catalog(&wire), again;
	enum proto_code code;
	struct proto_buffer bytes;

	memcpy(catalog.coordinator, "REGION-2", 9);
	bytes = signs(&code, &catalog);
	CU_ASSERT_EQUAL(proto_catalog_open(&again, bytes.data, bytes.len, &wire.trust, NULL), PROTO_NOT_GENUINE);
	proto_buffer_wipe(&bytes);
	memcpy(catalog.coordinator, "REGION-1", 9);
	catalog.issued = WIRE_UNTIL;
	bytes = signs(&code, &catalog);
	CU_ASSERT_EQUAL(proto_catalog_open(&again, bytes.data, bytes.len, &wire.trust, NULL), PROTO_EXPIRED);
	proto_buffer_wipe(&bytes);
	proto_catalog_wipe(&catalog);
}

static const struct suite_case cases[] = {
	{"what is signed is opened", what_is_signed_is_opened},
	{"a list is no manifest, and a manifest no list", a_list_is_no_manifest_and_a_manifest_no_list},
	{"digests stand once, in order", digests_stand_once_in_order},
	{"the longest list fits", the_longest_list_fits},
	{"another coordinator's list is refused", another_coordinators_list_is_refused},
	{NULL, NULL},
};

int
main(void)
{
	int status;

	wire_init(&wire, "REGION-1", 1);
	status = suite_run("proto.catalog", cases);
	wire_wipe(&wire);
	return status;
}
