"""The fixed interface, as far as it needs no server: commands and their absence, manuals, errors, where the state lies,
passphrase files, and what `init` and `country add` accept."""
import json
import os
import re
import shutil
import stat
import subprocess
import tempfile
import unittest

import harness

NODE, COORDINATOR = "chorale-node", "chorale-coordinator"
PROGRAMS = (NODE, COORDINATOR)
VARIABLE = {NODE: "CHORALE_NODE_STATE", COORDINATOR: "CHORALE_COORDINATOR_STATE"}
# every command of the agreement that belongs to the first round, with the options that it takes
COMMANDS = {
    COORDINATOR: {
        "init": "--id --name --area --passphrase-file --structures", "serve": "--listen --public --public-cert --public-key",
        "country add": "--name --url --out", "country approve": "--fingerprint --passphrase-file", "country list": "",
        "country revoke": "--yes", "structure add": "", "structure list": "", "structure show": "",
        "round open": "--structure --period --rho --closes --dry-run --passphrase-file", "round list": "", "round status": "",
        "round close": "--yes --passphrase-file", "round abort": "--reason --yes --passphrase-file",
        "release publish": "--passphrase-file", "release list": "", "release show": "", "release export": "--to",
        "query": "--structure --by --where --period --area --measured --format", "verify": "--release --key", "status": ""},
    NODE: {
        "join": "--passphrase-file", "sync": "--passphrase-file --fingerprint", "status": "", "budget": "", "verify": "",
        "policy show": "", "policy set": "--round-rho --period-rho --year-rho --passphrase-file", "structure list": "",
        "structure show": "", "check": "--map --round --structure --period --errors", "preview": "--map --round",
        "submit": "--map --round --yes --passphrase-file", "receipts list": "", "receipts show": "--values"},
}
# what later issues bring is absent until then
ABSENT = {
    COORDINATOR: ("backup --to x", "restore x", "release withdraw R --reason x --yes --passphrase-file x", "population add x"),
    NODE: ("member list", "member approve XA --fingerprint x --passphrase-file x", "member remove XA --passphrase-file x",
           "backup --to x --passphrase-file x", "recover x --passphrase-file x"),
}
ABSENT_OPTIONS = {
    COORDINATOR: ("round open --structure S --period 2026-Q1 --rho 0.1 --revision 1 --dry-run",
                  "round open --structure S --period 2026-Q1 --rho 0.1 --regional-share 0.1 --dry-run",
                  "release publish R --country-only --passphrase-file x", "query --structure S --by D --url https://x:1",
                  "init --id A --name B --area XZ --passphrase-file x --seed 1"),
    NODE: ("policy set --colluders 3 --passphrase-file x", "submit f --map m --round R --seed 1 --yes --passphrase-file x"),
}


def run(program, *arguments, expect=0, **more):
    return harness.run(program, *arguments, expect=expect, **more)


