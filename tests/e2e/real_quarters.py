"""Real quarters through the real programs: one office over four rounds, and one quarter split over four offices."""
import csv
import os
import sys
import unittest

import harness

QUARTERS = ["2022-Q2", "2022-Q3", "2022-Q4", "2023-Q1"]
ROWS = {"2022-Q2": 4171, "2022-Q3": 4586, "2022-Q4": 4417, "2023-Q1": 4746}
RESPONDERS = {"XA": "Government agency", "XB": "Local Authority", "XC": "NGO and third sector", "XD": "Police"}
# counts of all four quarters together, as the mapping's page states them
TRUTH = {
    "SEX": {"M": 14051, "F": 3855, "_O": 13, "_U": 1},
    "AGE": {"Y_GE18": 9395, "Y0T17": 7456, "_U": 1069},
    "CITGRP": {"NAT": 4407, "REG": 126, "FOR": 13342, "_U": 45, "STLS": 0},
    "EXPL": {"FL": 8489, "CR": 7452, "SX": 2702, "DS": 1103, "OR": 18, "_U": 1872},
}


def quarter(period):
    return harness.shared("data/uk_nrm/nrm_persons_%s.csv" % period)


class OneOfficeFourRounds(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.region = harness.Region(area="150")
        cls.region.serve()
        cls.office = cls.region.enroll("GB", "Synthetic office")
        cls.map = harness.shared("domain/mapping_uk_nrm.json")
        # four quarters of 0.05 stay within the default cap of a year, 1.2, and of a round, 0.1
        for period in QUARTERS:
            cls.region.open_round("TIP_VICTIMS", period, "0.05")
        cls.office.sync()
        cls.checks = {}
        for period in QUARTERS:
            round_id = "TIP_VICTIMS.%s.r0" % period
            cls.checks[period] = cls.office.json("check", quarter(period), "--map", cls.map, "--round", round_id)
            cls.sent = cls.office.submit(quarter(period), cls.map, round_id)
            cls.region.close(round_id)
            cls.region.publish(round_id)

    @classmethod
    def tearDownClass(cls):
        cls.region.__exit__()

    def test_every_row_is_taken(self):
        for period in QUARTERS:
            report = self.checks[period]
            self.assertTrue(report["ok"])
            self.assertEqual((report["rows"], report["taken"], report["rejected"], report["not_selected"], report["persons"]),
                             (ROWS[period], ROWS[period], 0, 0, ROWS[period]))
        self.assertEqual(sum(report["rows"] for report in self.checks.values()), 17920)

    def test_the_sum_over_periods_lies_within_its_own_error(self):
        for dimension, truth in TRUTH.items():
            rows = self.region.query("--structure", "TIP_VICTIMS", "--by", dimension, "--period", "2022-Q2..2023-Q1", "--measured")
            total = {row[dimension]: row for row in rows if row["TIME_PERIOD"] == "2022-Q2..2023-Q1"}
            one = {row[dimension]: row for row in rows if row["TIME_PERIOD"] == "2022-Q2"}
            for code, count in truth.items():
                self.assertLess(abs(total[code]["OBS_VALUE"] - count), 6 * total[code]["STD_ERR"], (dimension, code))
                # four independent draws under one plan: twice the error of one
                self.assertAlmostEqual(total[code]["STD_ERR"], 2 * one[code]["STD_ERR"], delta=0.001)

    def test_a_period_without_a_release_is_a_marked_gap(self):
        rows = self.region.query("--structure", "TIP_VICTIMS", "--by", "SEX", "--period", "2022-Q1..2022-Q2")
        missing = [row for row in rows if row["TIME_PERIOD"] == "2022-Q1"]
        self.assertTrue(missing)
        for row in missing:
            self.assertEqual((row["OBS_VALUE"], row["OBS_STATUS"], row["N_REPORTERS"]), (None, "O", 0))
        self.assertEqual({row["OBS_STATUS"] for row in rows if row["TIME_PERIOD"] == "2022-Q1..2022-Q2"}, {"P"})

    def test_the_ledger_adds_up_by_the_year_of_the_period(self):
        asked = int(0.05 * 2 ** 40)
        for year, rounds in ((2022, 3), (2023, 1)):
            budget = self.office.json("budget", "--year", str(year))
            spent = [int(entry["rho_units"]) for entry in budget["entries"]]
            self.assertEqual(len(spent), rounds)
            for units in spent:
                self.assertLessEqual(units, asked)
                self.assertGreater(units, 0.999 * asked)

    def test_a_second_submit_gives_the_same_and_spends_nothing(self):
        before = self.office.json("budget")
        round_id = "TIP_VICTIMS.2023-Q1.r0"
        first = self.office.json("receipts", "show", round_id)
        again = self.office.submit(quarter("2023-Q1"), self.map, round_id)
        self.assertEqual(self.office.json("budget"), before)
        self.assertEqual(self.office.json("receipts", "show", round_id), first)
        self.assertEqual(again, self.sent)


class OneQuarterFourOffices(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.region = harness.Region(area="150")
        cls.region.serve()
        cls.map = harness.shared("domain/mapping_uk_nrm.json")
        cls.truth = {}
        with open(quarter("2023-Q1"), encoding="utf-8-sig", newline="") as file:
            rows = list(csv.DictReader(file))
        for country in RESPONDERS:
            cls.region.enroll(country)
        cls.round = "TIP_VICTIMS.2023-Q1.r0"
        cls.opened = cls.region.open_round("TIP_VICTIMS", "2023-Q1", "0.1")
        for country, responder in RESPONDERS.items():
            part = os.path.join(cls.region.home, country + ".csv")
            mine = [row for row in rows if row["first_responder_type"] == responder]
            with open(part, "w", encoding="utf-8", newline="") as file:
                writer = csv.DictWriter(file, rows[0].keys(), lineterminator="\n")
                writer.writeheader()
                writer.writerows(mine)
            office = cls.region.office(country)
            office.sync()
            cls.sent = office.submit(part, cls.map, cls.round)
        cls.region.close(cls.round)
        cls.published = cls.region.publish(cls.round)
        for row in rows:
            sex = {"Male": "M", "Female": "F", "Other": "_O"}.get(row["gender"], "_U")
            age = {"Adult (18 or over)": "Y_GE18", "Child (17 or under)": "Y0T17"}.get(row["age_at_exploitation"], "_U")
            cls.truth[sex, age] = cls.truth.get((sex, age), 0) + 1

    @classmethod
    def tearDownClass(cls):
        cls.region.__exit__()

    def test_every_cell_lies_within_six_standard_errors(self):
        rows = self.region.query("--structure", "TIP_VICTIMS", "--by", "SEX,AGE", "--measured")
        self.assertEqual(len(rows), 5 * 4)
        for row in rows:
            if "_T" not in (row["SEX"], row["AGE"]):
                count = self.truth.get((row["SEX"], row["AGE"]), 0)
                self.assertLess(abs(row["OBS_VALUE"] - count), 6 * row["STD_ERR"], row)
                self.assertEqual(row["N_REPORTERS"], 4)

    def test_errors_are_those_that_the_round_announced(self):
        announced = {tuple(table["dims"]): table["se"] for table in self.opened["tables"]}
        rows = self.region.query("--structure", "TIP_VICTIMS", "--by", "SEX,AGE", "--area", "each", "--measured")
        for row in rows:
            if "_T" not in (row["SEX"], row["AGE"]):
                self.assertAlmostEqual(row["STD_ERR"], announced["SEX", "AGE"], delta=0.01)

    def test_anyone_can_verify_the_release(self):
        key = os.path.join(self.published["dir"], "signing-key.pub")
        report = harness.run("chorale-coordinator", "verify", "--release", self.published["dir"], "--key", key, "--json")
        self.assertIn('"ok":true', report.stdout.replace(" ", ""))

    def test_estimates_are_whole_and_add_up(self):
        rows = self.region.query("--structure", "TIP_VICTIMS", "--by", "SEX,AGE")
        total = [row for row in rows if row["SEX"] == row["AGE"] == "_T"][0]["OBS_VALUE"]
        cells = [row["OBS_VALUE"] for row in rows if "_T" not in (row["SEX"], row["AGE"])]
        self.assertTrue(all(isinstance(value, int) and value >= 0 for value in cells))
        self.assertEqual(sum(cells), total)
        each = self.region.query("--structure", "TIP_VICTIMS", "--by", "SEX", "--area", "each")
        self.assertEqual(sum(row["OBS_VALUE"] for row in each if row["SEX"] == "_T"), total)


if __name__ == "__main__":
    if quarter("2023-Q1") is None:
        print("SKIPPED: the agreement's real files are not beside the source tree (data/uk_nrm)")
        sys.exit(77)
    unittest.main(verbosity=2)
