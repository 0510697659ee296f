#include "coordinator/store.h"

#include <sodium.h>
#include <sqlite3.h>
#include <stdlib.h>
#include <string.h>

#include "kit_scratch.h"
#include "support/peer.h"
#include "support/suite.h"

static struct peer_region region;
static struct peer xa;
static struct proto_error error;
static char open_round[PROTO_ROUND_TEXT], other_round[PROTO_ROUND_TEXT];
static struct peer_submission sent;

#define STORE region.state.store

static struct proto_buffer
text(const char *bytes)
{
	struct proto_buffer buffer = {0};

	proto_buffer_text(&buffer, bytes);
	return buffer;
}

/* A row of the header table, as the API would bind it. */
static struct coord_submission
row_of(const struct peer_submission *submission)
{
	struct coord_submission row = {.sequence = submission->fields.sequence, .total = submission->fields.total, .bound = peer_clock};

	strcpy(row.round, submission->fields.round);
	strcpy(row.node, submission->fields.node);
	memcpy(row.previous, submission->fields.previous, PROTO_HASH);
	memcpy(row.head, submission->fields.head, PROTO_HASH);
	memcpy(row.country_part, submission->fields.country_part, PROTO_HASH);
	memcpy(row.header, submission->header, PROTO_HEADER_BYTES);
	proto_header_digest(row.digest, submission->header, sizeof submission->header);
	return row;
}

static void
a_store_is_not_made_by_reading(void)
{
	struct coord_store *store;

	CU_ASSERT_EQUAL(coord_store_open(&store, scratch("nothing"), false, &error), PROTO_NOT_FOUND);
	CU_ASSERT_PTR_NOT_NULL(strstr(error.what, "init"));
}

static void
a_country_is_read_as_it_was_put(void)
{
	struct coord_country put = {.code = "XB", .state = COORD_INVITED, .has_secret = true, .expires = 77}, got = {0}, *list;
	size_t countries;

	put.name = strdup("Name with \"quotes\" and \xc3\xa9");
	memset(put.secret, 9, sizeof put.secret);
	CU_ASSERT_EQUAL(coord_store_country(&got, STORE, "XB", &error), PROTO_NOT_FOUND);
	CU_ASSERT_EQUAL(coord_store_country_put(STORE, &put, &error), PROTO_OK);
	CU_ASSERT_EQUAL(coord_store_country(&got, STORE, "XB", &error), PROTO_OK);
	CU_ASSERT_STRING_EQUAL(got.name, put.name);
	CU_ASSERT_TRUE(got.state == COORD_INVITED && got.has_secret && !got.has_keys && got.expires == 77);
	CU_ASSERT_EQUAL(memcmp(got.secret, put.secret, sizeof put.secret), 0);
	coord_store_country_wipe(&got);
	put.has_secret = false;
	CU_ASSERT_EQUAL(coord_store_country_put(STORE, &put, &error), PROTO_OK);
	CU_ASSERT_EQUAL(coord_store_country(&got, STORE, "XB", &error), PROTO_OK);
	CU_ASSERT_FALSE(got.has_secret);
	coord_store_country_wipe(&got);
	CU_ASSERT_EQUAL(coord_store_country_list(&list, &countries, STORE, &error), PROTO_OK);
	CU_ASSERT_TRUE(countries == 2 && strcmp(list[0].code, "XA") == 0 && strcmp(list[1].code, "XB") == 0);
	coord_store_country_free(list, countries);
	/* an active country without keys cannot be */
	put.state = COORD_ACTIVE;
	CU_ASSERT_NOT_EQUAL(coord_store_country_put(STORE, &put, &error), PROTO_OK);
	coord_store_country_wipe(&put);
}

