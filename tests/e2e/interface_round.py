"""The fixed interface of joining, rounds, caps and submissions, on the real programs."""
import datetime
import decimal
import fcntl
import hashlib
import json
import os
import re
import shutil
import stat
import subprocess
import time
import unittest

import harness

HEX = r"\A[0-9a-f]{64}\Z"
TIME = r"\A\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ\Z"
UNIT = 2 ** 40


def image(*directories):
    """What lies in directories, byte for byte. The lock is there from the first command on, and empty."""
    found = {}
    for directory in directories:
        for place, _, names in os.walk(directory):
            for name in names:
                path = os.path.join(place, name)
                with open(path, "rb") as file:
                    found[path] = (hashlib.sha256(file.read()).hexdigest(), stat.S_IMODE(os.stat(path).st_mode))
    return found


def read(path):
    with open(path, "rb") as file:
        return file.read()


def exact(units):
    """Units of 2^-40 as a decimal with every digit."""
    whole, rest = divmod(units, UNIT)
    digits = ""
    while rest:
        digit, rest = divmod(rest * 10, UNIT)
        digits += str(digit)
    return "%d.%s" % (whole, digits or "0")


def setUpModule():
    """One region for all tests, since an enrolment takes its time; each test has rounds of its own."""
    Interface.region = harness.Region()
    Interface.home = Interface.region.home
    Interface.region.serve()
    for country in ("XA", "XB", "XC", "XD"):
        Interface.region.enroll(country)
    Interface.map = os.path.join(Interface.home, "map-synthetic.json")
    harness.run("chorale-synth", "mapping", "--out", Interface.map)


def tearDownModule():
    Interface.region.__exit__()


class Interface(unittest.TestCase):
    """XA, XB and XC send; XD is the one whose caps are changed and whose state is damaged."""

    def cases(self, country, period, persons=30):
        path = os.path.join(self.home, "%s-%s-synthetic.csv" % (country, period))
        harness.run("chorale-synth", "cases", "--country", country, "--period", period, "--persons", str(persons), "--seed", "7",
                    "--out", path, "--truth", path + ".truth")
        return path

    def rho(self, answer, key="rho"):
        """A decimal string and the units beside it, which agree."""
        self.assertIsInstance(answer[key], str)
        self.assertRegex(answer[key + "_units"], r"\A\d+\Z")
        units = int(answer[key + "_units"])
        self.assertEqual(decimal.Decimal(answer[key]), decimal.Decimal(exact(units)))
        return units

    def submit(self, country, period, expect=0, **more):
        office = self.region.office(country)
        office.sync()
        return office.submit(self.cases(country, period), self.map, "TIP_VICTIMS.%s.r0" % period, expect=expect, **more)


