#include "node/join.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "node/sync.h"
#include "support/deputy.h"
#include "support/suite.h"

/* A directory, a coordinator, an invitation, and a passphrase file. */
struct fixture {
	struct office office;
	struct deputy deputy;
	struct proto_invitation invitation;
	struct kit_passphrase *passphrase, *wrong;
	struct node_office open;
	struct proto_error error;
};

static struct kit_passphrase *
passphrase(const struct fixture *f, const char *text)
{
	struct kit_passphrase *result = NULL;
	struct proto_error error = {0};
	char path[PATH_MAX];
	FILE *file;

	snprintf(path, sizeof(path), "%s/passphrase", f->office.dir);
	if ((file = fopen(path, "w")) == NULL || fputs(text, file) < 0 || fclose(file) != 0 || chmod(path, 0600) != 0)
		abort();
	office_must(kit_passphrase_load(&result, path, &error), &error);
	return result;
}

static void
setup(struct fixture *f)
{
	memset(f, 0, sizeof(*f));
	office_init(&f->office);
	deputy_init(&f->deputy, "REGION-1", 1);
	f->invitation = deputy_invitation(&f->deputy);
	f->passphrase = passphrase(f, "correct horse\n");
	f->wrong = passphrase(f, "wrong horse\n");
}

static void
teardown(struct fixture *f)
{
	node_office_close(&f->open);
	kit_passphrase_free(f->passphrase);
	kit_passphrase_free(f->wrong);
	proto_invitation_wipe(&f->invitation);
	deputy_wipe(&f->deputy);
	office_wipe(&f->office);
}

static enum proto_code
join_with(struct fixture *f, const struct kit_passphrase *secret, int64_t now)
{
	const struct node_join_request request = {.invitation = &f->invitation, .passphrase = secret,
	    .transport = &f->deputy.transport, .now = now};
	enum proto_code code;

	if (f->open.state != NULL)
		node_office_close(&f->open);
	code = node_join(&f->open, f->office.path, &request, &f->error);
	if (code != PROTO_OK)
		printf("    (%s: %s)\n", proto_error_name(code), f->error.what);
	return code;
}

static enum proto_code
join(struct fixture *f)
{
	return join_with(f, f->passphrase, WIRE_NOW);
}

/* Interrupted at the coordinator's door, repeated, approved, repeated. */
static void
first_and_again(void)
{
	struct fixture f;
	struct proto_buffer key = {0};
	char first[PROTO_FINGERPRINT_TEXT], second[PROTO_FINGERPRINT_TEXT];
	uint8_t proof[PROTO_HASH];

	setup(&f);
	f.deputy.lost = "/v1/enrol";
	CU_ASSERT_EQUAL(join(&f), PROTO_UNREACHABLE);
	memcpy(proof, f.deputy.enrolled.proof, sizeof(proof));
	CU_ASSERT_FATAL(join(&f) == PROTO_OK);
	CU_ASSERT(memcmp(proof, f.deputy.enrolled.proof, sizeof(proof)) == 0); /* the same keys */
	CU_ASSERT_STRING_EQUAL(f.open.enrolment.keys.country, "XA");
	CU_ASSERT_STRING_EQUAL(node_enrolment_state(&f.open.enrolment), "pending");
	CU_ASSERT_EQUAL(f.open.enrolment.pin, NODE_PIN_INVITATION);
	CU_ASSERT_EQUAL(f.open.policy.number, 1);
	CU_ASSERT_EQUAL(f.open.policy.caps.round, UINT64_C(109951162777)); /* floor(2^40 / 10) */
	CU_ASSERT_EQUAL(f.open.policy.caps.period, UINT64_C(219902325555));
	CU_ASSERT_EQUAL(f.open.policy.caps.year, UINT64_C(1319413953331));
	CU_ASSERT_EQUAL(f.open.policy.caps.floor, UINT64_C(549755813888));
	node_enrolment_fingerprint(first, &f.open.enrolment, &f.open.trust);
	office_must(node_keys_tls(&key, f.open.state, &f.error), &f.error);
	deputy_approve(&f.deputy, "XA", &key);
	CU_ASSERT_EQUAL(node_sync_approval(&f.open, &f.error), PROTO_OK);
	f.deputy.calls = 0;
	/* after approval, and with the invitation long expired: the effect stands */
	CU_ASSERT_FATAL(join_with(&f, f.passphrase, WIRE_NOW + 30 * 86400) == PROTO_OK);
	CU_ASSERT_EQUAL(f.deputy.calls, 0);
	CU_ASSERT_STRING_EQUAL(node_enrolment_state(&f.open.enrolment), "active");
	node_enrolment_fingerprint(second, &f.open.enrolment, &f.open.trust);
	CU_ASSERT_STRING_EQUAL(first, second);
	CU_ASSERT_EQUAL(f.open.policy.number, 1);
	CU_ASSERT_EQUAL(join_with(&f, f.wrong, WIRE_NOW), PROTO_PASSPHRASE);
	proto_buffer_wipe(&key);
	teardown(&f);
}

