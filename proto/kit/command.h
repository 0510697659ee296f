#ifndef PROTO_KIT_COMMAND_H
#define PROTO_KIT_COMMAND_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#include "proto/buffer.h"
#include "proto/error.h"
#include "proto/json.h"

/*
 * The desk: main() of both programs is one const table of subcommands. The table
 * makes the help, the option parsing (getopt_long), the state directory and the
 * error line `PROGRAM: CODE: what: where`.
 *
 * Words: one or two ("round open"). Options follow the subcommand, may stand before or
 * after its operands, and are all long: a name, the metavariable of its value (NULL: a
 * flag), one help line. --state DIR, --json and --help exist everywhere.
 */
#define KIT_OPTIONS_MAX 24
#define KIT_OPERANDS_MAX 2

struct kit_option {
	const char *name;   /* "map" for --map */
	const char *value;  /* "FILE", or NULL for a flag */
	const char *help;
	bool required;
};

struct kit_call;

struct kit_command {
	const char *words;    /* "round open" */
	const char *operands; /* "FILE", "[ROUND]" (optional), or "" */
	const char *summary;  /* one line */
	const char *manual;   /* paragraphs: what it does, exit codes, an example */
	struct kit_option option[KIT_OPTIONS_MAX]; /* ends with name NULL */
	bool no_state;        /* works without a state directory: where none can be named, state is NULL */
	enum proto_code (*run)(struct kit_call *call, struct proto_error *error);
};

struct kit_program {
	const char *name;     /* "chorale-node" */
	const char *summary, *manual;
	const char *state_variable; /* "CHORALE_NODE_STATE" */
	const struct kit_command *const *command; /* ends with NULL */
};

/*
 * One run of one command. out collects what goes to stdout (JSON, or text): it is written
 * only when run returns, so an error never leaves half an answer; messages for people go
 * to kit_call_say (stderr). With --json and an error, stdout holds the error object alone.
 */
struct kit_call {
	const struct kit_program *program;
	const struct kit_command *command;
	const char *state;               /* path of the state directory, no slash at its end; NULL only with no_state */
	bool json;                       /* --json given */
	size_t operands;
	const char *operand[KIT_OPERANDS_MAX];
	const char *value[KIT_OPTIONS_MAX]; /* parallel to command->option; flags: "" when given */
	struct proto_buffer out;
	struct proto_json writer;        /* onto out, ready to use */
	bool keep_out;                   /* on error: print out instead of the error object (a report
	                                  * that explains itself, as of `check`); stderr line all the same */
};

/* kit_call_option(call, name): the value, "" for a flag given, NULL when absent. */
const char *kit_call_option(const struct kit_call *call, const char *name);
/* One message for people, on stderr; ends its line when the text does not. Control characters become '?'. */
void kit_call_say(const struct kit_call *call, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* Writes what out holds now and empties it: for a command that stays (`serve` says that it is ready). */
PROTO_CHECK enum proto_code kit_call_flush(struct kit_call *call, struct proto_error *error);

/* kit_call_confirm(call, question, error): --yes given: OK. A terminal on stdin: asks, "y"/"yes" is OK, else
 * REFUSED. Neither: USAGE ("needs --yes"), and nothing was changed. */
PROTO_CHECK enum proto_code kit_call_confirm(const struct kit_call *call, const char *question, struct proto_error *error);

/*
 * kit_main: parse, run, print, exit status. Knows `--help`, `help [WORDS]`, `--version`, and `errors [--json]`.
 * Options are never abbreviated, given twice or empty; `--` ends them. Before anything else: umask 077, no core
 * dump, no SIGPIPE, standard descriptors open, libsodium and OpenSSL ready (else RANDOM, TLS).
 */
int kit_main(const struct kit_program *program, int argc, char **argv);

#endif
