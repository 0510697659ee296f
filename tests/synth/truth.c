#include "synth.h"

/* Of a person's forms the first two in this order are counted (the structure's public priority). */
static const uint32_t priority[SYNTH_FORMS] = {9, 6, 5, 7, 8, 4, 3, 2, 0, 1, 10, 11};

void
synth_truth_add(struct synth_truth *truth, const struct synth_person *person)
{
	uint32_t kept = 0, p, f;

	truth->sex_age[person->sex][person->age]++;
	truth->group_age[person->group][person->age]++;
	for (p = 0; p < SYNTH_FORMS && kept < 2; p++)
		for (f = 0; f < person->forms; f++)
			if (person->form[f] == priority[p]) {
				truth->form_sex[priority[p]][person->sex]++;
				truth->form_age[priority[p]][person->age]++;
				kept++;
			}
}

struct line {
	FILE *file;
	const char *country, *period;
};

static void
print(const struct line *line, const char *group, const char *const code[4], uint64_t n)
{
	(void)fprintf(line->file, "%s,%s,%s,%s,%s,%s,%s,%llu,synthetic\n", line->country, line->period, group, code[0], code[1],
	    code[2], code[3], (unsigned long long)n);
}

static void
print_persons(const struct line *line, const struct synth_truth *truth)
{
	uint64_t all = 0, age[SYNTH_AGES] = {0}, sum;
	uint32_t i, a;

	for (i = 0; i < SYNTH_SEXES; i++) {
		for (sum = 0, a = 0; a < SYNTH_AGES; a++) {
			print(line, "persons", (const char *const[]){synth_sex_code[i], synth_age_code[a], "_T", "_T"}, truth->sex_age[i][a]);
			sum += truth->sex_age[i][a];
			age[a] += truth->sex_age[i][a];
		}
		print(line, "persons", (const char *const[]){synth_sex_code[i], "_T", "_T", "_T"}, sum);
		all += sum;
	}
	for (i = 0; i < SYNTH_GROUPS; i++) {
		for (sum = 0, a = 0; a < SYNTH_AGES; a++) {
			print(line, "persons", (const char *const[]){"_T", synth_age_code[a], "_T", synth_group_code[i]}, truth->group_age[i][a]);
			sum += truth->group_age[i][a];
		}
		print(line, "persons", (const char *const[]){"_T", "_T", "_T", synth_group_code[i]}, sum);
	}
	for (a = 0; a < SYNTH_AGES; a++)
		print(line, "persons", (const char *const[]){"_T", synth_age_code[a], "_T", "_T"}, age[a]);
	print(line, "persons", (const char *const[]){"_T", "_T", "_T", "_T"}, all);
}

static void
print_forms(const struct line *line, const struct synth_truth *truth)
{
	uint64_t sum;
	uint32_t f, i;

	for (f = 0; f < SYNTH_FORMS; f++) {
		for (sum = 0, i = 0; i < SYNTH_SEXES; i++) {
			print(line, "EXPL", (const char *const[]){synth_sex_code[i], "_T", synth_form_code[f], "_T"}, truth->form_sex[f][i]);
			sum += truth->form_sex[f][i];
		}
		for (i = 0; i < SYNTH_AGES; i++)
			print(line, "EXPL", (const char *const[]){"_T", synth_age_code[i], synth_form_code[f], "_T"}, truth->form_age[f][i]);
		print(line, "EXPL", (const char *const[]){"_T", "_T", synth_form_code[f], "_T"}, sum);
	}
}

void
synth_truth_print(FILE *file, const struct synth_truth *truth, const char *country, const char *period)
{
	struct line line = {file, country, period};

	(void)fputs("REF_AREA,TIME_PERIOD,group,SEX,AGE,EXPL,CITGRP,count,note\n", file);
	print_persons(&line, truth);
	print_forms(&line, truth);
}
