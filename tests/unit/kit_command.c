#include "proto/kit/command.h"

#include <errno.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>

#include "support/suite.h"
#include "unit/kit_scratch.h"

/*
 * This program runs itself: with TRY_PROGRAM in its environment it is "try", a small program made with the
 * desk; else it is the suite, which starts "try" and looks at its output and exit status.
 */

static enum proto_code
run_show(struct kit_call *call, struct proto_error *error)
{
	size_t i;

	(void)error;
	if (call->json) {
		proto_json_object(&call->writer);
		proto_json_key(&call->writer, "state");
		proto_json_string(&call->writer, call->state);
		proto_json_object_end(&call->writer);
		return PROTO_OK;
	}
	proto_buffer_printf(&call->out, "state=%s\n", call->state ? call->state : "(none)");
	for (i = 0; i < call->operands; i++)
		proto_buffer_printf(&call->out, "operand=%s\n", call->operand[i]);
	for (i = 0; call->command->option[i].name != NULL; i++)
		if (call->value[i] != NULL)
			proto_buffer_printf(&call->out, "%s=%s\n", call->command->option[i].name, call->value[i]);
	proto_buffer_printf(&call->out, "yes=%s none=%s", kit_call_option(call, "yes") ? "given" : "absent",
	    kit_call_option(call, "none") ? "given" : "absent");
	return PROTO_OK;
}

static enum proto_code
run_fail(struct kit_call *call, struct proto_error *error)
{
	proto_buffer_text(&call->out, "half an answer");
	kit_call_say(call, "a message\033[2J with %s", "control characters");
	call->keep_out = kit_call_option(call, "keep") != NULL;
	if (kit_call_option(call, "silent"))
		return PROTO_BUDGET;
	return proto_error_set(error, PROTO_DAMAGED, "file\nname", "the tape is %s", "cut");
}

static enum proto_code
run_ask(struct kit_call *call, struct proto_error *error)
{
	enum proto_code code = kit_call_confirm(call, "Really?", error);

	if (code == PROTO_OK)
		proto_buffer_text(&call->out, "done");
	return code;
}

static enum proto_code
run_process(struct kit_call *call, struct proto_error *error)
{
	struct rlimit core;
	mode_t mask = umask(0);

	proto_buffer_printf(&call->out, "umask=%03o core=%d dump=%d pipe=%d ", (unsigned)mask,
	    getrlimit(RLIMIT_CORE, &core) == 0 ? (int)core.rlim_cur : -1, prctl(PR_GET_DUMPABLE), signal(SIGPIPE, SIG_DFL) == SIG_IGN);
	kit_call_say(call, "%s", open("/dev/null", O_RDONLY) > 2 ? "above" : "standard");
	return kit_call_flush(call, error);
}

static const struct kit_command
    show = {.words = "show", .operands = "FILE [ROUND]", .summary = "shows its arguments", .manual = "EXAMPLE\n  try show a --map b",
        .option = {{"map", "FILE", "the map", true}, {"mapping", "X", "another", false}, {"yes", NULL, "do not ask", false}}, .run = run_show},
    bare = {.words = "bare", .operands = "", .summary = "needs nothing", .no_state = true, .run = run_show},
    round_open = {.words = "round open", .operands = "", .summary = "opens", .option = {{"rho", "DEC", "price", false}}, .run = run_show},
    round_list = {.words = "round list", .operands = "", .summary = "lists", .run = run_show},
    fail = {.words = "fail", .operands = "", .summary = "fails", .option = {{"keep", NULL, "keep", false}, {"silent", NULL, "no text", false}}, .run = run_fail},
    ask = {.words = "ask", .operands = "", .summary = "asks", .option = {{"yes", NULL, "do not ask", false}}, .run = run_ask},
    process = {.words = "process", .operands = "", .summary = "the process", .run = run_process};
static const struct kit_command *const commands[] = {&show, &bare, &round_open, &round_list, &fail, &ask, &process, NULL};
static const struct kit_program program = {"try", "tries the desk", "The manual.", "TRY_STATE", commands};

struct run {
	char out[16384], err[4096];
	int status; /* -1: ended by a signal */
};

