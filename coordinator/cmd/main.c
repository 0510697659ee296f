#include "commands.h"

static const struct kit_command *const commands[] = {
	&coord_cmd_init,
	&coord_cmd_serve,
	&coord_cmd_country_add,
	&coord_cmd_country_approve,
	&coord_cmd_country_list,
	&coord_cmd_country_revoke,
	&coord_cmd_structure_add,
	&coord_cmd_structure_list,
	&coord_cmd_structure_show,
	&coord_cmd_round_open,
	&coord_cmd_round_list,
	&coord_cmd_round_status,
	&coord_cmd_round_close,
	&coord_cmd_round_abort,
	&coord_cmd_release_publish,
	&coord_cmd_release_list,
	&coord_cmd_release_show,
	&coord_cmd_release_export,
	&coord_cmd_query,
	&coord_cmd_verify,
	&coord_cmd_status,
	NULL,
};

static const struct kit_program program = {
	.name = "chorale-coordinator",
	.summary = "the regional secretariat's part of Chorale: countries, rounds, releases",
	.manual =
	    "Adds up what the countries of a region each count about trafficking in persons. The counts\n"
	    "arrive with noise already in them; what is published carries an error bar on every cell.\n"
	    "\n"
	    "A first round\n"
	    "  chorale-coordinator init --id REGION-1 --name \"Our region\" --area 150 --passphrase-file coordinator.pass\n"
	    "  chorale-coordinator serve --listen 0.0.0.0:8443 &\n"
	    "  chorale-coordinator country add XA --name \"Country A\" --url https://stats.example:8443 --out XA.invitation\n"
	    "  (the office runs `chorale-node join`, reads its fingerprint out over the phone)\n"
	    "  chorale-coordinator country approve XA --fingerprint ABCD-EFGH-IJKL-MNOP-QRST --passphrase-file coordinator.pass\n"
	    "  chorale-coordinator round open --structure TIP_VICTIMS --period 2026-Q1 --rho 0.1 --passphrase-file coordinator.pass\n"
	    "  chorale-coordinator round status TIP_VICTIMS.2026-Q1.r0\n"
	    "  chorale-coordinator round close TIP_VICTIMS.2026-Q1.r0 --yes --passphrase-file coordinator.pass\n"
	    "  chorale-coordinator release publish TIP_VICTIMS.2026-Q1.r0 --passphrase-file coordinator.pass\n"
	    "  chorale-coordinator query --structure TIP_VICTIMS --by SEX,AGE --format table\n",
	.state_variable = "CHORALE_COORDINATOR_STATE",
	.command = commands,
};

int
main(int argc, char **argv)
{
	return kit_main(&program, argc, argv);
}