/* An office that was revoked, or whose coordinator moved: its keys, its ledger and what was compared stay. */
static void
invited_anew(void)
{
	struct fixture f;
	struct proto_buffer key = {0};
	char fingerprint[PROTO_FINGERPRINT_TEXT];
	uint8_t proof[PROTO_HASH];

	setup(&f);
	CU_ASSERT_FATAL(join(&f) == PROTO_OK);
	node_enrolment_fingerprint(fingerprint, &f.open.enrolment, &f.open.trust);
	CU_ASSERT_EQUAL(node_sync_pin(&f.open, fingerprint, &f.error), PROTO_OK);
	office_must(node_keys_tls(&key, f.open.state, &f.error), &f.error);
	deputy_approve(&f.deputy, "XA", &key);
	CU_ASSERT_EQUAL(node_sync_approval(&f.open, &f.error), PROTO_OK);
	memcpy(proof, f.deputy.enrolled.proof, sizeof(proof));
	f.invitation.secret[0] ^= 1;
	/* as long as the coordinator has not taken it, the certificate stays */
	f.deputy.lost = "/v1/enrol";
	CU_ASSERT_EQUAL(join(&f), PROTO_UNREACHABLE);
	office_must(node_office_open(&f.open, f.office.path, NODE_STATE_READ, &f.error), &f.error);
	CU_ASSERT_STRING_EQUAL(node_enrolment_state(&f.open.enrolment), "active");
	CU_ASSERT_EQUAL(join_with(&f, f.passphrase, f.invitation.expires), PROTO_EXPIRED);
	f.deputy.lost = NULL;
	CU_ASSERT_FATAL(join(&f) == PROTO_OK);
	CU_ASSERT_STRING_EQUAL(node_enrolment_state(&f.open.enrolment), "pending");
	CU_ASSERT_EQUAL(f.open.enrolment.pin, NODE_PIN_CONFIRMED);
	CU_ASSERT(memcmp(proof, f.deputy.enrolled.proof, sizeof(proof)) != 0);
	CU_ASSERT_EQUAL(node_sync_approval(&f.open, &f.error), PROTO_OK);
	/* another address alone is also a new invitation */
	free(f.invitation.url);
	f.invitation.url = strdup("https://127.0.0.2:8443");
	CU_ASSERT_FATAL(join(&f) == PROTO_OK);
	CU_ASSERT_STRING_EQUAL(f.open.enrolment.url, "https://127.0.0.2:8443");
	proto_buffer_wipe(&key);
	teardown(&f);
}

static void
another_office(void)
{
	struct fixture f;
	struct deputy other;

	setup(&f);
	CU_ASSERT_FATAL(join(&f) == PROTO_OK);
	strcpy(f.invitation.country, "XB");
	CU_ASSERT_EQUAL(join(&f), PROTO_EXISTS);
	strcpy(f.invitation.country, "XA");
	/* another root under the same name */
	deputy_init(&other, "REGION-1", 2);
	proto_invitation_wipe(&f.invitation);
	f.invitation = deputy_invitation(&other);
	CU_ASSERT_EQUAL(join(&f), PROTO_EXISTS);
	deputy_wipe(&other);
	teardown(&f);
}