static void
slurp(char *ret_text, size_t size, const char *path)
{
	FILE *file = fopen(path, "r");
	size_t len = file ? fread(ret_text, 1, size - 1, file) : 0;

	ret_text[len] = '\0';
	if (file)
		(void)fclose(file);
}

static const char *environment[] = {"TRY_PROGRAM=1", NULL, NULL, NULL, NULL};

/* Becomes "try". The copies are there because execve() takes its lists without const. */
static void
exec_self(const char *const *argv)
{
	char *arguments[32] = {NULL}, *variables[5] = {NULL};
	size_t count = 0;

	while (argv[count] != NULL)
		count++;
	memcpy(arguments, argv, count * sizeof(*argv));
	memcpy(variables, environment, sizeof(environment));
	(void)execve("/proc/self/exe", arguments, variables);
	_exit(99);
}

/* Splits line at '|' and runs "try" with those arguments. out: where stdout goes, NULL for a file; "-" for closed. */
static struct run
try_to(const char *line, const char *out)
{
	struct run run = {"", "", -1};
	char text[1024], *at = text;
	const char *argv[32] = {"try"};
	int status, argc = 1;
	pid_t child;

	(void)snprintf(text, sizeof(text), "%s", line);
	while (line[0] != '\0' && at != NULL)
		argv[argc++] = strsep(&at, "|");
	if ((child = fork()) == 0) {
		int in = open("/dev/null", O_RDONLY);
		int err = open(scratch("err"), O_WRONLY | O_CREAT | O_TRUNC, 0600);
		int fd = open(out && out[0] == '/' ? out : scratch("out"), O_WRONLY | O_CREAT | O_TRUNC, 0600);

		if (dup2(in, 0) < 0 || dup2(fd, 1) < 0 || dup2(err, 2) < 0)
			_exit(99);
		(void)close(in), (void)close(fd), (void)close(err);
		if (out && out[0] == '-')
			(void)close(1);
		exec_self(argv);
	}
	CU_ASSERT_EQUAL(waitpid(child, &status, 0), child);
	run.status = WIFEXITED(status) ? WEXITSTATUS(status) : -1;
	slurp(run.out, sizeof(run.out), scratch("out"));
	slurp(run.err, sizeof(run.err), scratch("err"));
	return run;
}

static struct run
try(const char *line)
{
	return try_to(line, NULL);
}

static void
good_lines(void)
{
	struct run run = try("show|in.csv|--map|m.json|R1|--yes|--state|/s");

	CU_ASSERT_EQUAL(run.status, 0);
	CU_ASSERT_STRING_EQUAL(run.out, "state=/s\noperand=in.csv\noperand=R1\nmap=m.json\nyes=\nyes=given none=absent\n");
	CU_ASSERT_STRING_EQUAL(run.err, "");
	run = try("show|--map=--yes|--state=/s///|--|--json");
	CU_ASSERT_EQUAL(run.status, 0);
	CU_ASSERT_STRING_EQUAL(run.out, "state=/s\noperand=--json\nmap=--yes\nyes=absent none=absent\n");
	run = try("show|--map|--yes|-|--state|/");
	CU_ASSERT_STRING_EQUAL(run.out, "state=/\noperand=-\nmap=--yes\nyes=absent none=absent\n");
	run = try("round|open|--state|s|--rho|0.1");
	CU_ASSERT_STRING_EQUAL(run.out, "state=s\nrho=0.1\nyes=absent none=absent\n");
	run = try("bare|--state|/x");
	CU_ASSERT_STRING_EQUAL(run.out, "state=/x\nyes=absent none=absent\n");
	run = try("round|list|--json|--state|/x");
	CU_ASSERT_STRING_EQUAL(run.out, "{\n  \"state\": \"/x\"\n}\n");
}

