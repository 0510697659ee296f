#include <stddef.h>

#include "commands.h"

static const struct kit_command *const command[] = {
    &node_cmd_join, &node_cmd_sync, &node_cmd_status, &node_cmd_budget, &node_cmd_verify, &node_cmd_policy_show,
    &node_cmd_policy_set, &node_cmd_structure_list, &node_cmd_structure_show, &node_cmd_check, &node_cmd_preview,
    &node_cmd_submit, &node_cmd_receipts_list, &node_cmd_receipts_show, NULL};

static const struct kit_program program = {
    .name = "chorale-node",
    .summary = "counts a country's cases, adds noise, and sends only that",
    .manual =
	"The national office's program. It reads a file of cases through a mapping, counts them into the tables of a\n"
	"round, adds calibrated noise to every cell, and sends the result sealed to the regional coordinator.\n"
	"No record and no exact count leaves the office. A ledger keeps what was spent under the office's own caps.\n\n"
	"A first round\n"
	"  chorale-node join XA.invitation --passphrase-file F      once; then compare the fingerprints\n"
	"  chorale-node sync --fingerprint \"WHAT THEY READ\"              until approved: exit 3\n"
	"  chorale-node check cases.csv --map mapping.json --round R     every wrong row\n"
	"  chorale-node preview cases.csv --map mapping.json --round R   what it costs, how exact it will be\n"
	"  chorale-node submit cases.csv --map mapping.json --round R --passphrase-file F\n"
	"  chorale-node receipts show R --values                         what was sent\n",
    .state_variable = "CHORALE_NODE_STATE",
    .command = command};

int
main(int argc, char **argv)
{
	return kit_main(&program, argc, argv);
}
