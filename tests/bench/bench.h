#ifndef BENCH_H
#define BENCH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "proto/buffer.h"
#include "proto/json.h"

/*
 * chorale-bench: what is measured, one subcommand a file, listed in main.c. Each prints JSON lines on stdout: first the
 * machine, then one line per measurement. A subcommand parses its own arguments (argv[0] is its name) and
 * returns the exit status.
 */
struct bench_command {
	const char *name, *usage; /* usage: one or more lines, each ending with a line feed */
	int (*run)(int argc, char **argv);
};

int bench_count(int argc, char **argv);
int bench_round(int argc, char **argv);

/* One JSON line: begin, fill, end (prints and flushes). */
struct bench_line {
	struct proto_buffer buffer;
	struct proto_json json;
};
void bench_line_begin(struct bench_line *line, const char *event);
void bench_line_text(struct bench_line *line, const char *key, const char *value);
void bench_line_number(struct bench_line *line, const char *key, uint64_t value);
void bench_line_real(struct bench_line *line, const char *key, double value, int decimals);
void bench_line_end(struct bench_line *line);

/* Processor, cores, memory, kernel, compiler, build type. */
void bench_machine(void);

double bench_seconds(void); /* monotonic */

/* Runs work(ctx) in a child of its own, so that its memory is its alone; the child's exit status, its own wall-clock seconds
 * (measured around work), processor seconds and peak memory. result: bytes that work leaves there for the parent. */
struct bench_child {
	int status;
	double wall, processor;
	uint64_t peak_bytes;
};
int bench_child(struct bench_child *ret_child, int (*work)(void *ctx, void *result), void *ctx, void *result, size_t result_len);

/* The folder of this program, to find chorale-synth beside it. */
const char *bench_bin(void);

/* A number above zero; false: it is none. */
bool bench_number(uint64_t *ret_value, const char *text);

#endif