static void
wrong_lines(void)
{
	static const struct { const char *line, *err; } wrong[] = {
		{"", "try: usage: no command given; try --help lists them: command line\n"},
		{"nope", "try: usage: unknown command \"nope\"; try --help lists them: command line\n"},
		{"nope|--help", "try: usage: unknown command \"nope\"; try --help lists them: command line\n"},
		{"round", "try: usage: \"round\" needs a second word; try help round lists them: command line\n"},
		{"round|--state|x", "try: usage: \"round\" needs a second word; try help round lists them: command line\n"},
		{"round|shut", "try: usage: unknown command \"round shut\"; try help round lists them: command line\n"},
		{"roun", "try: usage: unknown command \"roun\"; try --help lists them: command line\n"},
		{"--state|/s|show", "try: usage: the command comes first, then its options: command line\n"},
		{"--version|x", "try: usage: the command comes first, then its options: command line\n"},
		{"show|f", "try: usage: --map FILE is missing: show\n"},
		{"show|--map|m", "try: usage: FILE is missing: show\n"},
		{"show||--map|m", "try: usage: FILE is missing: show\n"},
		{"show|f|r|extra|--map|m", "try: usage: unexpected \"extra\": show\n"},
		{"show|f|--map|m|--no\033pe=3", "try: usage: unknown option --no\\x1bpe: show\n"},
		{"show|f|-x|--map|m", "try: usage: unknown option -x: show\n"},
		{"show|f|-m", "try: usage: unknown option -m: show\n"},
		{"show|f|--ma|m", "try: usage: unknown option --ma: show\n"},
		{"show|f|--ye|--map|m", "try: usage: write the option out: --yes: show\n"},
		{"show|f|--mapp=m", "try: usage: write the option out: --mapping: show\n"},
		{"show|f|--map|m|--stat|/s", "try: usage: write the option out: --state: show\n"},
		{"show|f|--map|m|--jso", "try: usage: write the option out: --json: show\n"},
		{"show|f|--map", "try: usage: --map needs a value: show\n"},
		{"show|f|--map=", "try: usage: --map is empty: show\n"},
		{"show|f|--map|m|--state|", "try: usage: --state is empty: show\n"},
		{"show|f|--yes=1|--map|m", "try: usage: --yes takes no value: show\n"},
		{"show|f|--map|m|--map|n", "try: usage: --map is given twice: show\n"},
		{"show|f|--map|m|--state|a|--state|b", "try: usage: --state is given twice: show\n"},
		{"show|f|--map|m|--yes|--yes", "try: usage: --yes is given twice: show\n"},
		{"bare|extra", "try: usage: unexpected \"extra\": bare\n"},
		{"errors|x", "try: usage: unexpected \"x\": errors\n"},
		{"help|nope", "try: usage: unknown command \"nope\": help\n"},
		{"help|round|nope", "try: usage: unknown command \"nope\": help\n"},
		{"help|bare|open", "try: usage: unknown command \"open\": help\n"},
	};
	size_t i;

	for (i = 0; i < sizeof(wrong) / sizeof(*wrong); i++) {
		struct run run = try(wrong[i].line);

		if (run.status != 2 || strcmp(run.err, wrong[i].err) != 0)
			printf("\n[%s] %d %s", wrong[i].line, run.status, run.err);
		CU_ASSERT_EQUAL(run.status, 2);
		CU_ASSERT_STRING_EQUAL(run.err, wrong[i].err);
		CU_ASSERT_STRING_EQUAL(run.out, "");
	}
}

static void
posix_order(void)
{
	struct run run;

	environment[1] = "POSIXLY_CORRECT=1";
	run = try("show|in.csv|--map|m.json|--state|/s");
	environment[1] = NULL;
	CU_ASSERT_EQUAL(run.status, 0);
}

