"""The fixed interface of files of cases and of counts: check, preview, submit, on the real programs."""
import csv
import json
import os
import stat
import unittest

import harness

ROUND = "TIP_VICTIMS.2026-Q1.r0"
SEX, AGE = ["F", "M", "_O", "_U"], ["Y0T17", "Y_GE18", "_U"]
EXPL = ["SX", "FL", "DS", "CR", "BG", "MA", "CS", "AD", "SU", "OR", "OT", "_U"]
CITGRP = ["NAT", "REG", "FOR", "STLS", "_U"]
TABLES = [("V1", ["SEX", "AGE"]), ("V2", ["EXPL", "SEX"]), ("V3", ["CITGRP", "AGE"]), ("V4", ["EXPL", "AGE"])]
CODES = {"SEX": SEX, "AGE": AGE, "EXPL": EXPL, "CITGRP": CITGRP}

MAPPING = {
    "map": "synthetic", "structure": "TIP_VICTIMS", "kind": "records",
    "file": {"format": "csv", "delimiter": ",", "encoding": "utf-8", "header": True, "skip_lines": 2},
    "record_key": "id", "time": {"column": "reg", "pattern": "%Y-%m-%d"}, "select": {"period": "round"},
    "columns": {
        "SEX": {"column": "sex", "values": {"F": "F", "M": "M", "O": "_O"}},
        "AGE": {"column": "age", "values": {"child": "Y0T17", "adult": "Y_GE18"}},
        "EXPL": {"column": "forms", "split": [";"], "values": {"SX": "SX", "FL": "FL", "DS": "DS", "OR": "OR", "?": "_U"}},
        "CITGRP": {"column": "nat", "lookup": "CL_AREA", "missing": ["-"], "derive": "citizenship-group"}},
    "on_unknown": "error", "on_blank": "error", "on_conflict": "error"}
HEAD = ["Synthetic office,,,,,", "invented,,,,,", "id,reg,sex,age,forms,nat"]
GOOD = ["KEY1,2026-02-01,F,adult,SX;FL,XA", "KEY1,2026-02-01,F,adult,DS,XA", "KEY2,2025-12-31,F,adult,SX,XA",
        "KEY3,2026-03-31,M,child,OR,DE", "KEY3,2026-03-31,M,child,OR,DE", "KEY4,2026-01-01,O,child,?,-"]
WRONG = [  # the line, its column, its class, the text that may be shown
    ("KEYA,2026-02-01,F\u00e9male-%s,adult,SX,XA" % ("x" * 60), "sex", "unknown-code", ("F\u00e9male-" + "x" * 60)[:40]),
    ("KEYB,2026-02-01,,adult,SX,XA", "sex", "blank", ""),
    ("KEYC,2026-02-30,F,adult,SX,XA", "reg", "malformed", ""),
    ("KEYD,CANARY,F,adult,SX,XA", "reg", "malformed", ""),
    ("KEY1,2026-02-01,M,adult,SX,XA", "sex", "conflict", ""),
    ("KEYE,2026-02-01,F,adult,SX;;FL,XA", "forms", "malformed", "SX;;FL"),
    ("KEYF,2026-02-01,F,adult,SX", None, "malformed", ""),
    ("KEYG,2026-02-01,=1+1,adult,SX,XA", "sex", "unknown-code", "'=1+1"),
    ("KEYH,2026-02-01,M,child,OR,CANARY", "nat", "unknown-code", ""),
]


def setUpModule():
    global region, office, other
    region = harness.Region()
    region.serve()
    office, other = region.enroll("XA"), region.enroll("XB")
    region.open_round("TIP_VICTIMS", "2026-Q1", "0.1")
    for each in (office, other):
        each.sync()


def tearDownModule():
    region.__exit__()


def write(name, lines):
    path = os.path.join(region.home, name)
    with open(path, "w", encoding="utf-8", newline="") as file:
        file.write("".join(line + "\n" for line in lines))
    return path


def mapping(name="mapping.json", **changes):
    return write(name, [json.dumps(dict(MAPPING, **changes))])


def check(lines, *more, expect=0, who=None, **changes):
    return (who or office).json("check", write("cases.csv", lines), "--map", mapping(**changes), "--round", ROUND, *more, expect=expect)


