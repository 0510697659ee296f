#include <sodium.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "coordinator/structures.h"
#include "dp/rho.h"
#include "kit_scratch.h"
#include "proto/kit/files.h"
#include "proto/fingerprint.h"
#include "proto/kit/x509.h"
#include "support/peer.h"
#include "support/suite.h"

/* The administrator's acts: init, structures with the region's area, countries, rounds. */
static struct peer_region region;
static struct proto_error error;
static struct kit_passphrase *passphrase;

static struct coord_init_request
init_of(const char *dir)
{
	return (struct coord_init_request){.dir = scratch(dir), .id = "REGION", .name = "Test region", .area = "XZ",
	    .structures = scratch("region.json"), .passphrase = passphrase, .now = peer_clock};
}

static uint64_t
file_hash(const char *path)
{
	struct proto_buffer data = {0};
	uint64_t hash = 0;
	size_t i;

	CU_ASSERT_EQUAL(kit_files_read(&data, path, 1 << 20, &error), PROTO_OK);
	for (i = 0; i < data.len; i++)
		hash = hash * 1000003 + data.data[i];
	proto_buffer_wipe(&data);
	return hash;
}

static void
init_again_renews_the_leaf_and_nothing_else(void)
{
	struct coord_init_request request = init_of("one");
	struct coord_init_result first, again;
	uint64_t offline, leaf;
	struct stat status;

	CU_ASSERT_EQUAL_FATAL(coord_init(&first, &request, &error), PROTO_OK);
	CU_ASSERT_FALSE(first.renewed);
	CU_ASSERT_TRUE(stat(scratch("one/keys"), &status) == 0 && (status.st_mode & 07777) == 0700);
	CU_ASSERT_TRUE(stat(scratch("one/keys/tls"), &status) == 0 && (status.st_mode & 07777) == 0600);
	offline = file_hash(scratch("one/keys/offline"));
	leaf = file_hash(scratch("one/keys/tls"));
	CU_ASSERT_EQUAL(coord_init(&again, &request, &error), PROTO_OK);
	CU_ASSERT_TRUE(again.renewed && memcmp(first.root_hash, again.root_hash, sizeof first.root_hash) == 0);
	CU_ASSERT_EQUAL(file_hash(scratch("one/keys/offline")), offline);
	CU_ASSERT_NOT_EQUAL(file_hash(scratch("one/keys/tls")), leaf);
	request.name = "Another region";
	CU_ASSERT_EQUAL(coord_init(&again, &request, &error), PROTO_EXISTS);
	request = init_of("one");
	request.area = "XY";
	CU_ASSERT_EQUAL(coord_init(&again, &request, &error), PROTO_EXISTS);
	request = init_of("one");
	request.id = "OTHER";
	CU_ASSERT_EQUAL(coord_init(&again, &request, &error), PROTO_EXISTS);
}

static void
init_again_wants_the_same_structures_and_passphrase(void)
{
	struct coord_init_request request = init_of("one");
	struct coord_init_result result;
	struct kit_passphrase *wrong;
	char *other = strdup(peer_structures), *name = strstr(other, "\"name\":\"Test\"");

	memcpy(name, "\"name\":\"Tent\"", 13);
	scratch_text(scratch("other.json"), other, 0600);
	request.structures = scratch("other.json");
	CU_ASSERT_EQUAL(coord_init(&result, &request, &error), PROTO_EXISTS);
	request = init_of("one");
	scratch_text(scratch("wrong"), "not it", 0600);
	CU_ASSERT_EQUAL_FATAL(kit_passphrase_load(&wrong, scratch("wrong"), &error), PROTO_OK);
	request.passphrase = wrong;
	CU_ASSERT_EQUAL(coord_init(&result, &request, &error), PROTO_PASSPHRASE);
	kit_passphrase_free(wrong);
	free(other);
}