static void
the_newest_structure_of_an_id_is_current(void)
{
	struct proto_structure **structure;
	struct coord_structure got = {0}, *list;
	size_t structures, count;
	char *changed = strdup(peer_structures), *name = strstr(changed, "\"name\":\"Test\"");
	struct proto_structure *old;
	bool added;

	CU_ASSERT_EQUAL(coord_store_structure(&got, STORE, "T", &error), PROTO_OK);
	memcpy(name, "\"name\":\"Tent\"", 13);
	CU_ASSERT_EQUAL_FATAL(proto_structure_load_set(&structure, &structures, changed, strlen(changed), NULL, "test", &error), PROTO_OK);
	CU_ASSERT_EQUAL(coord_store_structure_add(&added, STORE, structure[0], 5, &error), PROTO_OK);
	CU_ASSERT_TRUE(added);
	CU_ASSERT_EQUAL(coord_store_structure_add(&added, STORE, structure[0], 6, &error), PROTO_OK);
	CU_ASSERT_FALSE(added);
	CU_ASSERT_EQUAL(coord_store_structure_list(&list, &count, STORE, &error), PROTO_OK);
	CU_ASSERT_TRUE(count == 1 && memcmp(list[0].sha256, structure[0]->sha256, PROTO_HASH) == 0);
	coord_store_structure_free(list, count);
	proto_structure_free(structure[0]);
	free(structure);
	/* and back: the old version is taken up again */
	CU_ASSERT_EQUAL_FATAL(proto_structure_decode(&old, got.document.data, got.document.len, &error), PROTO_OK);
	CU_ASSERT_EQUAL(coord_store_structure_add(&added, STORE, old, 7, &error), PROTO_OK);
	CU_ASSERT_TRUE(added);
	coord_store_structure_wipe(&got);
	CU_ASSERT_EQUAL(coord_store_structure(&got, STORE, "T", &error), PROTO_OK);
	CU_ASSERT_EQUAL(memcmp(got.sha256, old->sha256, PROTO_HASH), 0);
	proto_structure_free(old);
	coord_store_structure_wipe(&got);
	free(changed);
}

static void
a_round_is_opened_once_and_goes_one_way(void)
{
	const struct coord_round_ask ask = {"T", "2026-Q4", UINT64_C(1) << 36, 0, peer_clock};
	struct coord_round row = {0};
	struct proto_manifest manifest = {0};
	struct coord_terms terms;
	struct proto_buffer set = text("signed set"), abort_set = text("signed abort");

	CU_ASSERT_EQUAL_FATAL(coord_round_open(&manifest, &region.state, region.keys, &ask, &error), PROTO_OK);
	CU_ASSERT_EQUAL(coord_store_round(&row, STORE, manifest.round_text, &error), PROTO_OK);
	CU_ASSERT_EQUAL(coord_store_round_add(STORE, &row, &manifest, &error), PROTO_EXISTS);
	CU_ASSERT_TRUE(row.state == PROTO_ROUND_OPEN && row.accepted.len == 0 && row.aborted.len == 0 && row.closed == 0);
	CU_ASSERT_EQUAL(memcmp(row.manifest_sha256, manifest.sha256, PROTO_HASH), 0);
	coord_store_round_wipe(&row);
	CU_ASSERT_EQUAL(coord_store_round_terms(&terms, STORE, manifest.round_text, "XA", &error), PROTO_OK);
	CU_ASSERT_TRUE(terms.listed && terms.rho_units == manifest.rho_units && terms.year == 2026);
	CU_ASSERT_EQUAL(coord_store_round_terms(&terms, STORE, manifest.round_text, "XB", &error), PROTO_OK);
	CU_ASSERT_FALSE(terms.listed);
	CU_ASSERT_EQUAL(coord_store_round_terms(&terms, STORE, "T.1999.r0", "XA", &error), PROTO_NOT_FOUND);
	CU_ASSERT_EQUAL(coord_store_round_accept(STORE, manifest.round_text, &set, 9, &error), PROTO_OK);
	CU_ASSERT_EQUAL(coord_store_round_accept(STORE, manifest.round_text, &set, 10, &error), PROTO_LATE);
	CU_ASSERT_EQUAL(coord_store_round_abort(STORE, manifest.round_text, &abort_set, 11, &error), PROTO_OK);
	CU_ASSERT_EQUAL(coord_store_round_abort(STORE, manifest.round_text, &abort_set, 12, &error), PROTO_REFUSED);
	CU_ASSERT_EQUAL(coord_store_round_accept(STORE, manifest.round_text, &set, 13, &error), PROTO_LATE);
	CU_ASSERT_EQUAL(coord_store_round(&row, STORE, manifest.round_text, &error), PROTO_OK);
	CU_ASSERT_TRUE(row.state == PROTO_ROUND_ABORTED && row.closed == 9 && row.accepted.len > 0 && row.aborted.len > 0);
	CU_ASSERT_EQUAL(coord_store_round_accept(STORE, "T.1999.r0", &set, 13, &error), PROTO_NOT_FOUND);
	coord_store_round_wipe(&row);
	proto_manifest_wipe(&manifest);
	proto_buffer_wipe(&set);
	proto_buffer_wipe(&abort_set);
}

