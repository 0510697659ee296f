#include "node/state.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "node/head.h"
#include "support/office.h"
#include "support/suite.h"

static void
first_run(void)
{
	struct office office;
	struct node_state *state;
	struct stat status;

	office_init(&office);
	CU_ASSERT(office_refuses(&office, NODE_STATE_READ, PROTO_NOT_FOUND));
	CU_ASSERT(office_refuses(&office, NODE_STATE_WRITE, PROTO_NOT_FOUND));
	state = office_open(&office, NODE_STATE_CREATE);
	CU_ASSERT_EQUAL(state->rows, 0);
	node_state_close(state);
	CU_ASSERT_FATAL(stat(office.head, &status) == 0);
	CU_ASSERT_EQUAL(status.st_mode & 07777, 0600);
	CU_ASSERT_FATAL(stat(office.path, &status) == 0);
	CU_ASSERT_EQUAL(status.st_mode & 07777, 0700);
	/* again, and with a slash behind */
	node_state_close(office_open(&office, NODE_STATE_CREATE));
	strcat(office.path, "/");
	node_state_close(office_open(&office, NODE_STATE_WRITE));
	office_wipe(&office);
}

static void
entries_stay(void)
{
	struct office office;
	struct node_state *state;
	struct proto_error error;

	office_init(&office);
	state = office_open(&office, NODE_STATE_CREATE);
	office_spend(state, 5, false);
	CU_ASSERT_NOT_EQUAL(kit_db_run(state->db, &error, "UPDATE entry SET rho = 1 WHERE sequence = 2", ""), PROTO_OK);
	CU_ASSERT_NOT_EQUAL(kit_db_run(state->db, &error, "DELETE FROM entry WHERE sequence = 5", ""), PROTO_OK);
	node_state_close(state);
	state = office_open(&office, NODE_STATE_READ);
	CU_ASSERT_EQUAL(state->rows, 5);
	CU_ASSERT_EQUAL(state->row[4].entry.total, 5000);
	CU_ASSERT_EQUAL(state->row[4].time, 1004);
	CU_ASSERT_STRING_EQUAL(state->row[4].round, "TEST.2023-Q1.r4");
	node_state_close(state);
	office_wipe(&office);
}

static void
two_writers(void)
{
	struct office office;
	struct node_state *state, *reader;

	office_init(&office);
	state = office_open(&office, NODE_STATE_CREATE);
	CU_ASSERT(office_refuses(&office, NODE_STATE_WRITE, PROTO_BUSY));
	reader = office_open(&office, NODE_STATE_READ);
	node_state_close(reader);
	node_state_close(state);
	node_state_close(office_open(&office, NODE_STATE_WRITE));
	office_wipe(&office);
}

/* The crash between the commit and the head file. */
static void
one_ahead(void)
{
	struct office office;
	struct node_state *state;
	struct proto_buffer before, after;

	office_init(&office);
	state = office_open(&office, NODE_STATE_CREATE);
	office_spend(state, 1, true);
	node_state_close(state);
	/* a reader accepts it and writes nothing */
	before = office_read(&office, "");
	state = office_open(&office, NODE_STATE_READ);
	CU_ASSERT_EQUAL(state->rows, 1);
	node_state_close(state);
	after = office_read(&office, "");
	CU_ASSERT(before.len == after.len && memcmp(before.data, after.data, after.len) == 0);
	proto_buffer_wipe(&before);
	proto_buffer_wipe(&after);
	/* a writer repairs it: then one more entry may be ahead again */
	state = office_open(&office, NODE_STATE_WRITE);
	office_spend(state, 1, true);
	node_state_close(state);
	state = office_open(&office, NODE_STATE_WRITE);
	CU_ASSERT_EQUAL(state->rows, 2);
	node_state_close(state);
	office_wipe(&office);
}