static void
an_interrupted_init_is_repeated_and_a_lost_store_is_not_replaced(void)
{
	struct coord_init_request request = init_of("two");
	struct coord_init_result result;
	struct coord_store *store;
	uint64_t offline;

	/* what stands when a run dies before the last commit: a store without identity, some keys */
	CU_ASSERT_EQUAL_FATAL(kit_files_private_dir(scratch("two"), true, &error), PROTO_OK);
	CU_ASSERT_EQUAL_FATAL(kit_files_private_dir(scratch("two/keys"), true, &error), PROTO_OK);
	CU_ASSERT_EQUAL_FATAL(coord_store_open(&store, scratch("two"), true, &error), PROTO_OK);
	coord_store_close(store);
	scratch_text(scratch("two/keys/offline"), "half", 0600);
	CU_ASSERT_EQUAL(coord_init(&result, &request, &error), PROTO_OK);
	CU_ASSERT_FALSE(result.renewed);
	/* the root's key is never overwritten because coordinator.db is missing */
	offline = file_hash(scratch("two/keys/offline"));
	CU_ASSERT_EQUAL(unlink(scratch("two/coordinator.db")), 0);
	CU_ASSERT_EQUAL(coord_init(&result, &request, &error), PROTO_DAMAGED);
	CU_ASSERT_EQUAL(file_hash(scratch("two/keys/offline")), offline);
}

static void
names_outside_their_form_are_refused(void)
{
	static const char *const id[] = {"", "-A", "A-", "a", "A_B", "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456"};
	static const char *const area[] = {"", "X", "XYZ", "xy", "15", "1500", "X1"};
	static const char *const name[] = {"", "a\nb", "a\x1b[2J"};
	struct coord_init_result result;
	struct coord_init_request request;
	size_t i;

	for (i = 0; i < sizeof id / sizeof id[0]; i++) {
		request = init_of("three");
		request.id = id[i];
		CU_ASSERT_EQUAL(coord_init(&result, &request, &error), PROTO_USAGE);
	}
	for (i = 0; i < sizeof area / sizeof area[0]; i++) {
		request = init_of("three");
		request.area = area[i];
		CU_ASSERT_EQUAL(coord_init(&result, &request, &error), PROTO_USAGE);
	}
	for (i = 0; i < sizeof name / sizeof name[0]; i++) {
		request = init_of("three");
		request.name = name[i];
		CU_ASSERT_EQUAL(coord_init(&result, &request, &error), PROTO_USAGE);
	}
	CU_ASSERT_NOT_EQUAL(access(scratch("three"), F_OK), 0);
}

/* The area list of the first structure in a file, for a region of that id. */
static enum proto_code
load(struct proto_structure ***ret_structure, size_t *ret_structures, const char *path, const char *area)
{
	const struct coord_structures_area of = {area, "Our \"own\", region"};

	return coord_structures_load(ret_structure, ret_structures, path, &of, &error);
}

static void
the_regions_area_is_added_when_it_is_not_listed(void)
{
	static const char file[] = CHORALE_SOURCE_DIR "/coordinator/share/structures.json";
	struct proto_structure **structure, **plain;
	size_t structures, i;
	int at;

	/* code lists in a file beside, and in the file itself */
	CU_ASSERT_EQUAL_FATAL(load(&structure, &structures, file, "150"), PROTO_OK);
	for (i = 0; i < structures; i++) {
		at = proto_codelist_find(structure[i]->area, "150", 3);
		CU_ASSERT_TRUE(at >= 0 && strcmp(structure[i]->area->code[at].name, "Our \"own\", region") == 0);
		CU_ASSERT_STRING_EQUAL(structure[i]->area->code[at].m49, "150");
	}
	CU_ASSERT_EQUAL_FATAL(load(&plain, &structures, file, "FR"), PROTO_OK);
	CU_ASSERT_EQUAL(plain[0]->area->codes + 1, structure[0]->area->codes);
	coord_structures_free(plain, structures);
	coord_structures_free(structure, structures);
	CU_ASSERT_EQUAL_FATAL(load(&structure, &structures, scratch("region.json"), "XZ"), PROTO_OK);
	at = proto_codelist_find(structure[0]->area, "XZ", 2);
	CU_ASSERT_TRUE(at >= 0 && structure[0]->area->code[at].m49 == NULL);
	coord_structures_free(structure, structures);
	/* a number that is a listed country's */
	CU_ASSERT_EQUAL(load(&structure, &structures, file, "250"), PROTO_REFUSED);
}

static enum proto_code
add(const char *code, const char *url, const char *out)
{
	const struct coord_country_request request = {code, "Some country", url, scratch(out), peer_clock};
	int64_t expires;

	return coord_country_add(&expires, &region.state, &request, &error);
}

