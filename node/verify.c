#include "node/verify.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "node/receipt.h"
#include "node/round.h"
#include "node/structures.h"
#include "node/submission.h"

static void note(struct node_verify *verify, const char *name, bool ok, const char *format, ...)
    __attribute__((format(printf, 4, 5)));

static void
note(struct node_verify *verify, const char *name, bool ok, const char *format, ...)
{
	struct node_verify_check *check = &verify->check[verify->checks++];
	va_list args;

	check->name = name;
	check->ok = ok;
	va_start(args, format);
	vsnprintf(check->detail, sizeof(check->detail), format, args);
	va_end(args);
	if (!ok)
		verify->ok = false;
}

/* Keeps the first fault of a kind for the report. */
struct faults {
	size_t number;
	char first[200];
};

static void
add_fault(struct faults *faults, const struct proto_error *fault, const char *where)
{
	if (faults->number++ == 0)
		snprintf(faults->first, sizeof(faults->first), "%.100s: %.80s", fault->what, where);
}

/* A fault goes into the report; trouble with the machine ends it. */
static enum proto_code
trouble(const struct proto_error *fault, struct proto_error *error)
{
	if (fault->code != PROTO_MEMORY && fault->code != PROTO_IO && fault->code != PROTO_BUSY && fault->code != PROTO_NO_SPACE)
		return PROTO_OK;
	if (error != NULL)
		*error = *fault;
	return fault->code;
}

struct kept { /* of all submissions */
	size_t receipts;
	struct faults bytes, signatures;
};

static enum proto_code
check_submission(struct kept *kept, const struct node_office *office, const char *round, struct proto_error *error)
{
	struct node_submission submission = {0};
	struct proto_receipt receipt;
	struct proto_error fault = {0};
	bool found;
	enum proto_code code = node_submission_load(&submission, &found, office->state, round,
	    office->enrolment.keys.signing, &fault);

	if (code != PROTO_OK) {
		add_fault(&kept->bytes, &fault, round);
		return trouble(&fault, error);
	}
	if (submission.receipt.len > 0) {
		kept->receipts++;
		if (node_receipt_open(&receipt, office, &submission, &submission.receipt, &fault) != PROTO_OK)
			add_fault(&kept->signatures, &fault, round);
	}
	node_submission_wipe(&submission);
	return trouble(&fault, error);
}

static enum proto_code
check_submissions(struct node_verify *verify, const struct node_office *office, struct proto_error *error)
{
	const struct node_state *state = office->state;
	struct kept kept = {0};
	size_t i;
	enum proto_code code = PROTO_OK;

	for (i = 0; code == PROTO_OK && i < state->rows; i++)
		code = check_submission(&kept, office, state->row[i].round, error);
	if (code != PROTO_OK)
		return code;
	if (kept.bytes.number > 0)
		note(verify, "submissions", false, "%s", kept.bytes.first);
	else
		note(verify, "submissions", true, "%zu stored, as headers and ledger say", state->rows);
	if (kept.signatures.number > 0)
		note(verify, "receipts", false, "%s", kept.signatures.first);
	else
		note(verify, "receipts", true, "%zu, signed by the coordinator for these very bytes", kept.receipts);
	return PROTO_OK;
}

static enum proto_code
check_rounds(struct node_verify *verify, const struct node_office *office, struct proto_error *error)
{
	struct node_round_name *name = NULL;
	struct faults faults = {0};
	size_t names = 0, i, alarms = 0;
	enum proto_code code = node_round_list(&name, &names, office->state, error);

	for (i = 0; code == PROTO_OK && i < names; i++) {
		struct node_round round = {0};
		struct proto_error fault = {0};

		if (node_round_load(&round, office, name[i].round, &fault) != PROTO_OK)
			add_fault(&faults, &fault, name[i].round);
		else if (round.alarm != NULL)
			alarms++;
		node_round_wipe(&round);
		code = trouble(&fault, error);
	}
	free(name);
	if (code != PROTO_OK)
		return code;
	if (faults.number > 0)
		note(verify, "manifests", false, "%s", faults.first);
	else
		note(verify, "manifests", true, "%zu, signed under the pinned root", names);
	if (alarms > 0)
		note(verify, "accepted sets", false, "%zu with an alarm: see `status`", alarms);
	else
		note(verify, "accepted sets", true, "none leaves out what this office holds a receipt for");
	return PROTO_OK;
}

static enum proto_code
check_structures(struct node_verify *verify, const struct node_office *office, struct proto_error *error)
{
	struct proto_structure **structure = NULL;
	struct proto_error fault = {0};
	size_t structures = 0;
	enum proto_code code = node_structures_list(&structure, &structures, office, &fault);

	if (code == PROTO_OK)
		note(verify, "structures", true, "%zu, named by the signed catalog", structures);
	else
		note(verify, "structures", code == PROTO_WAITING, "%.190s", fault.what);
	node_structures_free(structure, structures);
	return trouble(&fault, error);
}

enum proto_code
node_verify_run(struct node_verify *ret_verify, const struct node_office *office, struct proto_error *error)
{
	struct node_verify verify = {.ok = true};
	enum proto_code code;

	note(&verify, "ledger", true, "%zu entries, one chain; %s agrees", office->state->rows, "the head file");
	note(&verify, "policy", true, "%llu set so far, each signed by this office",
	    (unsigned long long)office->policy.number);
	note(&verify, "root", office->enrolment.pin != NODE_PIN_NONE, "%s",
	    office->enrolment.pin == NODE_PIN_CONFIRMED ? "pinned, and compared by fingerprint" :
	    office->enrolment.pin == NODE_PIN_INVITATION ? "pinned by the invitation alone: `sync --fingerprint` compares it" :
	    "unpinned: the fingerprints differed");
	/* Without a root nothing signed by the coordinator can be judged. */
	if (office->enrolment.pin != NODE_PIN_NONE && ((code = check_submissions(&verify, office, error)) != PROTO_OK ||
	    (code = check_rounds(&verify, office, error)) != PROTO_OK ||
	    (code = check_structures(&verify, office, error)) != PROTO_OK))
		return code;
	*ret_verify = verify;
	return PROTO_OK;
}
