/*
 * A submission killed at every call that changes a file (support/killshim.c), and then run again: one noise
 * value ever (N14).
 *
 * The program runs itself: `draw DIR` is one attempt of an office, up to the stored bytes; it prints the digest of the
 * noisy vector only at its end, as the program sends only then.
 */
#include "node/submission.h"

#include <signal.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "dp/noise.h"
#include "support/office.h"
#include "support/suite.h"

#define ROUND "TIP_TINY.2023-Q1.r0"
#define SHIM CHORALE_BINARY_DIR "/tests/libkillshim.so"
#define CALLS_MAX 400

static char *self;

static void
print_digest(const struct node_submission *submission)
{
	uint8_t hash[32];
	char hex[65];

	crypto_hash_sha256(hash, (const uint8_t *)submission->noisy, submission->cells * sizeof(*submission->noisy));
	printf("%s\n", sodium_bin2hex(hex, sizeof(hex), hash, sizeof(hash)));
}

/* One attempt in the state directory of DIR, with the kernel's randomness. */
static int
draw(const char *dir)
{
	struct office office;
	struct wire wire;
	struct office_round round;
	struct node_state *state;
	struct node_submission submission = {0};
	struct node_submission_request request;
	struct proto_error error = {0};
	struct dp_rng rng;
	bool found;

	snprintf(office.path, sizeof(office.path), "%s/state", dir);
	wire_init(&wire, "REGION-1", 1);
	state = office_open(&office, NODE_STATE_WRITE);
	office_round_init(&round, &wire, state, ROUND);
	office_must(node_submission_load(&submission, &found, state, ROUND, round.keys.pub.signing, &error), &error);
	if (!found) {
		if (dp_noise_entropy(&rng) != DP_OK)
			return 1;
		request = office_round_request(&round, &rng, 5000);
		office_must(node_submission_prepare(&submission, state, &request, &error), &error);
		dp_noise_entropy_wipe(&rng);
	}
	print_digest(&submission);
	node_submission_wipe(&submission);
	office_round_wipe(&round);
	wire_wipe(&wire);
	node_state_close(state);
	return 0;
}

/* Runs `draw`, killed at the call `at` (0: not at all). Returns whether it came to its end; the digest it printed. */
static bool
run(const struct office *office, int at, bool half, char ret_digest[static 80])
{
	char number[16], *argv[] = {self, (char[]){"draw"}, NULL, NULL};
	int out[2], status;
	ssize_t got;
	pid_t child;

	argv[2] = strdup(office->dir);
	CU_ASSERT_FATAL(argv[2] != NULL && pipe(out) == 0);
	fflush(stdout);
	if ((child = fork()) == 0) {
		dup2(out[1], STDOUT_FILENO);
		close(out[0]);
		close(out[1]);
		if (at > 0) {
			snprintf(number, sizeof(number), "%d", at);
			setenv("CHORALE_KILL_AT", number, 1);
			setenv("LD_PRELOAD", SHIM, 1);
			setenv("ASAN_OPTIONS", "verify_asan_link_order=0", 1);
			if (half)
				setenv("CHORALE_KILL_HALF", "1", 1);
		}
		execv(self, argv);
		_exit(127);
	}
	free(argv[2]);
	close(out[1]);
	got = read(out[0], ret_digest, 79);
	ret_digest[got < 0 ? 0 : got] = '\0';
	close(out[0]);
	CU_ASSERT_FATAL(waitpid(child, &status, 0) == child);
	if (WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL)
		return false;
	CU_ASSERT_FATAL(WIFEXITED(status) && WEXITSTATUS(status) == 0);
	return true;
}

/* What the store holds after a kill, read without changing it: empty when nothing was drawn. */
static void
stored_digest(const struct office *office, char ret_digest[static 80])
{
	struct wire_node node;
	struct node_submission submission = {0};
	struct proto_error error = {0};
	struct node_state *state = office_open(office, NODE_STATE_READ);
	uint8_t hash[32];
	bool found;

	ret_digest[0] = '\0';
	wire_node(&node, "XA");
	office_must(node_submission_load(&submission, &found, state, ROUND, node.keys.signing, &error), &error);
	CU_ASSERT_EQUAL(state->rows, found ? 1 : 0);
	if (found) {
		crypto_hash_sha256(hash, (const uint8_t *)submission.noisy, submission.cells * sizeof(*submission.noisy));
		sodium_bin2hex(ret_digest, 66, hash, sizeof(hash));
		strcat(ret_digest, "\n");
	}
	node_submission_wipe(&submission);
	node_state_close(state);
}

/* One sweep: killed at call 1, 2, 3 ... until a run comes to its end. */
static void
sweep(bool half)
{
	int at, drawn = 0;
	bool done = false;

	for (at = 1; !done && at < CALLS_MAX; at++) {
		struct office office;
		char before[80], after[80], once_more[80];

		office_init(&office);
		node_state_close(office_open(&office, NODE_STATE_CREATE));
		done = run(&office, at, half, before);
		if (!done) {
			CU_ASSERT_STRING_EQUAL(before, ""); /* nothing leaves before DIR.head is written */
			stored_digest(&office, before);
			drawn += before[0] != '\0';
		}
		CU_ASSERT(run(&office, 0, false, after));
		CU_ASSERT_EQUAL(strlen(after), 65);
		if (before[0] != '\0')
			CU_ASSERT_STRING_EQUAL(before, after);
		CU_ASSERT(run(&office, 0, false, once_more));
		CU_ASSERT_STRING_EQUAL(after, once_more);
		office_wipe(&office);
	}
	printf("    %d kill points, %d of them after the commit\n", at - 2, drawn);
	CU_ASSERT(done);
	CU_ASSERT(at > 20); /* the shim was at work */
	CU_ASSERT(drawn >= 3);
}

static void
killed(void)
{
	sweep(false);
}

static void
killed_half(void)
{
	sweep(true);
}

static const struct suite_case cases[] = {
    {"killed before any write, sync, rename or removal: one noise value ever", killed},
    {"killed half way through any write: one noise value ever", killed_half},
    {NULL, NULL}};

int
main(int argc, char **argv)
{
	if (argc == 3 && strcmp(argv[1], "draw") == 0)
		return draw(argv[2]);
	self = argv[0];
	if (sodium_init() < 0)
		return 1;
	return suite_run("node.submission killed", cases);
}
