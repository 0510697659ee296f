#include "coordinator/publish.h"

#include <sodium.h>
#include <sqlite3.h>
#include <string.h>

#include "coordinator/close.h"
#include "kit_scratch.h"
#include "proto/kit/files.h"
#include "support/peer.h"
#include "support/suite.h"

static struct peer_region region;
static struct proto_error error;

#define STORE region.state.store

static void
closed_round(char ret_round[static PROTO_ROUND_TEXT], const char *period)
{
	peer_round_open(ret_round, &region, period, 0);
	CU_ASSERT_EQUAL_FATAL(coord_close(&region.state, region.keys, ret_round, peer_clock, &error), PROTO_OK);
}

static size_t
releases_of(const char *round)
{
	struct coord_release *release = NULL;
	size_t releases = 0, i, found = 0;

	CU_ASSERT_EQUAL_FATAL(coord_store_release_list(&release, &releases, STORE, &error), PROTO_OK);
	for (i = 0; i < releases; i++)
		found += strcmp(release[i].round, round) == 0;
	coord_store_release_free(release, releases);
	return found;
}

static enum proto_round_state
state_of(const char *round)
{
	struct coord_round row = {0};
	enum proto_round_state state;

	CU_ASSERT_EQUAL_FATAL(coord_store_round(&row, STORE, round, &error), PROTO_OK);
	state = row.state;
	coord_store_round_wipe(&row);
	return state;
}

/* By a connection of its own, as a fault of the disk would be. */
static void
run_sql(const char *sql)
{
	sqlite3 *db = NULL;
	char path[400];

	(void)snprintf(path, sizeof(path), "%s/coordinator.db", region.dir);
	CU_ASSERT_EQUAL_FATAL(sqlite3_open(path, &db), SQLITE_OK);
	CU_ASSERT_EQUAL_FATAL(sqlite3_exec(db, sql, NULL, NULL, NULL), SQLITE_OK);
	CU_ASSERT_EQUAL(sqlite3_close(db), SQLITE_OK);
}

static void
a_publication_is_recorded_whole_or_not_at_all(void)
{
	struct coord_publish_result result;
	char round[PROTO_ROUND_TEXT];

	closed_round(round, "2026-Q1");
	run_sql("CREATE TRIGGER fault BEFORE INSERT ON event WHEN NEW.what = 'release-publish' BEGIN SELECT RAISE(ABORT, 'fault'); END");
	CU_ASSERT_NOT_EQUAL(coord_publish(&result, &region.state, region.keys, round, peer_clock, &error), PROTO_OK);
	CU_ASSERT_EQUAL(releases_of(round), 0);
	CU_ASSERT_EQUAL(state_of(round), PROTO_ROUND_CLOSED);
	run_sql("DROP TRIGGER fault");
	CU_ASSERT_EQUAL(coord_publish(&result, &region.state, region.keys, round, peer_clock, &error), PROTO_OK);
	CU_ASSERT_EQUAL(releases_of(round), 1);
	CU_ASSERT_EQUAL(state_of(round), PROTO_ROUND_PUBLISHED);
}

/* An abort that came between the files and the store. */
static void
an_aborted_round_gets_no_release(void)
{
	struct coord_release release = {.version = 1, .published = peer_clock};
	char round[PROTO_ROUND_TEXT], published[] = "published";

	closed_round(round, "2026-Q2");
	CU_ASSERT_EQUAL(coord_round_abort(&region.state, region.keys, round, "a test", peer_clock, &error), PROTO_OK);
	(void)snprintf(release.release, sizeof(release.release), "%.50s.v1", round);
	strcpy(release.round, round);
	release.state = published;
	CU_ASSERT_EQUAL(coord_store_release_add(STORE, &release, &error), PROTO_REFUSED);
	CU_ASSERT_EQUAL(releases_of(round), 0);
}

static void
a_second_run_at_the_same_time_is_told_so(void)
{
	struct coord_publish_result result;
	char round[PROTO_ROUND_TEXT];
	int lock = -1;

	closed_round(round, "2026-Q3");
	CU_ASSERT_EQUAL_FATAL(kit_files_lock(&lock, region.dir, &error), PROTO_OK);
	CU_ASSERT_EQUAL(coord_publish(&result, &region.state, region.keys, round, peer_clock, &error), PROTO_BUSY);
	kit_files_unlock(lock);
	CU_ASSERT_EQUAL(coord_publish(&result, &region.state, region.keys, round, peer_clock, &error), PROTO_OK);
}

static const struct suite_case cases[] = {
	{"a publication is recorded whole or not at all", a_publication_is_recorded_whole_or_not_at_all},
	{"an aborted round gets no release", an_aborted_round_gets_no_release},
	{"a second run at the same time is told so", a_second_run_at_the_same_time_is_told_so},
	{NULL, NULL},
};

int
main(void)
{
	struct peer xa;
	int status;

	if (sodium_init() < 0)
		return 1;
	scratch_start();
	peer_region_make(&region, scratch_dir, "region", peer_structures);
	peer_make(&xa, "XA");
	peer_join(&xa, &region);
	status = suite_run("coord.publish", cases);
	peer_wipe(&xa);
	peer_region_close(&region);
	return status;
}
