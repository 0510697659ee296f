#include <stdio.h>
#include <string.h>

#include "sync_apply.h"
#include "node/submission.h"
#include "proto/accepted.h"

#define ALARM_MAX 160

static const struct proto_accepted_entry *
find_entry(const struct proto_accepted *set, const char *country)
{
	size_t i;

	for (i = 0; i < set->entries; i++)
		if (strcmp(set->entry[i].country, country) == 0)
			return &set->entry[i];
	return NULL;
}

/* What is wrong with the set, from this office's side; "" for nothing. */
static enum proto_code
judge(struct node_office *office, const struct proto_accepted *set, char ret_alarm[static ALARM_MAX],
    struct proto_error *error)
{
	const struct proto_accepted_entry *own = find_entry(set, office->enrolment.keys.country);
	struct node_submission submission = {0};
	bool found, held;
	enum proto_code code = node_submission_load(&submission, &found, office->state, set->round,
	    office->enrolment.keys.signing, error);

	ret_alarm[0] = '\0';
	if (code != PROTO_OK || !found)
		return code;
	held = submission.receipt.len > 0;
	if (held && !set->aborted && own == NULL)
		snprintf(ret_alarm, ALARM_MAX, "this office holds a receipt, but the accepted set does not name it");
	else if (own != NULL && memcmp(own->header, submission.digest, PROTO_HASH) != 0)
		snprintf(ret_alarm, ALARM_MAX, "the accepted set names another submission than the one this office sent");
	else if (held && own != NULL && !own->accepted)
		snprintf(ret_alarm, ALARM_MAX, "this office holds a receipt, but its submission was left out: %s", own->reason);
	node_submission_wipe(&submission);
	return PROTO_OK;
}

/* A set may give way to the signed abort of the round, and to nothing else. */
static enum proto_code
check_change(bool *ret_same, struct node_office *office, const struct proto_accepted *set,
    const struct proto_buffer *bytes, struct proto_error *error)
{
	struct kit_rows *rows = NULL;
	const uint8_t *data;
	size_t len;
	bool any, same = false;
	enum proto_code code = kit_db_query(office->state->db, &rows, error,
	    "SELECT accepted FROM round WHERE round = ? AND accepted IS NOT NULL", "t", set->round);

	if (code == PROTO_OK && (code = kit_rows_next(rows, &any, error)) == PROTO_OK && any) {
		data = kit_rows_blob(rows, 0, &len);
		same = data != NULL && len == bytes->len && memcmp(data, bytes->data, len) == 0;
		if (!same && !set->aborted)
			code = proto_error_set(error, PROTO_CONFLICT, set->round,
			    "the coordinator shows a second accepted set of this round");
	}
	kit_rows_free(rows);
	*ret_same = same;
	return code;
}

static enum proto_code
store(struct node_office *office, struct node_sync *result, const struct proto_accepted *set,
    const struct proto_buffer *bytes, struct proto_error *error)
{
	char alarm[ALARM_MAX];
	bool same;
	enum proto_code code = check_change(&same, office, set, bytes, error);

	if (code != PROTO_OK || same || (code = judge(office, set, alarm, error)) != PROTO_OK)
		return code;
	if (alarm[0] != '\0') {
		result->alarms++;
		if ((code = node_state_log(office->state, office->now, error, "alarm, %s: %s", set->round, alarm)) != PROTO_OK)
			return code;
	}
	return kit_db_run(office->state->db, error, "UPDATE round SET accepted = ?, alarm = ? WHERE round = ?", "btt",
	    (const void *)bytes->data, bytes->len, alarm[0] == '\0' ? NULL : alarm, set->round);
}

enum proto_code
node_sync_set(struct node_office *office, struct node_sync *result, const struct proto_sync_round *round,
    const uint8_t manifest[static PROTO_HASH], struct proto_error *error)
{
	struct proto_accepted set = {0};
	enum proto_code code;

	if (round->accepted.len == 0)
		return PROTO_OK;
	code = proto_accepted_open(&set, round->accepted.data, round->accepted.len, &office->trust, error);
	if (code == PROTO_OK && (strcmp(set.round, round->round) != 0 ||
	    strcmp(set.coordinator, office->enrolment.coordinator) != 0 || memcmp(set.manifest, manifest, PROTO_HASH) != 0))
		code = proto_error_set(error, PROTO_NOT_GENUINE, round->round, "the accepted set is another round's");
	if (code == PROTO_OK)
		code = store(office, result, &set, &round->accepted, error);
	proto_accepted_wipe(&set);
	return code;
}
