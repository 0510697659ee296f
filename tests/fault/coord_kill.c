#include <fcntl.h>
#include <signal.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "proto/kit/files.h"
#include "support/peer.h"
#include "support/suite.h"
#include "unit/kit_scratch.h"

/*
 * The coordinator dies by SIGKILL at every call that changes a file, in the midst of each of the calls that change its
 * store. The call runs in a child of its own: this program again, under tests/libkillshim.so. Afterwards:
 * what the child had answered stands; the same bytes again are accepted, once; the receipt is one.
 */
#define SHIM CHORALE_BINARY_DIR "/tests/libkillshim.so"
#define CALLS_MAX 200

static struct peer_region base;
static struct peer office;
static struct peer_submission sent;
static struct proto_error error;
static char round_id[PROTO_ROUND_TEXT];

/* child DIR PATH CERTIFICATE BODY REPLY: one call, its answer written and closed before it ends. */
static int
child(char **argument)
{
	struct proto_buffer certificate = {0}, body = {0}, reply = {0};
	struct coord_api api;
	enum proto_code code;
	int fd;

	if (kit_files_read(&certificate, argument[2], 1 << 20, &error) != PROTO_OK || kit_files_read(&body, argument[3], 1 << 20, &error) != PROTO_OK ||
	    coord_api_open(&api, argument[0], peer_now, &error) != PROTO_OK)
		return 99;
	{
		const struct coord_api_call call = {argument[1], certificate.data, certificate.len, body.data, body.len};

		code = coord_api_answer(&api, &reply, &call);
	}
	fd = open(argument[4], O_WRONLY | O_CREAT | O_TRUNC, 0600);
	if (code != PROTO_OK || fd < 0 || write(fd, reply.data, reply.len) != (ssize_t)reply.len || close(fd) != 0)
		return 98;
	coord_api_close(&api);
	proto_buffer_wipe(&certificate);
	proto_buffer_wipe(&body);
	proto_buffer_wipe(&reply);
	return 0;
}

/* A fresh copy of the base to work on. */
static void
fresh(void)
{
	char command[1200];

	snprintf(command, sizeof command, "rm -rf '%s' && cp -a '%s' '%s'", scratch("work"), base.dir, scratch("work"));
	if (system(command) != 0)
		abort();
}

/* Runs a call in a child that dies at its n-th change; true when it came to its end alive. */
static bool
run(const char *path, const char *certificate, const char *body, int n, bool half)
{
	char number[16];
	int status;
	pid_t pid;

	unlink(scratch("reply"));
	snprintf(number, sizeof number, "%d", n);
	pid = fork();
	if (pid == 0) {
		setenv("LD_PRELOAD", SHIM, 1);
		setenv("CHORALE_KILL_AT", number, 1);
		if (half)
			setenv("CHORALE_KILL_HALF", "1", 1);
		execl("/proc/self/exe", "coord_kill", "child", scratch("work"), path, certificate, body, scratch("reply"), (char *)NULL);
		_exit(97);
	}
	if (pid < 0 || waitpid(pid, &status, 0) != pid)
		abort();
	if (WIFEXITED(status)) {
		CU_ASSERT_EQUAL(WEXITSTATUS(status), 0);
		return true;
	}
	CU_ASSERT_TRUE(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL);
	return false;
}

/* The work directory as a region that peer_* functions can use. */
static void
reopen(struct peer_region *region)
{
	memset(region, 0, sizeof *region);
	snprintf(region->dir, sizeof region->dir, "%s", scratch("work"));
	CU_ASSERT_EQUAL_FATAL(coord_state_open(&region->state, region->dir, &error), PROTO_OK);
	CU_ASSERT_EQUAL_FATAL(coord_api_open(&region->api, region->dir, peer_now, &error), PROTO_OK);
}

static void
put(const char *name, const void *data, size_t len)
{
	scratch_put(scratch(name), data, len, 0600);
}

/* Header and body once more, as the node would: accepted, and one receipt for ever. */
static void
finish(struct peer_region *region, const struct proto_buffer *shown)
{
	struct coord_submission *submission = NULL;
	struct proto_header_reply first, again;
	size_t submissions = 0;

	CU_ASSERT_EQUAL(peer_send_header(&first, region, &office, &sent, &error), PROTO_OK);
	proto_header_reply_wipe(&first);
	CU_ASSERT_EQUAL(peer_send_body(&first, region, &office, &sent, &error), PROTO_OK);
	CU_ASSERT_EQUAL(peer_send_body(&again, region, &office, &sent, &error), PROTO_OK);
	CU_ASSERT_TRUE(first.receipt.len > 0 && first.receipt.len == again.receipt.len &&
	    memcmp(first.receipt.data, again.receipt.data, again.receipt.len) == 0);
	if (shown != NULL)
		CU_ASSERT_TRUE(shown->len == first.receipt.len && memcmp(shown->data, first.receipt.data, shown->len) == 0);
	CU_ASSERT_EQUAL(coord_store_submission_list(&submission, &submissions, region->state.store, round_id, COORD_WITH_BODIES, &error), PROTO_OK);
	CU_ASSERT_EQUAL(submissions, 1);
	CU_ASSERT_TRUE(submissions == 1 && submission[0].body.len == sent.body.len - PROTO_HASH);
	coord_store_submission_free(submission, submissions);
	proto_header_reply_wipe(&first);
	proto_header_reply_wipe(&again);
}