static void
a_country_is_invited_only_in_its_form(void)
{
	static const char *const url[] = {"", "http://a:1", "https://a", "https://a:", "https://:1", "https://a:1/", "https://a:1/x", "https://a:99999",
	    "https://a b:1", "https://u@a:1", "https://a:1?x"};
	struct stat status;
	size_t i;

	for (i = 0; i < sizeof url / sizeof url[0]; i++)
		CU_ASSERT_EQUAL(add("XA", url[i], "a"), PROTO_USAGE);
	CU_ASSERT_EQUAL(add("xa", "https://a:1", "a"), PROTO_USAGE);
	CU_ASSERT_EQUAL(add("XZ", "https://a:1", "a"), PROTO_REFUSED); /* the region itself */
	CU_ASSERT_EQUAL(add("FR", "https://a:1", "a"), PROTO_REFUSED); /* not in this list */
	CU_ASSERT_NOT_EQUAL(access(scratch("a"), F_OK), 0);
	CU_ASSERT_EQUAL(add("XA", "https://a:1", "a"), PROTO_OK);
	CU_ASSERT_TRUE(stat(scratch("a"), &status) == 0 && (status.st_mode & 07777) == 0600);
	CU_ASSERT_EQUAL(add("XA", "https://[::1]:1", "a"), PROTO_EXISTS); /* a file is never overwritten */
	CU_ASSERT_EQUAL(add("XA", "https://[::1]:1", "nowhere/a"), PROTO_NOT_FOUND);
}

static void
a_new_invitation_voids_the_old_one(void)
{
	struct peer office;
	uint8_t old[PROTO_SEED];

	peer_make(&office, "XB");
	peer_invite(&office, &region);
	memcpy(old, office.secret, sizeof old);
	peer_invite(&office, &region);
	CU_ASSERT_NOT_EQUAL(memcmp(old, office.secret, sizeof old), 0);
	{
		struct peer late = office;

		memcpy(late.secret, old, sizeof old);
		CU_ASSERT_EQUAL(peer_enrol(&late, &region, "/v1/enrol"), PROTO_NOT_GENUINE);
	}
	CU_ASSERT_EQUAL(peer_enrol(&office, &region, "/v1/enrol"), PROTO_WAITING);
	peer_wipe(&office);
	peer_make(&office, "XC");
	peer_join(&office, &region);
	CU_ASSERT_EQUAL(add("XC", "https://a:1", "c"), PROTO_EXISTS); /* active */
	CU_ASSERT_EQUAL(coord_country_revoke(&region.state, "XC", &error), PROTO_OK);
	CU_ASSERT_EQUAL(add("XC", "https://a:1", "c"), PROTO_OK); /* a stolen laptop: new keys */
	CU_ASSERT_EQUAL(peer_enrol(&office, &region, "/v1/enrol/state"), PROTO_NOT_GENUINE);
	CU_ASSERT_EQUAL(coord_country_revoke(&region.state, "XQ", &error), PROTO_NOT_FOUND);
	peer_wipe(&office);
}

static void
approving_again_renews_the_certificate(void)
{
	struct kit_x509_view before, after;
	struct coord_country country = {0};
	struct peer office;

	peer_make(&office, "XD");
	peer_join(&office, &region);
	CU_ASSERT_EQUAL(kit_x509_view(&before, office.certificate.data, office.certificate.len, &error), PROTO_OK);
	CU_ASSERT_STRING_EQUAL(before.country, "XD");
	CU_ASSERT_EQUAL(memcmp(before.tls, office.keys.tls, PROTO_HASH), 0);
	peer_clock += 1000 * 86400;
	{
		struct coord_country_approval approval = {"XD", NULL, peer_clock};
		char fingerprint[PROTO_FINGERPRINT_TEXT];
		size_t i;

		proto_fingerprint(fingerprint, region.state.trust.root, &office.keys);
		for (i = 0; fingerprint[i] != '\0'; i++)
			if (fingerprint[i] >= 'A' && fingerprint[i] <= 'Z')
				fingerprint[i] = (char)(fingerprint[i] - 'A' + 'a');
		approval.fingerprint = fingerprint;
		CU_ASSERT_EQUAL(coord_country_approve(&region.state, region.keys, &approval, &error), PROTO_OK);
	}
	CU_ASSERT_EQUAL(coord_store_country(&country, region.state.store, "XD", &error), PROTO_OK);
	CU_ASSERT_EQUAL(kit_x509_view(&after, country.certificate.data, country.certificate.len, &error), PROTO_OK);
	CU_ASSERT_EQUAL(after.until - before.until, 1000 * 86400);
	peer_clock -= 1000 * 86400;
	coord_store_country_wipe(&country);
	peer_wipe(&office);
}

