"""The programs run as their users run them: real processes, real directories, real TLS on loopback.

    with Region() as region:
        region.enroll("XA")
        region.open_round("TIP_VICTIMS", "2023-Q1", "0.1")
        region.office("XA").submit("cases.csv", "map.json", "TIP_VICTIMS.2023-Q1.r0")

Standard library only. CHORALE_BIN names the folder of the programs.
"""
import json
import os
import re
import secrets
import shutil
import signal
import subprocess
import tempfile

BIN = os.environ.get("CHORALE_BIN", "build/dev/bin")
SOURCE = os.path.abspath(os.path.join(os.path.dirname(__file__), "..", ".."))
SHARED = os.path.join(SOURCE, "..", "shared")


class Failed(Exception):
    """A command ended with another status than expected."""


def shared(path):
    """A file of the agreement's data, or None."""
    full = os.path.join(SHARED, path)
    return full if os.path.exists(full) else None


def run(program, *arguments, expect=0, env=None, timeout=120, preload=None):
    """One command; its stdout as text. A different exit status raises, with everything it printed."""
    environment = dict(os.environ, **(env or {}))
    if preload:
        environment["LD_PRELOAD"] = preload
    done = subprocess.run([os.path.join(BIN, program), *arguments], capture_output=True, text=True,
                          env=environment, timeout=timeout, stdin=subprocess.DEVNULL)
    if expect is not None and done.returncode != expect:
        raise Failed("%s %s\nexit %d, expected %s\n%s\n%s" % (program, " ".join(arguments), done.returncode, expect,
                                                            done.stdout, done.stderr))
    done.error = done.stderr.strip().splitlines()[-1] if done.stderr.strip() else ""
    return done


def passphrase(path):
    """A passphrase file as the manual asks for one."""
    with open(os.open(path, os.O_CREAT | os.O_WRONLY | os.O_EXCL, 0o600), "w") as file:
        file.write(secrets.token_urlsafe(16) + "\n")
    return path


class Office:
    """One country's chorale-node with a state of its own."""

    def __init__(self, home, country):
        self.country = country
        self.state = os.path.join(home, country)
        self.passphrase = passphrase(os.path.join(home, country + ".pass"))
        self.fingerprint = None

    def run(self, *arguments, expect=0, **more):
        return run("chorale-node", *arguments, "--state", self.state, expect=expect, **more)

    def json(self, *arguments, expect=0, **more):
        return json.loads(self.run(*arguments, "--json", expect=expect, **more).stdout)

    def secret(self):
        return "--passphrase-file", self.passphrase

    def sync(self, expect=0, **more):
        return self.run("sync", expect=expect, **more)

    def submit(self, file, mapping, round_id, expect=0, **more):
        return self.json("submit", file, "--map", mapping, "--round", round_id, "--yes", *self.secret(), expect=expect, **more)


class Region:
    """A coordinator with its server, and offices that join it."""

    def __init__(self, identity="DEMO", area="XZ", structures=None, home=None):
        self.home = home or tempfile.mkdtemp(prefix="chorale-e2e-")
        self.state = os.path.join(self.home, "coordinator")
        self.passphrase = passphrase(os.path.join(self.home, "coordinator.pass"))
        self.offices = {}
        self.server = None
        self.address = "127.0.0.1:0"
        more = ("--structures", structures) if structures else ()
        self.run("init", "--id", identity, "--name", "Synthetic region", "--area", area, *self.secret(), *more)

    def __enter__(self):
        self.serve()
        return self

    def __exit__(self, *ignored):
        self.stop()
        shutil.rmtree(self.home, ignore_errors=True)

    def run(self, *arguments, expect=0, **more):
        return run("chorale-coordinator", *arguments, "--state", self.state, expect=expect, **more)

    def json(self, *arguments, expect=0, **more):
        return json.loads(self.run(*arguments, "--json", expect=expect, **more).stdout)

    def secret(self):
        return "--passphrase-file", self.passphrase

    def serve(self, *more):
        """Starts the server on the address of the first start, so that invitations stay good."""
        self.log = open(os.path.join(self.home, "serve.log"), "a")
        self.server = subprocess.Popen([os.path.join(BIN, "chorale-coordinator"), "serve", "--listen", self.address,
                                        "--state", self.state, *more], stdout=subprocess.PIPE, stderr=self.log,
                                       stdin=subprocess.DEVNULL, text=True)
        line = self.server.stdout.readline()
        if not line:
            raise Failed("serve did not start: " + open(self.log.name).read())
        self.ready = json.loads(line)
        self.address = self.ready["nodes"]
        self.public = self.ready["public"]
        return self.ready

    def stop(self, how=signal.SIGTERM):
        """Ends the server; its exit status."""
        if self.server is None:
            return None
        self.server.send_signal(how)
        status = self.server.wait(timeout=30)
        self.server.stdout.close()
        self.log.close()
        self.server = None
        return status

    def office(self, country):
        if country not in self.offices:
            self.offices[country] = Office(self.home, country)
        return self.offices[country]

    def invite(self, country, name=None):
        out = os.path.join(self.home, country + ".invitation")
        self.run("country", "add", country, "--name", name or "Synthetic " + country, "--url", "https://" + self.address, "--out", out)
        return out

    def enroll(self, country, name=None):
        """Invitation, join, both fingerprints compared, approval, first sync."""
        office = self.office(country)
        joined = office.json("join", self.invite(country, name), *office.secret())
        office.fingerprint = joined["fingerprint"]
        self.run("country", "approve", country, "--fingerprint", office.fingerprint, *self.secret())
        office.run("sync", "--fingerprint", office.fingerprint)
        return office

    def open_round(self, structure, period, rho, *more, expect=0):
        return self.json("round", "open", "--structure", structure, "--period", period, "--rho", rho, *more, *self.secret(), expect=expect)

    def close(self, round_id, expect=0):
        return self.json("round", "close", round_id, "--yes", *self.secret(), expect=expect)

    def publish(self, round_id, expect=0):
        return self.json("release", "publish", round_id, *self.secret(), expect=expect)

    def query(self, *arguments, expect=0):
        return self.json("query", *arguments, "--format", "json", expect=expect)["rows"]


def one_error_line(text, program):
    """The documented form of an error: one line, PROGRAM: CODE: what: where."""
    lines = [line for line in text.strip().splitlines() if line.startswith(program + ": ")]
    return len(lines) == 1 and re.match(r"^%s: [a-z-]+: .+: .*$" % program, lines[0]) is not None
