"""Read models made by hand: one school, one city, one evening's work, no store behind them."""

from dataclasses import replace

from mirrors.definitions import load_indicators
from mirrors.views.city import CityKinds, CityPoint, CityTrend, Spread
from mirrors.views.figure import Against, Comparison, Figure, PeerFigures, Status, Verdict
from mirrors.views.groups import Breakdown, Decomposition, Gap, Group
from mirrors.views.mirror import (
    Band,
    Bands,
    Completeness,
    FeatureMatch,
    KindOfAbsence,
    Match,
    MirrorView,
    SchoolName,
)
from mirrors.views.outlook import Driver
from mirrors.views.pattern import Moment, Pattern, Profile
from mirrors.views.response import Chain, SameStep, Step
from mirrors.views.ten_and_ten import Listed
from mirrors.views.trend import ChangeWords, Trend, TrendPoint

INDICATORS = load_indicators()
CLOSED = {
    "en": "schools closed for part of the year",
    "nl": "scholen een deel van het jaar gesloten",
    "fr": "écoles fermées une partie de l'année",
}
QUARANTINE = {
    "en": "quarantine and part-time school",
    "nl": "quarantaine en deeltijds onderwijs",
    "fr": "quarantaine et école à temps partiel",
}
LINDE = SchoolName("s-0042", "Basisschool De Linde", "primary")
PEERS = PeerFigures(15, 0.063, 0.058, 0.069)


def comparison(
    indicator: str, own: Figure, peers: PeerFigures, expected: float | None, verdict: Verdict
) -> Comparison:
    """Return one comparison of the example school."""
    return Comparison(INDICATORS[indicator], own, expected, peers, verdict)


COMPARISONS = (
    comparison("A1", Figure(0.064, 0.059, 0.069), PEERS, 0.0615, Verdict.SIMILAR),
    comparison(
        "A2", Figure(0.019, 0.016, 0.022), PeerFigures(15, 0.011, 0.009, 0.013), 0.012, Verdict.HIGHER
    ),
    comparison(
        "A3", Figure(0.041, 0.037, 0.045), PeerFigures(15, 0.043, 0.038, 0.047), 0.042, Verdict.SIMILAR
    ),
    comparison(
        "B2", Figure(0.07, 0.048, 0.094, decimals=0), PeerFigures(15, 0.04, 0.02, 0.06), 0.04, Verdict.SIMILAR
    ),
    comparison(
        "B5",
        Figure(0.05, status=Status.AT_MOST, decimals=0),
        PeerFigures(15, 0.09, 0.06, 0.12),
        None,
        Verdict.UNKNOWN,
    ),
)


def years(first: int, count: int) -> list[str]:
    """Return `count` school years from `first` on."""
    return [f"{year}-{(year + 1) % 100:02d}" for year in range(first, first + count)]


def trend_point(
    year: str,
    value: float | None,
    peers: tuple[float, float, float] | None,
    broken: dict[str, str] | None = None,
) -> TrendPoint:
    """Return one year of the example trend, its interval three tenths of a point either way."""
    own = (
        Figure(value, value - 0.003, value + 0.003)
        if value is not None
        else Figure(None, status=Status.MISSING)
    )
    group = PeerFigures(15, peers[1], peers[0], peers[2]) if peers and not broken else PeerFigures(0)
    return TrendPoint(year, own, group, 0.012, broken)


ROSE = ChangeWords("rose", "clear", 0.0113, 0.0188, 1)
TREND = Trend(
    INDICATORS["A2"],
    tuple(
        trend_point(year, value, (0.008, 0.011, 0.014), broken)
        for year, value, broken in zip(
            years(2017, 8),
            (0.009, 0.01, 0.006, 0.02, 0.010, 0.012, 0.011, 0.019),
            (None, None, CLOSED, QUARANTINE, None, None, None, None),
            strict=True,
        )
    ),
    ROSE,
    (),
)
KINDS = (
    KindOfAbsence("unauthorised", Figure(0.019), 0.011),
    KindOfAbsence("illness", Figure(0.041), 0.043),
    KindOfAbsence("legal", Figure(0.002), 0.002),
    KindOfAbsence("permitted", Figure(0.001, status=Status.AT_MOST), 0.003),
)
BANDS = Bands(
    "unauthorised",
    "units",
    (
        Band(0, 1, 0.55, 0.61),
        Band(1, 5, 0.27, 0.26),
        Band(5, 10, 0.11, 0.08),
        Band(10, 15, 0.03, 0.02),
        Band(15, 30, 0.03, 0.02),
        Band(30, None, 0.01, 0.01),
    ),
)
MATCH = Match(
    "good",
    15,
    12,
    None,
    (
        FeatureMatch(
            "deprivation",
            {"en": "deprivation index (0 to 4)", "nl": "kansarmoede-index", "fr": "indice"},
            False,
            1.7,
            1.4,
            1.9,
        ),
        FeatureMatch(
            "mobility",
            {"en": "pupils who moved school", "nl": "van school veranderd", "fr": "mobilité"},
            True,
            0.06,
            0.04,
            0.07,
        ),
    ),
)
MIRROR = MirrorView(
    LINDE,
    "2024-25",
    412,
    "half_day",
    COMPARISONS,
    MATCH,
    Completeness(0.98, (), ()),
    None,
    (TREND,),
    KINDS,
    BANDS,
    (),
)


