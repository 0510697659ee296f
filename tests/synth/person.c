#include "synth.h"

#include <string.h>

const char *const synth_sex_code[SYNTH_SEXES] = {"F", "M", "_O", "_U"};
const char *const synth_sex_text[SYNTH_SEXES] = {"Female", "Male", "Other", "Not recorded"};
const char *const synth_age_code[SYNTH_AGES] = {"Y0T17", "Y_GE18", "_U"};
const char *const synth_age_text[SYNTH_AGES] = {"0-17", "18+", "unknown"};
const char *const synth_form_code[SYNTH_FORMS] = {"SX", "FL", "DS", "CR", "BG", "MA", "CS", "AD", "SU", "OR", "OT", "_U"};
const char *const synth_form_text[SYNTH_FORMS] = {"Sexual exploitation", "Forced labour", "Domestic servitude",
    "Forced criminality", "Begging", "Forced marriage", "Armed groups", "Illegal adoption", "Surrogacy", "Organ removal",
    "Other purposes", "Unknown"};
const char *const synth_group_code[SYNTH_GROUPS] = {"NAT", "REG", "FOR", "STLS", "_U"};

static const uint16_t sex_weight[SYNTH_SEXES] = {640, 330, 18, 12};
static const uint16_t age_weight[SYNTH_AGES] = {310, 640, 50};
static const uint16_t form_weight[SYNTH_FORMS] = {380, 290, 70, 95, 30, 22, 6, 4, 3, 5, 35, 60};
static const uint16_t group_weight[SYNTH_GROUPS] = {430, 250, 270, 15, 35};
static const uint16_t forms_weight[SYNTH_FORMS_MOST] = {760, 200, 40};
static const uint16_t rows_weight[SYNTH_ROWS_MOST] = {860, 110, 30};

/* Areas without inhabitants stand for "another foreign country": no nation is shown. */
static const char *const nowhere[] = {"AQ", "Antarctica", "BV", "Bouvet Island", "HMD", "TF"};

static void
draw_citizenship(struct synth_person *person, struct synth_random *random, char country)
{
	static const char *const same[] = {"X%", "XX%", "Synthetic country %"};
	const char *text = "";
	char letter = country;

	if (person->group == 0) {
		text = same[synth_random_below(random, 3)];
	} else if (person->group == 1) {
		letter = (char)('A' + synth_random_below(random, 4));
		letter = (char)(letter + (letter >= country));
		text = same[synth_random_below(random, 3)];
	} else if (person->group == 2) {
		text = nowhere[synth_random_below(random, sizeof(nowhere) / sizeof(nowhere[0]))];
	} else if (person->group == 3) {
		text = "Stateless";
	} else {
		text = synth_random_below(random, 2) ? "" : "not known";
	}
	(void)snprintf(person->citizenship, sizeof(person->citizenship), "%s", text);
	if (strchr(person->citizenship, '%'))
		*strchr(person->citizenship, '%') = letter;
}

void
synth_person_draw(struct synth_person *ret_person, struct synth_random *random, char country)
{
	struct synth_person person = {.sex = synth_random_pick(random, sex_weight), .age = synth_random_pick(random, age_weight),
	    .group = synth_random_pick(random, group_weight), .rows = 1 + synth_random_pick(random, rows_weight)};
	uint32_t wanted = 1 + synth_random_pick(random, forms_weight), i;

	while (person.forms < wanted) {
		uint32_t form = synth_random_pick(random, form_weight);
		bool there = false;

		for (i = 0; i < person.forms; i++)
			there |= person.form[i] == form;
		if (there)
			continue;
		if (form == SYNTH_FORMS - 1) {
			/* unknown: only when alone */
			person.forms = 1;
			person.form[0] = form;
			break;
		}
		person.form[person.forms++] = form;
	}
	draw_citizenship(&person, random, country);
	*ret_person = person;
}