static void
two_ahead(void)
{
	struct office office;
	struct node_state *state;
	struct proto_buffer head;

	office_init(&office);
	state = office_open(&office, NODE_STATE_CREATE);
	head = office_read(&office, "");
	office_spend(state, 2, false);
	node_state_close(state);
	office_write(&office, "", &head);
	CU_ASSERT(office_refuses(&office, NODE_STATE_WRITE, PROTO_DAMAGED));
	CU_ASSERT(office_refuses(&office, NODE_STATE_READ, PROTO_DAMAGED));
	proto_buffer_wipe(&head);
	office_wipe(&office);
}

/* N19, as far as this machine can tell. */
static void
old_copy(void)
{
	struct office office;
	struct node_state *state;
	struct proto_buffer database;

	office_init(&office);
	state = office_open(&office, NODE_STATE_CREATE);
	office_spend(state, 2, false);
	node_state_close(state);
	database = office_read(&office, "node.db");
	state = office_open(&office, NODE_STATE_WRITE);
	office_spend(state, 1, false);
	node_state_close(state);
	office_write(&office, "node.db", &database);
	CU_ASSERT(office_refuses(&office, NODE_STATE_WRITE, PROTO_ROLLED_BACK));
	CU_ASSERT(office_refuses(&office, NODE_STATE_READ, PROTO_ROLLED_BACK));
	CU_ASSERT(office_refuses(&office, NODE_STATE_CREATE, PROTO_ROLLED_BACK));
	proto_buffer_wipe(&database);
	office_wipe(&office);
}

/* The same number of entries, but others. */
static void
other_ledger(void)
{
	struct office office;
	struct node_state *state;
	struct proto_buffer database, empty;

	office_init(&office);
	state = office_open(&office, NODE_STATE_CREATE);
	empty = office_read(&office, "node.db");
	office_spend(state, 2, false);
	node_state_close(state);
	database = office_read(&office, "node.db");
	office_write(&office, "node.db", &empty);
	CU_ASSERT(office_refuses(&office, NODE_STATE_WRITE, PROTO_ROLLED_BACK));
	unlink(office.head);
	/* an empty ledger, no enrolment, no head file: a `join` that was cut short */
	state = office_open(&office, NODE_STATE_CREATE);
	office_spend(state, 1, false);
	office_spend(state, 1, false);
	node_state_close(state);
	office_write(&office, "node.db", &database);
	/* written under the same key, but at other times: the heads are equal, so it is the same ledger */
	node_state_close(office_open(&office, NODE_STATE_WRITE));
	proto_buffer_wipe(&database);
	proto_buffer_wipe(&empty);
	office_wipe(&office);
}

/* A head file of the right key and number that names another entry. */
static void
other_head(void)
{
	struct office office;
	struct node_state *state;
	struct node_head head = {.entries = 1};
	struct proto_error error = {0};

	office_init(&office);
	state = office_open(&office, NODE_STATE_CREATE);
	office_spend(state, 2, false);
	head.head[0] = 1;
	office_must(node_head_save(office.head, &head, state->key, &error), &error);
	node_state_close(state);
	CU_ASSERT(office_refuses(&office, NODE_STATE_WRITE, PROTO_DAMAGED));
	office_wipe(&office);
}

static void
deleted(void)
{
	struct office office;
	struct node_state *state;
	char path[PATH_MAX];

	office_init(&office);
	state = office_open(&office, NODE_STATE_CREATE);
	office_spend(state, 1, false);
	node_state_close(state);
	snprintf(path, sizeof(path), "%s/node.db", office.path);
	unlink(path);
	CU_ASSERT(office_refuses(&office, NODE_STATE_WRITE, PROTO_DAMAGED));
	CU_ASSERT(office_refuses(&office, NODE_STATE_CREATE, PROTO_DAMAGED));
	/* the whole directory */
	snprintf(path, sizeof(path), "rm -r '%s'", office.path);
	CU_ASSERT_FATAL(system(path) == 0);
	CU_ASSERT(office_refuses(&office, NODE_STATE_READ, PROTO_DAMAGED));
	CU_ASSERT(office_refuses(&office, NODE_STATE_CREATE, PROTO_DAMAGED));
	CU_ASSERT(access(office.path, F_OK) != 0);
	office_wipe(&office);
}

