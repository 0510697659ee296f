#include "support/office.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "dp/rho.h"
#include "node/round.h"
#include "proto/buffer.h"

void
office_must(enum proto_code code, const struct proto_error *error)
{
	if (code == PROTO_OK)
		return;
	fprintf(stderr, "fixture: %s: %s: %s\n", proto_error_name(code), error->what, error->where);
	abort();
}

void
office_init(struct office *office)
{
	snprintf(office->dir, sizeof(office->dir), "/tmp/chorale-office-XXXXXX");
	if (mkdtemp(office->dir) == NULL)
		abort();
	snprintf(office->path, sizeof(office->path), "%s/state", office->dir);
	snprintf(office->head, sizeof(office->head), "%s.head", office->path);
}

static void
clear(const char *path)
{
	DIR *dir = opendir(path);
	struct dirent *entry;
	char name[PATH_MAX];

	if (dir == NULL)
		return;
	while ((entry = readdir(dir)) != NULL)
		if (strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0) {
			snprintf(name, sizeof(name), "%s/%s", path, entry->d_name);
			if (unlink(name) != 0)
				clear(name);
		}
	closedir(dir);
	rmdir(path);
}

void
office_wipe(struct office *office)
{
	clear(office->dir);
}

struct node_state *
office_open(const struct office *office, enum node_state_mode mode)
{
	struct node_state *state = NULL;
	struct proto_error error = {0};

	office_must(node_state_open(&state, office->path, mode, &error), &error);
	return state;
}

bool
office_refuses(const struct office *office, enum node_state_mode mode, enum proto_code code)
{
	struct node_state *state = NULL;
	struct proto_error error = {0};
	enum proto_code got = node_state_open(&state, office->path, mode, &error);

	if (got == PROTO_OK)
		node_state_close(state);
	if (got != code)
		fprintf(stderr, "expected %s, got %s: %s: %s\n", proto_error_name(code), proto_error_name(got), error.what,
		    error.where);
	return got == code;
}

static void
append(struct node_state *state)
{
	struct node_ledger ledger;
	struct dp_ledger_entry entry = {.claim = {.year = 2023, .rho = 1000, .floor = 1000}};
	struct proto_error error = {0};
	char round[PROTO_ROUND_TEXT];

	entry.sequence = state->rows + 1;
	entry.total = 1000 * entry.sequence;
	memset(entry.claim.round, (int)entry.sequence, sizeof(entry.claim.round));
	memset(entry.claim.series, (int)(entry.sequence / 4), sizeof(entry.claim.series));
	if (state->rows > 0)
		memcpy(entry.previous, state->row[state->rows - 1].entry.head, sizeof(entry.previous));
	dp_ledger_head(entry.head, &entry);
	snprintf(round, sizeof(round), "TEST.2023-Q1.r%zu", state->rows);
	node_ledger_init(&ledger, state, round, 1000 + (int64_t)state->rows);
	office_must(kit_db_begin(state->db, &error), &error);
	if (ledger.store.append(&ledger, &entry) != DP_OK)
		office_must(ledger.error.code, &ledger.error);
	office_must(kit_db_commit(state->db, &error), &error);
	office_must(node_state_reload(state, &error), &error);
}

void
office_spend(struct node_state *state, size_t n, bool ahead)
{
	struct proto_error error = {0};
	size_t i;

	for (i = 0; i < n; i++) {
		append(state);
		if (!ahead || i + 1 < n)
			office_must(node_state_level(state, &error), &error);
	}
}

static void
count_persons(struct dp_counts *counts, const struct dp_domain *domain)
{
	struct dp_person person = {.codes = {1, 2}};
	unsigned n;

	for (n = 0; n < 40; n++) {
		person.code[0][0] = n % domain->dim[0].codes;
		person.codes[1] = 1 + n % 2;
		person.code[1][0] = n % 3;
		person.code[1][1] = 3;
		if (dp_counts_add(counts, &person) != DP_OK)
			abort();
	}
}

void
office_round_init(struct office_round *round, struct wire *wire, struct node_state *state, const char *name)
{
	struct proto_buffer bytes = wire_manifest_signed(wire, name);
	const struct proto_structure *structure;
	struct proto_error error = {0};
	bool fresh;

	*round = (struct office_round){.wire = wire, .caps = {DP_RHO_ONE, DP_RHO_ONE, DP_RHO_ONE, DP_RHO_ONE}};
	wire_node(&round->node, "XA");
	round->keys.signing = round->node.signing_secret;
	round->keys.pub = round->node.keys;
	office_must(proto_manifest_open(&round->manifest, bytes.data, bytes.len, &wire->trust, &error), &error);
	office_must(node_round_add(&fresh, state, &round->manifest, &bytes, &error), &error);
	proto_buffer_wipe(&bytes);
	structure = round->manifest.structure;
	if (dp_counts_new(&round->counts, &structure->domain, structure->figure, structure->tables) != DP_OK)
		abort();
	count_persons(round->counts, &structure->domain);
}

void
office_round_wipe(struct office_round *round)
{
	proto_manifest_wipe(&round->manifest);
	dp_counts_free(round->counts);
}

struct node_submission_request
office_round_request(const struct office_round *round, const struct dp_rng *rng, int64_t now)
{
	static const struct proto_attest records = {false, NULL};

	return (struct node_submission_request){.manifest = &round->manifest, .counts = round->counts, .attest = &records,
	    .keys = &round->keys, .caps = &round->caps, .rng = rng, .now = now};
}

void
office_force(struct node_state *state, const char *trigger, const char *sql)
{
	struct kit_rows *rows = NULL;
	struct proto_error error = {0};
	char drop[80], *create;
	bool any;

	office_must(kit_db_query(state->db, &rows, &error, "SELECT sql FROM sqlite_schema WHERE name = ?", "t", trigger), &error);
	office_must(kit_rows_next(rows, &any, &error), &error);
	create = strdup(kit_rows_text(rows, 0));
	kit_rows_free(rows);
	snprintf(drop, sizeof(drop), "DROP TRIGGER %s", trigger);
	office_must(kit_db_run(state->db, &error, drop, ""), &error);
	office_must(kit_db_run(state->db, &error, sql, ""), &error);
	office_must(kit_db_run(state->db, &error, create, ""), &error);
	free(create);
}

static void
name_file(char ret_path[static PATH_MAX], const struct office *office, const char *name)
{
	if (name[0] == '\0')
		snprintf(ret_path, PATH_MAX, "%s", office->head);
	else
		snprintf(ret_path, PATH_MAX, "%s/%s", office->path, name);
}

struct proto_buffer
office_read(const struct office *office, const char *name)
{
	struct proto_buffer data = {0};
	char path[PATH_MAX];
	FILE *file;
	int byte;

	name_file(path, office, name);
	if ((file = fopen(path, "rb")) == NULL)
		abort();
	while ((byte = fgetc(file)) != EOF)
		proto_buffer_put(&data, &(uint8_t){(uint8_t)byte}, 1);
	fclose(file);
	return data;
}

void
office_write(const struct office *office, const char *name, const struct proto_buffer *data)
{
	char path[PATH_MAX];
	FILE *file;

	name_file(path, office, name);
	if ((file = fopen(path, "wb")) == NULL || fwrite(data->data, 1, data->len, file) != data->len || fclose(file) != 0)
		abort();
}
