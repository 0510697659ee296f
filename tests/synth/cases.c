#include "synth.h"

#include <stdlib.h>
#include <string.h>

/*
 * A case file as an office may keep it: one row for each time that somebody was met, so that one case has up to three
 * rows, in no order; a person's forms are spread over her rows; sex or age may be missing on
 * one row and known on another; about one case in forty belongs to another period.
 */

struct row {
	uint64_t order; /* by chance: rows are written in this order */
	char text[400];
};

struct file {
	struct row *row;
	size_t rows, cap;
};

static struct row *
row_new(struct file *file)
{
	if (file->rows == file->cap) {
		size_t cap = file->cap ? 2 * file->cap : 1024;
		struct row *larger = realloc(file->row, cap * sizeof(larger[0]));

		if (larger == NULL)
			return NULL;
		file->row = larger;
		file->cap = cap;
	}
	return &file->row[file->rows++];
}

/* The forms of row r of a person, joined: every row has one at least, all rows together have all. */
static void
forms_text(char *ret_text, size_t size, const struct synth_person *person, uint32_t r)
{
	size_t used = 0;
	uint32_t f;

	for (f = 0; f < person->forms; f++)
		if (f % person->rows == r || (r >= person->forms && f == 0))
			used += (size_t)snprintf(ret_text + used, size - used, "%s%s", used ? "; " : "", synth_form_text[person->form[f]]);
}

static bool
write_person(struct file *file, struct synth_random *random, const struct synth_person *person, const char *id, const char *day)
{
	uint32_t known = synth_random_below(random, person->rows), r;

	for (r = 0; r < person->rows; r++) {
		struct row *row = row_new(file);
		/* the row `known` tells sex, age and citizenship; another may not */
		bool tells = r == known || synth_random_below(random, 4) != 0;
		char forms[120];

		if (row == NULL)
			return false;
		forms_text(forms, sizeof(forms), person, r);
		row->order = synth_random_next(random);
		(void)snprintf(row->text, sizeof(row->text), "%s,%s,%s,%s,%s,%s,district %u,synthetic\n", id, day,
		    tells ? synth_sex_text[person->sex] : "", tells ? synth_age_text[person->age] : "unknown", forms,
		    tells ? person->citizenship : "", 1 + synth_random_below(random, 12));
	}
	return true;
}

static int
by_order(const void *a, const void *b)
{
	const struct row *row_a = a, *row_b = b;

	return (row_a->order > row_b->order) - (row_a->order < row_b->order);
}

static bool
save(const struct file *cases, const struct synth_options *options, const struct synth_truth *truth)
{
	FILE *file = fopen(options->out, "w");
	size_t i;

	if (file == NULL) {
		perror(options->out);
		return false;
	}
	(void)fputs("case_id,registered,sex,age_group,exploitation,citizenship,district,note\n", file);
	for (i = 0; i < cases->rows; i++)
		(void)fputs(cases->row[i].text, file);
	if (fclose(file) != 0 || (file = fopen(options->truth, "w")) == NULL) {
		perror("chorale-synth");
		return false;
	}
	synth_truth_print(file, truth, options->country, options->period);
	if (fclose(file) != 0) {
		perror(options->truth);
		return false;
	}
	return true;
}

int
synth_cases(const struct synth_options *options)
{
	char country = options->country[1], id[64], day[11];
	struct synth_random random = {options->seed ^ (uint64_t)country << 56};
	struct synth_period period, before;
	struct synth_truth *truth = calloc(1, sizeof(*truth));
	struct file file = {0};
	bool good = truth != NULL;
	uint64_t n;

	if (!synth_period_parse(&period, options->period)) {
		(void)fprintf(stderr, "chorale-synth: %s: not a period\n", options->period);
		free(truth);
		return 1;
	}
	before = (struct synth_period){period.year - 1, 1, 12};
	for (n = 0; n < options->persons && good; n++) {
		struct synth_person person;
		bool late = synth_random_below(&random, 40) == 0;

		synth_person_draw(&person, &random, country);
		synth_period_day(day, late ? &before : &period, &random);
		(void)snprintf(id, sizeof(id), "%s-%06llu", options->country, (unsigned long long)n + 1);
		if (!late)
			synth_truth_add(truth, &person);
		good = write_person(&file, &random, &person, id, day);
	}
	if (good && file.rows > 0)
		qsort(file.row, file.rows, sizeof(file.row[0]), by_order);
	good = good && save(&file, options, truth);
	free(file.row);
	free(truth);
	return good ? 0 : 1;
}