class Rows(unittest.TestCase):
    def test_a_clean_file_is_counted(self):
        report = check(HEAD + GOOD)
        self.assertEqual({key: report[key] for key in ("ok", "rows", "taken", "rejected", "not_selected", "persons", "errors", "errors_file")},
                         {"ok": True, "rows": 6, "taken": 5, "rejected": 0, "not_selected": 1, "persons": 3, "errors": [], "errors_file": None})
        # KEY1 holds three forms, two count; KEY3's repeat is merged; KEY4's unknown counts as neither seen nor kept
        self.assertEqual(report["bound"], {"EXPL": {"seen": 4, "kept": 3}})

    def test_every_wrong_row_is_listed_and_nothing_is_taken(self):
        lines = HEAD + GOOD + [line for line, _, _, _ in WRONG]
        errors_file = os.path.join(region.home, "wrong.csv")
        done = office.run("check", write("cases.csv", lines), "--map", mapping(), "--round", ROUND, "--errors", errors_file, "--json", expect=1)
        self.assertRegex(done.stderr, r"\Achorale-node: input: [^\n]+: [^\n]+\n\Z")
        report = json.loads(done.stdout)
        self.assertEqual((report["ok"], report["rows"], report["taken"], report["rejected"], report["not_selected"]), (False, 15, 5, 9, 1))
        rows = [len(HEAD + GOOD) + 1 + number for number in range(len(WRONG))]
        self.assertEqual([(one["row"], one["column"], one["class"]) for one in report["errors"]],
                         [(row, column, kind) for row, (_, column, kind, _) in zip(rows, WRONG)])
        for one in report["errors"]:
            self.assertEqual(sorted(one), ["class", "column", "reason", "row"])
        self.assertEqual(report["errors_file"], errors_file)
        self.assertEqual(stat.S_IMODE(os.stat(errors_file).st_mode), 0o600)
        with open(errors_file, encoding="utf-8", newline="") as file:
            self.assertEqual(file.readline(), "row,column,class,text,reason\n")
            listed = [(int(line[0]), line[1] or None, line[2], line[3]) for line in csv.reader(file)]
        self.assertEqual(listed, [(row, column, kind, text) for row, (_, column, kind, text) in zip(rows, WRONG)])
        # neither the record key nor the text of a column without a value map, anywhere
        with open(errors_file, encoding="utf-8") as file:
            shown = done.stdout + done.stderr + file.read() + office.run("check", write("cases.csv", lines), "--map", mapping(),
                                                                         "--round", ROUND, expect=1).stdout
        self.assertNotIn("KEY", shown)
        self.assertNotIn("CANARY", shown)
        for command, more in (("preview", ()), ("submit", ("--yes", *office.secret()))):
            refused = office.json(command, write("cases.csv", lines), "--map", mapping(), "--round", ROUND, *more, expect=1)
            self.assertEqual(refused["error"]["code"], "input")
        self.assertEqual(office.json("budget", "--year", "2026")["entries"], [])

    def test_the_first_twenty_are_shown_and_all_are_in_the_file(self):
        errors_file = os.path.join(region.home, "many.csv")
        report = check(HEAD + ["K%d,2026-02-01,x,adult,SX,XA" % number for number in range(30)], "--errors", errors_file, expect=1)
        self.assertEqual((len(report["errors"]), report["rejected"]), (20, 30))
        self.assertEqual(report["errors"][0]["row"], 4)
        with open(errors_file, encoding="utf-8") as file:
            self.assertEqual(len(file.readlines()), 31)

    def test_without_select_a_row_of_another_period_is_an_error(self):
        select = {key: value for key, value in MAPPING.items() if key != "select"}
        path = write("m2.json", [json.dumps(select)])
        report = office.json("check", write("cases.csv", HEAD + GOOD), "--map", path, "--round", ROUND, expect=1)
        self.assertEqual([(one["row"], one["column"], one["class"]) for one in report["errors"]], [(6, "reg", "outside-period")])

    def test_a_structure_and_period_do_instead_of_a_round(self):
        path, map_path = write("cases.csv", HEAD + GOOD), mapping()
        one = office.json("check", path, "--map", map_path, "--round", ROUND)
        self.assertEqual(office.json("check", path, "--map", map_path, "--structure", "TIP_VICTIMS", "--period", "2026-Q1"), one)
        self.assertEqual(office.json("check", path, "--map", map_path, "--structure", "TIP_VICTIMS", "--period", "2025-Q4")["taken"], 1)
        office.json("check", path, "--map", map_path, "--structure", "NOPE", "--period", "2026-Q1", expect=1)
        office.json("check", path, "--map", map_path, "--structure", "TIP_VICTIMS", "--period", "2026-Q9", expect=2)
        # a mapping for another structure
        self.assertEqual(office.json("check", path, "--map", map_path, "--structure", "TIP_FLOWS", "--period", "2026-Q1", expect=1)["error"]["code"], "mapping")

    def test_a_file_or_mapping_that_is_not_there_is_named(self):
        for file, map_path, where in (("/nowhere.csv", mapping(), "/nowhere.csv"), (write("cases.csv", HEAD + GOOD), "/nowhere.json", "/nowhere.json")):
            self.assertIn(where, office.json("check", file, "--map", map_path, "--round", ROUND, expect=1)["error"]["where"])

    def test_mappings_are_strict(self):
        for changes in ({"surprise": 1}, {"kind": "wide"}, {"structure": "NOPE"}, {"on_unknown": "sometimes"},
                        {"columns": {"COLOR": {"column": "sex"}}}, {"columns": {"SEX": {"column": "sex", "values": {"F": "NOPE"}}}}):
            self.assertEqual(check(HEAD + GOOD, expect=1, **changes)["error"]["code"], "mapping", changes)
        self.assertEqual(check(HEAD + GOOD, expect=1, record_key="nope")["error"]["exit"], 1)
        path = write("broken.json", ['{"map": "x", "map": "y"}'])
        self.assertEqual(office.json("check", write("cases.csv", HEAD + GOOD), "--map", path, "--round", ROUND, expect=1)["error"]["code"], "mapping")

    def test_preview_shows_own_counts_and_the_band(self):
        preview = office.json("preview", write("cases.csv", HEAD + GOOD), "--map", mapping(), "--round", ROUND)
        self.assertEqual(preview["round"], ROUND)
        for key in ("rho", "remaining"):
            self.assertIsInstance(preview[key], str)
            self.assertRegex(preview[key + "_units"], r"\A\d+\Z")
        self.assertIsInstance(preview["epsilon"], float)
        self.assertEqual([(table["id"], table["dims"]) for table in preview["tables"]], TABLES)
        for table in preview["tables"]:
            dims = table["dims"]
            codes = [(first, second) for second in CODES[dims[1]] for first in CODES[dims[0]]] if table["id"] != "V1" else \
                [(first, second) for first in CODES[dims[0]] for second in CODES[dims[1]]]
            self.assertEqual(sorted((cell[dims[0]], cell[dims[1]]) for cell in table["cells"]), sorted(codes))
            for cell in table["cells"]:
                self.assertEqual(sorted(cell), sorted(dims + ["count", "low", "high"]))
                self.assertIsInstance(cell["count"], int)
                self.assertAlmostEqual(cell["high"] - cell["low"], 2 * 1.96 * table["se"], delta=0.1)
                self.assertAlmostEqual(cell["high"] + cell["low"], 2 * cell["count"], delta=0.1)
        count = {tuple(cell[dim] for dim in table["dims"]): cell["count"] for table in preview["tables"] for cell in table["cells"] if cell["count"]}
        self.assertEqual(count, {("F", "Y_GE18"): 1, ("M", "Y0T17"): 1, ("_O", "Y0T17"): 1,  # SEX x AGE
                                 ("DS", "F"): 1, ("SX", "F"): 1, ("OR", "M"): 1, ("_U", "_O"): 1,  # EXPL x SEX, by priority
                                 ("NAT", "Y_GE18"): 1, ("FOR", "Y0T17"): 1, ("_U", "Y0T17"): 1,
                                 ("DS", "Y_GE18"): 1, ("SX", "Y_GE18"): 1, ("OR", "Y0T17"): 1} | {("_U", "Y0T17"): 1})
        self.assertIn("INTERNAL", office.run("preview", write("cases.csv", HEAD + GOOD), "--map", mapping(), "--round", ROUND).stdout)


