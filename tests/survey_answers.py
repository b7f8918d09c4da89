"""Answers of a small city to a small questionnaire, drawn at random, with what goes wrong in them."""

import random

import pandas as pd

YEAR = "2024-25"
GROUPS = {
    "pupils_9_12": ("S1", "S2"),
    "pupils_12_18": ("S2", "S3", "S4"),
    "teachers": ("S1", "S2", "S3", "S4"),
    "other_staff": ("S1", "S3", "S4"),
}
THEMES = {"T1": 3, "T2": 2, "T3": 4}
"""Themes and how many items they have; T3 asks how often bad things happen."""


def key() -> pd.DataFrame:
    """Return the key of all groups; teachers are asked one item less of T1, and one of their own."""
    rows = []
    for group in GROUPS:
        for theme, number in THEMES.items():
            for item in range(1, number + 1):
                name = f"{theme}.{item}"
                if (group, name) == ("teachers", "T1.3"):
                    name = "T1.9"
                rows.append((group, name, theme, theme == "T3", theme == "T3"))
    return pd.DataFrame(rows, columns=["group", "item", "theme", "frequency", "reversed"])


def answers(rng: random.Random, sizes: dict[str, int], skipped: float = 0.15) -> pd.DataFrame:
    """Return answers of `sizes` respondents a school, by group; a share of them is skipped or not said."""
    asked = key()
    rows = []
    for group, schools in GROUPS.items():
        items = asked.loc[asked["group"] == group, "item"]
        for school in schools:
            for respondent in range(rng.randint(0, sizes[group])):
                rows += _sheet(rng, group, school, respondent, list(items), skipped)
    columns = ["wave", "school_id", "school_year", "group", "respondent", "item", "option"]
    return pd.DataFrame(rows, columns=columns).astype({"option": float})


def _sheet(
    rng: random.Random, group: str, school: str, respondent: int, items: list[str], skipped: float
) -> list[tuple]:
    mood = rng.gauss(2.5, 0.8)
    rows = []
    for item in items:
        if rng.random() < skipped / 2:
            continue
        option = min(max(round(mood + rng.gauss(0, 0.8)), 0), 4)
        if item.startswith("T3"):
            option = 4 - option
        told = None if rng.random() < skipped / 2 else option
        rows.append((1, school, YEAR, group, respondent, item, told))
    return rows


def invited(sizes: dict[str, int]) -> pd.DataFrame:
    """Return how many were invited: a few more than can have answered, unknown for one group."""
    rows = [
        (1, school, YEAR, group, float(sizes[group] + 3))
        for group, schools in GROUPS.items()
        for school in schools
        if (group, school) != ("other_staff", "S3")
    ]
    return pd.DataFrame(rows, columns=["wave", "school_id", "school_year", "group", "invited"])
