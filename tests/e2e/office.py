"""One office through its whole life, by the programs: what each command answers, and what it leaves unchanged."""
import fcntl
import json
import os
import shutil
import sqlite3
import stat
import time
import unittest

import harness

ROUND = "TIP_VICTIMS.2023-Q1.r0"


def code_of(done):
    """The code of the error object; it must also stand in the one line on stderr."""
    error = json.loads(done.stdout)["error"]
    assert harness.one_error_line(done.stderr, "chorale-node"), done.stderr
    assert error["exit"] == done.returncode
    return error["code"]


class Case(unittest.TestCase):
    """A region of its own for each test class; synthetic cases of XA in the first quarter of 2023."""

    @classmethod
    def setUpClass(cls):
        cls.region = harness.Region()
        cls.region.serve()
        cls.map = os.path.join(cls.region.home, "mapping.json")
        cls.cases = os.path.join(cls.region.home, "XA-synthetic.csv")
        harness.run("chorale-synth", "mapping", "--out", cls.map)
        harness.run("chorale-synth", "cases", "--country", "XA", "--period", "2023-Q1", "--persons", "200", "--seed", "7",
                    "--out", cls.cases, "--truth", os.path.join(cls.region.home, "truth.csv"))

    @classmethod
    def tearDownClass(cls):
        cls.region.__exit__()

    def refused(self, office, exit_status, code, *arguments, **more):
        done = office.run(*arguments, "--json", expect=exit_status, **more)
        self.assertEqual(code_of(done), code, done.stderr)
        return done

    def submit(self, file=None, round_id=ROUND):
        return "submit", file or self.cases, "--map", self.map, "--round", round_id, "--yes"

    def spent(self, office):
        return sum(int(entry["rho_units"]) for entry in office.json("budget", "--year", "2023")["entries"])