COUNTS = {"map": "counts", "structure": "TIP_VICTIMS", "kind": "aggregate",
          "file": {"format": "csv", "delimiter": ";", "encoding": "utf-8", "header": True},
          "time": {"constant": "2026-Q1"}, "attest": "Office B: each person once, two forms at most",
          "columns": {dim: {"column": dim.lower(), "values": dict({code: code for code in codes}, Total="_T")} for dim, codes in CODES.items()},
          "value": {"column": "n", "thousands": ",", "suppressed": ["<5"], "max": 100000},
          "on_unknown": "error", "on_blank": "error", "duplicates": "error"}


def cells(counts):
    """One line per cell of each table."""
    lines = ["sex;age;expl;citgrp;n"]
    for _, dims in TABLES:
        for first in CODES[dims[0]]:
            for second in CODES[dims[1]]:
                at = {dims[0]: first, dims[1]: second}
                lines.append(";".join([at.get(dim, "Total") for dim in ("SEX", "AGE", "EXPL", "CITGRP")] + [counts(dims, at)]))
    return lines


def agreeing(dims, at):
    """Tables that agree: everybody female, adult, a citizen; 1,500 persons, 1,200 of them in forced labor, 300 unknown."""
    sure = {"SEX": "F", "AGE": "Y_GE18", "CITGRP": "NAT"}
    if any(at[dim] != sure[dim] for dim in dims if dim in sure):
        return "0"
    return {"FL": "1,200", "_U": "300", None: "1,500"}.get(at.get("EXPL"), "0")


