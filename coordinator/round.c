#include "coordinator/round.h"

#include <stdlib.h>
#include <string.h>

#include "coordinator/structures.h"

#define REASON_MAX 500

const char *
coord_round_state(enum proto_round_state state)
{
	static const char *const name[] = {"", "open", "closed", "published", "aborted"};

	return name[state];
}

/* The identifying part: whose, which structure, which period. */
static enum proto_code
draft_frame(struct proto_manifest *manifest, const struct coord_state *state, const struct coord_round_ask *ask, struct proto_error *error)
{
	const struct proto_cert *opening = proto_trust_cert(&state->trust, PROTO_PURPOSE_OPENING);
	char freq[2] = {0};
	enum proto_code code;

	code = proto_period_parse(&manifest->round.period, ask->period, error);
	if (code != PROTO_OK)
		return proto_error_set(error, PROTO_USAGE, "--period", "not a period: 2023, 2023-S1, 2023-Q1 or 2023-01");
	freq[0] = manifest->round.period.freq;
	if (proto_codelist_find(manifest->structure->freq, freq, 1) < 0)
		return proto_error_set(error, PROTO_REFUSED, ask->period, "%s has no periods of frequency %s", ask->structure, freq);
	if (opening == NULL)
		return proto_error_set(error, PROTO_DAMAGED, state->dir, "no certified opening key");
	manifest->version = 1;
	strcpy(manifest->coordinator, state->identity.coordinator);
	strcpy(manifest->area, state->identity.area);
	strcpy(manifest->round.structure, manifest->structure->id);
	manifest->round.revision = 0;
	proto_round_format(manifest->round_text, &manifest->round);
	manifest->opened = ask->now;
	manifest->closes = ask->closes;
	memcpy(manifest->opening, opening->key, sizeof manifest->opening);
	return PROTO_OK;
}

static enum proto_code
draft_plan(struct proto_manifest *manifest, const struct coord_round_ask *ask, struct proto_error *error)
{
	const struct proto_structure *structure = manifest->structure;
	struct dp_plan_request request = {.domain = &structure->domain, .table = structure->figure, .tables = structure->tables,
	    .objective = DP_OBJECTIVE_MAX, .rho_units = ask->rho_units};
	struct dp_plan_report report;
	struct dp_goal *goal = NULL;
	enum dp_status status;

	status = dp_plan_workload(&goal, &request.goals, &structure->domain, structure->figure, structure->tables, structure->keep);
	request.goal = goal;
	if (status == DP_OK)
		status = dp_plan_make(&manifest->plan, &report, &request);
	free(goal);
	if (status == DP_OK) {
		manifest->rho_units = report.rho_units;
		status = dp_plan_check(&manifest->plan);
	}
	if (status == DP_NOMEM)
		return proto_error_set(error, PROTO_MEMORY, structure->id, "out of memory");
	if (status != DP_OK)
		return proto_error_set(error, PROTO_REFUSED, structure->id, "no plan at this price");
	if (manifest->plan.cells > PROTO_PART_CELLS_MAX)
		return proto_error_set(error, PROTO_TOO_LARGE, structure->id, "its tables measure %zu cells; one submission carries at most %u",
		    manifest->plan.cells, PROTO_PART_CELLS_MAX);
	return PROTO_OK;
}

static enum proto_code
draft_countries(struct proto_manifest *manifest, const struct coord_state *state, struct proto_error *error)
{
	struct coord_country *country = NULL;
	size_t countries = 0, i;
	enum proto_code code;

	code = coord_store_country_list(&country, &countries, state->store, error);
	if (code != PROTO_OK)
		return code;
	manifest->country = calloc(countries + 1, sizeof *manifest->country);
	if (manifest->country == NULL)
		code = proto_error_set(error, PROTO_MEMORY, "countries", "out of memory");
	for (i = 0; code == PROTO_OK && i < countries; i++) {
		struct proto_manifest_country *listed = &manifest->country[manifest->countries];

		if (country[i].state != COORD_ACTIVE)
			continue;
		if (proto_codelist_find(manifest->structure->area, country[i].code, PROTO_COUNTRY) < 0)
			code = proto_error_set(error, PROTO_REFUSED, country[i].code, "not in the area list of %s", manifest->structure->id);
		strcpy(listed->country, country[i].code);
		memcpy(listed->signing, country[i].keys.signing, PROTO_PUBLIC);
		listed->name = country[i].name;
		country[i].name = NULL;
		manifest->countries++;
	}
	coord_store_country_free(country, countries);
	return code;
}

enum proto_code
coord_round_draft(struct proto_manifest *ret_manifest, struct coord_state *state, const struct coord_round_ask *ask, struct proto_error *error)
{
	struct proto_manifest manifest = {0};
	struct coord_structure row = {0};
	enum proto_code code;

	if ((code = coord_store_structure(&row, state->store, ask->structure, error)) == PROTO_OK &&
	    (code = proto_structure_decode(&manifest.structure, row.document.data, row.document.len, error)) == PROTO_OK &&
	    (code = draft_frame(&manifest, state, ask, error)) == PROTO_OK && (code = draft_plan(&manifest, ask, error)) == PROTO_OK)
		code = draft_countries(&manifest, state, error);
	coord_store_structure_wipe(&row);
	if (code == PROTO_OK)
		*ret_manifest = manifest;
	else
		proto_manifest_wipe(&manifest);
	return code;
}

/* The round stands already: the same, asked again, or another? */
static enum proto_code
reopen(struct proto_manifest *ret_manifest, struct coord_state *state, const struct coord_round *round, const struct coord_round_ask *ask,
    struct proto_error *error)
{
	struct proto_manifest manifest = {0};
	struct coord_structure current = {0};
	enum proto_code code;

