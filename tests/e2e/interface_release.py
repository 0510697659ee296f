"""The fixed interface of releases: the directory, its figures made again here from the published residuals, verify, query,
and what `serve` shows."""
import csv
import hashlib
import http.client
import io
import itertools
import json
import math
import os
import re
import shutil
import signal
import socket
import subprocess
import unittest
from fractions import Fraction

import harness

NEWEST, OLDER = "2026-Q1", "2025-Q4"
RELEASE = "TIP_VICTIMS.2026-Q1.r0.v1"
FILES = {"release.json", "measurements.csv", "estimates.csv", "residuals.json", "SHA256SUMS", "SHA256SUMS.sig", "signing-key.pub",
         "receipts/XA.receipt", "receipts/XB.receipt"}
CODES = {"SEX": ["F", "M", "_O", "_U"], "AGE": ["Y0T17", "Y_GE18", "_U"], "CITGRP": ["NAT", "REG", "FOR", "STLS", "_U"],
         "EXPL": ["SX", "FL", "DS", "CR", "BG", "MA", "CS", "AD", "SU", "OR", "OT", "_U"]}
DIMS = ["SEX", "AGE", "EXPL", "CITGRP"]  # the structure's order, in which residuals name theirs
TABLES = {"V1": ["SEX", "AGE"], "V2": ["EXPL", "SEX"], "V3": ["CITGRP", "AGE"], "V4": ["EXPL", "AGE"]}
COLUMNS = "OBS_VALUE,STD_ERR,LOWER_BOUND,UPPER_BOUND,CONF_LEVEL,OBS_STATUS,N_REPORTERS,RELEASE_ID"
Z = 1.959963984540054
KEEPS = 2  # forms that count for one person


def setUpModule():
    """Three countries, two rounds; XC is missing from the newest."""
    global region, directory, opened
    region = harness.Region(area="150")
    region.serve("--public", "127.0.0.1:0")
    mapping = os.path.join(region.home, "map-synthetic.json")
    harness.run("chorale-synth", "mapping", "--out", mapping)
    for country in ("XA", "XB", "XC"):
        region.enroll(country)
    opened = region.open_round("TIP_VICTIMS", NEWEST, "0.1")
    region.open_round("TIP_VICTIMS", OLDER, "0.05")
    for seed, country in enumerate(("XA", "XB", "XC")):
        region.office(country).sync()
        for period in (NEWEST, OLDER):
            if (country, period) == ("XC", NEWEST):
                continue
            path = os.path.join(region.home, "%s-%s-synthetic.csv" % (country, period))
            harness.run("chorale-synth", "cases", "--country", country, "--period", period, "--persons", str(60 + 150 * seed), "--seed",
                        str(seed + 1), "--out", path, "--truth", path + ".truth")
            region.office(country).submit(path, mapping, "TIP_VICTIMS.%s.r0" % period)
    for period in (OLDER, NEWEST):
        region.close("TIP_VICTIMS.%s.r0" % period)
        directory = region.publish("TIP_VICTIMS.%s.r0" % period)["dir"]


def tearDownModule():
    region.__exit__()


def read(name, mode="r"):
    with open(os.path.join(directory, name), mode, encoding=None if "b" in mode else "utf-8", newline=None if "b" in mode else "") as file:
        return file.read()


def figures(name):
    return list(csv.DictReader(io.StringIO(read(name))))


def areas():
    return {area["area"]: area for area in json.loads(read("residuals.json"))["areas"]}


def sizes(dims):
    return math.prod(len(CODES[dim]) for dim in dims)


def centered(y, dims):
    """Along each axis, less the mean of that axis; exact."""
    lengths = [len(CODES[dim]) for dim in dims]
    index = list(itertools.product(*[range(length) for length in lengths]))
    value = dict(zip(index, map(Fraction, y)))
    for axis, length in enumerate(lengths):
        mean = {}
        for at in index:
            mean[at[:axis] + at[axis + 1:]] = mean.get(at[:axis] + at[axis + 1:], 0) + value[at] / length
        value = {at: value[at] - mean[at[:axis] + at[axis + 1:]] for at in index}
    return value