static void
a_header_is_bound_once_by_round_and_by_sequence(void)
{
	struct coord_submission row, got = {0};
	struct coord_submission_key key = {.which = COORD_ROUND, .node = "XA", .round = open_round};
	bool any;

	peer_submission_make(&sent, &xa, &region, open_round, "sealed");
	row = row_of(&sent);
	CU_ASSERT_EQUAL(coord_store_submission_find(&got, &any, STORE, &key, &error), PROTO_OK);
	CU_ASSERT_FALSE(any);
	CU_ASSERT_EQUAL(coord_store_submission_bind(STORE, &row, &error), PROTO_OK);
	CU_ASSERT_EQUAL(coord_store_submission_bind(STORE, &row, &error), PROTO_CONFLICT);
	strcpy(row.round, other_round);
	row.digest[0] ^= 1;
	CU_ASSERT_EQUAL(coord_store_submission_bind(STORE, &row, &error), PROTO_CONFLICT); /* the same sequence */
	row.sequence = 7;
	CU_ASSERT_EQUAL(coord_store_submission_bind(STORE, &row, &error), PROTO_OK);
	CU_ASSERT_EQUAL(coord_store_submission_find(&got, &any, STORE, &key, &error), PROTO_OK);
	CU_ASSERT_TRUE(any && got.sequence == 1 && memcmp(got.header, sent.header, PROTO_HEADER_BYTES) == 0 && got.receipt.len == 0);
	coord_store_submission_wipe(&got);
	key.which = COORD_BELOW;
	key.sequence = 6;
	CU_ASSERT_EQUAL(coord_store_submission_find(&got, &any, STORE, &key, &error), PROTO_OK);
	CU_ASSERT_TRUE(any && got.sequence == 1);
	key.which = COORD_ABOVE;
	CU_ASSERT_EQUAL(coord_store_submission_find(&got, &any, STORE, &key, &error), PROTO_OK);
	CU_ASSERT_TRUE(any && got.sequence == 7);
	key.sequence = 8;
	CU_ASSERT_EQUAL(coord_store_submission_find(&got, &any, STORE, &key, &error), PROTO_OK);
	CU_ASSERT_FALSE(any);
}

static void
a_body_comes_once_and_only_under_its_header(void)
{
	struct coord_submission row = row_of(&sent), *list;
	struct proto_buffer receipt = text("receipt");
	size_t submissions;

	CU_ASSERT_EQUAL(coord_store_submission_complete(STORE, &row, "body", 4, &receipt, &error), PROTO_OK);
	CU_ASSERT_NOT_EQUAL(coord_store_submission_complete(STORE, &row, "body", 4, &receipt, &error), PROTO_OK);
	strcpy(row.node, "XB");
	CU_ASSERT_NOT_EQUAL(coord_store_submission_complete(STORE, &row, "body", 4, &receipt, &error), PROTO_OK);
	CU_ASSERT_EQUAL(coord_store_submission_list(&list, &submissions, STORE, open_round, COORD_WITHOUT_BODIES, &error), PROTO_OK);
	CU_ASSERT_TRUE(submissions == 1 && list[0].body.len == 0 && list[0].receipt.len == 7);
	coord_store_submission_free(list, submissions);
	CU_ASSERT_EQUAL(coord_store_submission_list(&list, &submissions, STORE, open_round, COORD_WITH_BODIES, &error), PROTO_OK);
	CU_ASSERT_TRUE(submissions == 1 && list[0].body.len == 4 && memcmp(list[0].body.data, "body", 4) == 0);
	coord_store_submission_free(list, submissions);
	proto_buffer_wipe(&receipt);
}

/* S1, S2 and S5 hold against our own slips too: another connection with plain SQL is refused. */
static void
what_is_bound_cannot_be_changed_or_removed(void)
{
	static const char *const slip[] = {
	    "UPDATE header SET total = 0", "DELETE FROM header", "UPDATE body SET receipt = x'00'", "DELETE FROM body",
	    "UPDATE round SET manifest = x'00'", "UPDATE round SET closes = 99", "INSERT INTO round_country VALUES ('T.1999.r0', 'XA', x'00')",
	    "UPDATE evidence SET kind = 'none'", "UPDATE round SET state = 2 WHERE accepted IS NULL",
	};
	sqlite3 *db = NULL;
	char path[300];
	size_t i;

	CU_ASSERT_EQUAL(coord_store_log_evidence(STORE, "chain", "XA", open_round, "x", 1, &error), PROTO_OK);
	snprintf(path, sizeof path, "%s/coordinator.db", region.dir);
	CU_ASSERT_EQUAL_FATAL(sqlite3_open(path, &db), SQLITE_OK);
	CU_ASSERT_EQUAL(sqlite3_exec(db, "PRAGMA foreign_keys = ON", NULL, NULL, NULL), SQLITE_OK);
	for (i = 0; i < sizeof slip / sizeof slip[0]; i++) {
		int code = sqlite3_exec(db, slip[i], NULL, NULL, NULL);

		CU_ASSERT_EQUAL(code, SQLITE_CONSTRAINT);
		if (code != SQLITE_CONSTRAINT)
			printf("\n    taken: %s\n", slip[i]);
	}
	sqlite3_close(db);
}