static void
head_gone(void)
{
	struct office office;
	struct node_state *state;
	struct proto_buffer key;
	char path[PATH_MAX];

	office_init(&office);
	state = office_open(&office, NODE_STATE_CREATE);
	office_spend(state, 1, false);
	node_state_close(state);
	key = office_read(&office, "");
	unlink(office.head);
	CU_ASSERT(office_refuses(&office, NODE_STATE_WRITE, PROTO_DAMAGED));
	CU_ASSERT(office_refuses(&office, NODE_STATE_CREATE, PROTO_DAMAGED));
	/* readable by others, then the key gone */
	office_write(&office, "", &key);
	chmod(office.head, 0640);
	CU_ASSERT(office_refuses(&office, NODE_STATE_WRITE, PROTO_PERMISSION));
	chmod(office.head, 0600);
	node_state_close(office_open(&office, NODE_STATE_WRITE));
	snprintf(path, sizeof(path), "%s/head.key", office.path);
	unlink(path);
	CU_ASSERT(office_refuses(&office, NODE_STATE_WRITE, PROTO_DAMAGED));
	CU_ASSERT(office_refuses(&office, NODE_STATE_CREATE, PROTO_DAMAGED));
	proto_buffer_wipe(&key);
	office_wipe(&office);
}

static void
head_flipped(void)
{
	struct office office;
	struct node_state *state;
	struct proto_buffer head;
	size_t i;

	office_init(&office);
	state = office_open(&office, NODE_STATE_CREATE);
	office_spend(state, 1, false);
	node_state_close(state);
	head = office_read(&office, "");
	for (i = 0; i < head.len; i++) {
		head.data[i] ^= 1;
		office_write(&office, "", &head);
		CU_ASSERT(office_refuses(&office, NODE_STATE_WRITE, PROTO_DAMAGED));
		head.data[i] ^= 1;
	}
	for (i = 0; i < head.len; i += 7) {
		struct proto_buffer cut = {head.data, i, i, false};

		office_write(&office, "", &cut);
		CU_ASSERT(office_refuses(&office, NODE_STATE_WRITE, PROTO_DAMAGED));
	}
	office_write(&office, "", &head);
	node_state_close(office_open(&office, NODE_STATE_WRITE));
	proto_buffer_wipe(&head);
	office_wipe(&office);
}

/*
 * N18. A flipped byte is refused, or lies where nothing is kept (then the ledger reads as before): in no
 * case does another ledger come out.
 */
static void
database_flipped(void)
{
	struct office office;
	struct node_state *state;
	struct proto_buffer whole;
	struct proto_error error;
	size_t i, refused = 0, same = 0;
	uint8_t head[DP_LEDGER_HASH];

	office_init(&office);
	state = office_open(&office, NODE_STATE_CREATE);
	office_spend(state, 3, false);
	memcpy(head, state->row[2].entry.head, sizeof(head));
	node_state_close(state);
	whole = office_read(&office, "node.db");
	for (i = 0; i < whole.len; i += 29) {
		whole.data[i] ^= 0x10;
		office_write(&office, "node.db", &whole);
		whole.data[i] ^= 0x10;
		if (node_state_open(&state, office.path, NODE_STATE_READ, &error) != PROTO_OK) {
			refused++;
			continue;
		}
		same++;
		CU_ASSERT_FATAL(state->rows == 3);
		CU_ASSERT(memcmp(state->row[2].entry.head, head, sizeof(head)) == 0);
		CU_ASSERT(state->row[0].time == 1000 && state->row[1].time == 1001 && state->row[2].time == 1002);
		CU_ASSERT_STRING_EQUAL(state->row[1].round, "TEST.2023-Q1.r1");
		node_state_close(state);
	}
	printf("    flipped: %zu refused, %zu without effect\n", refused, same);
	CU_ASSERT(refused > 50);
	proto_buffer_wipe(&whole);
	office_wipe(&office);
}

