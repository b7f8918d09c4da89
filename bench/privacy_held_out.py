"""The held-out files: written after the rules were fixed for good, and never used to change one."""

import hashlib
from collections.abc import Iterator, Sequence
from datetime import date

from bench.corpus_files import (
    Around,
    CorpusFile,
    Row,
    Sheet,
    absence,
    births,
    by_group,
    context,
    dotted,
    enrolment,
    events,
    lateness,
    listed,
    random_tokens,
    rrns,
    school,
    schools,
)

PUPILS = listed(
    "Nathalie Kerckhove|Maxim Dierickx|Soraya Belhaj|Pauline Grandjean|Wannes Uyttenhove|"
    "Aurélie Collignon|Bram Stevens|Hanna Zielińska|Kwame Boateng|Lina Charrad|Tibo Neyens|"
    "Julie Marchal|Stijn Verhelst|Meryem Şimşek|Victor Baert|Elke Daems"
)


def planted() -> Iterator[CorpusFile]:
    """Yield every file with personal data."""
    number, base, born = rrns(300, 171), absence(seed=151, schools=4), births(300, 172)
    cells: Sequence[tuple[str, object]] = (
        (
            "national_number",
            f"{number[0][:2]}-{number[0][2:4]}-{number[0][4:6]} {number[0][6:9]}-{number[0][9:]}",
        ),
        ("national_number", f"INSZ {dotted(number[1])}"),
        ("national_number", number[2]),
        ("national_number", f"{number[3][:9]}-{number[3][9:]}"),
        ("other_identifier", "BE68 5390 0754 7034"),
        ("other_identifier", "FR14 2004 1010 0505 0001 3M02 606"),
        ("email", "bram.stevens@leerling.voorbeeld.be"),
        ("email", "<soraya@exemple.ma>"),
        ("phone", "0498 76 54 32"),
        ("phone", "+32(0)3 226 55 44"),
        ("phone", "09 81 72 63 54"),
        ("phone", "+212 6 12 34 56 78"),
        ("web_address", "http://voorbeeld.be"),
        ("birth_date", "17.03.2011"),
        ("birth_date", "17 mars 2011"),
        ("birth_date", "°17/3/2011"),
        ("street_address", "Nationalestraat 5"),
        ("street_address", "chaussée de Wavre 1015"),
        ("street_address", "34 bis rue des Lilas"),
        ("street_address", "Mechelsesteenweg 125 b3"),
        ("street_address", "Groenplaats 21"),
        *(("person_name", name) for name in PUPILS),
        ("person_name", "Stevens Bram"),
        ("person_name", "mme Grandjean"),
        ("person_name", "B. Stevens"),
        ("free_text", "komt niet meer sinds november, CLB volgt op"),
        ("free_text", "voir mail du 12 mars de la mère"),
    )
    for place, (kind, cell) in enumerate(cells):
        table = by_group(seed=160 + place).with_cell(7 * place % 400, "member", cell)
        yield CorpusFile(f"cell{place:03d}.csv", kind, table.csv(";" if place % 2 else ","))
    yield from _planted_columns(base, number, born)
    yield from _planted_around(base, number)


def _planted_columns(base: Sheet, number: list[str], born: list[date]) -> Iterator[CorpusFile]:
    for place, header in enumerate(
        (
            "Naam en voornaam",
            "Nom de l'élève",
            "Date naiss.",
            "GSM-nummer moeder",
            "Rijksregnr",
            "e-mailadres",
            "Wohnadresse",
            "Student Name",
            "Leerling",
            "Commentaire libre",
            "Ouder(s)",
            "Emailaddress",
            "Nom du père",
            "Geb.datum",
        )
    ):
        yield CorpusFile(
            f"header{place:02d}.csv",
            "personal_header",
            base.with_column(header, lambda n: "xyz"[n % 3]).csv(";"),
        )
    yield CorpusFile("col01.csv", "person_name", base.with_column("c", lambda n: PUPILS[n % 16]).csv())
    yield CorpusFile(
        "col02.xlsx",
        "person_name",
        Sheet(
            ("volgnr", "c"),
            tuple((n, f"{name.split()[1]} {name.split()[0]}") for n, name in enumerate(PUPILS)),
        ).xlsx(),
    )
    yield CorpusFile("col03.csv", "birth_date", base.with_column("c", lambda n: f"{born[n]:%Y/%m/%d}").csv())
    yield CorpusFile("col04.csv", "birth_date", base.with_column("c", lambda n: f"{born[n]:%d%m%Y}").csv())
    yield CorpusFile(
        "col05.csv",
        "national_number",
        base.with_column("c", lambda n: f"{number[n][:6]}-{number[n][6:]}").csv(),
    )
    yield CorpusFile(
        "col06.parquet",
        "national_number",
        lateness(seed=152).filled("events", lambda n: int(number[n])).parquet(),
    )
    yield CorpusFile(
        "col07.csv", "street_address", base.with_column("c", lambda n: f"Sint-Rochusstraat {n + 1}").csv()
    )
    yield CorpusFile("col08.csv", "weak_token", events([f"{n + 1000:020d}" for n in range(50)]).csv())
    yield CorpusFile(
        "col09.csv",
        "weak_token",
        events([hashlib.sha256(one.encode()).hexdigest() for one in number[:50]]).csv(),
    )
    yield CorpusFile("col10.csv", "weak_token", events([f"pupil{n * 37:011d}x" for n in range(50)]).csv())
    yield CorpusFile(
        "col11.csv", "phone", base.with_column("c", lambda n: f"04{70 + n % 29}{100000 + 37 * n}").csv()
    )