def rebuild(area, dims):
    """Section 5's formulas: the table over dims (in the structure's order) and the variance of each cell."""
    group = ["EXPL"] if "EXPL" in dims else []
    found, variance = {}, Fraction(0)
    residuals = [one for one in area["residuals"] if one["group"] == group and set(one["dims"]) <= set(dims)]
    for one in residuals:
        rest = [dim for dim in dims if dim not in one["dims"]]
        for at, value in centered(one["y"], one["dims"]).items():
            found[tuple(one["dims"]), at] = value / one["L"] / sizes(rest)
        variance += Fraction(one["s2"]) / one["L"] ** 2 * math.prod(1 - Fraction(1, len(CODES[dim])) for dim in one["dims"]) \
            * math.prod(Fraction(1, len(CODES[dim]) ** 2) for dim in rest)
    table = {}
    for codes in itertools.product(*[CODES[dim] for dim in dims]):
        place = {dim: CODES[dim].index(code) for dim, code in zip(dims, codes)}
        table[codes] = sum(found[tuple(one["dims"]), tuple(place[dim] for dim in one["dims"])] for one in residuals)
    return table, variance


class Directory(unittest.TestCase):
    def test_it_holds_what_is_agreed_and_nothing_else(self):
        found = {os.path.relpath(os.path.join(place, name), directory) for place, _, names in os.walk(directory) for name in names}
        self.assertEqual(found, FILES)

    def test_the_sums_name_every_other_file_and_openssl_can_check_the_signature(self):
        sums = dict(reversed(line.split("  ")) for line in read("SHA256SUMS").splitlines())
        self.assertEqual(set(sums), FILES - {"SHA256SUMS", "SHA256SUMS.sig"})
        for name, digest in sums.items():
            self.assertEqual(hashlib.sha256(read(name, "rb")).hexdigest(), digest)
        self.assertEqual(len(read("SHA256SUMS.sig", "rb")), 64)
        if shutil.which("openssl") is None:
            self.skipTest("no openssl command here")
        message = os.path.join(region.home, "m")
        for label, status in ((b"chorale release v1\n", 0), (b"chorale release v2\n", 1)):
            with open(message, "wb") as file:
                file.write(label + read("SHA256SUMS", "rb"))
            done = subprocess.run(["openssl", "pkeyutl", "-verify", "-pubin", "-inkey", "signing-key.pub", "-rawin", "-in", message,
                                   "-sigfile", "SHA256SUMS.sig"], cwd=directory, capture_output=True)
            self.assertEqual(done.returncode, status, done.stderr)

    def test_release_json_says_who_reported_and_what_it_cost(self):
        about = json.loads(read("release.json"))
        self.assertEqual({key: about[key] for key in ("release", "round", "period", "area", "coordinator")},
                         {"release": RELEASE, "round": "TIP_VICTIMS.2026-Q1.r0", "period": NEWEST, "area": "150", "coordinator": "DEMO"})
        self.assertEqual({row["country"]: row["status"] for row in about["countries"]}, {"XA": "accepted", "XB": "accepted", "XC": "not reported"})
        self.assertEqual((about["privacy"]["rho"], about["privacy"]["rho_units"]), (opened["rho"], opened["rho_units"]))
        self.assertEqual(json.loads(region.run("release", "show", RELEASE, "--json").stdout), about)

    def test_the_price_follows_from_the_residuals(self):
        """rho = sum of D2/(2 s2), rounded up once: the very integer that the offices paid."""
        total = Fraction(0)
        for one in areas()["XA"]["residuals"]:
            scale, squared = one["L"], Fraction(1)
            self.assertEqual(scale, sizes(one["dims"]))
            for dim in one["dims"]:
                n = len(CODES[dim])
                squared *= max(Fraction(j * (n - j), n) for j in range(1, KEEPS + 1)) if dim == "EXPL" else Fraction(n - 1, n)
            if one["group"] and "EXPL" not in one["dims"]:
                squared *= KEEPS ** 2
            self.assertEqual(int(one["s2"].split("/")[1]), 2 ** 16)
            total += scale ** 2 * squared / (2 * Fraction(one["s2"]))
        self.assertEqual(math.ceil(total * 2 ** 40), int(opened["rho_units"]))

    def test_the_region_is_the_sum_of_its_countries(self):
        found = areas()
        self.assertEqual(set(found), {"150", "XA", "XB"})
        self.assertEqual(found["150"]["reporters"], 2)
        for whole, first, second in zip(*[found[area]["residuals"] for area in ("150", "XA", "XB")]):
            self.assertEqual([whole[key] for key in ("part", "group", "dims", "L")], [first[key] for key in ("part", "group", "dims", "L")])
            self.assertEqual(sorted(whole), ["L", "dims", "group", "part", "s2", "y"])
            self.assertEqual(whole["y"], [a + b for a, b in zip(first["y"], second["y"])])
            self.assertTrue(all(isinstance(value, int) for value in whole["y"]))
            self.assertEqual(Fraction(whole["s2"]), Fraction(first["s2"]) + Fraction(second["s2"]))

    def test_every_measurement_follows_from_the_residuals(self):
        rows, found, checked = figures("measurements.csv"), areas(), 0
        self.assertEqual(read("measurements.csv").splitlines()[0],
                         "STRUCTURE,FREQ,REF_AREA,TIME_PERIOD,TABLE,SEX,AGE,EXPL,CITGRP," + COLUMNS.replace("RELEASE_ID", "VARIANCE,RELEASE_ID"))
        tables = {(area, tuple(dims)): rebuild(found[area], dims) for area in found
                  for dims in ([dim for dim in DIMS if dim in chosen] for number in range(3) for chosen in itertools.combinations(DIMS, number))}
        for row in rows:
            if row["REF_AREA"] == "XC":
                self.assertEqual((row["OBS_VALUE"], row["STD_ERR"], row["OBS_STATUS"], row["N_REPORTERS"]), ("", "", "O", "0"))
                continue
            dims = [dim for dim in DIMS if row[dim] != "_T"]
            table, variance = tables[row["REF_AREA"], tuple(dims)]
            value, deviation = float(table[tuple(row[dim] for dim in dims)]), math.sqrt(variance)
            self.assertAlmostEqual(float(row["OBS_VALUE"]), value, delta=1e-4)
            self.assertAlmostEqual(float(row["STD_ERR"]), deviation, delta=1e-4)
            self.assertAlmostEqual(float(row["VARIANCE"]), float(variance), delta=1e-5)
            self.assertAlmostEqual(float(row["LOWER_BOUND"]), max(0, value - Z * deviation), delta=2e-4)
            self.assertAlmostEqual(float(row["UPPER_BOUND"]), max(0, value + Z * deviation), delta=2e-4)
            status = "P" if row["REF_AREA"] == "150" else None
            self.assertIn(row["OBS_STATUS"], status or "UA")
            checked += 1
        cells = sum(sizes(dims) for dims in TABLES.values())
        self.assertGreaterEqual(checked, 3 * cells)
        for table, dims in TABLES.items():
            mine = [row for row in rows if row["TABLE"] == table and row["REF_AREA"] == "150" and "_T" not in [row[dim] for dim in dims]]
            self.assertEqual(len(mine), sizes(dims), table)

    def test_estimates_are_whole_consistent_and_sum_to_the_rounded_total(self):
        measured = {tuple(row[key] for key in ("REF_AREA", "TABLE", *DIMS)): row for row in figures("measurements.csv")}
        rows = figures("estimates.csv")
        self.assertEqual(len(rows), len(measured))
        value = {}
        for row in rows:
            beside = measured[tuple(row[key] for key in ("REF_AREA", "TABLE", *DIMS))]
            for key in ("STD_ERR", "LOWER_BOUND", "UPPER_BOUND", "N_REPORTERS"):
                self.assertEqual(row[key], beside[key])
            if row["OBS_VALUE"] == "":
                continue
            self.assertRegex(row["OBS_VALUE"], r"\A\d+\Z")
            value[row["REF_AREA"], row["TABLE"], tuple(row[dim] for dim in DIMS)] = int(row["OBS_VALUE"])
            if row["REF_AREA"] != "150":
                half = Z * float(row["STD_ERR"])
                self.assertEqual(row["OBS_STATUS"], "U" if half > int(row["OBS_VALUE"]) / 2 else "A")
        total, _ = rebuild(areas()["150"], [])
        expected = max(0, math.floor(total[()] + Fraction(1, 2)))
        for area in ("150", "XA", "XB"):
            persons = {table: sum(count for (where, name, at), count in value.items() if where == area and name == table and
                                  all((code != "_T") == (dim in TABLES[table]) for dim, code in zip(DIMS, at))) for table in ("V1", "V3")}
            self.assertEqual(persons["V1"], persons["V3"], area)
            if area == "150":
                self.assertEqual(persons["V1"], expected)

    def test_export_copies_and_never_overwrites(self):
        to = os.path.join(region.home, "exported")
        region.run("release", "export", RELEASE, "--to", to)
        for name in FILES:
            with open(os.path.join(to, name), "rb") as file:
                self.assertEqual(file.read(), read(name, "rb"))
        region.run("release", "export", RELEASE, "--to", to, expect=1)
        region.run("release", "export", "NOPE.v1", "--to", to + "2", expect=1)
        region.run("release", "show", "TIP_VICTIMS.2026-Q1.r0.v2", expect=1)


