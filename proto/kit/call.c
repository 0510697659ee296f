#include <stdarg.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#include "command_type.h"
#include "proto/kit/files.h"

const char *
kit_call_option(const struct kit_call *call, const char *name)
{
	size_t i;

	for (i = 0; i < KIT_OPTIONS_MAX && call->command->option[i].name != NULL; i++)
		if (strcmp(call->command->option[i].name, name) == 0)
			return call->value[i];
	return NULL;
}

void
kit_call_say(const struct kit_call *call, const char *format, ...)
{
	char text[4096];
	va_list args;
	char *at;
	int len;

	(void)call;
	va_start(args, format);
	len = vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	if (len <= 0)
		return;
	/* what came from outside must not drive the terminal */
	for (at = text; *at != '\0'; at++)
		if (((unsigned char)*at < 0x20 && *at != '\n' && *at != '\t') || *at == 0x7f)
			*at = '?';
	(void)fprintf(stderr, "%s%s", text, at[-1] == '\n' ? "" : "\n");
}

enum proto_code
kit_call_flush(struct kit_call *call, struct proto_error *error)
{
	enum proto_code code = PROTO_OK;

	if (call->out.failed)
		return proto_error_set(error, PROTO_MEMORY, "standard output", "out of memory");
	if (!kit_files_put(STDOUT_FILENO, call->out.data, call->out.len))
		code = proto_error_errno(error, "standard output", "writing failed");
	call->out.len = 0;
	proto_json_init(&call->writer, &call->out, call->writer.indent);
	return code;
}

enum proto_code
kit_call_confirm(const struct kit_call *call, const char *question, struct proto_error *error)
{
	char answer[16] = "";

	if (kit_call_option(call, "yes") != NULL)
		return PROTO_OK;
	if (!isatty(STDIN_FILENO))
		return proto_error_set(error, PROTO_USAGE, call->command->words, "needs --yes (there is no terminal to ask at); nothing was changed");
	(void)fprintf(stderr, "%s [y/N] ", question);
	if (fgets(answer, sizeof(answer), stdin) != NULL)
		answer[strcspn(answer, "\r\n")] = '\0';
	if (strcasecmp(answer, "y") == 0 || strcasecmp(answer, "yes") == 0)
		return PROTO_OK;
	return proto_error_set(error, PROTO_REFUSED, call->command->words, "not confirmed; nothing was changed");
}
