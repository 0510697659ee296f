#include "synth.h"

/* The mapping of a case file or of a benchmark file; both have these columns under the same names. */

static void
values(FILE *file, const char *const *text, const char *const *code, size_t n)
{
	size_t i;

	(void)fputs("\"values\": {", file);
	for (i = 0; i < n; i++)
		(void)fprintf(file, "%s\"%s\": \"%s\"", i ? ", " : "", text[i], code[i]);
	(void)fputs("}", file);
}

int
synth_mapping(const struct synth_options *options)
{
	FILE *file = fopen(options->out, "w");

	if (file == NULL) {
		perror(options->out);
		return 1;
	}
	(void)fprintf(file, "{\n \"map\": \"synthetic-cases\", \"structure\": \"TIP_VICTIMS\", \"kind\": \"records\",\n"
	    " \"file\": {\"format\": \"csv\", \"delimiter\": \",\", \"encoding\": \"utf-8\", \"header\": true},\n"
	    " \"record_key\": %s,\n"
	    " \"time\": {\"column\": \"registered\", \"pattern\": \"%%Y-%%m-%%d\"},\n"
	    " \"select\": {\"period\": \"round\"},\n \"columns\": {\n  \"SEX\": {\"column\": \"sex\", ",
	    options->per_person ? "\"case_id\"" : "null");
	values(file, synth_sex_text, synth_sex_code, SYNTH_SEXES);
	(void)fputs("},\n  \"AGE\": {\"column\": \"age_group\", ", file);
	values(file, synth_age_text, synth_age_code, SYNTH_AGES);
	(void)fputs("},\n  \"EXPL\": {\"column\": \"exploitation\", \"split\": [\";\"], ", file);
	values(file, synth_form_text, synth_form_code, SYNTH_FORMS);
	(void)fputs("},\n  \"CITGRP\": {\"column\": \"citizenship\", \"lookup\": \"CL_AREA\", \"values\": {\"Stateless\": \"STLS\"},"
	    " \"missing\": [\"\", \"not known\"], \"derive\": \"citizenship-group\"}\n },\n"
	    " \"on_unknown\": \"error\", \"on_blank\": \"_U\", \"on_conflict\": \"error\"\n}\n", file);
	if (fclose(file) != 0) {
		perror(options->out);
		return 1;
	}
	return 0;
}
