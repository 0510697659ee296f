#include <getopt.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "command_type.h"

#define OWN_FIRST 256 /* what getopt_long returns for the command's first option */
#define OWN_STATE 1000
#define OWN_JSON 1001
#define OWN_HELP 1002

static const struct kit_command *
find_in(const struct kit_command *const *table, int *ret_words, const char *first, const char *second)
{
	size_t len = strlen(first);

	for (; *table != NULL; table++) {
		const char *words = (*table)->words;

		if (strcmp(words, first) == 0) {
			*ret_words = 1;
			return *table;
		}
		if (second != NULL && strncmp(words, first, len) == 0 && words[len] == ' ' && strcmp(words + len + 1, second) == 0) {
			*ret_words = 2;
			return *table;
		}
	}
	return NULL;
}

const struct kit_command *
kit_parse_find(const struct kit_program *program, int *ret_words, const char *first, const char *second)
{
	const struct kit_command *command = find_in(program->command, ret_words, first, second);

	return command ? command : find_in(kit_help_builtin, ret_words, first, second);
}

bool
kit_parse_group(const struct kit_program *program, const char *word)
{
	size_t i, len = strlen(word);

	for (i = 0; program->command[i] != NULL; i++)
		if (strncmp(program->command[i]->words, word, len) == 0 && program->command[i]->words[len] == ' ')
			return true;
	return false;
}

bool
kit_parse_operand(struct kit_operand *ret_operand, const char **operands)
{
	const char *at = *operands + strspn(*operands, " ");
	size_t len = strcspn(at, " ");

	if (len == 0)
		return false;
	*operands = at + len;
	ret_operand->optional = at[0] == '[';
	if (ret_operand->optional) {
		at++;
		len -= 2;
	}
	if (len >= sizeof(ret_operand->name))
		len = sizeof(ret_operand->name) - 1;
	memcpy(ret_operand->name, at, len);
	ret_operand->name[len] = '\0';
	return true;
}

/* Is flag among the arguments, before any "--"? For --json and --help, which count even where the rest is wrong. */
static bool
given(int argc, char **argv, const char *flag)
{
	int i;

	for (i = 1; i < argc && strcmp(argv[i], "--") != 0; i++)
		if (strcmp(argv[i], flag) == 0)
			return true;
	return false;
}

/* Did the user write the name out? getopt_long() takes a unique beginning, which a later option would make ambiguous. */
static bool
whole_name(const char *name, bool has_value, char **argv)
{
	size_t len = strlen(name);
	const char *last = argv[optind - 1];

	if (strncmp(last, "--", 2) == 0 && strncmp(last + 2, name, len) == 0 && last[2 + len] == (has_value ? '=' : '\0'))
		return true;
	return has_value && strncmp(argv[optind - 2], "--", 2) == 0 && strcmp(argv[optind - 2] + 2, name) == 0;
}

static enum proto_code
wrong_option(const struct kit_call *call, int found, char **argv, struct proto_error *error)
{
	char text[200], letter[3] = {'-', (char)optopt, '\0'};
	const char *shown = optopt > 0 && optopt < OWN_FIRST ? letter : argv[optind - 1];

	(void)proto_error_text(text, sizeof(text), shown, strcspn(shown, "="));
	if (found == ':')
		return proto_error_set(error, PROTO_USAGE, call->command->words, "%s needs a value", text);
	if (optopt >= OWN_FIRST)
		return proto_error_set(error, PROTO_USAGE, call->command->words, "%s takes no value", text);
	return proto_error_set(error, PROTO_USAGE, call->command->words, "unknown option %s", text);
}

/* Where the value of the option that getopt_long() found belongs, with its name. NULL for --json and --help (given()). */
static const char **
slot(struct kit_call *call, const char **ret_name, bool *ret_has_value, int found)
{
	*ret_has_value = found == OWN_STATE || (found < OWN_STATE && call->command->option[found - OWN_FIRST].value != NULL);
	*ret_name = found == OWN_STATE ? "state" : found == OWN_JSON ? "json" : found == OWN_HELP ? "help" :
	    call->command->option[found - OWN_FIRST].name;
	return found == OWN_STATE ? &call->state : found > OWN_STATE ? NULL : &call->value[found - OWN_FIRST];
}

static enum proto_code
take_option(struct kit_call *call, int found, char **argv, struct proto_error *error)
{
	const char *name, **value;
	bool has_value;

	value = slot(call, &name, &has_value, found);
	if (!whole_name(name, has_value, argv))
		return proto_error_set(error, PROTO_USAGE, call->command->words, "write the option out: --%s", name);
	if (value == NULL)
		return PROTO_OK;
	if (*value != NULL)
		return proto_error_set(error, PROTO_USAGE, call->command->words, "--%s is given twice", name);
	if (has_value && optarg[0] == '\0')
		return proto_error_set(error, PROTO_USAGE, call->command->words, "--%s is empty", name);
	*value = has_value ? optarg : "";
	return PROTO_OK;
}

static enum proto_code
take_options(struct kit_call *call, int argc, char **argv, struct proto_error *error)
{
	struct option list[KIT_OPTIONS_MAX + 4] = {{0}};
	const struct kit_option *option = call->command->option;
	enum proto_code code;
	int count, found;

	for (count = 0; count < KIT_OPTIONS_MAX && option[count].name != NULL; count++)
		list[count] = (struct option){option[count].name, option[count].value ? required_argument : no_argument, NULL,
		    OWN_FIRST + count};
	list[count] = (struct option){"state", required_argument, NULL, OWN_STATE};
	list[count + 1] = (struct option){"json", no_argument, NULL, OWN_JSON};
	list[count + 2] = (struct option){"help", no_argument, NULL, OWN_HELP};
	opterr = 0;
	optind = 0; /* glibc: start afresh */
	while ((found = getopt_long(argc, argv, ":", list, NULL)) != -1) {
		if (found == '?' || found == ':')
			return wrong_option(call, found, argv, error);
		if ((code = take_option(call, found, argv, error)) != PROTO_OK)
			return code;
	}
	for (count = 0; count < KIT_OPTIONS_MAX && option[count].name != NULL; count++)
		if (option[count].required && call->value[count] == NULL)
			return proto_error_set(error, PROTO_USAGE, call->command->words, "--%s %s is missing", option[count].name,
			    option[count].value ? option[count].value : "");
	return PROTO_OK;
}