def _planted_around(base: Sheet, number: list[str]) -> Iterator[CorpusFile]:
    listed: tuple[Row, ...] = (("klas", "leerling"), *(("2B", name) for name in PUPILS))
    yield CorpusFile("r1.xlsx", "person_name", base.xlsx(Around(other_sheet=listed)))
    yield CorpusFile("r2.xlsx", "person_name", base.xlsx(Around(sheet="Bram Stevens")))
    yield CorpusFile("r3.xlsx", "national_number", base.xlsx(Around(titles=(f"dossier {number[8]}",))))
    yield CorpusFile("r4 Victor Baert.csv", "person_name", base.csv())
    yield CorpusFile("r5.xlsx", "phone", base.xlsx(Around(properties={"comments": "tel. 03 226 55 44"})))
    yield CorpusFile("r6.csv", "street_address", base.csv(";", titles=["Nationalestraat 5, 2000 Antwerpen"]))


def clean() -> Iterator[CorpusFile]:
    """Yield files without personal data."""
    base = absence(seed=153, schools=3)
    members: Sequence[Sequence[str]] = (
        ("Humane Wetenschappen", "Latijn", "Economie"),
        ("Elektromechanica", "Lassen-constructie"),
        ("Année complémentaire", "DASPA"),
        ("Internen", "Externen"),
        ("Noord", "Zuid", "Centrum"),
        ("Sint-Job", "Heide", "Maria-ter-Heide"),
        ("Claire", "Rose", "Victor"),
        ("Jongens 1e graad", "Meisjes 1e graad"),
        ("P1", "P2", "M3"),
        ("Autisme type 9", "Basisaanbod"),
        ("Voltijds", "Deeltijds"),
        ("4.1", "4.2", "5.10"),
        ("12-14 jaar", "15-17 jaar"),
    )
    for place, groups in enumerate(members):
        yield CorpusFile(f"m{place:02d}.csv", "words", by_group(seed=180 + place, groups=groups).csv(";"))
    rare = by_group(seed=190, groups=("Latijn", "Economie"))
    for place, label in enumerate(("Duaal Hotel", "Topsport Basketbal", "Kunst en vormgeving", "Ballet")):
        yield CorpusFile(f"rare{place}.csv", "words", rare.with_cell(40, "member", label).csv())
    registers = (
        ("Leonardo da Vinci", "De Brug", "Het Anker"),
        ("Athénée Robert Catteau", "École du Parc", "Singelijn"),
        ("Koninklijk Atheneum Hoboken", "Sint-Agnesinstituut", "Pius X"),
        ("Vrije School Sint-Lucas", "Kristus Koning", "Maria Boodschap"),
        ("Edugo De Brug", "Don Bosco Zuid", "Mater Dei"),
        ("Hannah Arendtschool", "Toermalijn", "Egied Strubbe"),
    )
    for place, named in enumerate(registers):
        yield CorpusFile(
            f"s{place}.csv", "names of schools", schools(named, ("Haren", "Laken", "Zaventem")).csv()
        )
    headers: Sequence[tuple[str, object]] = (
        ("Schoolcode", 12345),
        ("Nom de l'établissement scolaire", "Le Parc"),
        ("Aantal lln.", 35),
        ("leerlingen met B-code", 4),
        ("% ouders op infoavond", 45),
        ("Hoofdstructuur", "SO"),
        ("naam gemeente", "Boom"),
        ("geboortecohorte grootte", 210),
        ("Nombre d'élèves", 31),
        ("School phone calls (count)", 14),
        ("mean age", 13.4),
        ("Adreswijzigingen aantal", 3),
    )
    for place, (header, value) in enumerate(headers):
        yield CorpusFile(
            f"h{place:02d}.csv", "headers", base.with_column(header, lambda n, value=value: value).csv(";")
        )
    titles = (
        "Afwezigheden B-codes per school (bron: AgODi)",
        "Année scolaire 2024-2025, mois de mars",
        "Atheneum Hoboken - klas 3 Latijn",
        "Rapport 14 januari 2025, pagina 1 van 3",
        "Export Informat 8.12.3 op 14/01/2025 om 10:22",
        "Bron: Dataloep, 1 februari 2025",
        "Wijk Sint-Andries, straal 500 m",
    )
    for place, title in enumerate(titles):
        yield CorpusFile(f"t{place}.xlsx", "titles and sheets", base.xlsx(Around(titles=(title, ""))))
    for name in (
        "Hoboken maart 2025.csv",
        "eindrapport.csv",
        "B-codes 1e graad.csv",
        "Lucas - Sint-Lucas.csv",
    ):
        yield CorpusFile(name, "titles and sheets", base.csv())
    for place, form in enumerate(("1.234", "12.34", "1,2", "0,75", "95%", "(12)", "+4", "12 345")):
        yield CorpusFile(
            f"f{place}.csv",
            "numbers",
            context(seed=place).filled("value", lambda n, form=form: form).csv(";"),
        )
    yield CorpusFile(
        "f8.csv",
        "numbers",
        enrolment(seed=154, schools=90, ids=lambda n: f"{10**10 + 987_654_321 * n % 10**10}").csv(),
    )
    yield CorpusFile("f9.csv", "events", events(random_tokens(120, 155)).csv(";"))
    header = ("school_id", "school_year", "date", "half_day", "kind")
    days = [date(2023, 10, 30), date(2023, 11, 1), date(2024, 5, 1)]
    yield CorpusFile(
        "f10.csv",
        "events",
        Sheet(
            header,
            tuple((school(n), "2023-24", f"{day:%d-%m-%Y}", "day", "free") for n in range(5) for day in days),
        ).csv(),
    )
