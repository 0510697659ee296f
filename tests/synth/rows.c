#include "synth.h"

#include <stdlib.h>
#include <string.h>

/*
 * The benchmark's file: twelve columns, as many rows as asked for. The rows of one person stand together in the
 * order of the case numbers (sorted), or anywhere (shuffled).
 */
static const char *const responder[] = {"Police", "Border service", "Labour inspectorate", "Social service", "Hospital",
    "Non-governmental organisation", "Hotline", "Asylum authority"};
static const char *const status[] = {"presumed", "identified", "pending"};

/* A permutation of 0..n-1 by a cycle walk over a Feistel network of the next even power of two. */
static uint64_t
shuffled(uint64_t index, uint64_t n)
{
	unsigned half = 1, round;
	uint64_t mask;

	while (half < 31 && UINT64_C(1) << 2 * half < n)
		half++;
	mask = (UINT64_C(1) << half) - 1;
	do {
		uint64_t left = index >> half, right = index & mask;

		for (round = 0; round < 4; round++) {
			uint64_t next = left ^ (((right + round) * UINT64_C(0x9e3779b97f4a7c15) >> 29) & mask);

			left = right;
			right = next;
		}
		index = left << half | right;
	} while (index >= n);
	return index;
}

static void
write_row(FILE *file, struct synth_random *random, uint64_t person, const struct synth_period *period)
{
	/* what is known of a person follows from its number alone, so that its rows agree */
	struct synth_random own = {person * UINT64_C(0xd6e8feb86659fd93) + 1};
	struct synth_person drawn;
	char day[11];
	uint32_t f;

	synth_person_draw(&drawn, &own, 'A');
	synth_period_day(day, period, random);
	(void)fprintf(file, "XA-%09llu,%s,office %02u,%s,%s,", (unsigned long long)person, day, synth_random_below(random, 40),
	    synth_sex_text[drawn.sex], synth_age_text[drawn.age]);
	for (f = 0; f < drawn.forms; f++)
		(void)fprintf(file, "%s%s", f ? "; " : "", synth_form_text[drawn.form[f]]);
	(void)fprintf(file, ",%s,district %u,%s,%s,%u,synthetic\n", drawn.citizenship, 1 + synth_random_below(random, 12),
	    responder[synth_random_below(random, 8)], status[synth_random_below(random, 3)], synth_random_below(random, 1000000));
}

int
synth_rows(const struct synth_options *options)
{
	static const struct synth_period quarter = {2026, 1, 3}, before = {2025, 10, 3};
	uint64_t each = options->per_person ? options->per_person : 1, persons = (options->rows + each - 1) / each, i;
	bool mixed = options->order && strcmp(options->order, "shuffled") == 0;
	struct synth_random random = {options->seed};
	FILE *file = fopen(options->out, "w");

	if (file == NULL || (options->order && !mixed && strcmp(options->order, "sorted") != 0)) {
		(void)fprintf(stderr, "chorale-synth: %s: cannot be written, or --order is not sorted or shuffled\n", options->out);
		if (file)
			(void)fclose(file);
		return 1;
	}
	(void)setvbuf(file, NULL, _IOFBF, 1 << 20);
	(void)fputs("case_id,registered,office,sex,age_group,exploitation,citizenship,district,responder,status,reference,note\n", file);
	for (i = 0; i < options->rows; i++) {
		uint64_t person = mixed ? shuffled(i, each * persons) % persons : i / each;
		/* one person in twenty belongs to the quarter before */
		bool late = person * UINT64_C(0x9e3779b97f4a7c15) >> 60 == 0;

		write_row(file, &random, person, late ? &before : &quarter);
	}
	if (fclose(file) != 0) {
		perror(options->out);
		return 1;
	}
	return 0;
}