class Words(unittest.TestCase):
    def refused(self, program, line, expect=2):
        """One error line on stderr, nothing on stdout; with --json the same as one object alone on stdout."""
        done = run(program, *line.split(), expect=expect)
        self.assertEqual(done.stdout, "")
        self.assertRegex(done.stderr, r"\A%s: [a-z-]+: [^\n]+: [^\n]+\n\Z" % program)
        code, rest = done.stderr[len(program) + 2:].rstrip("\n").split(": ", 1)
        done = run(program, *line.split(), "--json", expect=expect)
        answer = json.loads(done.stdout)
        self.assertEqual(list(answer), ["error"])
        self.assertEqual(sorted(answer["error"]), ["code", "exit", "what", "where"])
        error = answer["error"]
        self.assertEqual((error["code"], error["exit"], "%s: %s" % (error["what"], error["where"])), (code, expect, rest))
        return error

    def test_every_command_stands_in_the_help_with_its_options(self):
        for program in PROGRAMS:
            text = run(program, "--help").stdout
            self.assertEqual(run(program, "help").stdout, text)
            for command, options in COMMANDS[program].items():
                with self.subTest(program + " " + command):
                    self.assertRegex(text, r"(?m)^  %s\b" % command)
                    manual = run(program, *command.split(), "--help").stdout
                    self.assertEqual(run(program, "help", *command.split()).stdout, manual)
                    for section in ("USAGE", "EXAMPLE", "OPTIONS", "EXIT STATUS"):
                        self.assertTrue(re.search(r"(?m)^%s" % section, manual), section)
                    self.assertIn("%s %s" % (program, command), manual.split("EXAMPLE")[1])
                    for option in options.split():
                        self.assertTrue(re.search(r"(?m)^  %s\b" % option, manual), option)
                    for line in manual.splitlines():
                        self.assertLessEqual(len(line), 120, line)

    def test_what_is_not_built_is_absent_and_exits_2(self):
        for program in PROGRAMS:
            text = run(program, "--help").stdout
            for line in ABSENT[program]:
                with self.subTest(line):
                    self.refused(program, line)
                    words = " ".join(line.split()[:2]) if line.split()[0] in ("member", "release", "population") else line.split()[0]
                    self.assertNotRegex(text, r"(?m)^  %s\b" % words)
            for line in ABSENT_OPTIONS[program]:
                with self.subTest(line):
                    self.assertIn("unknown option", self.refused(program, line)["what"])

    def test_wrong_usage_exits_2_and_says_what_and_where(self):
        for program, lines in {
                COORDINATOR: ("nothing", "round", "round nothing", "round open", "round close", "country add XA", "query --by SEX",
                              "round status A B", "query --structure A --by B --format xml", "round list --yes", "verify --key x",
                              "round open --structure A --period 2026-Q1 --rho 0.1", "init --id A --id B"),
                NODE: ("nothing", "policy", "check", "check x --map y", "check x --map y --round A --structure B --period 2026-Q1",
                       "submit", "receipts show", "join", "budget --year x", "status extra", "--state x status")}.items():
            for line in lines:
                with self.subTest(program + " " + line):
                    self.refused(program, line)
        for program in PROGRAMS:
            done = run(program, expect=2)
            self.assertEqual((done.stdout, done.stderr.count("\n")), ("", 1))

    def test_errors_lists_every_code_with_its_exit_status(self):
        for program in PROGRAMS:
            listed = {row["code"]: row for row in json.loads(run(program, "errors", "--json").stdout)["errors"]}
            for code, status in {"refused": 1, "usage": 2, "waiting": 3, "policy": 4, "budget": 4, "unreachable": 5, "busy": 5,
                                 "damaged": 6, "rolled-back": 6, "late": 1, "passphrase": 1, "not-found": 1}.items():
                self.assertEqual(listed[code]["exit"], status)
            text = run(program, "errors").stdout
            for code in listed:
                self.assertRegex(text, r"(?m)^%s\b" % code)

    def test_a_version_is_told(self):
        for program in PROGRAMS:
            self.assertRegex(run(program, "--version").stdout, r"\A%s \d+\.\d+\S*\n\Z" % program)


class State(unittest.TestCase):
    """--state, else the variable, else root's place, else XDG_STATE_HOME, else ~/.local/state."""

    def where(self, program, *more, user=None, **variables):
        environment = {"PATH": os.environ["PATH"], **variables}
        done = subprocess.run([os.path.join(os.path.abspath(harness.BIN), program), "status", "--json", *more], capture_output=True, text=True,
                              env=environment, user=user, cwd="/")
        self.assertEqual(done.returncode, 1, done.stdout + done.stderr)
        return json.loads(done.stdout)["error"]["where"]

    def test_the_option_then_the_variable(self):
        for program in PROGRAMS:
            self.assertIn("/nowhere/a", self.where(program, "--state", "/nowhere/a", **{VARIABLE[program]: "/nowhere/b"}))
            self.assertIn("/nowhere/b", self.where(program, **{VARIABLE[program]: "/nowhere/b", "XDG_STATE_HOME": "/nowhere/c"}))

    def test_root_has_its_own_place(self):
        if os.geteuid() != 0:
            self.skipTest("not root")
        for program in PROGRAMS:
            if os.path.exists("/var/lib/" + program):
                self.skipTest("a state of this machine's own is there")
            self.assertIn("/var/lib/" + program, self.where(program, HOME="/nowhere", XDG_STATE_HOME="/nowhere/c"))

    def test_a_user_has_the_state_home(self):
        user = 65534 if os.geteuid() == 0 else None
        if user and not all(os.stat(part).st_mode & 0o001 for part in parents(os.path.abspath(harness.BIN))):
            self.skipTest("another user cannot reach the programs")
        for program in PROGRAMS:
            self.assertIn("/nowhere/c/" + program, self.where(program, user=user, HOME="/nowhere", XDG_STATE_HOME="/nowhere/c"))
            self.assertIn("/nowhere/.local/state/" + program, self.where(program, user=user, HOME="/nowhere"))


