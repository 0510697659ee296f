#ifndef COMMAND_TYPE_H
#define COMMAND_TYPE_H

#include "proto/kit/command.h"

/* What the files of the desk share. */
enum kit_act { KIT_ACT_RUN, KIT_ACT_HELP, KIT_ACT_VERSION };

/* The command, its options and operands, the state directory. KIT_ACT_HELP: of call->command, or of the program (NULL). */
PROTO_CHECK enum proto_code kit_parse_call(struct kit_call *call, enum kit_act *ret_act, int argc, char **argv, struct proto_error *error);
/* The command of these words (second may be NULL); *ret_words: how many of them it took. NULL: none. */
const struct kit_command *kit_parse_find(const struct kit_program *program, int *ret_words, const char *first, const char *second);
/* Is word the first of some two-word command? */
bool kit_parse_group(const struct kit_program *program, const char *word);

/* The operands string, part by part: name without brackets. False at the end. */
struct kit_operand { char name[40]; bool optional; };
bool kit_parse_operand(struct kit_operand *ret_operand, const char **operands);

void kit_help_program(struct proto_buffer *out, const struct kit_program *program);
void kit_help_group(struct proto_buffer *out, const struct kit_program *program, const char *word);
void kit_help_command(struct proto_buffer *out, const struct kit_program *program, const struct kit_command *command);
extern const struct kit_command *const kit_help_builtin[]; /* help, errors; ends with NULL */

/* What the process needs before it touches anything. */
PROTO_CHECK enum proto_code kit_process_start(struct proto_error *error);

#endif