static enum proto_code
open_round(struct proto_manifest *ret_manifest, struct coord_round_ask ask)
{
	memset(ret_manifest, 0, sizeof *ret_manifest);
	return coord_round_open(ret_manifest, &region.state, region.keys, &ask, &error);
}

static void
a_round_opened_again_is_the_same_or_refused(void)
{
	const struct coord_round_ask ask = {"T", "2026-Q3", DP_RHO_ONE / 10, peer_clock + 100, peer_clock};
	struct coord_round_ask other = ask;
	struct proto_manifest first, again;

	CU_ASSERT_EQUAL_FATAL(open_round(&first, ask), PROTO_OK);
	CU_ASSERT_TRUE(first.rho_units <= ask.rho_units && first.rho_units > ask.rho_units - ask.rho_units / 100000);
	CU_ASSERT_STRING_EQUAL(first.round_text, "T.2026-Q3.r0");
	other.now += 50;
	CU_ASSERT_EQUAL(open_round(&again, other), PROTO_OK);
	CU_ASSERT_EQUAL(memcmp(first.sha256, again.sha256, PROTO_HASH), 0);
	CU_ASSERT_EQUAL(again.opened, ask.now);
	proto_manifest_wipe(&again);
	other.rho_units++;
	CU_ASSERT_EQUAL(open_round(&again, other), PROTO_EXISTS);
	other = ask;
	other.closes = 0;
	CU_ASSERT_EQUAL(open_round(&again, other), PROTO_EXISTS);
	CU_ASSERT_EQUAL(coord_round_abort(&region.state, region.keys, "T.2026-Q3.r0", "", peer_clock, &error), PROTO_USAGE);
	CU_ASSERT_EQUAL(coord_round_abort(&region.state, region.keys, "T.2026-Q1.r0", "why", peer_clock, &error), PROTO_NOT_FOUND);
	CU_ASSERT_EQUAL(coord_round_abort(&region.state, region.keys, "T.2026-Q3.r0", "why", peer_clock, &error), PROTO_OK);
	CU_ASSERT_EQUAL(open_round(&again, ask), PROTO_EXISTS);
	proto_manifest_wipe(&first);
}

static void
a_round_outside_its_terms_is_not_opened(void)
{
	const struct coord_round_ask ask = {"T", "2026-Q4", DP_RHO_ONE / 10, 0, peer_clock};
	struct coord_round_ask wrong = ask;
	struct proto_manifest manifest;
	struct coord_round row;

	wrong.structure = "NONE";
	CU_ASSERT_EQUAL(open_round(&manifest, wrong), PROTO_NOT_FOUND);
	wrong = ask;
	wrong.period = "2026-Q5";
	CU_ASSERT_EQUAL(open_round(&manifest, wrong), PROTO_USAGE);
	wrong.period = "2026-01"; /* the structure has years and quarters */
	CU_ASSERT_EQUAL(open_round(&manifest, wrong), PROTO_REFUSED);
	wrong = ask;
	wrong.closes = peer_clock;
	CU_ASSERT_EQUAL(open_round(&manifest, wrong), PROTO_USAGE);
	CU_ASSERT_EQUAL(coord_store_round(&row, region.state.store, "T.2026-Q4.r0", &error), PROTO_NOT_FOUND);
}

static void
put_codes(struct proto_buffer *json, const char *list, unsigned codes)
{
	unsigned c;

	proto_buffer_printf(json, ",\"%s\":{\"codes\":{", list);
	for (c = 0; c < codes; c++)
		proto_buffer_printf(json, "\"C%u\":\"Code %u\",", c, c);
	proto_buffer_text(json, "\"_T\":\"Total\"}}");
}