class Enrolment(Case):
    def test_before_join_there_is_no_office(self):
        office = self.region.office("XC")
        for command in (["sync"], ["status"], ["budget"], ["verify"], ["policy", "show"], ["structure", "list"],
                        ["receipts", "list"], [*self.submit(), *office.secret()]):
            self.refused(office, 1, "not-found", *command)
        self.assertFalse(os.path.exists(office.state))

    def test_waiting_then_approved(self):
        office = self.region.office("XA")
        invitation = self.region.invite("XA")
        os.chmod(invitation, 0o640)
        self.refused(office, 1, "permission", "join", invitation, *office.secret())
        os.chmod(invitation, 0o600)
        first = office.json("join", invitation, *office.secret())
        self.assertEqual((first["country"], first["state"]), ("XA", "pending"))
        self.assertEqual(first, office.json("join", invitation, *office.secret()))
        self.assertEqual(first["policy"]["round_rho_units"], str(2 ** 40 // 10))
        other = harness.passphrase(os.path.join(self.region.home, "other.pass"))
        self.refused(office, 1, "passphrase", "join", invitation, "--passphrase-file", other)
        self.refused(office, 3, "waiting", "sync")
        self.refused(office, 3, "waiting", "structure", "list")
        self.refused(office, 3, "waiting", "check", self.cases, "--map", self.map, "--structure", "TIP_VICTIMS",
                     "--period", "2023-Q1")
        self.refused(office, 3, "waiting", *self.submit(), *office.secret())
        self.region.run("country", "approve", "XA", "--fingerprint", first["fingerprint"], *self.region.secret())
        self.assertFalse(office.json("sync")["confirmed"])
        self.assertTrue(office.json("sync", "--fingerprint", first["fingerprint"].lower().replace("-", " "))["confirmed"])
        # before a round is open, by structure and period
        report = office.json("check", self.cases, "--map", self.map, "--structure", "TIP_VICTIMS", "--period", "2023-Q1")
        self.assertTrue(report["ok"])
        # whoever fetches needs no passphrase, and a state directory has one office
        self.refused(office, 1, "exists", "join", self.region.invite("XD"), *office.secret())

    def test_unequal_fingerprints_end_the_trust(self):
        office = self.region.office("XB")
        joined = office.json("join", self.region.invite("XB"), *office.secret())
        self.region.run("country", "approve", "XB", "--fingerprint", joined["fingerprint"], *self.region.secret())
        office.sync()
        self.refused(office, 1, "fingerprint", "sync", "--fingerprint", "AAAA-BBBB-CCCC-DDDD-EEEE")
        for command in (["sync"], ["sync", "--fingerprint", joined["fingerprint"]], [*self.submit(), *office.secret()]):
            self.refused(office, 1, "fingerprint", *command)
        self.assertEqual(office.json("status")["state"], "unpinned")
        self.region.run("country", "revoke", "XB", "--yes")
        os.remove(os.path.join(self.region.home, "XB.invitation"))
        again = office.json("join", self.region.invite("XB"), *office.secret())
        self.assertEqual(again["fingerprint"], joined["fingerprint"])
        self.region.run("country", "approve", "XB", "--fingerprint", again["fingerprint"], *self.region.secret())
        self.assertTrue(office.json("sync", "--fingerprint", again["fingerprint"])["confirmed"])


class Rounds(Case):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.office = cls.region.enroll("XA")

    def test_a_file_with_wrong_rows_is_refused_whole(self):
        self.region.open_round("TIP_VICTIMS", "2023-S1", "0.01")
        self.office.sync()
        wrong = os.path.join(self.region.home, "wrong-synthetic.csv")
        with open(self.cases) as source, open(wrong, "w") as target:
            lines = source.readlines()
            target.writelines(lines[:3] + ["=1+1," + "x," * (lines[0].count(",") - 1) + "x\n"] + lines[3:])
        errors = os.path.join(self.region.home, "errors.csv")
        done = self.office.run("check", wrong, "--map", self.map, "--structure", "TIP_VICTIMS", "--period", "2023-Q1",
                               "--errors", errors, "--json", expect=1)
        report = json.loads(done.stdout)
        self.assertTrue(harness.one_error_line(done.stderr, "chorale-node"))
        self.assertFalse(report["ok"])
        self.assertEqual(report["rows"], report["taken"] + report["rejected"] + report["not_selected"])
        self.assertEqual(stat.S_IMODE(os.stat(errors).st_mode), 0o600)
        before = self.spent(self.office)
        self.office.run(*self.submit(wrong, "TIP_VICTIMS.2023-S1.r0"), *self.office.secret(), expect=1)
        self.assertEqual(self.spent(self.office), before)

    def test_too_dear_is_refused_before_the_file_is_opened(self):
        self.region.open_round("TIP_VICTIMS", "2021-Q1", "0.11")
        self.office.sync()
        for command in (self.submit("/nowhere.csv", "TIP_VICTIMS.2021-Q1.r0") + self.office.secret(),
                        ("preview", "/nowhere.csv", "--map", self.map, "--round", "TIP_VICTIMS.2021-Q1.r0")):
            self.refused(self.office, 4, "policy", *command)
        self.refused(self.office, 1, "passphrase", "policy", "set", "--round-rho", "1", "--passphrase-file", self.map)
        self.refused(self.office, 4, "policy", *self.submit("/nowhere.csv", "TIP_VICTIMS.2021-Q1.r0"), *self.office.secret())

    def test_a_budget_exactly_used_up_and_one_unit_over(self):
        price = self.region.open_round("TIP_VICTIMS", "2020-Q1", "0.01")
        self.region.open_round("TIP_VICTIMS", "2020-Q2", "0.01")
        self.office.sync()
        before = self.office.json("policy", "show")
        self.office.run("policy", "set", "--year-rho", price["rho"], *self.office.secret())
        self.assertEqual(self.office.json("policy", "show")["year_rho_units"], price["rho_units"])
        self.assertEqual(self.office.json("policy", "show")["round_rho_units"], before["round_rho_units"])
        empty = os.path.join(self.region.home, "none-synthetic.csv")
        with open(self.cases) as source, open(empty, "w") as target:
            target.write(source.readline())
        sent = self.office.json(*self.submit(empty, "TIP_VICTIMS.2020-Q1.r0"), *self.office.secret())
        self.assertEqual(sent["rho_units"], price["rho_units"])
        budget = self.office.json("budget", "--year", "2020")
        self.assertEqual((budget["spent_units"], budget["remaining_units"]), (price["rho_units"], "0"))
        self.refused(self.office, 4, "budget", *self.submit(empty, "TIP_VICTIMS.2020-Q2.r0"), *self.office.secret())
        self.office.run("policy", "set", "--year-rho", before["year_rho"], *self.office.secret())

    def test_late_closed_aborted_unknown_and_not_listed(self):
        self.refused(self.office, 1, "not-found", *self.submit(round_id="TIP_VICTIMS.2019-Q1.r0"), *self.office.secret())
        soon = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(time.time() + 2))
        self.region.open_round("TIP_VICTIMS", "2019-Q2", "0.01", "--closes", soon)
        time.sleep(3)
        done = self.refused(self.office, 1, "late", *self.submit(round_id="TIP_VICTIMS.2019-Q2.r0"), *self.office.secret())
        self.assertIn(soon, done.stderr)
        self.region.open_round("TIP_VICTIMS", "2019-Q3", "0.01")
        self.office.sync()
        self.region.close("TIP_VICTIMS.2019-Q3.r0")
        self.refused(self.office, 1, "late", *self.submit(round_id="TIP_VICTIMS.2019-Q3.r0"), *self.office.secret())
        self.region.open_round("TIP_VICTIMS", "2019-Q4", "0.01")
        self.office.sync()
        self.region.run("round", "abort", "TIP_VICTIMS.2019-Q4.r0", "--reason", "a test", "--yes", *self.region.secret())
        self.refused(self.office, 1, "late", *self.submit(round_id="TIP_VICTIMS.2019-Q4.r0"), *self.office.secret())
        self.region.open_round("TIP_VICTIMS", "2018-Q1", "0.01")
        newcomer = self.region.enroll("XE")
        self.refused(newcomer, 1, "refused", *self.submit(round_id="TIP_VICTIMS.2018-Q1.r0"), *newcomer.secret())
        self.assertEqual(newcomer.json("receipts", "list")["receipts"], [])

    def test_nothing_happens_without_a_yes(self):
        self.region.open_round("TIP_VICTIMS", "2023-Q1", "0.01")
        before = self.office.json("status")
        self.refused(self.office, 2, "usage", *self.submit()[:-1], *self.office.secret())
        self.assertEqual(self.office.json("status"), before)


class Trouble(Case):
    """What the network, the disk and other copies do to an office; each test has one of its own, and a round."""
    countries = ["XA", "XB", "XC", "XD", "XE", "AD", "SM"]

    def setUp(self):
        self.country = self.countries.pop()
        self.period = "20%d-Q1" % (10 + len(self.countries))
        self.office = self.region.enroll(self.country)
        self.round = "TIP_VICTIMS.%s.r0" % self.period
        self.region.open_round("TIP_VICTIMS", self.period, "0.01")
        self.office.sync()

    def send(self, expect=0):
        empty = os.path.join(self.region.home, "none-synthetic.csv")
        with open(self.cases) as source, open(empty, "w") as target:
            target.write(source.readline())
        return self.office.run(*self.submit(empty, self.round), *self.office.secret(), "--json", expect=expect)

    def test_nobody_there_draws_nothing(self):
        self.region.stop()
        self.assertEqual(code_of(self.send(5)), "unreachable")
        self.refused(self.office, 5, "unreachable", "sync")
        self.assertEqual(self.office.json("receipts", "list")["receipts"], [])
        self.region.serve()
        self.send()

    def test_another_run_is_busy_and_readers_are_not(self):
        with open(os.path.join(self.office.state, "lock"), "r+") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            self.assertEqual(code_of(self.send(5)), "busy")
            self.refused(self.office, 5, "busy", "sync")
            self.assertEqual(self.office.json("status")["country"], self.country)
        self.send()

    def test_a_changed_ledger_is_refused_everywhere(self):
        self.send()
        path = os.path.join(self.office.state, "node.db")
        with sqlite3.connect(path) as db:
            trigger = db.execute("SELECT sql FROM sqlite_schema WHERE name = 'entry_stays'").fetchone()[0]
            db.execute("DROP TRIGGER entry_stays")
            db.execute("UPDATE entry SET rho = 1, total = 1")
            db.execute(trigger)
        db.close()
        for command in (["status"], ["sync"], ["budget"], ["verify"], ["receipts", "list"]):
            self.refused(self.office, 6, "damaged", *command)
        self.assertEqual(code_of(self.send(6)), "damaged")

    def test_a_lost_directory_is_not_begun_anew(self):
        self.send()
        shutil.rmtree(self.office.state)
        self.refused(self.office, 6, "damaged", "status")
        self.refused(self.office, 6, "damaged", "join", os.path.join(self.region.home, self.country + ".invitation"),
                     *self.office.secret())
        self.assertFalse(os.path.exists(self.office.state))

    def test_an_old_copy_is_refused_here_and_by_the_coordinator(self):
        copy, head = self.office.state + ".copy", self.office.state + ".head"
        shutil.copytree(self.office.state, copy)
        shutil.copy2(head, copy + ".head")
        self.send()
        shutil.rmtree(self.office.state)
        shutil.copytree(copy, self.office.state)
        self.refused(self.office, 6, "rolled-back", "status")
        shutil.copy2(copy + ".head", head)
        # consistent in itself: only the other side knows
        self.assertEqual(self.office.json("status")["entries"], 0)
        self.refused(self.office, 6, "rolled-back", "sync")
        self.assertEqual(code_of(self.send(6)), "rolled-back")
        self.assertEqual(self.office.json("receipts", "list")["receipts"], [])

    def test_what_is_stored_is_verified(self):
        self.send()
        self.assertTrue(self.office.json("verify")["ok"])
        path = os.path.join(self.office.state, "node.db")
        with sqlite3.connect(path) as db:
            db.execute("UPDATE round SET manifest = zeroblob(500)")
        db.close()
        done = self.office.run("verify", "--json", expect=6)
        report = json.loads(done.stdout)
        self.assertFalse(report["ok"])
        self.assertEqual([check["name"] for check in report["checks"] if not check["ok"]], ["manifests"])

    def test_a_revoked_office_is_told_so(self):
        self.region.run("country", "revoke", self.country, "--yes")
        done = self.office.run("sync", "--json", expect=1)
        self.assertEqual(code_of(done), "revoked")
        self.assertEqual(code_of(self.send(1)), "revoked")
        self.assertEqual(self.office.json("receipts", "list")["receipts"], [])


if __name__ == "__main__":
    unittest.main(verbosity=2)
