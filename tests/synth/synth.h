#ifndef SYNTH_H
#define SYNTH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

/*
 * Invented cases of trafficking in invented countries (XA to XE), for the demonstration, for tests and for the benchmark.
 * Nobody in them exists. Nothing here uses a room: the truth that is written beside the cases is
 * counted from the invented persons themselves, by rules written down once more, so that it can
 * contradict the programs.
 */

/* Random numbers from a seed (SplitMix64): the same file for the same arguments, on every machine. */
struct synth_random {
	uint64_t state;
};
uint64_t synth_random_next(struct synth_random *random);
uint32_t synth_random_below(struct synth_random *random, uint32_t n);
/* An index with the given weights, which sum to 1000. */
uint32_t synth_random_pick(struct synth_random *random, const uint16_t *weight);

enum { SYNTH_SEXES = 4, SYNTH_AGES = 3, SYNTH_FORMS = 12, SYNTH_GROUPS = 5, SYNTH_FORMS_MOST = 3, SYNTH_ROWS_MOST = 3 };

/* Codes of TIP_VICTIMS in the order of its code lists, and the texts that stand for them in a file. */
extern const char *const synth_sex_code[SYNTH_SEXES], *const synth_sex_text[SYNTH_SEXES];
extern const char *const synth_age_code[SYNTH_AGES], *const synth_age_text[SYNTH_AGES];
extern const char *const synth_form_code[SYNTH_FORMS], *const synth_form_text[SYNTH_FORMS];
extern const char *const synth_group_code[SYNTH_GROUPS];

struct synth_person {
	uint32_t sex, age, group;
	uint32_t forms;                      /* 1 to SYNTH_FORMS_MOST; unknown stands alone */
	uint32_t form[SYNTH_FORMS_MOST];
	char citizenship[24];                /* as written */
	uint32_t rows;                       /* 1 to SYNTH_ROWS_MOST */
};

/* country: 'A' to 'E' of XA to XE. */
void synth_person_draw(struct synth_person *ret_person, struct synth_random *random, char country);

/* A period: its months. */
struct synth_period {
	uint32_t year, first_month, months;
};
bool synth_period_parse(struct synth_period *ret_period, const char *text);
/* A day in it, as YYYY-MM-DD. */
void synth_period_day(char ret_text[static 11], const struct synth_period *period, struct synth_random *random);

/* The exact counts of TIP_VICTIMS' tables and margins. */
struct synth_truth {
	uint64_t sex_age[SYNTH_SEXES][SYNTH_AGES];
	uint64_t group_age[SYNTH_GROUPS][SYNTH_AGES];
	uint64_t form_sex[SYNTH_FORMS][SYNTH_SEXES];
	uint64_t form_age[SYNTH_FORMS][SYNTH_AGES];
};
void synth_truth_add(struct synth_truth *truth, const struct synth_person *person);
void synth_truth_print(FILE *file, const struct synth_truth *truth, const char *country, const char *period);

/* The subcommands: 0, or 1 with a message on stderr. */
struct synth_options {
	const char *country, *period, *out, *truth, *order;
	uint64_t persons, rows, per_person, seed;
};
int synth_cases(const struct synth_options *options);
int synth_mapping(const struct synth_options *options);
int synth_rows(const struct synth_options *options);

#endif