def city_trend(indicator: str, values: tuple[float, ...]) -> CityTrend:
    """Return a pooled series that ends in 2024-25."""
    broken = {"2019-20": CLOSED, "2020-21": QUARANTINE}
    labels = years(2025 - len(values), len(values))
    return CityTrend(
        INDICATORS[indicator],
        tuple(
            CityPoint(year, Figure(value, decimals=2), 1000 * value, 1000.0, 448, broken.get(year))
            for year, value in zip(labels, values, strict=True)
        ),
        (),
    )


CITY_TREND = city_trend("A1", (0.058, 0.0592, 0.049, 0.055, 0.0601, 0.0633, 0.0605, 0.0612))
CITY_KINDS = CityKinds(
    "2024-25", 2, (("unauthorised", 0.0141), ("illness", 0.0412), ("legal", 0.0021), ("permitted", 0.0038))
)
SPREADS = (
    Spread(
        INDICATORS["A2"], "primary", 212, (0.003, 0.005, 0.006, 0.008, 0.0095, 0.011, 0.014, 0.017, 0.024)
    ),
    Spread(
        INDICATORS["A2"], "secondary", 66, (0.008, 0.011, 0.014, 0.018, 0.022, 0.027, 0.034, 0.045, 0.062)
    ),
)
LISTED = Listed(LINDE, 412, "clear", 0.0113, 0.0188, "rose", 1, Figure(0.019, 0.016, 0.022), 0.98, True)

NOTIFIED = Step("notified", 120, 0.8, Status.EXACT, 6.5, 0.9, 8.0, Verdict.LOWER)
PLANNED = {
    Against.CITY: SameStep(0.35, None, Verdict.SIMILAR),
    Against.PAST: SameStep(0.62, 11.0, Verdict.LOWER),
}
CHAIN = Chain(
    5,
    (
        Step("threshold", 150, 1.0, Status.EXACT, None, None, None),
        NOTIFIED,
        Step("contact", 110, 0.73, Status.EXACT, 4.0, 0.71, 6.0, Verdict.SIMILAR),
        Step("plan", 60, 0.4, Status.EXACT, 13.0, 0.41, 13.0, Verdict.SIMILAR, PLANNED),
        Step("returned", None, 0.1, Status.AT_MOST, None, 0.25, 26.0),
    ),
    ("2024-25",),
    ("2023-24",),
)


def moments(indexes: dict[str, float | None], peers: dict[str, float]) -> tuple[Moment, ...]:
    """Return moments with their index; None is one with too little absence."""
    return tuple(
        Moment(
            item,
            None if index is None else index / 5000,
            index,
            Status.TOO_SMALL if index is None else Status.EXACT,
            peers.get(item),
        )
        for item, index in indexes.items()
    )


WEEK = Profile(
    moments(
        {
            "mon_am": 118.0, "mon_pm": 121.0, "tue_am": 97.0, "tue_pm": 101.0, "wed_am": 92.0,
            "thu_am": 96.0, "thu_pm": 99.0, "fri_am": 108.0, "fri_pm": 139.0,
        },
        {"mon_am": 110.0, "fri_pm": 121.0},
    ),
    "fri_pm",
)  # fmt: skip
YEAR = Profile(moments({"9": 70.0, "10": None, "11": 110.0, "6": 140.0}, {"9": 72.0, "10": 85.0, "6": 130.0}))
PATTERN = Pattern(
    half_days=WEEK,
    months=YEAR,
    edges=Profile(moments({"edge": 176.0, "off_edge": 89.0}, {"edge": 132.0, "off_edge": 96.0}), "edge"),
    exams=Profile(moments({"exam": 91.0, "off_exam": 101.0}, {"exam": 107.0})),
)
GRADES = Breakdown(
    "grade",
    INDICATORS["A2"],
    (
        Group("S1", 115, Figure(0.01, 0.005, 0.015), 0.011, 0.014, Figure(0.02, 0.01, 0.03)),
        Group("S2", 120, Figure(0.025, 0.015, 0.035), 0.012, 0.017),
        Group("S3", None, Figure(None, status=Status.TOO_SMALL), 0.015),
    ),
    (Gap("S1", 0.6, 0.4, 0.9), Gap("S2", 1.8, 1.3, 2.6)),
    "2023-24",
    compared=True,
)
DIFFERENCE = Decomposition("grade", INDICATORS["A2"], 0.008, 0.002, 0.006)
DRIVERS = (
    Driver("category", "illness", 0.012),
    Driver("grade", "P4", -0.005),
    Driver("month", "2", 0.003),
    Driver("month", "3", 0.001),
)
FULL = replace(
    MIRROR,
    pattern=PATTERN,
    breakdowns=(GRADES,),
    decompositions=(DIFFERENCE,),
    chains=(CHAIN,),
    drivers=DRIVERS,
)