/* An unpinned root gives way to the next invitation; the keys stay. */
static void
again_after_unpinning(void)
{
	struct fixture f;
	struct deputy other;
	uint8_t signing[PROTO_PUBLIC];

	setup(&f);
	CU_ASSERT_FATAL(join(&f) == PROTO_OK);
	memcpy(signing, f.open.enrolment.keys.signing, sizeof(signing));
	CU_ASSERT_EQUAL(node_sync_pin(&f.open, "AAAA-AAAA-AAAA-AAAA-AAAA", &f.error), PROTO_FINGERPRINT);
	deputy_init(&other, "REGION-1", 2);
	proto_invitation_wipe(&f.invitation);
	f.invitation = deputy_invitation(&other);
	deputy_wipe(&f.deputy);
	deputy_init(&f.deputy, "REGION-1", 2);
	proto_buffer_wipe(&f.invitation.trust);
	proto_buffer_put(&f.invitation.trust, f.deputy.wire.trust_bytes.data, f.deputy.wire.trust_bytes.len);
	CU_ASSERT_FATAL(join(&f) == PROTO_OK);
	CU_ASSERT_EQUAL(f.open.enrolment.pin, NODE_PIN_INVITATION);
	CU_ASSERT(memcmp(signing, f.open.enrolment.keys.signing, sizeof(signing)) == 0);
	deputy_wipe(&other);
	teardown(&f);
}

static void
bad_invitations(void)
{
	struct fixture f;

	setup(&f);
	CU_ASSERT_EQUAL(join_with(&f, f.passphrase, f.invitation.expires), PROTO_EXPIRED);
	f.invitation.root_hash[3] ^= 1;
	CU_ASSERT_EQUAL(join(&f), PROTO_NOT_GENUINE);
	f.invitation.root_hash[3] ^= 1;
	strcpy(f.invitation.coordinator, "REGION-2");
	CU_ASSERT_EQUAL(join(&f), PROTO_NOT_GENUINE);
	strcpy(f.invitation.coordinator, "REGION-1");
	strcpy(f.invitation.url, "http://127.0.0.1:8443");
	CU_ASSERT_EQUAL(join(&f), PROTO_MALFORMED);
	strcpy(f.invitation.url, "https://127.0.0.1/843");
	CU_ASSERT_EQUAL(join(&f), PROTO_MALFORMED);
	strcpy(f.invitation.url, "https://127.0.0.1:8443");
	CU_ASSERT_EQUAL(f.deputy.calls, 0);
	CU_ASSERT_EQUAL(join(&f), PROTO_OK);
	teardown(&f);
}

static void
private_files(void)
{
	static const char *const name[] = {"node.db", "keys.sealed", "tls.key", "head.key"};
	struct fixture f;
	struct stat status;
	char path[PATH_MAX];
	struct node_keys keys;
	size_t i;

	setup(&f);
	CU_ASSERT_FATAL(join(&f) == PROTO_OK);
	for (i = 0; i < 4; i++) {
		snprintf(path, sizeof(path), "%s/%s", f.office.path, name[i]);
		CU_ASSERT_FATAL(stat(path, &status) == 0);
		CU_ASSERT_EQUAL(status.st_mode & 07777, 0600);
	}
	/* N22 */
	snprintf(path, sizeof(path), "%s/keys.sealed", f.office.path);
	chmod(path, 0640);
	CU_ASSERT_EQUAL(node_keys_open(&keys, f.open.state, f.passphrase, &f.error), PROTO_PERMISSION);
	unlink(path);
	CU_ASSERT_EQUAL(node_keys_open(&keys, f.open.state, f.passphrase, &f.error), PROTO_DAMAGED);
	teardown(&f);
}

static const struct suite_case cases[] = {
    {"a join that was cut short goes on with the same keys; repeated it changes nothing", first_and_again},
    {"an active office that is invited anew presents itself again, and loses nothing before it is heard", invited_anew},
    {"a directory belongs to one country and one root", another_office},
    {"after unpinning a new invitation is taken, and the keys stay", again_after_unpinning},
    {"an expired, altered or unreachable-by-form invitation is refused before any contact", bad_invitations},
    {"every file is private, and keys open to others are refused", private_files},
    {NULL, NULL}};

int
main(void)
{
	return suite_run("node.join", cases);
}
