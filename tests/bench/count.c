#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "bench.h"
#include "node/count.h"
#include "support/structures.h"

/*
 * Three ways to count the same number of rows: every row a person; a record key with the rows in its order; a record
 * key with the rows anywhere. Files are read from the page cache: each is read once before.
 */
struct way {
	const char *name, *order;
	bool keyed;
};
static const struct way ways[] = {{"no-key", "shuffled", false}, {"key-sorted", "sorted", true}, {"key-shuffled", "shuffled", true}};

struct arguments {
	uint64_t rows, per_person, repeat;
	const char *dir, *python;
};

struct figures {
	uint64_t rows, persons, seen, kept;
	char what[240];
};

struct job {
	struct node_count_request request;
};

static int
count_once(void *ctx, void *result)
{
	const struct job *job = ctx;
	struct figures *figures = result;
	struct node_count *count = NULL;
	struct proto_error error = {0};

	if (node_count_file(&count, &job->request, &error) != PROTO_OK) {
		(void)snprintf(figures->what, sizeof(figures->what), "%s", error.what);
		return 1;
	}
	figures->rows = count->report.rows;
	figures->persons = count->report.persons;
	figures->seen = count->report.bound[0].seen;
	figures->kept = count->report.bound[0].kept;
	node_count_free(count);
	return 0;
}

static int
synth(const char *arguments)
{
	char command[20000];

	(void)snprintf(command, sizeof(command), "'%s/chorale-synth' %s", bench_bin(), arguments);
	return system(command);
}

static void
told(const struct way *way, const struct bench_child *best, const struct figures *figures, uint64_t bytes)
{
	struct bench_line line;

	bench_line_begin(&line, "count");
	bench_line_text(&line, "by", "chorale");
	bench_line_text(&line, "way", way->name);
	bench_line_number(&line, "rows", figures->rows);
	bench_line_number(&line, "persons", figures->persons);
	bench_line_number(&line, "kept", figures->kept);
	bench_line_number(&line, "file_bytes", bytes);
	bench_line_real(&line, "seconds", best->wall, 3);
	bench_line_real(&line, "processor_seconds", best->processor, 3);
	bench_line_real(&line, "rows_per_second", (double)figures->rows / best->wall, 0);
	bench_line_number(&line, "peak_bytes", best->peak_bytes);
	if (way->keyed)
		bench_line_real(&line, "peak_bytes_per_person_above_64_MiB",
		    ((double)best->peak_bytes - 67108864.0) / (double)figures->persons, 1);
	bench_line_end(&line);
}

/* One way: ours, then the peer on the same file. */
static int
measure(const struct way *way, const struct arguments *arguments, const char *file, const char *mapping)
{
	struct proto_structure *structure = structures_default("TIP_VICTIMS");
	struct job job = {{.file = file, .mapping = mapping, .structure = structure, .period = {'Q', 2026, 1}, .country = "XA",
	    .now = 1800000000}};
	struct bench_child child, best = {.wall = 1e300};
	struct figures figures = {0};
	struct stat status;
	char command[9000];
	uint64_t i;
	int failed = 0;

	if (stat(file, &status) != 0)
		return 1;
	for (i = 0; i <= arguments->repeat && !failed; i++) {
		/* the first run only warms the page cache */
		if (bench_child(&child, count_once, &job, &figures, sizeof(figures)) != 0 || child.status != 0) {
			(void)fprintf(stderr, "chorale-bench: %s: %s\n", way->name, figures.what);
			failed = 1;
		} else if (i > 0 && child.wall < best.wall) {
			best = child;
		}
	}
	if (!failed)
		told(way, &best, &figures, (uint64_t)status.st_size);
	if (!failed && arguments->python) {
		(void)snprintf(command, sizeof(command), "'%s' '" BENCH_SOURCE "/peer_duckdb.py' '%s' %s %llu", arguments->python, file,
		    way->name, (unsigned long long)arguments->repeat);
		failed = system(command) != 0;
	}
	proto_structure_free(structure);
	return failed;
}

static int
all(const struct arguments *arguments, const char *dir)
{
	char file[4200], mapping[4200], command[9000];
	int failed = 0;
	size_t w;

	(void)snprintf(file, sizeof(file), "%s/synthetic-rows.csv", dir);
	(void)snprintf(mapping, sizeof(mapping), "%s/mapping.json", dir);
	bench_machine();
	for (w = 0; w < sizeof(ways) / sizeof(ways[0]) && !failed; w++) {
		(void)snprintf(command, sizeof(command), "rows --rows %llu --per-person %llu --order %s --seed 1 --out '%s'",
		    (unsigned long long)arguments->rows, (unsigned long long)(ways[w].keyed ? arguments->per_person : 1), ways[w].order, file);
		failed = synth(command) != 0;
		(void)snprintf(command, sizeof(command), "mapping %s --out '%s'", ways[w].keyed ? "" : "--no-key", mapping);
		failed = failed || synth(command) != 0 || measure(&ways[w], arguments, file, mapping) != 0;
	}
	(void)unlink(file);
	(void)unlink(mapping);
	return failed;
}

int
bench_count(int argc, char **argv)
{
	static const struct option options[] = {{"rows", 1, NULL, 'n'}, {"per-person", 1, NULL, 'k'}, {"repeat", 1, NULL, 'r'},
	    {"dir", 1, NULL, 'd'}, {"peer-python", 1, NULL, 'p'}, {NULL, 0, NULL, 0}};
	struct arguments arguments = {10000000, 1, 3, getenv("TMPDIR"), NULL};
	char dir[4096];
	bool good = true;
	int option, failed;

	while ((option = getopt_long(argc, argv, "", options, NULL)) != -1) {
		switch (option) {
		case 'n': good &= bench_number(&arguments.rows, optarg); break;
		case 'k': good &= bench_number(&arguments.per_person, optarg); break;
		case 'r': good &= bench_number(&arguments.repeat, optarg); break;
		case 'd': arguments.dir = optarg; break;
		case 'p': arguments.python = optarg; break;
		default: good = false;
		}
	}
	if (!good || optind != argc) {
		(void)fputs("chorale-bench: usage: see --help\n", stderr);
		return 2;
	}
	(void)snprintf(dir, sizeof(dir), "%s/chorale-bench-XXXXXX", arguments.dir ? arguments.dir : "/tmp");
	if (mkdtemp(dir) == NULL) {
		perror(dir);
		return 1;
	}
	failed = all(&arguments, dir);
	(void)rmdir(dir);
	return failed;
}
