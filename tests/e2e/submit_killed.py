"""`submit`, killed at every call that changes a file or sends a byte, then run again (N14).

Whatever the place: at most one noise value ever, the second run ends well and sends the very bytes that the first drew, the
coordinator accepts exactly one submission, and the ledger verifies. What is sent is also cut half way through.
"""
import json
import os
import shutil
import signal
import unittest

import harness

SHIM = os.path.abspath(os.path.join(harness.BIN, "..", "tests", "libkillshim.so"))
ROUND = "TIP_VICTIMS.2023-Q1.r0"
HALVED = {"write", "send"}  # the store's own writes are halved in tests/fault/node_submission.c


class Killed(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.region = harness.Region()
        cls.region.serve()
        cls.office = cls.region.enroll("XA")
        cls.rho = cls.region.open_round("TIP_VICTIMS", "2023-Q1", "0.05")["rho_units"]
        cls.cases = os.path.join(cls.region.home, "XA-synthetic.csv")
        cls.map = os.path.join(cls.region.home, "mapping.json")
        harness.run("chorale-synth", "mapping", "--out", cls.map)
        harness.run("chorale-synth", "cases", "--country", "XA", "--period", "2023-Q1", "--persons", "300", "--seed", "1",
                    "--out", cls.cases, "--truth", os.path.join(cls.region.home, "XA-truth.csv"))
        cls.region.stop()
        cls.before = os.path.join(cls.region.home, "before")
        os.mkdir(cls.before, 0o700)
        for path in cls.places():
            cls.copy(path, os.path.join(cls.before, os.path.basename(path)))

    @classmethod
    def tearDownClass(cls):
        cls.region.__exit__()

    @classmethod
    def places(cls):
        return [cls.region.state, cls.office.state, cls.office.state + ".head"]

    @staticmethod
    def copy(source, target):
        if os.path.isdir(source):
            shutil.copytree(source, target)
        else:
            shutil.copy2(source, target)

    def restore(self):
        """Both sides as they were before the first submission; a fresh server."""
        self.region.stop()
        for path in self.places():
            if os.path.isdir(path):
                shutil.rmtree(path)
            elif os.path.exists(path):
                os.remove(path)
            self.copy(os.path.join(self.before, os.path.basename(path)), path)
        self.region.serve()

    def submit(self, env=None, preload=None, expect=0):
        done = self.office.run("submit", self.cases, "--map", self.map, "--round", ROUND, "--yes", "--json",
                               *self.office.secret(), expect=expect, env=env, preload=preload)
        return json.loads(done.stdout) if done.returncode == 0 else done

    def receipts(self):
        return self.office.json("receipts", "list")["receipts"]

    def check(self, at, half):
        """One kill; then everything that must hold."""
        self.restore()
        env = {"CHORALE_KILL_AT": str(at)}
        if half:
            env["CHORALE_KILL_HALF"] = "1"
        killed = self.submit(env=env, preload=SHIM, expect=None)
        self.assertEqual(killed.returncode, -signal.SIGKILL, (at, half, killed.stdout, killed.stderr))
        if not half:
            self.assertEqual(killed.stdout, "")
        drawn = self.receipts()
        self.assertLessEqual(len(drawn), 1)
        sent = self.submit()
        if drawn:
            self.assertEqual(sent["submission_sha256"], drawn[0]["submission_sha256"], (at, half))
        self.assertEqual(sent, self.submit(), (at, half))
        self.assertEqual((sent["sequence"], sent["sent"], sent["rho_units"]), (1, True, self.rho))
        budget = self.office.json("budget")
        self.assertEqual((budget["spent_units"], len(budget["entries"])), (self.rho, 1), (at, half))
        self.assertTrue(self.office.json("verify")["ok"], (at, half))
        status = self.region.json("round", "status", ROUND)
        self.assertEqual((status["submitted"], status["missing"]), (["XA"], []), (at, half))
        return bool(drawn)

    def calls(self):
        """The names of the calls of one whole run, in order."""
        self.restore()
        log = os.path.join(self.region.home, "calls")
        self.submit(env={"CHORALE_KILL_LOG": log}, preload=SHIM)
        with open(log) as file:
            names = file.read().split()
        os.remove(log)
        return names

    def test_every_kill_point(self):
        names = self.calls()
        self.assertGreater(len(names), 50)
        for needed in ("fsync", "renameat2", "unlink", "send"):
            self.assertIn(needed, names)
        drawn = [self.check(at, False) for at in range(1, len(names) + 1)]
        # before the commit nothing is drawn, after it always: one step in between
        self.assertEqual(drawn, sorted(drawn))
        self.assertIn(True, drawn)
        self.assertIn(False, drawn)
        halved = [at for at, name in enumerate(names, 1) if name in HALVED]
        for at in halved:
            self.check(at, True)
        print("%d kill points, %d of them after the draw; %d more half way through a write or a send" %
              (len(names), sum(drawn), len(halved)))


if __name__ == "__main__":
    unittest.main(verbosity=2)
