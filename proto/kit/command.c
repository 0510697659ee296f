#include "proto/kit/command.h"

#include <unistd.h>

#include "command_type.h"

static void
write_error(struct proto_json *json, const struct proto_error *error)
{
	proto_json_object(json);
	proto_json_key(json, "error");
	proto_json_object(json);
	proto_json_key(json, "code");
	proto_json_string(json, proto_error_name(error->code));
	proto_json_key(json, "what");
	proto_json_string(json, error->what);
	proto_json_key(json, "where");
	proto_json_string(json, error->where);
	proto_json_key(json, "exit");
	proto_json_i64(json, proto_error_exit(error->code));
	proto_json_object_end(json);
	proto_json_object_end(json);
}

static void
discard(struct kit_call *call)
{
	proto_buffer_wipe(&call->out);
	proto_json_init(&call->writer, &call->out, 0);
}

/* The line and the object always say what and where. */
static void
complete(struct proto_error *error, enum proto_code code, const struct kit_call *call)
{
	if (error->code != code)
		(void)proto_error_set(error, code, NULL, "%s", proto_error_meaning(code));
	if (error->where[0] == '\0')
		(void)snprintf(error->where, sizeof(error->where), "%s", call->command ? call->command->words : "command line");
}

/* Prints the answer, or the error in its place; the exit status. */
static int
finish(struct kit_call *call, enum proto_code code, struct proto_error *error)
{
	enum proto_code written;

	if (code == PROTO_OK && call->out.failed)
		code = proto_error_set(error, PROTO_MEMORY, NULL, "out of memory");
	if (code != PROTO_OK)
		complete(error, code, call);
	if (code != PROTO_OK && (!call->keep_out || call->out.failed || call->out.len == 0)) {
		discard(call);
		if (call->json)
			write_error(&call->writer, error);
	}
	if (call->out.len > 0 && call->out.data[call->out.len - 1] != '\n')
		proto_buffer_put(&call->out, "\n", 1);
	written = kit_call_flush(call, code == PROTO_OK ? error : NULL);
	if (code == PROTO_OK)
		code = written;
	if (code != PROTO_OK)
		(void)fprintf(stderr, "%s: %s: %s: %s\n", call->program->name, proto_error_name(code), error->what, error->where);
	proto_buffer_wipe(&call->out);
	return proto_error_exit(code);
}

static enum proto_code
act_upon(struct kit_call *call, enum kit_act act, struct proto_error *error)
{
	if (act == KIT_ACT_VERSION)
		proto_buffer_printf(&call->out, "%s %s\n", call->program->name, CHORALE_VERSION);
	else if (act == KIT_ACT_RUN)
		return call->command->run(call, error);
	else if (call->command != NULL)
		kit_help_command(&call->out, call->program, call->command);
	else if (call->operands > 0)
		kit_help_group(&call->out, call->program, call->operand[0]);
	else
		kit_help_program(&call->out, call->program);
	return PROTO_OK;
}

int
kit_main(const struct kit_program *program, int argc, char **argv)
{
	struct kit_call call = {.program = program};
	struct proto_error error = {PROTO_OK, "", ""};
	enum kit_act act = KIT_ACT_RUN;
	enum proto_code code;

	proto_json_init(&call.writer, &call.out, 2);
	if ((code = kit_process_start(&error)) == PROTO_OK &&
	    (code = kit_parse_call(&call, &act, argc, argv, &error)) == PROTO_OK)
		code = act_upon(&call, act, &error);
	return finish(&call, code, &error);
}
