#include <string.h>

#include "command_type.h"

/* Two columns; left is padded to width. */
static void
line(struct proto_buffer *out, int width, const char *left, const char *right)
{
	proto_buffer_printf(out, "  %-*s  %s\n", width, left, right);
}

static void
paragraphs(struct proto_buffer *out, const char *text)
{
	if (text == NULL || text[0] == '\0')
		return;
	proto_buffer_text(out, "\n");
	proto_buffer_text(out, text);
	if (text[strlen(text) - 1] != '\n')
		proto_buffer_text(out, "\n");
}

static void
exit_status(struct proto_buffer *out)
{
	proto_buffer_text(out, "\nEXIT STATUS\n"
	    "  0  done; also a repeated command whose effect stands\n"
	    "  1  refused or failed\n"
	    "  2  wrong usage; nothing was done\n"
	    "  3  waiting for another office; repeat later\n"
	    "  4  the privacy budget or this office's own policy does not allow it\n"
	    "  5  unreachable, busy or no space; repeat later\n"
	    "  6  the state is damaged or rolled back; nothing was done\n");
}

/* "round open STRUCTURE": what a list of commands shows. */
static void
call_text(char *ret_text, size_t size, const struct kit_command *command)
{
	const char *operands = command->operands ? command->operands : "";

	(void)snprintf(ret_text, size, "%s%s%s", command->words, operands[0] ? " " : "", operands);
}

/* Those of one group, or all (group NULL). */
static void
command_list(struct proto_buffer *out, const struct kit_command *const *table, int width, const char *group)
{
	size_t len = group ? strlen(group) : 0;
	char text[120];

	for (; *table != NULL; table++) {
		if (group != NULL && (strncmp((*table)->words, group, len) != 0 || (*table)->words[len] != ' '))
			continue;
		call_text(text, sizeof(text), *table);
		line(out, width, text, (*table)->summary);
	}
}

static int
widest(const struct kit_command *const *table, int width)
{
	char text[120];

	for (; *table != NULL; table++) {
		call_text(text, sizeof(text), *table);
		if ((int)strlen(text) > width)
			width = (int)strlen(text);
	}
	return width;
}

static int
list_width(const struct kit_program *program)
{
	return widest(kit_help_builtin, widest(program->command, 0));
}

static void
environment(struct proto_buffer *out, const struct kit_program *program)
{
	proto_buffer_text(out, "\nENVIRONMENT\n");
	line(out, 24, program->state_variable, "the state directory, when --state is not given. With neither:");
	proto_buffer_printf(out, "  %-24s  /var/lib/%s for root, else in XDG_STATE_HOME, else\n", "XDG_STATE_HOME, HOME", program->name);
	proto_buffer_printf(out, "  %-24s  ~/.local/state/%s. No secret is read from the environment.\n", "", program->name);
}

void
kit_help_program(struct proto_buffer *out, const struct kit_program *program)
{
	int width = list_width(program);

	proto_buffer_printf(out, "%s - %s\n\nUSAGE\n  %s COMMAND [OPERANDS] [OPTIONS]\n", program->name, program->summary, program->name);
	paragraphs(out, program->manual);
	proto_buffer_text(out, "\nCOMMANDS\n");
	command_list(out, program->command, width, NULL);
	command_list(out, kit_help_builtin, width, NULL);
	line(out, width, "--version", "the version of this program");
	proto_buffer_text(out, "\nOPTIONS OF EVERY COMMAND\n");
	line(out, 16, "--state DIR", "where this office's keys, rounds and ledger lie (mode 0700)");
	line(out, 16, "--json", "one JSON object on standard output, for errors too");
	line(out, 16, "--help", "the manual of the command");
	environment(out, program);
	exit_status(out);
	proto_buffer_printf(out, "\nAn error is one line on standard error, \"%s: CODE: what: where\"; \"%s errors\" lists the codes.\n",
	    program->name, program->name);
}

void
kit_help_group(struct proto_buffer *out, const struct kit_program *program, const char *word)
{
	proto_buffer_printf(out, "COMMANDS\n");
	command_list(out, program->command, list_width(program), word);
	proto_buffer_printf(out, "\n\"%s help %s WORD\" explains one of them.\n", program->name, word);
}

static void
option_text(char *ret_text, size_t size, const struct kit_option *option)
{
	(void)snprintf(ret_text, size, "--%s%s%s", option->name, option->value ? " " : "", option->value ? option->value : "");
}