	if (round->state != PROTO_ROUND_OPEN)
		return proto_error_set(error, PROTO_EXISTS, round->round, "the round is %s", coord_round_state(round->state));
	code = proto_manifest_open(&manifest, round->manifest.data, round->manifest.len, &state->trust, error);
	if (code == PROTO_OK)
		code = coord_store_structure(&current, state->store, round->structure, error);
	if (code == PROTO_OK && (round->rho_asked != ask->rho_units || round->closes != ask->closes ||
	    memcmp(current.sha256, manifest.structure->sha256, PROTO_HASH) != 0))
		code = proto_error_set(error, PROTO_EXISTS, round->round, "the round is open with another price, closing time or structure");
	coord_store_structure_wipe(&current);
	if (code == PROTO_OK)
		*ret_manifest = manifest;
	else
		proto_manifest_wipe(&manifest);
	return code;
}

static enum proto_code
store_round(struct coord_state *state, const struct coord_keys *keys, struct proto_manifest *manifest, const struct coord_round_ask *ask,
    struct proto_error *error)
{
	struct coord_round round = {0};
	char now[PROTO_TIME_TEXT];
	enum proto_code code;

	proto_time_format(now, ask->now);
	if (manifest->countries == 0)
		return proto_error_set(error, PROTO_WAITING, manifest->round_text, "no country is active yet");
	if (ask->closes != 0 && ask->closes <= ask->now)
		return proto_error_set(error, PROTO_USAGE, "--closes", "the time is past; it is %s", now);
	code = proto_manifest_sign(&round.manifest, manifest, coord_keys_signer(keys, PROTO_PURPOSE_MANIFEST), error);
	if (code != PROTO_OK)
		goto out;
	strcpy(round.round, manifest->round_text);
	strcpy(round.structure, manifest->round.structure);
	round.state = PROTO_ROUND_OPEN;
	round.rho_asked = ask->rho_units;
	round.opened = manifest->opened;
	round.closes = manifest->closes;
	memcpy(round.manifest_sha256, manifest->sha256, PROTO_HASH);
	if ((code = coord_store_round_add(state->store, &round, manifest, error)) == PROTO_OK &&
	    (code = coord_structures_sign(state, keys, ask->now, error)) == PROTO_OK &&
	    (code = coord_store_log_event(state->store, "round-open", round.round, error)) == PROTO_OK)
		code = coord_store_commit(state->store, error);
out:
	coord_store_round_wipe(&round);
	return code;
}

enum proto_code
coord_round_open(struct proto_manifest *ret_manifest, struct coord_state *state, const struct coord_keys *keys,
    const struct coord_round_ask *ask, struct proto_error *error)
{
	struct proto_manifest manifest = {0};
	struct coord_round standing = {0};
	enum proto_code code;

	code = coord_round_draft(&manifest, state, ask, error);
	if (code == PROTO_OK)
		code = coord_store_begin(state->store, error);
	if (code == PROTO_OK) {
		code = coord_store_round(&standing, state->store, manifest.round_text, error);
		if (code == PROTO_OK) {
			proto_manifest_wipe(&manifest);
			code = reopen(&manifest, state, &standing, ask, error);
		} else if (code == PROTO_NOT_FOUND) {
			code = store_round(state, keys, &manifest, ask, error);
		}
	}
	coord_store_rollback(state->store);
	coord_store_round_wipe(&standing);
	if (code == PROTO_OK)
		*ret_manifest = manifest;
	else
		proto_manifest_wipe(&manifest);
	return code;
}

static enum proto_code
sign_abort(struct proto_buffer *ret_signed, const struct coord_state *state, const struct coord_keys *keys, const struct coord_round *round,
    struct proto_accepted *abort)
{
	strcpy(abort->coordinator, state->identity.coordinator);
	strcpy(abort->round, round->round);
	memcpy(abort->manifest, round->manifest_sha256, PROTO_HASH);
	abort->aborted = true;
	return proto_accepted_sign(ret_signed, abort, coord_keys_signer(keys, PROTO_PURPOSE_ACCEPTED), NULL);
}

enum proto_code
coord_round_abort(struct coord_state *state, const struct coord_keys *keys, const char *id, const char *reason, int64_t now,
    struct proto_error *error)
{
	struct proto_accepted abort = {.closed = now};
	struct proto_buffer bytes = {0};
	struct coord_round round = {0};
	enum proto_code code;

	if (reason[0] == '\0' || strlen(reason) > REASON_MAX)
		return proto_error_set(error, PROTO_USAGE, "--reason", "a reason is 1 to %d bytes", REASON_MAX);
	abort.reason = strdup(reason);
	code = abort.reason == NULL ? proto_error_set(error, PROTO_MEMORY, id, "out of memory") : coord_store_begin(state->store, error);
	if (code == PROTO_OK)
		code = coord_store_round(&round, state->store, id, error);
	if (code == PROTO_OK && round.state != PROTO_ROUND_ABORTED) {
		if ((code = sign_abort(&bytes, state, keys, &round, &abort)) != PROTO_OK)
			code = proto_error_set(error, code, id, "the abort cannot be signed; is the reason plain UTF-8 text?");
		if (code == PROTO_OK && (code = coord_store_round_abort(state->store, id, &bytes, now, error)) == PROTO_OK &&
		    (code = coord_store_log_event(state->store, "round-abort", id, error)) == PROTO_OK)
			code = coord_store_commit(state->store, error);
	}
	coord_store_rollback(state->store);
	coord_store_round_wipe(&round);
	proto_accepted_wipe(&abort);
	proto_buffer_wipe(&bytes);
	return code;
}
