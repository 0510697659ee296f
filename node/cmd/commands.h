#ifndef COMMANDS_H
#define COMMANDS_H

#include "proto/kit/command.h"

/* The subcommands of chorale-node, one file each; main.c puts them into one table. */
extern const struct kit_command node_cmd_join;
extern const struct kit_command node_cmd_sync;
extern const struct kit_command node_cmd_status;
extern const struct kit_command node_cmd_budget;
extern const struct kit_command node_cmd_verify;
extern const struct kit_command node_cmd_policy_show;
extern const struct kit_command node_cmd_policy_set;
extern const struct kit_command node_cmd_structure_list;
extern const struct kit_command node_cmd_structure_show;
extern const struct kit_command node_cmd_check;
extern const struct kit_command node_cmd_preview;
extern const struct kit_command node_cmd_submit;
extern const struct kit_command node_cmd_receipts_list;
extern const struct kit_command node_cmd_receipts_show;

#endif
