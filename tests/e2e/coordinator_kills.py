"""Each command that changes the coordinator's state, killed at every change of a file, then run again."""
import os
import shutil
import tempfile
import unittest

import harness
import wire

SHIM = os.path.join(wire.TOOLS, "libkillshim.so")
KILLED = -9


class Kills(unittest.TestCase):
    def setUp(self):
        self.home = tempfile.mkdtemp(prefix="chorale-kills-")
        self.base = os.path.join(self.home, "base")
        self.work = os.path.join(self.home, "work")
        self.secret = harness.passphrase(os.path.join(self.home, "pass"))
        self.structures = os.path.join(harness.SOURCE, "coordinator", "share", "structures.json")
        self.init = ("init", "--id", "DEMO", "--name", "Synthetic region", "--area", "XZ", "--passphrase-file", self.secret)

    def tearDown(self):
        shutil.rmtree(self.home, ignore_errors=True)

    def coordinator(self, state, *arguments, expect=0, **more):
        return harness.run("chorale-coordinator", *arguments, "--state", state, expect=expect, **more)

    def joined(self):
        """A coordinator with one office that waits for its approval; the fingerprint."""
        self.coordinator(self.base, *self.init)
        region = harness.Region.__new__(harness.Region)  # its server, on the state that stands here
        region.home, region.state, region.passphrase, region.offices, region.server = self.home, self.base, self.secret, {}, None
        region.address = "127.0.0.1:0"
        region.serve()
        try:
            return region.office("XA").json("join", region.invite("XA"), *region.office("XA").secret())["fingerprint"]
        finally:
            region.stop()

    def killed_everywhere(self, command, check):
        """check(state) looks at a state where the command has been repeated to its end."""
        places = 0
        for n in range(1, 1000):
            shutil.rmtree(self.work, ignore_errors=True)
            if os.path.exists(self.base):
                shutil.copytree(self.base, self.work)
            invitation = os.path.join(self.home, "XB.invitation")
            if os.path.exists(invitation):
                os.unlink(invitation)
            first = self.coordinator(self.work, *command, expect=None, env={"CHORALE_KILL_AT": str(n)}, preload=SHIM)
            if first.returncode == KILLED:
                places += 1
                if os.path.exists(invitation):
                    os.unlink(invitation)  # the administrator takes another name, or removes the file
                self.coordinator(self.work, *command)
            else:
                self.assertEqual(first.returncode, 0, first.stderr)
            check(self.work)
            if first.returncode == 0:
                break
        self.assertGreater(places, 3)
        print("\n    %s: killed at %d places" % (" ".join(command[:2]), places))

    def country(self, state, code):
        listed = harness.json.loads(self.coordinator(state, "country", "list", "--json").stdout)["countries"]
        return next(one for one in listed if one["country"] == code)["state"]

    def check_status(self, state):
        status = harness.json.loads(self.coordinator(state, "status", "--json").stdout)
        self.assertEqual((status["coordinator"], status["structures"]), ("DEMO", 6))

    def test_init(self):
        self.killed_everywhere(self.init, self.check_status)

    def test_init_that_renews(self):
        self.coordinator(self.base, *self.init)
        self.killed_everywhere(self.init, self.check_status)

    def test_country_add(self):
        self.coordinator(self.base, *self.init)
        command = ("country", "add", "XB", "--name", "Synthetic XB", "--url", "https://127.0.0.1:1", "--out",
                   os.path.join(self.home, "XB.invitation"))
        self.killed_everywhere(command, lambda state: self.assertEqual(self.country(state, "XB"), "invited"))

    def test_country_approve_and_revoke(self):
        fingerprint = self.joined()
        command = ("country", "approve", "XA", "--fingerprint", fingerprint, "--passphrase-file", self.secret)
        self.killed_everywhere(command, lambda state: self.assertEqual(self.country(state, "XA"), "active"))
        self.coordinator(self.base, *command)
        self.killed_everywhere(("country", "revoke", "XA", "--yes"), lambda state: self.assertEqual(self.country(state, "XA"), "revoked"))

    def test_structure_add(self):
        self.coordinator(self.base, *self.init)
        changed = os.path.join(self.home, "structures.json")
        with open(self.structures) as file, open(changed, "w") as out:
            out.write(file.read().replace('"version": "1.0.0"', '"version": "1.0.1"', 1))
        shutil.copy(os.path.join(os.path.dirname(self.structures), "cl_area.csv"), self.home)

        def check(state):
            again = harness.json.loads(self.coordinator(state, "structure", "add", changed, "--json").stdout)
            self.assertFalse(any(one["new"] for one in again["structures"]))
        self.killed_everywhere(("structure", "add", changed), check)

    def test_round_open_and_abort(self):
        fingerprint = self.joined()
        self.coordinator(self.base, "country", "approve", "XA", "--fingerprint", fingerprint, "--passphrase-file", self.secret)
        command = ("round", "open", "--structure", "TIP_VICTIMS", "--period", "2026-Q3", "--rho", "0.1", "--passphrase-file", self.secret)

        def state_of(state):
            return harness.json.loads(self.coordinator(state, "round", "status", "TIP_VICTIMS.2026-Q3.r0", "--json").stdout)["state"]
        self.killed_everywhere(command, lambda state: self.assertEqual(state_of(state), "open"))
        self.coordinator(self.base, *command)
        self.killed_everywhere(("round", "abort", "TIP_VICTIMS.2026-Q3.r0", "--reason", "a test", "--yes", "--passphrase-file", self.secret),
                               lambda state: self.assertEqual(state_of(state), "aborted"))


if __name__ == "__main__":
    unittest.main(verbosity=2)