/* What the child answered before it died, if it got that far. */
static bool
shown(struct proto_header_reply *ret_reply)
{
	struct proto_buffer data = {0};
	bool whole;

	whole = kit_files_read(&data, scratch("reply"), 1 << 20, &error) == PROTO_OK && data.len > 0 &&
	    proto_header_reply_decode(ret_reply, data.data, data.len, &error) == PROTO_OK;
	proto_buffer_wipe(&data);
	return whole;
}

static void
killed_in_header(bool half)
{
	bool alive = false;
	int n;

	for (n = 1; !alive && n < CALLS_MAX; n++) {
		struct proto_header_reply reply = {0};
		struct coord_submission bound = {0};
		struct coord_submission_key key = {.which = COORD_ROUND, .node = "XA", .round = round_id};
		struct peer_region region;
		bool any = false;

		fresh();
		alive = run("/v1/header", scratch("certificate"), scratch("header"), n, half);
		reopen(&region);
		CU_ASSERT_EQUAL(coord_store_submission_find(&bound, &any, region.state.store, &key, &error), PROTO_OK);
		if (shown(&reply))
			CU_ASSERT_TRUE(any && memcmp(bound.header, sent.header, sizeof sent.header) == 0);
		proto_header_reply_wipe(&reply);
		coord_store_submission_wipe(&bound);
		finish(&region, NULL);
		peer_region_close(&region);
	}
	printf("%d places ... ", n - 2);
	CU_ASSERT_TRUE(alive && n > 5);
}

static void
killed_in_body(bool half)
{
	bool alive = false;
	int n;

	for (n = 1; !alive && n < CALLS_MAX; n++) {
		struct proto_header_reply reply = {0};
		struct peer_region region;
		bool answered;

		fresh();
		reopen(&region);
		CU_ASSERT_EQUAL(peer_send_header(&reply, &region, &office, &sent, &error), PROTO_OK);
		peer_region_close(&region);
		alive = run("/v1/body", scratch("certificate"), scratch("body"), n, half);
		answered = shown(&reply);
		peer_clock += n; /* a receipt signed anew would differ */
		reopen(&region);
		finish(&region, answered ? &reply.receipt : NULL);
		peer_region_close(&region);
		proto_header_reply_wipe(&reply);
	}
	printf("%d places ... ", n - 2);
	CU_ASSERT_TRUE(alive && n > 5);
}

static void
a_kill_anywhere_in_header_leaves_it_bound_or_not(void)
{
	killed_in_header(false);
	killed_in_header(true);
}

static void
a_kill_anywhere_in_body_leaves_one_receipt(void)
{
	killed_in_body(false);
	killed_in_body(true);
}

static void
a_kill_anywhere_in_enrol_leaves_an_invitation_or_an_enrolment(void)
{
	struct proto_buffer request = {0};
	struct peer other;
	bool alive = false;
	int n;

	peer_make(&other, "XB");
	peer_invite(&other, &base);
	CU_ASSERT_EQUAL(proto_enrol_request_encode(&request, "REGION", &other.keys, other.secret, other.signing, &error), PROTO_OK);
	put("enrol", request.data, request.len);
	put("self", other.self.data, other.self.len);
	for (n = 1; !alive && n < CALLS_MAX; n++) {
		struct coord_country country = {0};
		struct peer_region region;

		fresh();
		alive = run("/v1/enrol", scratch("self"), scratch("enrol"), n, false);
		reopen(&region);
		CU_ASSERT_EQUAL(coord_store_country(&country, region.state.store, "XB", &error), PROTO_OK);
		CU_ASSERT_TRUE(country.has_secret != country.has_keys); /* never both, never neither */
		coord_store_country_wipe(&country);
		CU_ASSERT_EQUAL(peer_enrol(&other, &region, "/v1/enrol"), PROTO_WAITING);
		peer_region_close(&region);
	}
	printf("%d places ... ", n - 2);
	CU_ASSERT_TRUE(alive && n > 5);
	proto_buffer_wipe(&request);
	peer_wipe(&other);
}

static const struct suite_case cases[] = {
	{"a kill anywhere in /v1/enrol leaves an invitation or an enrolment", a_kill_anywhere_in_enrol_leaves_an_invitation_or_an_enrolment},
	{"a kill anywhere in /v1/header leaves it bound or not", a_kill_anywhere_in_header_leaves_it_bound_or_not},
	{"a kill anywhere in /v1/body leaves one receipt", a_kill_anywhere_in_body_leaves_one_receipt},
	{NULL, NULL},
};

int
main(int argc, char **argv)
{
	int status;

	if (sodium_init() < 0)
		return 1;
	if (argc == 7 && strcmp(argv[1], "child") == 0)
		return child(argv + 2);
	scratch_start();
	peer_region_make(&base, scratch_dir, "base", peer_structures);
	peer_make(&office, "XA");
	peer_join(&office, &base);
	peer_round_open(round_id, &base, "2026-Q3", 0);
	peer_submission_make(&sent, &office, &base, round_id, "sealed bytes");
	put("certificate", office.certificate.data, office.certificate.len);
	put("header", sent.header, sizeof sent.header);
	put("body", sent.body.data, sent.body.len);
	status = suite_run("coordinator.kill", cases);
	peer_submission_wipe(&sent);
	peer_wipe(&office);
	peer_region_close(&base);
	return status;
}
