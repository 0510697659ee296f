#ifndef COMMANDS_H
#define COMMANDS_H

#include "proto/kit/command.h"

/* The subcommands of chorale-coordinator, one file each; main.c puts them into one table. */
extern const struct kit_command coord_cmd_init;
extern const struct kit_command coord_cmd_serve;
extern const struct kit_command coord_cmd_country_add;
extern const struct kit_command coord_cmd_country_approve;
extern const struct kit_command coord_cmd_country_list;
extern const struct kit_command coord_cmd_country_revoke;
extern const struct kit_command coord_cmd_structure_add;
extern const struct kit_command coord_cmd_structure_list;
extern const struct kit_command coord_cmd_structure_show;
extern const struct kit_command coord_cmd_round_open;
extern const struct kit_command coord_cmd_round_list;
extern const struct kit_command coord_cmd_round_status;
extern const struct kit_command coord_cmd_round_close;
extern const struct kit_command coord_cmd_round_abort;
extern const struct kit_command coord_cmd_release_publish;
extern const struct kit_command coord_cmd_release_list;
extern const struct kit_command coord_cmd_release_show;
extern const struct kit_command coord_cmd_release_export;
extern const struct kit_command coord_cmd_query;
extern const struct kit_command coord_cmd_verify;
extern const struct kit_command coord_cmd_status;

#endif
