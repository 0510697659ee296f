#include "coordinator/query_time.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "coordinator/publish.h"

struct shown {
	const struct coord_release *release;
	struct proto_round round;
};

/* The published releases of one structure, parsed. */
static size_t
list_shown(struct shown *ret_shown, const struct coord_release *release, size_t releases, const char *structure)
{
	size_t i, count = 0;

	for (i = 0; i < releases; i++) {
		struct proto_round round;

		if (strcmp(release[i].state, "published") != 0 || proto_round_parse(&round, release[i].round, NULL) != PROTO_OK ||
		    strcmp(round.structure, structure) != 0)
			continue;
		ret_shown[count].release = &release[i];
		ret_shown[count++].round = round;
	}
	return count;
}

static const struct shown *
newest_of(const struct shown *shown, size_t count, const struct proto_period *period)
{
	const struct shown *best = NULL;
	size_t i;

	for (i = 0; i < count; i++)
		if (proto_period_cmp(&shown[i].round.period, period) == 0 &&
		    (best == NULL || shown[i].round.revision > best->round.revision ||
		    (shown[i].round.revision == best->round.revision && shown[i].release->version > best->release->version)))
			best = &shown[i];
	return best;
}

static void
step(struct proto_period *period)
{
	uint32_t parts = period->freq == 'A' ? 1 : period->freq == 'S' ? 2 : period->freq == 'Q' ? 4 : 12;

	if (++period->part > parts) {
		period->part = 1;
		period->year++;
	}
}

static enum proto_code
list_periods(struct coord_query_time *time, const char *text, struct proto_error *error)
{
	const char *dots = strstr(text, "..");
	struct proto_period from, to;
	char first[64];

	if ((dots != NULL ? (size_t)(dots - text) : strlen(text)) >= sizeof(first))
		return proto_error_set(error, PROTO_USAGE, "--period", "not a period");
	(void)snprintf(first, sizeof(first), "%.*s", (int)(dots ? dots - text : (long)strlen(text)), text);
	if (proto_period_parse(&from, first, NULL) != PROTO_OK || proto_period_parse(&to, dots ? dots + 2 : first, NULL) != PROTO_OK)
		return proto_error_set(error, PROTO_USAGE, "--period", "not a period: 2023, 2023-S1, 2023-Q1 or 2023-01, or P..P");
	if (from.freq != to.freq || proto_period_cmp(&from, &to) > 0)
		return proto_error_set(error, PROTO_USAGE, "--period", "a range goes from an earlier to a later period of the same kind");
	time->range = dots != NULL;
	for (; proto_period_cmp(&from, &to) <= 0; step(&from)) {
		if (time->periods == COORD_QUERY_PERIODS)
			return proto_error_set(error, PROTO_TOO_LARGE, "--period", "more than %d periods", COORD_QUERY_PERIODS);
		time->period[time->periods++] = from;
	}
	return PROTO_OK;
}

static void
newest_period(struct coord_query_time *time, const struct shown *shown, size_t count)
{
	size_t i;

	time->period[0] = shown[0].round.period;
	for (i = 1; i < count; i++)
		if (proto_period_cmp(&shown[i].round.period, &time->period[0]) > 0)
			time->period[0] = shown[i].round.period;
	time->periods = 1;
}

static enum proto_code
load_releases(struct coord_query_time *time, const struct coord_state *state, const struct shown *shown, size_t count,
    struct proto_error *error)
{
	size_t i;

	for (i = 0; i < time->periods; i++) {
		const struct shown *best = newest_of(shown, count, &time->period[i]);
		enum proto_code code;

		time->published[i] = -1;
		if (best == NULL)
			continue;
		if ((code = coord_publish_load(&time->release[time->releases], state, best->release, error)) != PROTO_OK)
			return code;
		time->published[i] = (int)time->releases++;
		if (memcmp(time->release[0].manifest.structure->sha256, time->release[time->releases - 1].manifest.structure->sha256, PROTO_HASH) != 0)
			return proto_error_set(error, PROTO_REFUSED, best->release->release,
			    "its structure is another version than that of %s; ask for the periods one by one", time->release[0].id);
	}
	return PROTO_OK;
}

enum proto_code
coord_query_time(struct coord_query_time *ret_time, const struct coord_state *state, const char *structure,
    const char *period, struct proto_error *error)
{
	struct coord_query_time time = {0};
	struct coord_release *release = NULL;
	struct shown *shown = NULL;
	size_t releases = 0, count = 0;
	enum proto_code code;

	if ((code = coord_store_release_list(&release, &releases, state->store, error)) != PROTO_OK)
		return code;
	shown = calloc(releases + 1, sizeof(*shown));
	time.period = calloc(COORD_QUERY_PERIODS, sizeof(*time.period));
	time.published = calloc(COORD_QUERY_PERIODS, sizeof(*time.published));
	time.release = calloc(releases + 1, sizeof(*time.release));
	if (shown == NULL || time.period == NULL || time.published == NULL || time.release == NULL) {
		code = proto_error_set(error, PROTO_MEMORY, "query", "out of memory");
		goto out;
	}
	count = list_shown(shown, release, releases, structure);
	if (count == 0) {
		code = proto_error_set(error, PROTO_NOT_FOUND, structure, "nothing is published of this structure");
		goto out;
	}
	if (period == NULL)
		newest_period(&time, shown, count);
	else if ((code = list_periods(&time, period, error)) != PROTO_OK)
		goto out;
	code = load_releases(&time, state, shown, count, error);
	if (code == PROTO_OK && time.releases == 0)
		code = proto_error_set(error, PROTO_NOT_FOUND, structure, "nothing is published for %s", period);
out:
	coord_store_release_free(release, releases);
	free(shown);
	if (code == PROTO_OK)
		*ret_time = time;
	else
		coord_query_time_wipe(&time);
	return code;
}

void
coord_query_time_wipe(struct coord_query_time *time)
{
	size_t i;

	for (i = 0; i < time->releases; i++)
		coord_published_wipe(&time->release[i]);
	free(time->release);
	free(time->published);
	free(time->period);
	memset(time, 0, sizeof(*time));
}
