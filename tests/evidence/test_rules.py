# ruff: noqa: E501 (one fault to a line reads as a table)
import pytest
from small_folder import assert_fault, where

from estimation.evidence.tables.sources import check

# One edit, one message: table, text replaced, replacement, row, column, message.
FAULTS = [
    ("areas", "3,40,", "300,40,", 3, "numerator", "numerator must not exceed denominator; got 300 and 40. Do this: correct one of them."),
    ("areas", "0.05,0.1,0.2", "0.05,0.1,0.06", 2, "rate", "rate must not exceed high; got 0.1 and 0.06."),
    ("areas", ",0.1,read", ",0.2,read", 2, "share", "share must be numerator / denominator; got 0.2 against 0.1. Do this: correct the row."),
    ("areas", ",0.075,", ",,", 3, "share", "share must be numerator / denominator; got an empty cell against 0.075."),
    ("areas", "2 * 3.5,7,", "2 * 3.5,8,", 2, "value", "value must be what formula gives; got 8 against 7. Do this: correct formula or value."),
    ("areas", "2 * 3.5,7,", "2 * 3.5,,", 2, "value", "a formula must have its value beside it; got ''. Do this: write the value."),
    ("areas", "1 / 3,0.33", "1 / 0,0.33", 4, "formula", "a formula must not divide by zero; got '1 / 0'."),
    ("areas", "1 / 3,0.33", "exit(),0.33", 4, "formula", r"a formula must be plain arithmetic; got 'exit\(\)'. Do this: write numbers with \+ - \* / and brackets, without thousands separators."),
    ("areas", "north;south", "north;east", 4, "inputs", "a key in a list must be a known row; got 'east'. Do this: correct it."),
    ("areas", "four words of it", "five words of it now", 2, "quote", "a quotation has at most 4 words; got 5 words. Do this: shorten it."),
    ("areas", "0.05,0.1,0.2", "0.05,0.1,", 2, "bound", "bound range asks for all of low, high to be filled; got low=0.05, high=empty. Do this: fill the cells or change the code."),
    ("areas", "0,7,,0,", "0,7,,,", 4, "bound", "bound floor asks for one of low, rate to be filled; got low=empty, rate=empty."),
    ("areas", "context,floor", "context,none", 4, "bound", "bound none asks for none of rate to be filled; got rate=0."),
    ("areas", "unverified,no", "unverified,context", 3, "usable", "verification unverified asks for usable no; got 'context'. Do this: change one of the two codes."),
    ("parts", "0101,30,10,20", "0101,31,10,20", 2, "total", "total must be the sum of men, women; got 31 against 30. Do this: correct the row."),
]  # fmt: skip


@pytest.mark.parametrize(("table", "old", "new", "row", "column", "message"), FAULTS)
def test_each_fault_is_named_with_file_row_and_column(case, table, old, new, row, column, message):
    case.edit(table, old, new)
    assert_fault(case, f"{table}.csv", row, column, message)


@pytest.mark.parametrize(
    ("rule", "message"),
    [
        ({"rule": "magic"}, "a rule must be known and complete; use one of ordered, sum, formula, quotient, when, keys, words"),
        ({"rule": "sum", "total": "total"}, "a rule must be known and complete; 'parts'"),
        ({"rule": "sum", "total": "all", "parts": ["men"]}, "undeclared columns all"),
        ({"rule": "sum", "total": "total", "parts": ["note"]}, "parts must be numbers"),
        ({"rule": "sum", "total": "total", "parts": [7]}, "[7] must be text"),
        ({"rule": "ordered", "columns": ["note", "men"]}, "columns must be all numbers or all text"),
        ({"rule": "when", "column": "note", "values": ["x"], "any_of": ["y"]}, "undeclared columns y"),
        ({"rule": "when", "column": "note", "values": []}, "values must be filled"),
        ({"rule": "words", "column": ["note"], "limit": 3}, "column must be one name"),
        ({"rule": "words", "column": "note"}, "a rule must be known and complete; 'limit'"),
        ({"rule": "words", "column": "note", "limit": "few"}, "limit must be a whole number"),
    ],
)  # fmt: skip
def test_a_rule_that_cannot_be_applied_is_refused(case, rule, message):
    case.package["resources"][2]["x-rules"] = [rule]
    case.rehash()
    (problem,) = check(case.folder)
    assert problem.file == "datapackage.json"
    assert message in str(problem)


def test_rules_also_order_dates_of_unlike_precision(case):
    case.package["resources"][2]["schema"]["fields"] += [
        {"name": "since", "type": "string"},
        {"name": "until", "type": "string"},
    ]
    case.package["resources"][2]["x-rules"] = [{"rule": "ordered", "columns": ["since", "until"]}]
    case.write("parts", b"gb_code,total,men,women,note,since,until\n1,1,1,0,,2017,2017-06\n2,1,1,0,,2018-02,2017\n")
    assert where(case) == [("parts.csv", 3, "since")]