/* The line of USAGE: what is required stands plain, the rest in brackets; wrapped at 78 columns. */
static void
usage(struct proto_buffer *out, const struct kit_program *program, const struct kit_command *command)
{
	char text[200], part[120];
	size_t i, column;

	call_text(text, sizeof(text), command);
	proto_buffer_printf(out, "  %s %s", program->name, text);
	column = 3 + strlen(program->name) + strlen(text);
	for (i = 0; i < KIT_OPTIONS_MAX && command->option[i].name != NULL; i++) {
		const struct kit_option *option = &command->option[i];

		option_text(part, sizeof(part), option);
		(void)snprintf(text, sizeof(text), option->required ? "%s" : "[%s]", part);
		if (column + 1 + strlen(text) > 78) {
			proto_buffer_text(out, "\n       ");
			column = 7;
		}
		proto_buffer_printf(out, " %s", text);
		column += 1 + strlen(text);
	}
	proto_buffer_text(out, "\n");
}

void
kit_help_command(struct proto_buffer *out, const struct kit_program *program, const struct kit_command *command)
{
	char text[120];
	int width = 11;
	size_t i;

	proto_buffer_printf(out, "%s %s - %s\n\nUSAGE\n", program->name, command->words, command->summary);
	usage(out, program, command);
	paragraphs(out, command->manual);
	for (i = 0; i < KIT_OPTIONS_MAX && command->option[i].name != NULL; i++) {
		option_text(text, sizeof(text), &command->option[i]);
		if ((int)strlen(text) > width)
			width = (int)strlen(text);
	}
	proto_buffer_text(out, "\nOPTIONS\n");
	for (i = 0; i < KIT_OPTIONS_MAX && command->option[i].name != NULL; i++) {
		option_text(text, sizeof(text), &command->option[i]);
		line(out, width, text, command->option[i].help ? command->option[i].help : "");
	}
	line(out, width, "--state DIR", "the state directory");
	line(out, width, "--json", "one JSON object on standard output");
	line(out, width, "--help", "this text");
	exit_status(out);
}

static enum proto_code
run_help(struct kit_call *call, struct proto_error *error)
{
	const char *first = call->operands > 0 ? call->operand[0] : NULL, *second = call->operands > 1 ? call->operand[1] : NULL;
	const struct kit_command *command;
	char text[200];
	int words;

	if (first == NULL) {
		kit_help_program(&call->out, call->program);
		return PROTO_OK;
	}
	command = kit_parse_find(call->program, &words, first, second);
	if (command != NULL && words == (int)call->operands)
		kit_help_command(&call->out, call->program, command);
	else if (second == NULL && kit_parse_group(call->program, first))
		kit_help_group(&call->out, call->program, first);
	else
		return proto_error_set(error, PROTO_USAGE, "help", "unknown command \"%s\"",
		    proto_error_text(text, sizeof(text), second ? second : first, strlen(second ? second : first)));
	return PROTO_OK;
}

static void
errors_json(struct proto_json *json)
{
	unsigned code;

	proto_json_object(json);
	proto_json_key(json, "errors");
	proto_json_array(json);
	for (code = 0; code < PROTO_CODE_COUNT; code++) {
		proto_json_object(json);
		proto_json_key(json, "code");
		proto_json_string(json, proto_error_name(code));
		proto_json_key(json, "exit");
		proto_json_i64(json, proto_error_exit(code));
		proto_json_key(json, "http");
		proto_json_i64(json, proto_error_http(code));
		proto_json_key(json, "meaning");
		proto_json_string(json, proto_error_meaning(code));
		proto_json_object_end(json);
	}
	proto_json_array_end(json);
	proto_json_object_end(json);
}

static enum proto_code
run_errors(struct kit_call *call, struct proto_error *error)
{
	unsigned code;

	(void)error;
	if (call->json) {
		errors_json(&call->writer);
		return PROTO_OK;
	}
	proto_buffer_printf(&call->out, "%-15s %4s %4s  %s\n", "CODE", "EXIT", "HTTP", "MEANING");
	for (code = 0; code < PROTO_CODE_COUNT; code++)
		proto_buffer_printf(&call->out, "%-15s %4d %4d  %s\n", proto_error_name(code), proto_error_exit(code),
		    proto_error_http(code), proto_error_meaning(code));
	return PROTO_OK;
}

static const struct kit_command help_command = {
	.words = "help", .operands = "[COMMAND] [WORD]", .summary = "the manual of a command", .no_state = true, .run = run_help,
	.manual = "Without a command: the manual of the program.",
};

static const struct kit_command errors_command = {
	.words = "errors", .operands = "", .summary = "the error codes and what they mean", .no_state = true, .run = run_errors,
	.manual = "Lists every code of the error line, with its exit status and its HTTP status. With --json:\n"
	          "{\"errors\":[{code,exit,http,meaning}]}.",
};

const struct kit_command *const kit_help_builtin[] = {&help_command, &errors_command, NULL};