static void
a_release_stands_as_it_was_added(void)
{
	struct coord_release release = {.version = 1, .published = 5}, got = {0}, *list;
	struct proto_buffer set = text("signed set");
	struct coord_round row = {0};
	size_t releases;

	release.state = strdup("published");
	strcpy(release.release, other_round);
	strcat(release.release, ".v1");
	strcpy(release.round, other_round);
	CU_ASSERT_EQUAL(coord_store_begin(STORE, &error), PROTO_OK);
	CU_ASSERT_EQUAL(coord_store_release_add(STORE, &release, &error), PROTO_REFUSED); /* still open */
	coord_store_rollback(STORE);
	CU_ASSERT_EQUAL(coord_store_round_accept(STORE, other_round, &set, 9, &error), PROTO_OK);
	CU_ASSERT_EQUAL(coord_store_release_add(STORE, &release, &error), PROTO_OK);
	CU_ASSERT_EQUAL(coord_store_release_add(STORE, &release, &error), PROTO_OK);
	release.sha256[3] = 1;
	CU_ASSERT_EQUAL(coord_store_release_add(STORE, &release, &error), PROTO_EXISTS);
	CU_ASSERT_EQUAL(coord_store_release(&got, STORE, release.release, &error), PROTO_OK);
	CU_ASSERT_EQUAL(got.sha256[3], 0);
	CU_ASSERT_STRING_EQUAL(got.state, "published");
	coord_store_release_wipe(&got);
	CU_ASSERT_EQUAL(coord_store_release(&got, STORE, "T.1999.r0.v1", &error), PROTO_NOT_FOUND);
	CU_ASSERT_EQUAL(coord_store_release_list(&list, &releases, STORE, &error), PROTO_OK);
	CU_ASSERT_EQUAL(releases, 1);
	coord_store_release_free(list, releases);
	CU_ASSERT_EQUAL(coord_store_round(&row, STORE, other_round, &error), PROTO_OK);
	CU_ASSERT_EQUAL(row.state, PROTO_ROUND_PUBLISHED);
	coord_store_round_wipe(&row);
	CU_ASSERT_EQUAL(coord_store_round_abort(STORE, other_round, &set, 9, &error), PROTO_REFUSED);
	coord_store_release_wipe(&release);
	proto_buffer_wipe(&set);
}

static void
two_writers_do_not_mix(void)
{
	struct coord_store *other;

	CU_ASSERT_EQUAL_FATAL(coord_store_open(&other, region.dir, false, &error), PROTO_OK);
	CU_ASSERT_EQUAL(coord_store_begin(STORE, &error), PROTO_OK);
	CU_ASSERT_EQUAL(coord_store_log_event(STORE, "test", "first", &error), PROTO_OK);
	CU_ASSERT_EQUAL(coord_store_begin(other, &error), PROTO_BUSY);
	CU_ASSERT_EQUAL(coord_store_commit(STORE, &error), PROTO_OK);
	CU_ASSERT_EQUAL(coord_store_begin(other, &error), PROTO_OK);
	coord_store_rollback(other);
	coord_store_close(other);
}

static const struct suite_case cases[] = {
	{"a store is not made by reading", a_store_is_not_made_by_reading},
	{"a country is read as it was put", a_country_is_read_as_it_was_put},
	{"the newest structure of an id is current", the_newest_structure_of_an_id_is_current},
	{"a round is opened once and goes one way", a_round_is_opened_once_and_goes_one_way},
	{"a header is bound once, by round and by sequence", a_header_is_bound_once_by_round_and_by_sequence},
	{"a body comes once and only under its header", a_body_comes_once_and_only_under_its_header},
	{"what is bound cannot be changed or removed", what_is_bound_cannot_be_changed_or_removed},
	{"a release stands as it was added", a_release_stands_as_it_was_added},
	{"two writers do not mix", two_writers_do_not_mix},
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
	peer_make(&xa, "XA");
	peer_join(&xa, &region);
	peer_round_open(open_round, &region, "2026-Q1", 0);
	peer_round_open(other_round, &region, "2026-Q2", 0);
	status = suite_run("coordinator.store", cases);
	peer_submission_wipe(&sent);
	peer_wipe(&xa);
	peer_region_close(&region);
	return status;
}
