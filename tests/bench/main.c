#include "bench.h"

#include <stdio.h>
#include <string.h>

static const struct bench_command commands[] = {
	{"count", "count [--rows N] [--per-person K] [--repeat R] [--dir DIR] [--peer-python PYTHON]\n"
	          "    Counting a CSV of twelve columns without and with a record key: rows a second and peak\n"
	          "    memory; beside it DuckDB on the same file (tests/bench/peers.sh makes a PYTHON that has it).\n", bench_count},
	{"round", "round [--countries N]\n"
	          "    A round of N countries (50), from the last submission to the published release: closing and\n"
	          "    publishing as the two commands do them, with and without unlocking the offline keys.\n", bench_round},
};

static int
usage(FILE *file)
{
	size_t i;

	(void)fputs("chorale-bench: measurements, as JSON lines\n\n", file);
	for (i = 0; i < sizeof(commands) / sizeof(commands[0]); i++)
		(void)fprintf(file, "  chorale-bench %s", commands[i].usage);
	return file == stdout ? 0 : 2;
}

int
main(int argc, char **argv)
{
	size_t i;

	if (argc < 2 || strcmp(argv[1], "--help") == 0)
		return usage(argc < 2 ? stderr : stdout);
	for (i = 0; i < sizeof(commands) / sizeof(commands[0]); i++)
		if (strcmp(argv[1], commands[i].name) == 0)
			return commands[i].run(argc - 1, argv + 1);
	return usage(stderr);
}
