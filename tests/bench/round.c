#include "bench.h"

#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "coordinator/close.h"
#include "coordinator/publish.h"
#include "dp/rho.h"
#include "proto/kit/files.h"
#include "support/memory_ledger.h"
#include "support/peer.h"

/*
 * A round of many countries, from the last submission to the published release: a real coordinator in a directory of its
 * own, real certificates, sealed parts and receipts, joined by function calls instead of sockets. Timed are the two
 * commands as the administrator runs them: open the state, unlock the offline keys (Argon2id), act.
 */
#define PERIOD "2026-Q1"
#define COUNTRIES_MAX 200

struct bench_round {
	struct peer_region region;
	struct proto_manifest manifest;
	size_t countries;
	struct peer *peer;
	char dir[64], pass[96];
};

static struct proto_error error;

#define MUST(call) must((call), #call)

static void
must(enum proto_code code, const char *what)
{
	if (code == PROTO_OK)
		return;
	(void)fprintf(stderr, "chorale-bench: %s: %s: %s: %s\n", what, proto_error_name(code), error.what, error.where);
	exit(1);
}

static struct kit_passphrase *
passphrase(const struct bench_round *round)
{
	struct kit_passphrase *loaded;

	MUST(kit_passphrase_load(&loaded, round->pass, &error));
	return loaded;
}

static void
make_region(struct bench_round *round)
{
	struct coord_init_request request = {.dir = round->region.dir, .id = "REGION", .name = "Benchmark", .area = "XZ", .now = peer_clock};
	struct coord_init_result result;

	(void)snprintf(round->dir, sizeof(round->dir), "/tmp/chorale-bench-XXXXXX");
	if (mkdtemp(round->dir) == NULL)
		exit(1);
	(void)snprintf(round->pass, sizeof(round->pass), "%s/pass", round->dir);
	MUST(kit_files_write(round->pass, "a benchmark's passphrase\n", 25, 0600, true, &error));
	(void)snprintf(round->region.dir, sizeof(round->region.dir), "%s/coordinator", round->dir);
	request.passphrase = passphrase(round);
	MUST(coord_init(&result, &request, &error));
	MUST(coord_state_open(&round->region.state, round->region.dir, &error));
	MUST(coord_keys_open(&round->region.keys, &round->region.state, request.passphrase, &error));
	MUST(coord_api_open(&round->region.api, round->region.dir, peer_now, &error));
}

/* The first areas of the default structure's own list. */
static void
enroll(struct bench_round *round)
{
	struct coord_structure stored;
	struct proto_structure *structure = NULL;
	size_t i, taken = 0;

	MUST(coord_store_structure(&stored, round->region.state.store, "TIP_VICTIMS", &error));
	MUST(proto_structure_decode(&structure, stored.document.data, stored.document.len, &error));
	for (i = 0; i < structure->area->codes && taken < round->countries; i++) {
		const char *code = structure->area->code[i].id;

		if (strlen(code) != PROTO_COUNTRY || strcmp(code, "XZ") == 0)
			continue;
		peer_make(&round->peer[taken], code);
		peer_join(&round->peer[taken++], &round->region);
	}
	proto_structure_free(structure);
	coord_store_structure_wipe(&stored);
	if (taken < round->countries)
		exit(1);
}

static struct dp_noisy *
draw(const struct proto_manifest *manifest, uint32_t persons)
{
	const struct dp_plan *plan = &manifest->plan;
	const struct dp_ledger_caps caps = {DP_RHO_MAX, DP_RHO_MAX, DP_RHO_MAX, DP_RHO_MAX};
	struct memory_ledger *ledger = calloc(1, sizeof(*ledger));
	struct dp_ledger_store store = memory_ledger_store(ledger);
	struct dp_ledger_claim claim = memory_ledger_claim(1, 1, 2026, manifest->rho_units);
	struct dp_counts *counts = NULL;
	struct dp_grant *grant = NULL;
	struct dp_noisy *noisy = NULL;
	struct dp_rng rng;
	size_t t;

	if (ledger == NULL || dp_counts_new(&counts, &plan->domain, plan->table, plan->tables) != DP_OK ||
	    dp_noise_entropy(&rng) != DP_OK)
		exit(1);
	for (t = 0; t < plan->tables; t++)
		if (dp_counts_add_cell(counts, t, 0, persons) != DP_OK)
			exit(1);
	if (dp_ledger_reserve(&grant, &store, &caps, &claim) != DP_OK || dp_noise_apply(&noisy, plan, counts, grant, &rng) != DP_OK)
		exit(1);
	dp_noise_entropy_wipe(&rng);
	dp_ledger_grant_free(grant);
	dp_counts_free(counts);
	free(ledger);
	return noisy;
}