def check_counts(lines, expect=0, **changes):
    path = write("counts.json", [json.dumps({key: value for key, value in dict(COUNTS, **changes).items() if value is not None})])
    return other.json("check", write("counts.csv", lines), "--map", path, "--round", ROUND, expect=expect)


class Counts(unittest.TestCase):
    def test_counts_need_an_attestation(self):
        self.assertEqual(check_counts(cells(agreeing), expect=1, attest=None)["error"]["code"], "mapping")

    def test_suppressed_strange_and_repeated_values_are_refused(self):
        lines = cells(agreeing)
        for text, kind in (("<5", None), ("-1", "not-a-number"), ("1.5", "not-a-number"), ("1e3", "not-a-number"), ("NaN", "not-a-number"),
                           ("9223372036854775808", None), ("1" * 400, None), ("100001", None), ("", None)):
            with self.subTest(text):
                changed = lines[:5] + [lines[5].rsplit(";", 1)[0] + ";" + text] + lines[6:]
                report = check_counts(changed, expect=1)
                self.assertEqual((report["errors"][0]["row"], report["errors"][0]["column"]), (6, "n"))
                if kind:
                    self.assertEqual(report["errors"][0]["class"], kind)
        report = check_counts(lines + [lines[5]], expect=1)
        self.assertEqual([(one["row"], one["class"]) for one in report["errors"]], [(len(lines) + 1, "duplicate")])

    def test_tables_that_disagree_are_a_conflict(self):
        lines = cells(lambda dims, at: "2")
        self.assertIn("conflict", {one["class"] for one in check_counts(lines, expect=1)["errors"]})

    def test_a_table_without_rows_is_an_error(self):
        self.assertFalse(check_counts([line for line in cells(agreeing) if not line.split(";")[3] in CITGRP], expect=1)["ok"])


class Sent(unittest.TestCase):
    """Last: from here on the round is drawn."""

    def test_counts_go_the_whole_way_and_the_release_shows_the_attestation(self):
        path = write("counts.json", [json.dumps(COUNTS)])
        source = write("counts.csv", cells(agreeing))
        report = check_counts(cells(agreeing))
        self.assertEqual((report["ok"], report["rejected"]), (True, 0))
        preview = other.json("preview", source, "--map", path, "--round", ROUND)
        self.assertEqual({cell["count"] for cell in preview["tables"][0]["cells"]}, {0, 1500})
        other.submit(source, path, ROUND)
        office.submit(write("cases.csv", HEAD + GOOD), mapping(), ROUND)
        region.close(ROUND)
        with open(os.path.join(region.publish(ROUND)["dir"], "release.json"), encoding="utf-8") as file:
            countries = {row["country"]: row for row in json.load(file)["countries"]}
        self.assertIn(COUNTS["attest"], json.dumps(countries["XB"]))
        self.assertNotIn("Office B", json.dumps(countries["XA"]))
        self.assertIn(COUNTS["attest"], region.run("release", "show", ROUND + ".v1").stdout)
        rows = region.query("--structure", "TIP_VICTIMS", "--by", "SEX", "--area", "XB", "--measured")
        total = [row for row in rows if row["SEX"] == "_T"][0]
        self.assertLess(abs(total["OBS_VALUE"] - 1500), 6 * total["STD_ERR"])
        # what was sent can be read back, by the office alone
        shown = other.json("receipts", "show", ROUND, "--values")
        self.assertEqual([(table["id"], table["dims"]) for table in shown["tables"]], TABLES)
        value = {tuple(cell[dim] for dim in table["dims"]): cell["value"] for table in shown["tables"][:1] for cell in table["cells"]}
        self.assertLess(abs(value["F", "Y_GE18"] - 1500), 6 * shown["tables"][0]["se"])
        listed = other.json("receipts", "list")["receipts"]
        self.assertEqual([(row["round"], row["receipt_sha256"]) for row in listed], [(ROUND, shown["receipt_sha256"])])


if __name__ == "__main__":
    unittest.main(verbosity=2)