static enum proto_code
take_operands(struct kit_call *call, int argc, char **argv, struct proto_error *error)
{
	const char *rest = call->command->operands ? call->command->operands : "";
	struct kit_operand operand;
	char text[200];

	while (kit_parse_operand(&operand, &rest) && call->operands < KIT_OPERANDS_MAX) {
		if (optind >= argc && operand.optional)
			break;
		if (optind >= argc || argv[optind][0] == '\0')
			return proto_error_set(error, PROTO_USAGE, call->command->words, "%s is missing", operand.name);
		call->operand[call->operands++] = argv[optind++];
	}
	if (optind < argc)
		return proto_error_set(error, PROTO_USAGE, call->command->words, "unexpected \"%s\"",
		    proto_error_text(text, sizeof(text), argv[optind], strlen(argv[optind])));
	return PROTO_OK;
}

/* --state, else the program's variable, else root's place, else the user's. An empty variable counts as unset. */
static enum proto_code
find_state(struct kit_call *call, struct proto_error *error)
{
	static char path[PATH_MAX];
	const char *given_path = call->state, *home = getenv("HOME"), *xdg = getenv("XDG_STATE_HOME");
	int len;

	if (given_path == NULL && (given_path = getenv(call->program->state_variable)) != NULL && given_path[0] == '\0')
		given_path = NULL;
	if (given_path != NULL)
		len = snprintf(path, sizeof(path), "%s", given_path);
	else if (geteuid() == 0)
		len = snprintf(path, sizeof(path), "/var/lib/%s", call->program->name);
	else if (xdg != NULL && xdg[0] == '/') /* the XDG rule: a relative one is ignored */
		len = snprintf(path, sizeof(path), "%s/%s", xdg, call->program->name);
	else if (home != NULL && home[0] == '/')
		len = snprintf(path, sizeof(path), "%s/.local/state/%s", home, call->program->name);
	else
		return proto_error_set(error, PROTO_USAGE, call->command->words, "no state directory: HOME is not set; use --state DIR");
	if (len >= (int)sizeof(path))
		return proto_error_set(error, PROTO_USAGE, call->command->words, "the state directory's path is too long");
	/* what stands beside it (DIR.head) is named after it */
	while (len > 1 && path[len - 1] == '/')
		path[--len] = '\0';
	call->state = path;
	return PROTO_OK;
}

static enum proto_code
unknown_command(const struct kit_program *program, char **argv, struct proto_error *error)
{
	char first[200], second[200];

	(void)proto_error_text(first, sizeof(first), argv[1], strlen(argv[1]));
	if (!kit_parse_group(program, argv[1]))
		return proto_error_set(error, PROTO_USAGE, NULL, "unknown command \"%s\"; %s --help lists them", first, program->name);
	if (argv[2] == NULL || argv[2][0] == '-')
		return proto_error_set(error, PROTO_USAGE, NULL, "\"%s\" needs a second word; %s help %s lists them", first, program->name, first);
	(void)proto_error_text(second, sizeof(second), argv[2], strlen(argv[2]));
	return proto_error_set(error, PROTO_USAGE, NULL, "unknown command \"%s %s\"; %s help %s lists them", first, second, program->name, first);
}

enum proto_code
kit_parse_call(struct kit_call *call, enum kit_act *ret_act, int argc, char **argv, struct proto_error *error)
{
	enum proto_code code;
	int words;

	call->json = given(argc, argv, "--json");
	if (argc < 2)
		return proto_error_set(error, PROTO_USAGE, NULL, "no command given; %s --help lists them", call->program->name);
	*ret_act = KIT_ACT_RUN;
	if (argc == 2 && strcmp(argv[1], "--help") == 0)
		*ret_act = KIT_ACT_HELP;
	if (argc == 2 && strcmp(argv[1], "--version") == 0)
		*ret_act = KIT_ACT_VERSION;
	if (*ret_act != KIT_ACT_RUN)
		return PROTO_OK;
	if (argv[1][0] == '-')
		return proto_error_set(error, PROTO_USAGE, NULL, "the command comes first, then its options");
	if ((call->command = kit_parse_find(call->program, &words, argv[1], argc > 2 ? argv[2] : NULL)) == NULL) {
		if (!kit_parse_group(call->program, argv[1]) || !given(argc, argv, "--help"))
			return unknown_command(call->program, argv, error);
		call->operand[call->operands++] = argv[1];
		*ret_act = KIT_ACT_HELP;
		return PROTO_OK;
	}
	if (given(argc - words, argv + words, "--help")) {
		*ret_act = KIT_ACT_HELP;
		return PROTO_OK;
	}
	/* the command's last word stands where getopt_long() expects the program's name */
	if ((code = take_options(call, argc - words, argv + words, error)) != PROTO_OK ||
	    (code = take_operands(call, argc - words, argv + words, error)) != PROTO_OK)
		return code;
	if ((code = find_state(call, error)) != PROTO_OK && call->command->no_state) {
		call->state = NULL;
		code = PROTO_OK;
	}
	return code;
}