static void
errors(void)
{
	struct run run = try("fail|--state|/s");

	CU_ASSERT_EQUAL(run.status, 6);
	CU_ASSERT_STRING_EQUAL(run.out, "");
	CU_ASSERT_STRING_EQUAL(run.err, "a message?[2J with control characters\ntry: damaged: the tape is cut: file?name\n");
	run = try("fail|--state|/s|--json");
	CU_ASSERT_EQUAL(run.status, 6);
	CU_ASSERT_STRING_EQUAL(run.out, "{\"error\":{\"code\":\"damaged\",\"what\":\"the tape is cut\",\"where\":\"file?name\",\"exit\":6}}\n");
	run = try("fail|--keep|--state|/s|--json");
	CU_ASSERT_EQUAL(run.status, 6);
	CU_ASSERT_STRING_EQUAL(run.out, "half an answer\n");
	CU_ASSERT_PTR_NOT_NULL(strstr(run.err, "try: damaged: the tape is cut: file?name\n"));
	run = try("fail|--silent|--state|/s");
	CU_ASSERT_EQUAL(run.status, 4);
	CU_ASSERT_PTR_NOT_NULL(strstr(run.err, "try: budget: The budget is used up.: fail\n"));
	run = try("nope|--json");
	CU_ASSERT_EQUAL(run.status, 2);
	CU_ASSERT_PTR_NOT_NULL(strstr(run.out, "{\"error\":{\"code\":\"usage\",\"what\":\"unknown command"));
	CU_ASSERT_PTR_NOT_NULL(strstr(run.err, "try: usage: "));
	run = try("show|f|--bogus|--json");
	CU_ASSERT_PTR_NOT_NULL(strstr(run.out, "\"exit\":2}}\n"));
}

static void
bad_stdout(void)
{
	struct run run = try_to("show|f|--map|m|--state|/s", "/dev/full");

	CU_ASSERT_EQUAL(run.status, 5);
	CU_ASSERT_PTR_NOT_NULL(strstr(run.err, "try: no-space: writing failed"));
	run = try_to("show|f|--map|m|--state|/s", "-");
	CU_ASSERT_EQUAL(run.status, 1);
	CU_ASSERT_PTR_NOT_NULL(strstr(run.err, "try: io: writing failed"));
	/* nothing to print: a closed stdout does no harm */
	run = try_to("ask|--state|/s", "-");
	CU_ASSERT_EQUAL(run.status, 2);
}

static void
closed_pipe(void)
{
	const char *argv[] = {"try", "--help", NULL};
	int ends[2], status;
	pid_t child;

	CU_ASSERT_EQUAL(pipe(ends), 0);
	(void)close(ends[0]);
	if ((child = fork()) == 0) {
		if (dup2(ends[1], 1) < 0 || dup2(open("/dev/null", O_WRONLY), 2) < 0)
			_exit(99);
		exec_self(argv);
	}
	(void)close(ends[1]);
	CU_ASSERT_EQUAL(waitpid(child, &status, 0), child);
	CU_ASSERT(WIFEXITED(status) && WEXITSTATUS(status) == 1);
}

static void
state(void)
{
	struct run run;

	environment[1] = "TRY_STATE=/from/variable/";
	run = try("round|list");
	CU_ASSERT_PTR_NOT_NULL(strstr(run.out, "state=/from/variable\n"));
	run = try("round|list|--state|/option");
	CU_ASSERT_PTR_NOT_NULL(strstr(run.out, "state=/option\n"));
	environment[1] = "TRY_STATE=";
	if (geteuid() == 0) {
		run = try("round|list");
		CU_ASSERT_PTR_NOT_NULL(strstr(run.out, "state=/var/lib/try\n"));
	}
	environment[1] = NULL;
}

/* The same as a plain user; only root can become one. */
static void
user_state(void)
{
	static const struct { const char *one, *two, *state; bool bare; } homes[] = {
		{"HOME=/home/x", NULL, "state=/home/x/.local/state/try\n", false},
		{"HOME=/home/x", NULL, "state=/home/x/.local/state/try\n", true},
		{NULL, NULL, "state=(none)\n", true},
		{"HOME=/home/x", "XDG_STATE_HOME=/xdg", "state=/xdg/try\n", false},
		{"HOME=/home/x", "XDG_STATE_HOME=relative", "state=/home/x/.local/state/try\n", false},
		{"HOME=/home/x", "XDG_STATE_HOME=", "state=/home/x/.local/state/try\n", false},
		{NULL, NULL, NULL, false}, {"HOME=", NULL, NULL, false}, {"HOME=relative", NULL, NULL, false}};
	size_t i;

	environment[1] = "ASAN_OPTIONS=detect_leaks=0"; /* the leak checker needs root's rights here */
	for (i = 0; i < sizeof(homes) / sizeof(*homes); i++) {
		const char *argv[] = {"try", homes[i].bare ? "bare" : "round", homes[i].bare ? NULL : "list", NULL};
		char out[256] = "";
		int ends[2], status;
		pid_t child;

		environment[2] = homes[i].one;
		environment[3] = homes[i].two;
		CU_ASSERT_EQUAL(pipe(ends), 0);
		if ((child = fork()) == 0) {
			if (dup2(ends[1], 1) < 0 || dup2(open("/dev/null", O_WRONLY), 2) < 0 || (geteuid() == 0 && setuid(65534) != 0))
				_exit(99);
			exec_self(argv);
		}
		(void)close(ends[1]);
		CU_ASSERT(read(ends[0], out, sizeof(out) - 1) >= 0);
		(void)close(ends[0]);
		CU_ASSERT_EQUAL(waitpid(child, &status, 0), child);
		CU_ASSERT_EQUAL(WEXITSTATUS(status), homes[i].state ? 0 : 2);
		CU_ASSERT(homes[i].state ? strstr(out, homes[i].state) != NULL : out[0] == '\0');
	}
	environment[1] = environment[2] = environment[3] = NULL;
}