static void
submit(struct bench_round *round, struct peer *peer)
{
	const struct proto_attest attest = {false, NULL};
	struct proto_header_reply reply;
	struct peer_submission submission;
	struct proto_buffer sealed = {0};
	struct dp_noisy *noisy = draw(&round->manifest, 100);

	peer_submission_make(&submission, peer, &round->region, round->manifest.round_text, "");
	MUST(proto_part_seal(&sealed, &round->manifest, &submission.fields, noisy, &attest, &error));
	proto_part_digest(submission.fields.country_part, &sealed);
	submission.body.len = PROTO_HASH;
	proto_buffer_put(&submission.body, sealed.data, sealed.len);
	peer_submission_sign(&submission, peer, &round->region, true);
	memcpy(peer->head, submission.fields.head, PROTO_HASH);
	MUST(peer_send_header(&reply, &round->region, peer, &submission, &error));
	proto_header_reply_wipe(&reply);
	MUST(peer_send_body(&reply, &round->region, peer, &submission, &error));
	proto_header_reply_wipe(&reply);
	peer_submission_wipe(&submission);
	proto_buffer_wipe(&sealed);
	dp_noise_free(noisy);
}

struct timed {
	double keys, work;
};

/* One command as it is run: state, keys, act. */
static struct timed
command(const struct bench_round *round, bool publish)
{
	struct timed timed = {0};
	struct coord_state state;
	struct coord_keys *keys;
	struct coord_publish_result result;
	struct kit_passphrase *secret = passphrase(round);
	double begin = bench_seconds(), unlocked;

	MUST(coord_state_open(&state, round->region.dir, &error));
	timed.work = bench_seconds() - begin;
	unlocked = bench_seconds();
	MUST(coord_keys_open(&keys, &state, secret, &error));
	timed.keys = bench_seconds() - unlocked;
	begin = bench_seconds();
	if (publish)
		MUST(coord_publish(&result, &state, keys, round->manifest.round_text, peer_clock + 60, &error));
	else
		MUST(coord_close(&state, keys, round->manifest.round_text, peer_clock + 60, &error));
	timed.work += bench_seconds() - begin;
	coord_keys_close(keys);
	coord_state_close(&state);
	kit_passphrase_free(secret);
	return timed;
}

static void
report(const struct bench_round *round, struct timed close, struct timed publish)
{
	struct bench_line line;

	bench_line_begin(&line, "round");
	bench_line_text(&line, "structure", "TIP_VICTIMS");
	bench_line_number(&line, "countries", round->countries);
	bench_line_number(&line, "cells_each", round->manifest.plan.cells);
	bench_line_real(&line, "close_s", close.work, 4);
	bench_line_real(&line, "publish_s", publish.work, 4);
	bench_line_real(&line, "last_submission_to_release_s", close.work + publish.work, 4);
	bench_line_real(&line, "passphrase_s", close.keys + publish.keys, 4);
	bench_line_real(&line, "with_passphrase_s", close.work + publish.work + close.keys + publish.keys, 4);
	bench_line_end(&line);
}

int
bench_round(int argc, char **argv)
{
	struct bench_round round = {.countries = 50};
	const struct coord_round_ask ask = {"TIP_VICTIMS", PERIOD, DP_RHO_ONE / 10, 0, peer_clock};
	struct timed close, publish;
	char clean[96];
	uint64_t countries = 50;
	size_t i;

	if (argc == 3 && strcmp(argv[1], "--countries") == 0 && bench_number(&countries, argv[2]) && countries <= COUNTRIES_MAX)
		round.countries = countries;
	else if (argc != 1) {
		(void)fputs("chorale-bench: round [--countries N], N up to 200\n", stderr);
		return 2;
	}
	if (sodium_init() < 0)
		return 1;
	bench_machine();
	if ((round.peer = calloc(round.countries, sizeof(*round.peer))) == NULL)
		return 1;
	make_region(&round);
	enroll(&round);
	MUST(coord_round_open(&round.manifest, &round.region.state, round.region.keys, &ask, &error));
	for (i = 0; i < round.countries; i++)
		submit(&round, &round.peer[i]);
	close = command(&round, false);
	publish = command(&round, true);
	report(&round, close, publish);
	for (i = 0; i < round.countries; i++)
		peer_wipe(&round.peer[i]);
	free(round.peer);
	proto_manifest_wipe(&round.manifest);
	peer_region_close(&round.region);
	(void)snprintf(clean, sizeof(clean), "rm -rf %s", round.dir);
	return system(clean) == 0 ? 0 : 1;
}
