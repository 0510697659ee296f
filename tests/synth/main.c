#include <getopt.h>
#include <stdlib.h>
#include <string.h>

#include "synth.h"

static const char usage[] =
    "chorale-synth: invented cases, for demonstrations, tests and benchmarks. Nobody in them exists.\n"
    "Every file that holds cases must have `synthetic` in its name, and says so in a column.\n\n"
    "  chorale-synth cases --country XA --period 2026-Q1 --persons N --seed S --out FILE.csv --truth FILE.csv\n"
    "      Case rows of one country XA to XE, and the exact counts of TIP_VICTIMS' tables and margins.\n"
    "  chorale-synth mapping [--no-key] --out FILE.json\n"
    "      The mapping of both kinds of file; --no-key: every row is a person.\n"
    "  chorale-synth rows --rows N [--per-person K] [--order sorted|shuffled] --seed S --out FILE.csv\n"
    "      Twelve columns for the benchmark, country XA, period 2026-Q1.\n";

enum { COUNTRY = 1, PERIOD, PERSONS, SEED, OUT, TRUTH, ROWS, PER_PERSON, ORDER, NO_KEY, HELP };

static const struct option long_options[] = {{"country", 1, NULL, COUNTRY}, {"period", 1, NULL, PERIOD},
    {"persons", 1, NULL, PERSONS}, {"seed", 1, NULL, SEED}, {"out", 1, NULL, OUT}, {"truth", 1, NULL, TRUTH},
    {"rows", 1, NULL, ROWS}, {"per-person", 1, NULL, PER_PERSON}, {"order", 1, NULL, ORDER}, {"no-key", 0, NULL, NO_KEY},
    {"help", 0, NULL, HELP}, {NULL, 0, NULL, 0}};

static bool
number(uint64_t *ret_value, const char *text)
{
	char *end;

	*ret_value = strtoull(text, &end, 10);
	return *text >= '0' && *text <= '9' && *end == '\0';
}

static int
wrong(const char *what)
{
	(void)fprintf(stderr, "chorale-synth: usage: %s\n", what);
	return 2;
}

static bool
labelled(const char *path)
{
	const char *name = strrchr(path, '/');

	return strstr(name ? name : path, "synthetic") != NULL;
}

static int
run(const char *command, const struct synth_options *options)
{
	if (options->out == NULL)
		return wrong("--out is missing");
	if (strcmp(command, "mapping") == 0)
		return synth_mapping(options);
	if (!labelled(options->out))
		return wrong("a file of invented cases must have `synthetic` in its name");
	if (strcmp(command, "rows") == 0)
		return options->rows ? synth_rows(options) : wrong("--rows is missing");
	if (strcmp(command, "cases") != 0)
		return wrong("cases, mapping or rows");
	if (options->country == NULL || strlen(options->country) != 2 || options->country[0] != 'X' || options->country[1] < 'A' ||
	    options->country[1] > 'E')
		return wrong("--country is not one of XA to XE");
	if (options->period == NULL || options->truth == NULL || options->persons == 0)
		return wrong("--period, --persons or --truth is missing");
	return synth_cases(options);
}

int
main(int argc, char **argv)
{
	struct synth_options options = {.per_person = 1};
	bool good = true;
	int option;

	if (argc < 2 || strcmp(argv[1], "--help") == 0) {
		(void)fputs(usage, argc < 2 ? stderr : stdout);
		return argc < 2 ? 2 : 0;
	}
	optind = 2;
	while ((option = getopt_long(argc, argv, "", long_options, NULL)) != -1) {
		switch (option) {
		case COUNTRY: options.country = optarg; break;
		case PERIOD: options.period = optarg; break;
		case PERSONS: good &= number(&options.persons, optarg); break;
		case SEED: good &= number(&options.seed, optarg); break;
		case OUT: options.out = optarg; break;
		case TRUTH: options.truth = optarg; break;
		case ROWS: good &= number(&options.rows, optarg); break;
		case PER_PERSON: good &= number(&options.per_person, optarg) && options.per_person > 0; break;
		case ORDER: options.order = optarg; break;
		case NO_KEY: options.per_person = 0; break;
		case HELP: (void)fputs(usage, stdout); return 0;
		default: return 2;
		}
	}
	if (!good || optind != argc)
		return wrong("a number is none, or there is a word too many");
	return run(argv[1], &options);
}