/* Every column of an entry is under its seal, also those that the chain does not hash. */
static void
columns_changed(void)
{
	static const char *const change[] = {"time = time - 1", "round = 'TEST.2023-Q1.r9'", "rho = rho - 1",
	    "floor = floor - 1", "total = total - 1", "year = year + 1", "round_hash = zeroblob(32)",
	    "series = randomblob(32)", "body = randomblob(32)", "previous = zeroblob(32)", "head = zeroblob(32)",
	    "seal = zeroblob(32)", "sequence = 7"};
	struct office office;
	struct node_state *state;
	struct proto_buffer whole;
	char sql[160];
	size_t i;

	office_init(&office);
	state = office_open(&office, NODE_STATE_CREATE);
	office_spend(state, 3, false);
	node_state_close(state);
	whole = office_read(&office, "node.db");
	for (i = 0; i < sizeof(change) / sizeof(change[0]); i++) {
		office_write(&office, "node.db", &whole);
		state = office_open(&office, NODE_STATE_WRITE);
		snprintf(sql, sizeof(sql), "UPDATE entry SET %s WHERE sequence = 2", change[i]);
		office_force(state, "entry_stays", sql);
		node_state_close(state);
		CU_ASSERT(office_refuses(&office, NODE_STATE_WRITE, PROTO_DAMAGED));
	}
	/* forcing alone is no damage */
	office_write(&office, "node.db", &whole);
	state = office_open(&office, NODE_STATE_WRITE);
	office_force(state, "entry_stays", "UPDATE entry SET time = time WHERE sequence = 2");
	node_state_close(state);
	node_state_close(office_open(&office, NODE_STATE_WRITE));
	proto_buffer_wipe(&whole);
	office_wipe(&office);
}

static void
strange_places(void)
{
	struct office office, other;
	char target[PATH_MAX];

	office_init(&office);
	node_state_close(office_open(&office, NODE_STATE_CREATE));
	chmod(office.path, 0755);
	CU_ASSERT(office_refuses(&office, NODE_STATE_WRITE, PROTO_PERMISSION));
	chmod(office.path, 0700);
	/* a link to it is not it */
	office_init(&other);
	snprintf(target, sizeof(target), "%s", office.path);
	CU_ASSERT_FATAL(symlink(target, other.path) == 0);
	CU_ASSERT(office_refuses(&other, NODE_STATE_WRITE, PROTO_PERMISSION));
	unlink(other.path);
	/* a store under a second name */
	snprintf(target, sizeof(target), "%s/node.db", office.path);
	snprintf(other.path, sizeof(other.path), "%s/second", other.dir);
	CU_ASSERT_FATAL(link(target, other.path) == 0);
	CU_ASSERT(office_refuses(&office, NODE_STATE_WRITE, PROTO_PERMISSION));
	office_wipe(&other);
	node_state_close(office_open(&office, NODE_STATE_WRITE));
	office_wipe(&office);
}

static const struct suite_case cases[] = {
    {"a first run makes everything private, and only where it may", first_run},
    {"an entry is never changed and never removed", entries_stay},
    {"a second writer is told that another is busy; a reader is not in the way", two_writers},
    {"a ledger one entry ahead of its head file is accepted, and repaired by a writer", one_ahead},
    {"a ledger two entries ahead is refused", two_ahead},
    {"an old copy of the store is refused as rolled back", old_copy},
    {"an empty store in place of a full one is refused", other_ledger},
    {"a head file that names another entry is refused, also one behind", other_head},
    {"a deleted store or directory never becomes an empty one", deleted},
    {"without its head file, or its key, a ledger is refused", head_gone},
    {"any changed or missing byte of the head file is refused", head_flipped},
    {"a changed byte of the store is refused, or changes nothing", database_flipped},
    {"every column of an entry is sealed", columns_changed},
    {"a directory open to others, a link and a second name are refused", strange_places},
    {NULL, NULL}};

int
main(void)
{
	return suite_run("node.state", cases);
}