/* 250 x 250 x 40 cells: a plan that can be made, and a part that no body can carry. */
static void
a_round_whose_part_would_not_fit_is_not_opened(void)
{
	const struct coord_round_ask ask = {"BIG", "2026", DP_RHO_ONE / 10, 0, peer_clock};
	const struct coord_structures_area area = {"XZ", "Test region"};
	struct proto_buffer json = {0};
	struct proto_structure **structure = NULL;
	struct proto_manifest manifest = {0};
	size_t structures = 0;
	bool fresh;

	proto_buffer_text(&json, "{\"agency\":\"CHORALE\",\"version\":\"1.0.0\",\"codelists\":{"
	    "\"CL_FREQ\":{\"codes\":{\"A\":\"Annual\"}},\"CL_AREA\":{\"codes\":{\"XA\":\"Country A\"}}");
	put_codes(&json, "CL_1", 250);
	put_codes(&json, "CL_2", 250);
	put_codes(&json, "CL_3", 40);
	proto_buffer_text(&json, "},\"structures\":[{\"id\":\"BIG\",\"name\":\"Big\",\"unit\":\"person\",\"resolution\":[\"1\"],"
	    "\"dimensions\":[[\"FREQ\",\"CL_FREQ\"],[\"REF_AREA\",\"CL_AREA\"],[\"D1\",\"CL_1\"],[\"D2\",\"CL_2\"],[\"D3\",\"CL_3\"]],"
	    "\"time\":\"TIME_PERIOD\",\"tables\":[{\"id\":\"B1\",\"group\":\"persons\",\"dims\":[\"D1\",\"D2\",\"D3\"]}],\"q_max\":1}]}");
	CU_ASSERT_EQUAL_FATAL(kit_files_write(scratch("big.json"), json.data, json.len, 0600, false, &error), PROTO_OK);
	CU_ASSERT_EQUAL_FATAL(coord_structures_load(&structure, &structures, scratch("big.json"), &area, &error), PROTO_OK);
	CU_ASSERT_EQUAL_FATAL(coord_store_structure_add(&fresh, region.state.store, structure[0], peer_clock, &error), PROTO_OK);
	CU_ASSERT_EQUAL(coord_round_draft(&manifest, &region.state, &ask, &error), PROTO_TOO_LARGE);
	proto_manifest_wipe(&manifest);
	coord_structures_free(structure, structures);
	proto_buffer_wipe(&json);
}

static void
a_round_without_an_active_country_waits_and_a_draft_does_not(void)
{
	const struct coord_round_ask ask = {"T", "2026", DP_RHO_ONE / 10, 0, peer_clock};
	struct proto_manifest manifest = {0};

	CU_ASSERT_EQUAL(coord_country_revoke(&region.state, "XD", &error), PROTO_OK);
	CU_ASSERT_EQUAL(coord_round_draft(&manifest, &region.state, &ask, &error), PROTO_OK);
	CU_ASSERT_EQUAL(manifest.countries, 0);
	proto_manifest_wipe(&manifest);
	CU_ASSERT_EQUAL(open_round(&manifest, ask), PROTO_WAITING);
}

static const struct suite_case cases[] = {
	{"init again renews the leaf and nothing else", init_again_renews_the_leaf_and_nothing_else},
	{"init again wants the same structures and passphrase", init_again_wants_the_same_structures_and_passphrase},
	{"an interrupted init is repeated, and a lost store is not replaced", an_interrupted_init_is_repeated_and_a_lost_store_is_not_replaced},
	{"names outside their form are refused", names_outside_their_form_are_refused},
	{"the region's area is added when it is not listed", the_regions_area_is_added_when_it_is_not_listed},
	{"a country is invited only in its form", a_country_is_invited_only_in_its_form},
	{"a new invitation voids the old one", a_new_invitation_voids_the_old_one},
	{"approving again renews the certificate", approving_again_renews_the_certificate},
	{"a round opened again is the same or refused", a_round_opened_again_is_the_same_or_refused},
	{"a round outside its terms is not opened", a_round_outside_its_terms_is_not_opened},
	{"a round whose part would not fit is not opened", a_round_whose_part_would_not_fit_is_not_opened},
	{"a round without an active country waits, and a draft does not", a_round_without_an_active_country_waits_and_a_draft_does_not},
	{NULL, NULL},
};

int
main(void)
{
	int status;

	if (sodium_init() < 0)
		return 1;
	scratch_start();
	peer_region_make(&region, scratch_dir, "region", peer_structures);
	if (kit_passphrase_load(&passphrase, scratch("pass"), &error) != PROTO_OK)
		return 1;
	status = suite_run("coordinator.admin", cases);
	kit_passphrase_free(passphrase);
	peer_region_close(&region);
	return status;
}
