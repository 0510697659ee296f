"""One small round of each of the six default structures, from a file of cases to the answer of a query, counted again here."""
import itertools
import json
import os
import random
import unittest

import harness

PERIOD = "2026-Q1"
PERSONS = {"XA": 80, "XB": 120}


def load():
    with open(os.path.join(harness.SOURCE, "coordinator", "share", "structures.json"), encoding="utf-8") as file:
        document = json.load(file)
    for structure in document["structures"]:
        structure["codes"] = {dim: [code for code in document["codelists"][name]["codes"] if code != "_T"]
                              for dim, name in structure["dimensions"] if dim not in ("FREQ", "REF_AREA")}
    return {structure["id"]: structure for structure in document["structures"]}


def settle(structure, dim, codes):
    """The one code, or the set, that counts for one person."""
    known = [code for code in codes if code != "_U"] or ["_U"]
    rule = structure["multi"].get(dim)
    if rule:
        return sorted(known, key=rule["priority"].index)[:rule["max"]]
    order = structure.get("pick", {}).get(dim)
    return [min(known, key=order.index)] if order else known


class EveryStructure(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.dice = random.Random(20261123)
        cls.region = harness.Region()
        cls.region.serve()
        cls.structures = load()
        for country in PERSONS:
            cls.region.enroll(country)
        for name in cls.structures:
            cls.region.open_round(name, PERIOD, "0.1")
        for country in PERSONS:
            office = cls.region.office(country)
            office.run("policy", "set", "--year-rho", "0.6", *office.secret())
            office.sync()

    @classmethod
    def tearDownClass(cls):
        cls.region.__exit__()

    def write(self, name, text):
        path = os.path.join(self.region.home, name)
        with open(path, "w", encoding="utf-8") as file:
            file.write(text)
        return path

    def invent(self, structure, country):
        """A file of cases, and each person's settled codes."""
        dims, lines, persons = list(structure["codes"]), [], []
        for number in range(PERSONS[country]):
            several = {dim: dim in structure["multi"] or dim in structure.get("pick", {}) for dim in dims}
            codes = {dim: self.dice.sample(structure["codes"][dim], self.dice.randint(1, min(4, len(structure["codes"][dim]))) if several[dim] else 1)
                     for dim in dims}
            persons.append({dim: settle(structure, dim, codes[dim]) for dim in dims})
            lines.append("%d,2026-01-%02d,%s" % (number, number % 28 + 1, ",".join(";".join(codes[dim]) for dim in dims)))
        return self.write("%s-%s.csv" % (structure["id"], country), "id,date,%s\n%s\n" % (",".join(dims), "\n".join(lines))), persons

    def mapping(self, structure):
        return self.write(structure["id"] + ".json", json.dumps({
            "map": "synthetic", "structure": structure["id"], "kind": "records",
            "file": {"format": "csv", "delimiter": ",", "encoding": "utf-8", "header": True}, "record_key": "id",
            "time": {"column": "date", "pattern": "%Y-%m-%d", "freq": "Q"},
            "columns": {dim: {"column": dim, "split": [";"], "values": {code: code for code in codes}} for dim, codes in structure["codes"].items()},
            "on_unknown": "error", "on_blank": "error", "on_conflict": "error"}))

    def count(self, persons, dims):
        table = {}
        for person in persons:
            for cell in itertools.product(*[person[dim] for dim in dims]):
                table[cell] = table.get(cell, 0) + 1
        return table

    def whole_round(self, name):
        structure, round_id, truth = self.structures[name], "%s.%s.r0" % (name, PERIOD), {}
        for country in PERSONS:
            office, map_path = self.region.office(country), self.mapping(structure)
            path, persons = self.invent(structure, country)
            preview = office.json("preview", path, "--map", map_path, "--round", round_id)
            self.assertEqual([(table["id"], table["dims"]) for table in preview["tables"]], [(table["id"], table["dims"]) for table in structure["tables"]])
            for table in preview["tables"]:
                counted = {tuple(cell[dim] for dim in table["dims"]): cell["count"] for cell in table["cells"]}
                expected = self.count(persons, table["dims"])
                self.assertEqual({cell: count for cell, count in counted.items() if count}, expected, (country, table["id"]))
                truth[country, table["id"]] = expected
            office.submit(path, map_path, round_id)
        self.region.close(round_id)
        directory = self.region.publish(round_id)["dir"]
        harness.run("chorale-coordinator", "verify", "--release", directory, "--key", os.path.join(directory, "signing-key.pub"))
        for table in structure["tables"]:
            for area in PERSONS:
                rows = self.region.query("--structure", name, "--by", ",".join(table["dims"]), "--area", area, "--measured")
                for row in rows:
                    cell = tuple(row[dim] for dim in table["dims"])
                    if "_T" not in cell:
                        self.assertLess(abs(row["OBS_VALUE"] - truth[area, table["id"]].get(cell, 0)), 6 * row["STD_ERR"], row)
            for row in self.region.query("--structure", name, "--by", ",".join(table["dims"])):
                self.assertEqual((row["REF_AREA"], row["N_REPORTERS"]), ("XZ", 2))
                self.assertGreaterEqual(row["OBS_VALUE"], 0)
        return structure

    def test_victims(self):
        self.whole_round("TIP_VICTIMS")

    def test_identification(self):
        self.whole_round("TIP_IDENT")

    def test_assistance(self):
        self.whole_round("TIP_ASSIST")

    def test_crime(self):
        self.whole_round("TIP_CRIM")

    def test_means(self):
        self.whole_round("TIP_MEANS")

    def test_flows(self):
        """BASIS is never summed over, and a sum over countries adds detected persons only."""
        self.whole_round("TIP_FLOWS")

        def codes(*words):
            return [(row["REF_AREA"], row.get("BASIS"), row.get("AGE")) for row in self.region.query("--structure", "TIP_FLOWS", *words)]
        self.assertEqual({basis for _, basis, _ in codes("--by", "BASIS,AGE", "--area", "XA")}, {"DET", "REP", "TRA", "_U"})
        self.assertEqual({basis for _, basis, _ in codes("--by", "BASIS,AGE")}, {"DET"})
        self.assertEqual({basis for _, basis, _ in codes("--by", "BASIS,AGE", "--area", "XA+XB")}, {"DET"})
        self.assertIn(("XA", None, "_T"), codes("--by", "AGE", "--where", "BASIS=REP", "--area", "each"))
        for words in (("--by", "AGE"), ("--by", "ORIGIN"), ("--by", "AGE", "--where", "BASIS=DET+REP"), ("--by", "ORIGIN,AGE", "--where", "BASIS=DET")):
            self.region.run("query", "--structure", "TIP_FLOWS", *words, expect=1)


if __name__ == "__main__":
    unittest.main(verbosity=2)
