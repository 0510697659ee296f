"""`join`, `sync` and `policy set`, killed at every call that changes a file or sends a byte, then run again (N14).

The second run ends well, and what stands is what one undisturbed run leaves. `submit` has a page of its own.
"""
import os
import shutil
import signal
import unittest

import harness

SHIM = os.path.abspath(os.path.join(harness.BIN, "..", "tests", "libkillshim.so"))


class Killed(unittest.TestCase):
    def setUp(self):
        self.region = harness.Region()
        self.region.serve()
        self.office = self.region.office("XA")
        self.invitation = self.region.invite("XA")

    def tearDown(self):
        self.region.__exit__()

    def places(self):
        return [self.region.state, self.office.state, self.office.state + ".head"]

    def keep(self):
        """What each run starts from; None: nothing there."""
        self.region.stop()
        self.base = os.path.join(self.region.home, "base")
        os.mkdir(self.base, 0o700)
        for path in self.places():
            if os.path.isdir(path):
                shutil.copytree(path, os.path.join(self.base, os.path.basename(path)))
            elif os.path.exists(path):
                shutil.copy2(path, self.base)

    def restore(self):
        self.region.stop()
        for path in self.places():
            kept = os.path.join(self.base, os.path.basename(path))
            if os.path.isdir(path):
                shutil.rmtree(path)
            elif os.path.exists(path):
                os.remove(path)
            if os.path.isdir(kept):
                shutil.copytree(kept, path)
            elif os.path.exists(kept):
                shutil.copy2(kept, path)
        self.region.serve()

    def sweep(self, command, check):
        """check() looks at what stands after the command has been repeated to its end."""
        self.keep()
        killed = True
        at = 0
        while killed:
            at += 1
            self.restore()
            first = self.office.run(*command, expect=None, env={"CHORALE_KILL_AT": str(at)}, preload=SHIM)
            killed = first.returncode == -signal.SIGKILL
            if killed:
                self.assertEqual(first.stdout, "")
                self.office.run(*command)
            else:
                self.assertEqual(first.returncode, 0, first.stderr)
            self.assertTrue(self.office.json("verify")["ok"], at)
            check()
        self.assertGreater(at, 5)
        print("\n    %s: killed at %d places" % (command[0], at - 1))

    def test_join(self):
        def check():
            # the coordinator waits for the very keys that stand here
            status = self.office.json("status")
            self.assertEqual(status["state"], "pending")
            waiting = [(country["country"], country["state"], country["fingerprint"])
                       for country in self.region.json("country", "list")["countries"]]
            self.assertEqual(waiting, [("XA", "pending", status["fingerprint"])])
            self.assertEqual(self.office.json("policy", "show")["number"], 1)

        self.sweep(("join", self.invitation, *self.office.secret()), check)

    def approved(self):
        fingerprint = self.office.json("join", self.invitation, *self.office.secret())["fingerprint"]
        self.region.run("country", "approve", "XA", "--fingerprint", fingerprint, *self.region.secret())
        return fingerprint

    def test_sync(self):
        fingerprint = self.approved()
        self.region.open_round("TIP_VICTIMS", "2023-Q1", "0.05")

        def check():
            status = self.office.json("status")
            self.assertEqual((status["state"], status["confirmed"]), ("active", True))
            self.assertEqual([line["round"] for line in status["rounds"]], ["TIP_VICTIMS.2023-Q1.r0"])
            self.assertEqual(len(self.office.json("structure", "list")["structures"]), 6)

        self.sweep(("sync", "--fingerprint", fingerprint), check)

    def test_policy_set(self):
        self.approved()

        def check():
            policy = self.office.json("policy", "show")
            self.assertEqual(policy["year_rho_units"], str(2 ** 40 // 2))
            self.assertIn(policy["number"], (2, 3))  # a run that was killed after its commit has set it already

        self.sweep(("policy", "set", "--year-rho", "0.5", *self.office.secret()), check)


if __name__ == "__main__":
    unittest.main(verbosity=2)
