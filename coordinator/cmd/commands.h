#ifndef COMMANDS_H
#define COMMANDS_H

#include "proto/kit/command.h"

/* The subcommands of chorale-coordinator, one file each; main.c puts them into one table. */
extern const struct kit_command coord_cmd_round_close;
extern const struct kit_command coord_cmd_release_publish;
extern const struct kit_command coord_cmd_release_list;
extern const struct kit_command coord_cmd_release_show;
extern const struct kit_command coord_cmd_release_export;
extern const struct kit_command coord_cmd_query;
extern const struct kit_command coord_cmd_verify;

#endif