static void
confirm_without_terminal(void)
{
	struct run run = try("ask|--state|/s");

	CU_ASSERT_EQUAL(run.status, 2);
	CU_ASSERT_STRING_EQUAL(run.out, "");
	CU_ASSERT_STRING_EQUAL(run.err, "try: usage: needs --yes (there is no terminal to ask at); nothing was changed: ask\n");
	run = try("ask|--state|/s|--yes");
	CU_ASSERT_EQUAL(run.status, 0);
	CU_ASSERT_STRING_EQUAL(run.out, "done\n");
}

/* A terminal of our own: the answer is typed at its other end. */
static int
answer(const char *typed)
{
	const char *argv[] = {"try", "ask", "--state", "/s", NULL};
	int master = posix_openpt(O_RDWR | O_NOCTTY), status = -1;
	pid_t child;

	if (master < 0 || grantpt(master) != 0 || unlockpt(master) != 0)
		return -1;
	if ((child = fork()) == 0) {
		int terminal = open(ptsname(master), O_RDWR | O_NOCTTY), null = open("/dev/null", O_RDWR);

		if (dup2(terminal, 0) < 0 || dup2(null, 1) < 0 || dup2(null, 2) < 0)
			_exit(99);
		exec_self(argv);
	}
	if (write(master, typed, strlen(typed)) != (ssize_t)strlen(typed))
		CU_FAIL("cannot type");
	CU_ASSERT_EQUAL(waitpid(child, &status, 0), child);
	(void)close(master);
	return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

static void
confirm_at_terminal(void)
{
	CU_ASSERT_EQUAL(answer("y\n"), 0);
	CU_ASSERT_EQUAL(answer("YES\n"), 0);
	CU_ASSERT_EQUAL(answer("n\n"), 1);
	CU_ASSERT_EQUAL(answer("\n"), 1);
	CU_ASSERT_EQUAL(answer("yesterday\n"), 1);
	CU_ASSERT_EQUAL(answer("\004"), 1); /* end of file */
}

static void
help(void)
{
	struct run run = try("--help"), same = try("help");
	size_t i;

	CU_ASSERT_EQUAL(run.status, 0);
	CU_ASSERT_STRING_EQUAL(run.out, same.out);
	CU_ASSERT_STRING_EQUAL(run.err, "");
	for (i = 0; commands[i] != NULL; i++) {
		CU_ASSERT_PTR_NOT_NULL(strstr(run.out, commands[i]->words));
		CU_ASSERT_PTR_NOT_NULL(strstr(run.out, commands[i]->summary));
	}
	CU_ASSERT_PTR_NOT_NULL(strstr(run.out, "The manual.\n"));
	CU_ASSERT_PTR_NOT_NULL(strstr(run.out, "TRY_STATE"));
	CU_ASSERT_PTR_NOT_NULL(strstr(run.out, "EXIT STATUS\n  0  done"));
	run = try("show|--help");
	same = try("help|show");
	CU_ASSERT_EQUAL(run.status, 0);
	CU_ASSERT_STRING_EQUAL(run.out, same.out);
	CU_ASSERT_PTR_NOT_NULL(strstr(run.out, "  try show FILE [ROUND] --map FILE [--mapping X] [--yes]\n"));
	CU_ASSERT_PTR_NOT_NULL(strstr(run.out, "try show a --map b\n"));
	CU_ASSERT_PTR_NOT_NULL(strstr(run.out, "--state DIR"));
	run = try("show|f|--bogus|--help"); /* help wins */
	CU_ASSERT_STRING_EQUAL(run.out, same.out);
	run = try("round|open|--help");
	same = try("help|round|open");
	CU_ASSERT_STRING_EQUAL(run.out, same.out);
	CU_ASSERT_PTR_NOT_NULL(strstr(run.out, "try round open - opens\n"));
	run = try("round|--help");
	same = try("help|round");
	CU_ASSERT_EQUAL(run.status, 0);
	CU_ASSERT_STRING_EQUAL(run.out, same.out);
	CU_ASSERT(strstr(run.out, "round list") && strstr(run.out, "round open") && !strstr(run.out, "bare"));
	run = try("--version");
	CU_ASSERT_STRING_EQUAL(run.out, "try 0.1.0\n");
}

static void
code_list(void)
{
	struct run run = try("errors|--json"), text = try("errors");
	unsigned code;

	CU_ASSERT_EQUAL(run.status, 0);
	for (code = 0; code < PROTO_CODE_COUNT; code++) {
		char quoted[80];

		(void)snprintf(quoted, sizeof(quoted), "\"code\": \"%s\"", proto_error_name(code));
		CU_ASSERT_PTR_NOT_NULL(strstr(run.out, quoted));
		CU_ASSERT_PTR_NOT_NULL(strstr(text.out, proto_error_meaning(code)));
	}
	CU_ASSERT_PTR_NOT_NULL(strstr(text.out, "rolled-back        6  409  "));
}

/* N24 */
static void
process_is_set_up(void)
{
	struct rlimit limit, some = {4096, 4096};
	struct run run;

	CU_ASSERT_EQUAL(getrlimit(RLIMIT_CORE, &limit), 0);
	if (limit.rlim_max > some.rlim_max)
		some.rlim_max = limit.rlim_max;
	(void)setrlimit(RLIMIT_CORE, &some); /* fails for a plain user whose own limit is 0 */
	run = try("process|--state|/s");
#ifdef __SANITIZE_ADDRESS__
	CU_ASSERT_STRING_EQUAL(run.out, "umask=077 core=0 dump=1 pipe=1 ");
#else
	CU_ASSERT_STRING_EQUAL(run.out, "umask=077 core=0 dump=0 pipe=1 ");
#endif
	CU_ASSERT_STRING_EQUAL(run.err, "above\n");
	/* started without a stdout: the next file opened must not take its place */
	run = try_to("process|--state|/s", "-");
	CU_ASSERT_EQUAL(run.status, 1);
	CU_ASSERT_PTR_NOT_NULL(strstr(run.err, "above\n"));
}

static const struct suite_case cases[] = {
	{"options stand before or after the operands, \"--\" ends them", good_lines},
	{"each wrong command line is one usage error and exit 2", wrong_lines},
	{"POSIXLY_CORRECT changes nothing", posix_order},
	{"an error discards half an answer; with --json it is an object", errors},
	{"a full or closed stdout is an error", bad_stdout},
	{"a reader that went away ends the program with 1, not by a signal", closed_pipe},
	{"the state directory: option, variable, root's place", state},
	{"the state directory of a plain user follows XDG", user_state},
	{"without a terminal nothing is asked and nothing changed", confirm_without_terminal},
	{"at a terminal only y and yes mean yes", confirm_at_terminal},
	{"the help of the program, a group and a command", help},
	{"errors lists every code", code_list},
	{"no core, private files, open descriptors", process_is_set_up},
	{NULL, NULL},
};

int
main(int argc, char **argv)
{
	if (getenv("TRY_PROGRAM") != NULL)
		return kit_main(&program, argc, argv);
	scratch_start();
	if (chmod(scratch_dir, 0711) != 0)
		return 1;
	return suite_run("kit.command", cases);
}