def parents(path):
    while path != "/":
        yield path
        path = os.path.dirname(path)


class Init(unittest.TestCase):
    def setUp(self):
        self.home = tempfile.mkdtemp(prefix="chorale-e2e-")
        self.state = os.path.join(self.home, "state")
        self.secret = os.path.join(self.home, "pass")
        self.write(b"a passphrase\n")

    def tearDown(self):
        shutil.rmtree(self.home)

    def write(self, data, mode=0o600):
        with open(self.secret, "wb") as file:
            file.write(data)
        os.chmod(self.secret, mode)

    def init(self, expect=0, identity="DEMO", area="XZ", name="Synthetic region", more=()):
        done = run(COORDINATOR, "init", "--id", identity, "--name", name, "--area", area, "--passphrase-file", self.secret,
                   "--state", self.state, "--json", *more, expect=expect)
        return json.loads(done.stdout)

    def coordinator(self, *arguments, expect=0):
        return run(COORDINATOR, *arguments, "--state", self.state, expect=expect)

    def test_a_passphrase_file_must_be_private_short_and_not_empty(self):
        for data, mode in ((b"", 0o600), (b"\n", 0o600), (b"x" * 1025, 0o600), (b"x" * 1025 + b"\n", 0o600), (b"good\n", 0o640),
                           (b"good\n", 0o604)):
            with self.subTest((len(data), mode)):
                self.write(data, mode)
                self.assertEqual(self.init(expect=1)["error"]["code"], "passphrase")
                self.assertFalse(os.path.exists(self.state))
        os.remove(self.secret)
        for make in (os.mkdir, os.mkfifo, lambda path: None):
            make(self.secret)
            self.assertEqual(self.init(expect=1)["error"]["code"], "passphrase")
            if os.path.isdir(self.secret):
                os.rmdir(self.secret)
            elif os.path.exists(self.secret):
                os.remove(self.secret)
        self.assertFalse(os.path.exists(self.state))

    def test_a_passphrase_loses_one_newline_and_only_one(self):
        self.write(b"x" * 1024 + b"\n")
        self.assertFalse(self.init()["renewed"])
        self.write(b"x" * 1024)
        self.assertTrue(self.init()["renewed"])
        self.write(b"x" * 1023 + b"\n\n")
        self.assertEqual(self.init(expect=1)["error"]["code"], "passphrase")

    def test_identities_and_areas_outside_their_form_exit_2_and_leave_nothing(self):
        for wrong in ({"identity": text} for text in ("", "a", "A_B", "-A", "A-", "A" * 33, "A.B", "A B")):
            self.init(expect=2, **wrong)
        for wrong in ({"area": text} for text in ("", "x", "xz", "XYZ", "15", "1500", "1a0", "X1")):
            self.init(expect=2, **wrong)
        self.init(expect=2, name="two\nlines")
        self.assertFalse(os.path.exists(self.state))

    def test_an_area_may_be_a_number_or_stand_in_the_list(self):
        for area in ("150", "XA"):
            self.assertEqual(self.init(area=area, identity="A" + "-" * 30 + "9")["area"], area)
            shown = json.loads(self.coordinator("structure", "show", "TIP_VICTIMS", "--json").stdout)
            self.assertIn(area, shown["document"]["codelists"]["CL_AREA"]["codes"])
            shutil.rmtree(self.state)

    def test_init_again_renews_and_with_other_arguments_refuses(self):
        first = self.init()
        self.assertFalse(first["renewed"])
        self.assertEqual(stat.S_IMODE(os.stat(self.state).st_mode), 0o700)
        again = self.init()
        self.assertTrue(again["renewed"])
        self.assertEqual(again["root_hash"], first["root_hash"])
        self.assertRegex(first["root_hash"], r"\A[0-9a-f]{64}\Z")
        self.assertEqual(self.init(area="XY", expect=1)["error"]["code"], "exists")
        self.assertEqual(self.init(identity="OTHER", expect=1)["error"]["code"], "exists")

    def test_a_country_must_stand_in_the_list_and_differ_from_the_region(self):
        self.init(area="XE")
        out = os.path.join(self.home, "invitation")

        def add(code, expect, url="https://127.0.0.1:1"):
            return self.coordinator("country", "add", code, "--name", "A", "--url", url, "--out", out, "--json", expect=expect)
        for code in ("xa", "X", "XAB", "X1"):
            add(code, 2)
        for url in ("http://127.0.0.1:1", "https://127.0.0.1", "https://127.0.0.1:1/x", "127.0.0.1:1", "https://127.0.0.1:70000"):
            add("XA", 2, url)
        add("QQ", 1)
        add("XE", 1)
        self.assertFalse(os.path.exists(out))
        answer = json.loads(add("XA", 0).stdout)
        self.assertEqual(sorted(answer), ["country", "expires", "invitation_file"])
        self.assertEqual((answer["country"], answer["invitation_file"]), ("XA", out))
        self.assertRegex(answer["expires"], r"\A\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ\Z")
        self.assertEqual(stat.S_IMODE(os.stat(out).st_mode), 0o600)
        add("XA", 1)  # the file exists; it is not overwritten
        rows = json.loads(self.coordinator("country", "list", "--json").stdout)["countries"]
        self.assertEqual([(row["country"], row["name"], row["state"], row["fingerprint"]) for row in rows], [("XA", "A", "invited", None)])
        # nobody has joined: approval waits
        self.coordinator("country", "approve", "XA", "--fingerprint", "AAAA-AAAA-AAAA-AAAA-AAAA", "--passphrase-file", self.secret, expect=3)
        self.coordinator("country", "approve", "XB", "--fingerprint", "AAAA-AAAA-AAAA-AAAA-AAAA", "--passphrase-file", self.secret, expect=1)
        # revoking asks, and without an answer changes nothing
        self.coordinator("country", "revoke", "XA", expect=2)
        self.assertEqual(json.loads(self.coordinator("country", "list", "--json").stdout)["countries"], rows)
        self.coordinator("country", "revoke", "XA", "--yes")
        self.coordinator("country", "revoke", "XA", "--yes")
        self.assertEqual(json.loads(self.coordinator("country", "list", "--json").stdout)["countries"][0]["state"], "revoked")

    def test_structures_of_a_file_replace_the_installed_ones(self):
        own = os.path.join(self.home, "own.json")
        shutil.copy(os.path.join(harness.SOURCE, "coordinator", "share", "cl_area.csv"), self.home)
        with open(os.path.join(harness.SOURCE, "coordinator", "share", "structures.json"), encoding="utf-8") as file:
            document = json.load(file)
        keep = [structure for structure in document["structures"] if structure["id"] == "TIP_FLOWS"]
        with open(own, "w", encoding="utf-8") as file:
            json.dump(dict(document, structures=keep), file)
        self.assertEqual(self.init(more=("--structures", own))["structures"], 1)
        listed = json.loads(self.coordinator("structure", "list", "--json").stdout)["structures"]
        self.assertEqual([row["id"] for row in listed], ["TIP_FLOWS"])
        with open(own, "w", encoding="utf-8") as file:
            json.dump(dict(document, structures=document["structures"][:1]), file)
        self.coordinator("structure", "add", own)
        listed = json.loads(self.coordinator("structure", "list", "--json").stdout)["structures"]
        self.assertEqual(sorted(row["id"] for row in listed), ["TIP_FLOWS", "TIP_VICTIMS"])
        document["structures"][0]["multi"]["EXPL"]["priority"].pop()
        with open(own, "w", encoding="utf-8") as file:
            json.dump(dict(document, structures=document["structures"][:1]), file)
        self.coordinator("structure", "add", own, expect=1)
        self.coordinator("structure", "show", "NOPE", expect=1)

    def test_a_refused_structures_file_leaves_a_state_that_init_completes(self):
        own = os.path.join(self.home, "own.json")
        with open(own, "w", encoding="utf-8") as file:
            file.write("{}")
        self.init(expect=1, more=("--structures", own))
        self.assertEqual(self.init()["structures"], 6)


if __name__ == "__main__":
    unittest.main(verbosity=2)