class Joining(unittest.TestCase):
    def test_an_office_joins_waits_is_approved_and_may_be_revoked(self):
        with harness.Region() as region:
            office = region.office("XA")
            invitation = region.invite("XA")
            os.chmod(invitation, 0o644)
            office.run("join", invitation, *office.secret(), expect=1)
            os.chmod(invitation, 0o600)
            answer = office.json("join", invitation, *office.secret())
            self.assertEqual((answer["country"], answer["state"]), ("XA", "pending"))
            self.assertRegex(answer["fingerprint"], r"\A([A-Z2-7]{4}-){4}[A-Z2-7]{4}\Z")
            self.assertEqual(stat.S_IMODE(os.stat(office.state).st_mode), 0o700)
            policy = office.json("policy", "show")
            for key, units in {"round_rho": UNIT // 10, "period_rho": UNIT // 5, "year_rho": 12 * UNIT // 10, "floor_rho": UNIT // 2}.items():
                self.assertEqual((int(policy[key + "_units"]), policy[key]), (units, exact(units).rstrip("0")))
                self.assertEqual(answer["policy"][key], policy[key])
            self.assertIn("rho 0.1 a round", office.run("join", invitation, *office.secret()).stdout)
            self.assertEqual(office.json("join", invitation, *office.secret())["fingerprint"], answer["fingerprint"])
            listed = region.json("country", "list")["countries"]
            self.assertEqual([(row["country"], row["state"], row["fingerprint"]) for row in listed], [("XA", "pending", answer["fingerprint"])])
            # until it is approved: waiting
            for command in (("sync",), ("structure", "list"), ("check", "x.csv", "--map", "x.json", "--structure", "TIP_VICTIMS", "--period", "2026-Q1")):
                self.assertEqual(office.json(*command, expect=3)["error"]["code"], "waiting")
            # nobody is active: a round waits too
            self.assertEqual(region.open_round("TIP_VICTIMS", "2026-Q1", "0.1", expect=3)["error"]["code"], "waiting")
            before = image(region.state)
            wrong = "AAAA-AAAA-AAAA-AAAA-AAAA"
            self.assertEqual(region.json("country", "approve", "XA", "--fingerprint", wrong, *region.secret(), expect=1)["error"]["code"], "fingerprint")
            self.assertEqual({path: value for path, value in image(region.state).items() if "-wal" not in path and "-shm" not in path},
                             {path: value for path, value in before.items() if "-wal" not in path and "-shm" not in path})
            # compared without case and hyphens
            region.run("country", "approve", "XA", "--fingerprint", answer["fingerprint"].lower().replace("-", ""), *region.secret())
            self.assertEqual(region.json("country", "list")["countries"][0]["state"], "active")
            # another text read out: the root is unpinned, and stays so
            self.assertEqual(office.json("sync", "--fingerprint", wrong, expect=1)["error"]["code"], "fingerprint")
            office.run("sync", expect=1)
            office.run("join", invitation, *office.secret())
            office.run("sync", "--fingerprint", answer["fingerprint"].lower())
            self.assertTrue(office.json("sync")["confirmed"])
            # the structures are here before any round is open
            self.assertEqual(len(office.json("structure", "list")["structures"]), 6)
            region.run("country", "revoke", "XA", expect=2)
            region.run("country", "revoke", "XA", "--yes")
            self.assertEqual(office.json("sync", expect=1)["error"]["code"], "revoked")
            region.run("country", "approve", "XA", "--fingerprint", answer["fingerprint"], *region.secret())
            office.sync()
            # an invitation is good for one office
            other = region.office("XB")
            other.run("join", invitation, *other.secret(), expect=1)

    def test_examples_of_the_manuals_work_as_they_stand(self):
        """Every example, in the order of a first round; only addresses, the fingerprint and the answer to a question differ."""
        region = harness.Region()
        home = region.home
        shutil.rmtree(region.state)
        variables = {"CHORALE_COORDINATOR_STATE": os.path.join(home, "c"), "CHORALE_NODE_STATE": os.path.join(home, "n"),
                     "PATH": os.path.abspath(harness.BIN) + ":" + os.environ["PATH"]}

        def shell(line, expect=0):
            done = subprocess.run(["bash", "-c", line], cwd=home, env=dict(os.environ, **variables), stdin=subprocess.DEVNULL,
                                  capture_output=True, text=True, timeout=60)
            self.assertEqual(done.returncode, expect, "%s\n%s%s" % (line, done.stdout, done.stderr))
            return done.stdout

        def examples(program, command):
            text = shell("%s %s --help" % (program, command))
            text = re.search(r"(?m)^EXAMPLES?\n((?:  .*\n)+)", text).group(1).replace("\\\n", " ")
            return [line.strip() for line in text.splitlines() if line.strip()]

        def work(program, command, edit=lambda line: line):
            for line in examples(program, command):
                answer = shell(edit(line))
            return answer

        coordinator, node = "chorale-coordinator", "chorale-node"
        os.remove(region.passphrase)
        os.rename(harness.passphrase(os.path.join(home, "p")), os.path.join(home, "node.pass"))
        try:
            work(coordinator, "init")
            region.state = os.path.join(home, "c")
            region.serve()
            self.assertIn("--listen", examples(coordinator, "serve")[0])
            for name in ("structures.json", "cl_area.csv"):
                shutil.copy(os.path.join(harness.SOURCE, "coordinator", "share", name), home)
            for command in ("status", "structure add", "structure list", "structure show"):
                work(coordinator, command)
            address = lambda line: re.sub(r"https://\S+", "https://" + region.address, line)
            work(coordinator, "country add", address)
            joined = work(node, "join")
            fingerprint = re.search(r"\b(?:[A-Z2-7]{4}-){4}[A-Z2-7]{4}\b", joined).group(0)
            read_out = lambda line: line.replace("ABCD-EFGH-IJKL-MNOP-QRST", fingerprint)
            self.assertIn(fingerprint, shell("chorale-coordinator country list"))
            work(coordinator, "country list")
            work(coordinator, "country approve", read_out)
            work(node, "sync", read_out)
            # a second office, so that a sum of two countries exists
            other = region.office("XB")
            invitation = os.path.join(home, "XB.invitation")
            shell("chorale-coordinator country add XB --name B --url https://%s --out XB.invitation" % region.address)
            fingerprint = other.json("join", invitation, *other.secret())["fingerprint"]
            shell("chorale-coordinator country approve XB --fingerprint %s --passphrase-file coordinator.pass" % fingerprint)
            for command in ("round open", "round list"):
                work(coordinator, command)
            shell("chorale-synth mapping --out mapping-synthetic.json && mv mapping-synthetic.json mapping.json")
            shell("chorale-synth cases --country XA --period 2026-Q1 --persons 20 --seed 1 --out synthetic.csv --truth truth.csv")
            shell("mv synthetic.csv cases.csv; chorale-node sync")
            for command in ("status", "policy show", "policy set", "structure list", "structure show", "check", "preview"):
                work(node, command)
            work(node, "submit", lambda line: line + " --yes")
            for command in ("budget", "receipts list", "receipts show", "verify"):
                work(node, command)
            for command in ("round status", "round close", "release publish", "release list", "release show", "release export", "query"):
                work(coordinator, command)
            shell("cp 2026-Q1/signing-key.pub .")
            work(coordinator, "verify")
            shell("chorale-coordinator round open --structure TIP_VICTIMS --period 2026-Q2 --rho 0.1 --passphrase-file coordinator.pass")
            work(coordinator, "round abort", lambda line: line.replace("2026-Q1", "2026-Q2"))
            work(coordinator, "country revoke")
        finally:
            region.__exit__()


class Rounds(Interface):
    def test_a_dry_run_changes_nothing_and_needs_no_passphrase(self):
        before = image(self.region.state)
        answer = self.region.json("round", "open", "--structure", "TIP_VICTIMS", "--period", "2019-Q1", "--rho", "0.1", "--dry-run")
        self.assertEqual(image(self.region.state), before)
        self.assertIsNone(answer["manifest_sha256"])
        self.assertEqual(answer["round"], "TIP_VICTIMS.2019-Q1.r0")
        self.assertLessEqual(self.rho(answer), UNIT // 10)
        dims = [(table["id"], table["dims"]) for table in answer["tables"]]
        self.assertEqual(dims, [("V1", ["SEX", "AGE"]), ("V2", ["EXPL", "SEX"]), ("V3", ["CITGRP", "AGE"]), ("V4", ["EXPL", "AGE"]),
                                (None, []), (None, ["SEX"]), (None, ["AGE"]), (None, ["CITGRP"]), (None, ["EXPL"])])
        for table in answer["tables"]:
            self.assertAlmostEqual(table["se"], 6.14, delta=0.01)
        self.assertIsInstance(answer["epsilon"], float)
        self.assertNotIn("TIP_VICTIMS.2019-Q1.r0", [row["round"] for row in self.region.json("round", "list")["rounds"]])

    def test_periods_prices_and_deadlines_outside_their_form_exit_2(self):
        good = {"--structure": "TIP_VICTIMS", "--period": "2019-Q1", "--rho": "0.1"}
        before = image(self.region.state)
        for option, values in {"--period": ("2019-Q5", "2019-S3", "2019-13", "2019-00", "19-Q1", "2019-q1", "2019-W01", "2019-Q1..2019-Q2", "2019-01-01"),
                               "--rho": ("0", "-0.1", "1e-1", "0.1x", "nan", "0,1", "0.0000000000001", "10000"),
                               "--closes": ("tomorrow", "2019-02-30T00:00:00Z", "2099-01-01T00:00:00+01:00", "2099-01-01T25:00:00Z", "2019-01-01T00:00:00Z")}.items():
            for value in values:
                with self.subTest(option + " " + value):
                    words = [word for pair in dict(good, **{option: value}).items() for word in pair]
                    answer = self.region.json("round", "open", *words, "--dry-run", expect=2)
                    self.assertEqual((answer["error"]["code"], answer["error"]["where"]), ("usage", option))
        words = [word for pair in dict(good, **{"--structure": "NOPE"}).items() for word in pair]
        self.region.json("round", "open", *words, *self.region.secret(), expect=1)
        self.region.json("round", "open", *[word for pair in good.items() for word in pair], expect=2)
        self.assertEqual(image(self.region.state), before)

    def test_periods_of_every_frequency_open_a_round(self):
        for period in ("2019", "2019-S1", "2019-Q1", "2019-01"):
            answer = self.region.json("round", "open", "--structure", "TIP_VICTIMS", "--period", period, "--rho", "0.1", "--dry-run")
            self.assertEqual(answer["round"], "TIP_VICTIMS.%s.r0" % period)

    def test_deadlines_are_in_utc(self):
        for number, (text, closes) in enumerate((("2099-01-02T03:04:05Z", "2099-01-02T03:04:05Z"), ("2099-01-02T03:04:05", "2099-01-02T03:04:05Z"),
                                                 ("2099-01-02T03:04:05+00:00", "2099-01-02T03:04:05Z"), ("2099-01-02", "2099-01-02T23:59:59Z"))):
            period = "2018-%02d" % (number + 1)
            self.assertEqual(self.region.open_round("TIP_VICTIMS", period, "0.01", "--closes", text)["closes"], closes)
            self.assertEqual(self.region.json("round", "status", "TIP_VICTIMS.%s.r0" % period)["closes"], closes)

    def test_a_round_from_opening_to_release_with_a_country_missing(self):
        name = "TIP_VICTIMS.2021-Q1.r0"
        opened = self.region.open_round("TIP_VICTIMS", "2021-Q1", "0.1")
        self.assertRegex(opened["manifest_sha256"], HEX)
        self.assertEqual(self.region.open_round("TIP_VICTIMS", "2021-Q1", "0.1"), opened)
        self.assertEqual(self.region.open_round("TIP_VICTIMS", "2021-Q1", "0.05", expect=1)["error"]["code"], "exists")
        status = self.region.json("round", "status", name)
        self.assertEqual({key: status[key] for key in ("round", "state", "closes", "submitted", "missing")},
                         {"round": name, "state": "open", "closes": None, "submitted": [], "missing": ["XA", "XB", "XC", "XD"]})
        self.region.office("XC").sync()
        sent = self.submit("XA", "2021-Q1")
        self.assertEqual((sent["round"], sent["sent"]), (name, True))
        self.assertIsInstance(sent["sequence"], int)
        for key in ("submission_sha256", "receipt_sha256"):
            self.assertRegex(sent[key], HEX)
        self.assertEqual(self.rho(sent), self.rho(opened))
        self.submit("XB", "2021-Q1")
        status = self.region.json("round", "status", name)
        self.assertEqual((status["submitted"], status["missing"]), (["XA", "XB"], ["XC", "XD"]))
        # publishing before the close, closing without --yes
        self.region.publish(name, expect=1)
        self.region.json("round", "close", name, *self.region.secret(), expect=2)
        self.region.json("round", "abort", name, "--reason", "x", *self.region.secret(), expect=2)
        self.assertEqual(self.region.json("round", "status", name)["state"], "open")
        first = self.region.close(name)
        self.assertEqual(self.region.close(name), first)
        self.assertEqual(self.region.json("round", "status", name)["state"], "closed")
        # late: refused before anything is drawn
        spent = self.region.office("XC").json("budget", "--year", "2021")
        late = self.region.office("XC").submit(self.cases("XC", "2021-Q1"), self.map, name, expect=1)
        self.assertEqual(late["error"]["code"], "late")
        self.assertEqual(self.region.office("XC").json("budget", "--year", "2021"), spent)
        release = self.region.publish(name)
        self.assertEqual(sorted(release), ["dir", "release", "sha256"])
        self.assertEqual(release["release"], name + ".v1")
        self.assertEqual(self.region.publish(name), release)
        with open(os.path.join(release["dir"], "SHA256SUMS"), "rb") as file:
            self.assertEqual(hashlib.sha256(file.read()).hexdigest(), release["sha256"])
        self.assertEqual(self.region.json("round", "status", name)["state"], "published")
        self.region.close(name)
        listed = [row for row in self.region.json("release", "list")["releases"] if row["release"] == name + ".v1"]
        self.assertEqual([(row["state"], row["sha256"]) for row in listed], [("published", release["sha256"])])
        self.region.run("round", "abort", name, "--reason", "too late", "--yes", *self.region.secret(), expect=1)
        rows = self.region.query("--structure", "TIP_VICTIMS", "--by", "SEX", "--period", "2021-Q1")
        self.assertEqual({(row["OBS_STATUS"], row["N_REPORTERS"]) for row in rows}, {("P", 2)})
        rows = self.region.query("--structure", "TIP_VICTIMS", "--by", "SEX", "--period", "2021-Q1", "--area", "each")
        self.assertEqual([(row["REF_AREA"], row["OBS_STATUS"]) for row in rows if row["SEX"] == "_T" and row["REF_AREA"] == "XC"], [("XC", "O")])
        # the same submit again, after all: it stands
        self.assertEqual(self.region.office("XA").submit("no-such-file", self.map, name), sent)

    def test_after_its_deadline_a_round_refuses_uploads_as_late(self):
        name = "TIP_VICTIMS.2021-Q2.r0"
        soon = datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(seconds=6)
        opened = self.region.open_round("TIP_VICTIMS", "2021-Q2", "0.01", "--closes", soon.strftime("%Y-%m-%dT%H:%M:%SZ"))
        self.assertEqual(opened["closes"], soon.strftime("%Y-%m-%dT%H:%M:%SZ"))
        self.submit("XA", "2021-Q2")
        self.region.office("XB").sync()
        while datetime.datetime.now(datetime.timezone.utc) < soon + datetime.timedelta(seconds=1):
            time.sleep(0.2)
        self.assertEqual(self.region.office("XB").submit(self.cases("XB", "2021-Q2"), self.map, name, expect=1)["error"]["code"], "late")
        self.assertEqual(self.region.office("XB").json("budget", "--year", "2021")["entries"],
                         [row for row in self.region.office("XB").json("budget", "--year", "2021")["entries"] if row["round"] != name])
        self.assertEqual(self.region.json("round", "status", name)["state"], "open")
        self.region.close(name)
        self.assertEqual(self.region.json("round", "status", name)["submitted"], ["XA"])

    def test_an_aborted_round_is_final_and_spends(self):
        name = "TIP_VICTIMS.2021-Q3.r0"
        self.region.open_round("TIP_VICTIMS", "2021-Q3", "0.01")
        sent = self.submit("XA", "2021-Q3")
        for _ in range(2):
            self.region.json("round", "abort", name, "--reason", "a mistake", "--yes", *self.region.secret())
        self.assertEqual(self.region.json("round", "status", name)["state"], "aborted")
        for command in (("round", "close", name, "--yes"), ("release", "publish", name)):
            self.region.run(*command, *self.region.secret(), expect=1)
        self.assertEqual(self.region.open_round("TIP_VICTIMS", "2021-Q3", "0.01", expect=1)["error"]["code"], "exists")
        office = self.region.office("XA")
        office.sync()
        self.assertIn((name, sent["rho_units"]), [(row["round"], row["rho_units"]) for row in office.json("budget", "--year", "2021")["entries"]])
        office.submit(self.cases("XA", "2021-Q3"), self.map, name)
        self.region.office("XB").submit(self.cases("XB", "2021-Q3"), self.map, name, expect=1)

    def test_a_revoked_country_is_left_out_and_stays_listed(self):
        name = "TIP_VICTIMS.2021-Q4.r0"
        self.region.open_round("TIP_VICTIMS", "2021-Q4", "0.01")
        self.submit("XA", "2021-Q4")
        self.submit("XC", "2021-Q4")
        self.region.run("country", "revoke", "XC", "--yes")
        try:
            self.assertEqual(self.region.office("XC").json("sync", expect=1)["error"]["code"], "revoked")
            self.region.close(name)
            release = self.region.publish(name)
            rows = self.region.query("--structure", "TIP_VICTIMS", "--by", "SEX", "--period", "2021-Q4", "--area", "each")
            self.assertEqual({(row["REF_AREA"], row["OBS_STATUS"] == "O") for row in rows}, {("XA", False), ("XB", True), ("XC", True), ("XD", True)})
            with open(os.path.join(release["dir"], "release.json"), encoding="utf-8") as file:
                countries = {row["country"]: row for row in json.load(file)["countries"]}
            self.assertIn("revoked", countries["XC"]["reason"])
            self.assertEqual(self.region.open_round("TIP_VICTIMS", "2020-Q1", "0.01")["countries"], ["XA", "XB", "XD"])
        finally:
            office = self.region.office("XC")
            self.region.run("country", "approve", "XC", "--fingerprint", office.fingerprint, *self.region.secret())
        # it raises the alarm once: it holds a receipt for what the set leaves out
        self.assertEqual(office.json("sync", expect=1)["rounds"][-1]["round"][:11], "TIP_VICTIMS")
        office.sync()
        # approved again it waits for the next round: this one does not list it
        self.assertEqual(office.submit("no-such-file.csv", self.map, "TIP_VICTIMS.2020-Q1.r0", expect=1)["error"]["code"], "refused")


class Caps(Interface):
    def test_exactly_the_cap_is_allowed_and_one_unit_more_refused_before_the_file_is_read(self):
        office = self.region.office("XD")
        units = self.rho(self.region.open_round("TIP_VICTIMS", "2022-Q1", "0.07"))
        name = "TIP_VICTIMS.2022-Q1.r0"
        office.sync()
        policy = office.json("policy", "set", "--round-rho", exact(units - 1), *office.secret())
        self.assertEqual(self.rho(policy, "round_rho"), units - 1)
        self.assertEqual(self.rho(policy, "period_rho"), UNIT // 5)
        for command in ("preview", "submit"):
            more = ("--yes", *office.secret()) if command == "submit" else ()
            answer = office.json(command, "no-such-file.csv", "--map", "no-such-map.json", "--round", name, *more, expect=4)
            self.assertEqual((answer["error"]["code"], answer["error"]["exit"]), ("policy", 4))
        self.assertEqual(office.json("budget", "--year", "2022")["entries"], [])
        office.json("policy", "set", "--round-rho", exact(units), *office.secret())
        self.assertEqual(self.rho(office.submit(self.cases("XD", "2022-Q1"), self.map, name)), units)
        budget = office.json("budget", "--year", "2022")
        self.assertEqual(budget["year"], 2022)
        self.assertEqual(self.rho(budget, "spent"), units)
        self.assertEqual(self.rho(budget, "remaining"), self.rho(budget["caps"], "year_rho") - units)
        self.assertGreater(budget["epsilon_year"], 0)
        self.assertEqual([(row["round"], self.rho(row)) for row in budget["entries"]], [(name, units)])
        # the year's cap, exactly reached and one unit over
        second = self.rho(self.region.open_round("TIP_VICTIMS", "2022-Q2", "0.05"))
        office.sync()
        office.json("policy", "set", "--year-rho", exact(units + second - 1), *office.secret())
        path = self.cases("XD", "2022-Q2")
        self.assertEqual(office.submit(path, self.map, "TIP_VICTIMS.2022-Q2.r0", expect=4)["error"]["code"], "budget")
        office.json("policy", "set", "--year-rho", exact(units + second), *office.secret())
        office.submit(path, self.map, "TIP_VICTIMS.2022-Q2.r0")
        self.assertEqual(self.rho(office.json("budget", "--year", "2022"), "remaining"), 0)
        office.run("policy", "set", "--round-rho", "0.1", "--year-rho", "1.2", *office.secret())

    def test_policy_needs_the_passphrase_and_a_number(self):
        office = self.region.office("XD")
        before = office.json("policy", "show")
        office.run("policy", "set", "--round-rho", "0.2", expect=2)
        office.run("policy", "set", "--round-rho", "lots", *office.secret(), expect=2)
        office.run("policy", "set", *office.secret(), expect=2)
        office.run("policy", "set", "--round-rho", "0.2", "--passphrase-file", self.region.passphrase, expect=1)
        self.assertEqual(office.json("policy", "show"), before)

    def test_a_round_at_the_default_cap_is_accepted_by_a_default_policy(self):
        office = self.region.office("XD")
        answer = self.region.open_round("TIP_VICTIMS", "2022-Q3", "0.1")
        office.sync()
        preview = office.json("preview", self.cases("XD", "2022-Q3"), "--map", self.map, "--round", answer["round"])
        self.assertEqual(self.rho(preview), self.rho(answer))

    def test_without_yes_and_without_a_terminal_nothing_is_sent_or_changed(self):
        office = self.region.office("XD")
        self.region.open_round("TIP_VICTIMS", "2022-Q4", "0.01")
        office.sync()
        before = image(office.state), image(self.region.state)
        answer = office.json("submit", self.cases("XD", "2022-Q4"), "--map", self.map, "--round", "TIP_VICTIMS.2022-Q4.r0", *office.secret(), expect=2)
        self.assertEqual(answer["error"]["code"], "usage")
        self.assertEqual((image(office.state), image(self.region.state)), before)

    def test_preview_and_check_change_no_byte(self):
        office = self.region.office("XD")
        self.region.open_round("TIP_VICTIMS", "2023-Q1", "0.1")
        office.sync()
        path = self.cases("XD", "2023-Q1")
        beside = office.state + ".head"
        before = image(office.state), read(beside)
        for more in ((), ("--json",)):
            office.run("preview", path, "--map", self.map, "--round", "TIP_VICTIMS.2023-Q1.r0", *more)
            office.run("check", path, "--map", self.map, "--round", "TIP_VICTIMS.2023-Q1.r0", *more)
        self.assertEqual((image(office.state), read(beside)), before)

    def test_a_round_that_the_node_does_not_know_is_named(self):
        office = self.region.office("XD")
        for command in ("check", "preview"):
            answer = office.json(command, "x.csv", "--map", "x.json", "--round", "TIP_VICTIMS.1999-Q1.r0", expect=1)
            self.assertEqual((answer["error"]["code"], answer["error"]["where"]), ("not-found", "TIP_VICTIMS.1999-Q1.r0"))
        self.assertEqual(office.json("receipts", "show", "TIP_VICTIMS.1999-Q1.r0", expect=1)["error"]["code"], "not-found")


class Trouble(Interface):
    def test_a_coordinator_that_is_away_is_exit_5_and_spends_nothing(self):
        office = self.region.office("XD")
        self.region.open_round("TIP_VICTIMS", "2020-Q2", "0.01")
        office.sync()
        path = self.cases("XD", "2020-Q2")
        self.assertEqual(self.region.stop(), 0)
        try:
            for command in (("sync",), ("submit", path, "--map", self.map, "--round", "TIP_VICTIMS.2020-Q2.r0", "--yes", *office.secret())):
                self.assertEqual(office.json(*command, expect=5)["error"]["code"], "unreachable")
            self.assertEqual(office.json("budget", "--year", "2020")["entries"], [])
        finally:
            self.region.serve()
        office.submit(path, self.map, "TIP_VICTIMS.2020-Q2.r0")

    def test_a_state_in_use_is_exit_5(self):
        office = self.region.office("XD")
        with open(os.path.join(office.state, "lock"), "r+b") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            self.assertEqual(office.json("sync", expect=5)["error"]["code"], "busy")
        office.sync()

    def test_a_damaged_or_rolled_back_state_is_exit_6(self):
        office = self.region.office("XD")
        keep = os.path.join(self.home, "kept")
        shutil.copytree(office.state, keep)
        self.region.open_round("TIP_VICTIMS", "2020-Q3", "0.01")
        office.sync()
        office.submit(self.cases("XD", "2020-Q3"), self.map, "TIP_VICTIMS.2020-Q3.r0")
        good = os.path.join(self.home, "good")
        shutil.copytree(office.state, good)
        beside = office.state + ".head"
        with open(beside, "rb") as file:
            head = file.read()

        def state(directory):
            shutil.rmtree(office.state)
            shutil.copytree(directory, office.state)

        state(keep)  # an older copy, with the newer head beside it
        for command in ("status", "budget", "verify", "sync"):
            self.assertEqual(office.json(command, expect=6)["error"]["exit"], 6)
        state(good)
        os.remove(beside)
        self.assertEqual(office.json("status", expect=6)["error"]["exit"], 6)
        with open(os.open(beside, os.O_WRONLY | os.O_CREAT, 0o600), "wb") as file:
            file.write(head)
        office.run("status")
        database = os.path.join(office.state, "node.db")
        with open(database, "r+b") as file:
            file.truncate(os.path.getsize(database) // 2)
        self.assertEqual(office.json("status", expect=6)["error"]["code"], "damaged")
        state(good)
        office.sync()

    def test_a_damaged_coordinator_is_exit_6(self):
        state = os.path.join(self.home, "damaged")

        def refused(damage, *command, expect=6):
            shutil.rmtree(state, ignore_errors=True)
            shutil.copytree(self.region.state, state)
            damage(lambda name: os.path.join(state, name))
            done = harness.run("chorale-coordinator", *command, "--state", state, "--json", expect=expect)
            self.assertEqual(json.loads(done.stdout)["error"]["code"], "damaged" if expect == 6 else "not-found")

        def cut(path):
            os.truncate(path("coordinator.db"), os.path.getsize(path("coordinator.db")) // 2)

        refused(cut, "round", "list")
        refused(lambda path: os.remove(path("coordinator.db")), "round", "list")
        refused(lambda path: os.remove(path("keys/receipt")), "serve", "--listen", "127.0.0.1:0")
        refused(lambda path: os.remove(path("keys/offline")), "round", "abort", "x", "--reason", "x", "--yes", *self.region.secret())
        refused(lambda path: shutil.rmtree(path("")), "status", expect=1)

    def test_a_state_that_others_may_read_is_refused(self):
        office = self.region.office("XD")
        os.chmod(office.state, 0o755)
        try:
            self.assertEqual(office.json("status", expect=1)["error"]["code"], "permission")
        finally:
            os.chmod(office.state, 0o700)

    def test_a_wrong_passphrase_is_exit_1_and_changes_nothing(self):
        before = image(self.region.state)
        for wrong in (self.region.office("XD").passphrase, os.path.join(self.home, "absent")):
            answer = self.region.json("round", "open", "--structure", "TIP_VICTIMS", "--period", "2020-Q4", "--rho", "0.01",
                                      "--passphrase-file", wrong, expect=1)
            self.assertEqual(answer["error"]["code"], "passphrase")
        self.assertEqual(image(self.region.state), before)


if __name__ == "__main__":
    unittest.main(verbosity=2)