class Verify(unittest.TestCase):
    def verify(self, target, *more, expect=0):
        return json.loads(harness.run("chorale-coordinator", "verify", "--release", target, "--json", *more, expect=expect,
                                      env={"HOME": "/nowhere", "CHORALE_COORDINATOR_STATE": "/nowhere"}).stdout)

    def copy(self):
        target = os.path.join(region.home, "copy")
        shutil.rmtree(target, ignore_errors=True)
        shutil.copytree(directory, target)
        return target

    def test_a_good_release_passes_with_and_without_a_key(self):
        key = os.path.join(directory, "signing-key.pub")
        for more in ((), ("--key", key)):
            report = self.verify(directory, *more)
            self.assertTrue(report["ok"])
            for check in report["checks"]:
                self.assertEqual((sorted(check), check["ok"]), (["detail", "name", "ok"], True))
        report = region.json("verify")
        self.assertTrue(report["ok"])

    def test_one_changed_byte_in_any_file_is_found(self):
        for name in sorted(FILES):
            with self.subTest(name):
                target = self.copy()
                path = os.path.join(target, name)
                with open(path, "r+b") as file:
                    file.seek(os.path.getsize(path) // 2)
                    byte = file.read(1)
                    file.seek(-1, os.SEEK_CUR)
                    file.write(bytes([byte[0] ^ 1]))
                more = () if name != "signing-key.pub" else ("--key", os.path.join(directory, name))
                report = self.verify(target, *more, expect=1)
                self.assertFalse(report.get("ok", False))

    def test_a_figure_changed_with_its_hashes_is_found(self):
        target = self.copy()
        path = os.path.join(target, "measurements.csv")
        with open(path, "r", encoding="utf-8", newline="") as file:
            text = file.read()
        with open(path, "w", encoding="utf-8", newline="") as file:
            file.write(text.replace(",P,2,", ",A,3,", 1))
        sums = os.path.join(target, "SHA256SUMS")
        with open(sums, encoding="utf-8") as file:
            lines = file.read()
        with open(path, "rb") as file:
            digest = hashlib.sha256(file.read()).hexdigest()
        with open(sums, "w", encoding="utf-8") as file:
            file.write(re.sub(r"(?m)^[0-9a-f]{64}  measurements.csv$", digest + "  measurements.csv", lines))
        report = self.verify(target, expect=1)
        self.assertFalse(report["ok"])
        self.assertFalse(report["checks"][0]["ok"])

    def test_a_missing_an_added_file_and_another_key_are_found(self):
        target = self.copy()
        os.remove(os.path.join(target, "receipts", "XA.receipt"))
        self.verify(target, expect=1)
        target = self.copy()
        with open(os.path.join(target, "more.csv"), "w") as file:
            file.write("x")
        self.verify(target, expect=1)
        key = os.path.join(region.home, "other.pub")
        with open(key, "w") as file:
            file.write("00" * 31 + "01\n")
        self.verify(directory, "--key", key, expect=1)
        self.verify(directory, "--key", "/nowhere", expect=1)
        self.verify("/nowhere", expect=1)

    def test_a_release_changed_in_the_state_is_exit_6_and_answers_nothing(self):
        path = os.path.join(directory, "residuals.json")
        kept = read("residuals.json", "rb")
        mode = os.stat(path).st_mode
        os.chmod(path, 0o600)
        try:
            with open(path, "wb") as file:
                file.write(kept.replace(b'"y":[', b'"y":[1', 1))
            report = region.json("verify", expect=6)
            self.assertFalse(report["ok"])
            region.run("query", "--structure", "TIP_VICTIMS", "--by", "SEX", expect=6)
        finally:
            with open(path, "wb") as file:
                file.write(kept)
            os.chmod(path, mode)
        region.run("query", "--structure", "TIP_VICTIMS", "--by", "SEX")

    def test_publishing_again_makes_a_lost_release_whole(self):
        keep, name = self.copy(), "TIP_VICTIMS.2026-Q1.r0"
        first = region.publish(name)
        shutil.rmtree(directory)
        region.run("query", "--structure", "TIP_VICTIMS", "--by", "SEX", expect=6)
        self.assertEqual(region.publish(name), first)
        for file in FILES:
            with open(os.path.join(keep, file), "rb") as before:
                self.assertEqual(read(file, "rb"), before.read())


class Query(unittest.TestCase):
    def query(self, by, *more, expect=0):
        return region.query("--structure", "TIP_VICTIMS", "--by", by, *more, expect=expect)

    def refused(self, expect, *words):
        done = region.run("query", *words, "--json", expect=expect)
        self.assertRegex(done.stderr, r"\Achorale-coordinator: [a-z-]+: [^\n]+: [^\n]+\n\Z")
        return json.loads(done.stdout)["error"]

    def test_csv_has_the_agreed_columns_and_json_the_same(self):
        for by in ("SEX,AGE", "AGE,SEX", "EXPL", "CITGRP"):
            text = region.run("query", "--structure", "TIP_VICTIMS", "--by", by, "--format", "csv").stdout
            header = "STRUCTURE,FREQ,REF_AREA,TIME_PERIOD,%s,%s" % (by, COLUMNS)
            self.assertEqual(text.splitlines()[0], header)
            rows = list(csv.DictReader(io.StringIO(text)))
            for row, other in zip(rows, self.query(by)):
                self.assertEqual(list(other), header.split(","))
                self.assertEqual((row["STRUCTURE"], row["FREQ"], row["REF_AREA"], row["TIME_PERIOD"], row["CONF_LEVEL"], row["RELEASE_ID"]),
                                 ("TIP_VICTIMS", "Q", "150", NEWEST, "0.95", RELEASE))
                self.assertEqual({key: str(value) for key, value in other.items() if key not in COLUMNS.split(",")[1:4]},
                                 {key: value for key, value in row.items() if key not in COLUMNS.split(",")[1:4]})
                self.assertIsInstance(other["OBS_VALUE"], int)
        self.assertEqual(region.json("query", "--structure", "TIP_VICTIMS", "--by", "SEX"), {"rows": self.query("SEX")})
        self.assertIn("P gap in the sum", region.run("query", "--structure", "TIP_VICTIMS", "--by", "SEX").stdout)

    def test_rows_follow_by_with_the_total_last_and_none_for_contributions(self):
        def codes(by):
            return [tuple(row[dim] for dim in by.split(",")) for row in self.query(by)]
        total = lambda dim: CODES[dim] + ([] if dim == "EXPL" else ["_T"])
        for by in ("SEX", "EXPL", "SEX,AGE", "AGE,SEX", "EXPL,SEX", "SEX,EXPL", "CITGRP,AGE", "AGE,EXPL"):
            self.assertEqual(codes(by), list(itertools.product(*[total(dim) for dim in by.split(",")])))

    def test_where_keeps_codes_and_sums_what_is_not_asked_for(self):
        cells = {(row["SEX"], row["AGE"]): row for row in self.query("SEX,AGE", "--measured")}
        for row in self.query("SEX", "--where", "AGE=Y0T17+Y_GE18", "--measured"):
            parts = [cells[row["SEX"], "Y0T17"]["OBS_VALUE"], cells[row["SEX"], "Y_GE18"]["OBS_VALUE"]]
            self.assertAlmostEqual(row["OBS_VALUE"], sum(parts), delta=2e-4)
            self.assertLess(row["STD_ERR"], math.sqrt(2) * cells["F", "Y0T17"]["STD_ERR"] * 1.01)
        self.assertEqual([row["AGE"] for row in self.query("AGE", "--where", "AGE=_U+Y0T17")], ["Y0T17", "_U", "_T"])
        one = self.query("AGE", "--where", "SEX=F")
        self.assertEqual([row["OBS_VALUE"] for row in one], [row["OBS_VALUE"] for row in self.query("SEX,AGE") if row["SEX"] == "F"])
        contributions = {(row["EXPL"], row["SEX"]): row for row in self.query("EXPL,SEX", "--measured")}
        for row in self.query("SEX", "--where", "EXPL=SX", "--measured"):
            self.assertAlmostEqual(row["OBS_VALUE"], contributions["SX", row["SEX"]]["OBS_VALUE"], delta=1e-4)

    def test_the_error_of_every_sum_is_its_own(self):
        found = areas()
        for row in self.query("SEX,AGE", "--measured") + self.query("CITGRP,AGE", "--measured") + self.query("EXPL,SEX", "--measured"):
            dims = [dim for dim in DIMS if row.get(dim, "_T") != "_T"]
            table, variance = rebuild(found["150"], dims)
            self.assertAlmostEqual(row["OBS_VALUE"], float(table[tuple(row[dim] for dim in dims)]), delta=1e-4)
            self.assertAlmostEqual(row["STD_ERR"], math.sqrt(variance), delta=1e-4)

    def test_areas(self):
        whole = self.query("SEX")
        self.assertEqual(self.query("SEX", "--area", "region"), whole)
        each = self.query("SEX", "--area", "each")
        self.assertEqual([row["REF_AREA"] for row in each], [area for area in ("XA", "XB", "XC") for _ in range(5)])
        for row in each:
            gap = row["REF_AREA"] == "XC"
            self.assertEqual((row["OBS_VALUE"] is None, row["STD_ERR"] is None, row["N_REPORTERS"]), (gap, gap, 0 if gap else 1))
            if gap:
                self.assertEqual(row["OBS_STATUS"], "O")
            else:
                self.assertEqual(row["OBS_STATUS"], "U" if Z * row["STD_ERR"] > row["OBS_VALUE"] / 2 else "A")
        self.assertEqual([row for row in each if row["REF_AREA"] == "XB"], self.query("SEX", "--area", "XB"))
        both = self.query("SEX", "--area", "XA+XB", "--measured")
        self.assertEqual({(row["REF_AREA"], row["N_REPORTERS"]) for row in both}, {("XA+XB", 2)})
        for row, a, b, r in zip(both, self.query("SEX", "--area", "XA", "--measured"), self.query("SEX", "--area", "XB", "--measured"),
                                self.query("SEX", "--measured")):
            self.assertAlmostEqual(row["OBS_VALUE"], a["OBS_VALUE"] + b["OBS_VALUE"], delta=2e-4)
            self.assertAlmostEqual(row["OBS_VALUE"], r["OBS_VALUE"], delta=1e-4)
            self.assertAlmostEqual(row["STD_ERR"] ** 2, a["STD_ERR"] ** 2 + b["STD_ERR"] ** 2, delta=0.01)
            self.assertIn(row["OBS_STATUS"], "UA")
            self.assertEqual(r["OBS_STATUS"], "P")
        self.assertEqual({(row["OBS_STATUS"], row["N_REPORTERS"]) for row in self.query("SEX", "--area", "XA+XC")}, {("P", 1)})

    def test_periods(self):
        self.assertEqual(self.query("SEX", "--period", NEWEST), self.query("SEX"))
        older = self.query("SEX", "--period", OLDER)
        self.assertEqual({(row["TIME_PERIOD"], row["N_REPORTERS"]) for row in older}, {(OLDER, 3)})
        self.assertFalse({"O", "P"} & {row["OBS_STATUS"] for row in older})
        span = "2025-Q3..2026-Q1"
        rows = self.query("SEX", "--period", span, "--measured")
        self.assertEqual([row["TIME_PERIOD"] for row in rows], [period for period in ("2025-Q3", OLDER, NEWEST, span) for _ in range(5)])
        for missing, first, second, whole in zip(*[rows[at:at + 5] for at in (0, 5, 10, 15)]):
            self.assertEqual((missing["OBS_VALUE"], missing["OBS_STATUS"], missing["N_REPORTERS"]), (None, "O", 0))
            self.assertAlmostEqual(whole["OBS_VALUE"], first["OBS_VALUE"] + second["OBS_VALUE"], delta=2e-4)
            self.assertAlmostEqual(whole["STD_ERR"] ** 2, first["STD_ERR"] ** 2 + second["STD_ERR"] ** 2, delta=0.01)
            self.assertEqual(whole["OBS_STATUS"], "P")

    def test_what_cannot_be_answered_is_refused(self):
        table = "TIP_VICTIMS"
        for words in (("SEX,CITGRP",), ("SEX", "--where", "CITGRP=NAT"), ("SEX,AGE,EXPL",), ("EXPL,CITGRP",)):
            error = self.refused(1, "--structure", table, "--by", *words)
            for name in TABLES:
                self.assertIn(name, error["what"])
        for words in (("--structure", table, "--by", "NOPE"), ("--structure", table, "--by", "SEX", "--where", "SEX=Q"),
                      ("--structure", table, "--by", "SEX", "--where", "NOPE=Q"), ("--structure", "NOPE", "--by", "SEX"),
                      ("--structure", table, "--by", "SEX", "--period", "2020-Q1"), ("--structure", table, "--by", "SEX", "--area", "FR"),
                      ("--structure", "TIP_FLOWS", "--by", "BASIS"), ("--structure", table, "--by", "SEX' OR '1'='1")):
            self.refused(1, *words)
        for words in (("--by", "SEX,SEX"), ("--by", "SEX,"), ("--by", "SEX", "--where", "SEX"), ("--by", "SEX", "--where", "SEX=F,SEX=M"),
                      ("--by", "SEX", "--period", "x"), ("--by", "SEX", "--period", "2026-Q1..2025-Q1"), ("--by", "SEX", "--period", "2025..2026-Q1"),
                      ("--by", "SEX", "--area", "XA+XA"), ("--by", "SEX", "--format", "xml")):
            self.refused(2, "--structure", table, *words)


class Serve(unittest.TestCase):
    def get(self, path, method="GET"):
        connection = http.client.HTTPConnection(region.public, timeout=10)
        connection.putrequest(method, path, skip_accept_encoding=True)
        if method not in ("GET", "HEAD"):
            connection.putheader("Content-Length", "0")
        connection.endheaders()
        answer = connection.getresponse()
        body = answer.read()
        connection.close()
        return answer.status, body

    def test_it_says_that_it_is_ready_in_one_line(self):
        self.assertEqual(sorted(region.ready), ["event", "nodes", "pid", "public"])
        self.assertEqual((region.ready["event"], region.ready["pid"]), ("ready", region.server.pid))
        for address in (region.ready["nodes"], region.ready["public"]):
            host, port = address.rsplit(":", 1)
            socket.create_connection((host, int(port)), timeout=5).close()

    def test_releases_are_offered_read_only_with_an_index(self):
        status, body = self.get("/index.json")
        self.assertEqual(status, 200)
        listed = {row["release"]: row for row in json.loads(body)["releases"]}
        self.assertEqual(set(listed), {RELEASE, "TIP_VICTIMS.2025-Q4.r0.v1"})
        row = listed[RELEASE]
        self.assertEqual(set(row["files"]), FILES)
        self.assertEqual(row["sha256"], hashlib.sha256(read("SHA256SUMS", "rb")).hexdigest())
        for name in row["files"]:
            self.assertEqual(self.get("/" + row["path"] + name), (200, read(name, "rb")))
        status, body = self.get("/" + row["path"] + "release.json", "HEAD")
        self.assertEqual((status, body), (200, b""))
        for method in ("POST", "PUT", "DELETE"):
            self.assertIn(self.get("/" + row["path"] + "release.json", method)[0], (405,))

    def test_nothing_else_can_be_reached(self):
        base = "/releases/%s/" % RELEASE
        for path in ("/../coordinator.db", "/releases/../coordinator.db", base + "../../coordinator.db", base + "..%2f..%2fcoordinator.db",
                     base + "%2e%2e/%2e%2e/coordinator.db", base + "..\\..\\coordinator.db", base + "....//coordinator.db", "//etc/passwd",
                     base + "receipts/../../../coordinator.db", base + "/etc/passwd", base + "%00", base + "release.json%00.csv",
                     base + "..%252f..%252fcoordinator.db", base + "%c0%ae%c0%ae/coordinator.db", "/releases/", "/releases", base, "/",
                     "/coordinator.db", "/keys/leaf.key", "/releases/NOPE/release.json", base + "receipts/XC.receipt", "/v1/sync"):
            with self.subTest(path):
                status, body = self.get(path)
                self.assertIn(status, (400, 404))
                self.assertNotIn(b"SQLite", body)

    def test_it_ends_with_0_and_is_off_by_default(self):
        state = os.path.join(region.home, "second")
        server = subprocess.Popen([os.path.join(harness.BIN, "chorale-coordinator"), "serve", "--listen", "127.0.0.1:0", "--state", region.state],
                                  stdout=subprocess.PIPE, stderr=subprocess.PIPE, stdin=subprocess.DEVNULL, text=True)
        ready = json.loads(server.stdout.readline())
        self.assertIsNone(ready["public"])
        server.send_signal(signal.SIGTERM)
        out, error = server.communicate(timeout=20)
        self.assertEqual((server.returncode, out), (0, ""), error)
        self.assertEqual(harness.run("chorale-coordinator", "serve", "--state", state, "--listen", "127.0.0.1:0", expect=1).stdout, "")
        for wrong in ("127.0.0.1", "nonsense:port", "127.0.0.1:70000"):
            region.run("serve", "--listen", wrong, expect=2)
        region.run("serve", "--listen", "127.0.0.1:0", "--public", "127.0.0.1:0", "--public-cert", "/nowhere", expect=2)
        # a port that is taken
        region.run("serve", "--listen", region.ready["nodes"], expect=1)


if __name__ == "__main__":
    unittest.main(verbosity=2)
