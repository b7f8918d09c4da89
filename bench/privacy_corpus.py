"""Files with personal data planted in them, and clean files that look as if they had some.

Every file is whole: one of the project's templates or a plausible export of a school, in Dutch, French or
English. All persons, schools and numbers are invented by the program.
"""

import itertools
from collections.abc import Iterator, Sequence
from datetime import date

import numpy as np

from bench.corpus_files import (
    Around,
    CorpusFile,
    Row,
    Sheet,
    absence,
    births,
    bsns,
    by_group,
    context,
    dotted,
    enrolment,
    events,
    ibans,
    lateness,
    listed,
    nirs,
    random_tokens,
    rrns,
    school,
    schools,
    upns,
    zip_of,
)

FIRST = listed(
    "Lotte|Emma|Louise|Mila|Olivia|Noor|Ella|Nora|Juna|Fien|Jef|Arthur|Noah|Lars|Finn|Vic|Mats|Kobe|"
    "Senne|Wout|Amira|Yassin|Bilal|Hafsa|Zeynep|Emre|Imane|Rayan|Fatoumata|Ibrahim|Chloé|Manon|Théo|"
    "Léa|Hugo|Camille"
)
LAST = listed(
    "Peeters|Janssens|Maes|Jacobs|Mertens|Willems|Claes|Goossens|Wouters|De Smet|Van den Broeck|"
    "Vermeulen|Vandeputte|Desmet|Declercq|Lambrechts|El Amrani|Benali|Yılmaz|Öztürk|Diallo|Kaya|Dupont|"
    "Lambert|Dubois|Lefebvre|Martin|Simon|Laurent|Van Hove|Verstraete|Nguyen"
)
SCHOOLS = listed(
    "GO! basisschool De Linde|Stedelijke basisschool De Wilg|Vrije basisschool Het Klaverblad|"
    "Freinetschool De Zwaluw|Sint-Jozefscollege|Atheneum Zuiderpoort|Lyceum Kanaalzicht|"
    "Technisch instituut De Hefboom"
)


def names(count: int, seed: int = 20, form: str = "{first} {last}") -> list[str]:
    """Return names of invented pupils, written as `form` says."""
    rng = np.random.default_rng(seed)
    return [
        form.format(first=first, last=last, LAST=last.upper(), initial=first[0])
        for first, last in zip(rng.choice(FIRST, count), rng.choice(LAST, count), strict=True)
    ]


def planted() -> Iterator[CorpusFile]:
    """Yield every file with personal data; `kind` is the kind of data."""
    yield from _national_numbers()
    yield from _national_numbers_around()
    yield from _other_numbers()
    yield from _emails()
    yield from _addresses_of_computers()
    yield from _phones()
    yield from _birth_dates()
    yield from _street_addresses()
    yield from _headers()
    yield from _names_in_columns()
    yield from _names_in_cells_and_margins()
    yield from _free_texts()
    yield from _tokens()
    yield from _surveys()


def _national_numbers() -> Iterator[CorpusFile]:
    kind = "national_number"
    base, number = absence(schools=4), rrns(400)
    yield CorpusFile(
        "a01.csv", kind, base.with_column("rijksregisternummer", lambda n: dotted(number[n])).csv()
    )
    yield CorpusFile("a02.csv", kind, base.with_column("code_lln", lambda n: number[n]).csv(";"))
    yield CorpusFile("a03.csv", kind, base.filled("school_id", lambda n: number[n]).csv())
    yield CorpusFile("a04.csv", kind, by_group().with_cell(217, "member", dotted(number[0])).csv())
    yield CorpusFile("a05.csv", kind, base.with_cell(33, "code", number[1]).csv())
    yield CorpusFile("a06.xlsx", kind, base.with_column("id", lambda n: int(number[n])).xlsx())
    spaced = " ".join([number[2][:2], number[2][2:4], number[2][4:6], number[2][6:9], number[2][9:]])
    yield CorpusFile("a07.csv", kind, by_group().with_cell(9, "member", spaced).csv())
    yield CorpusFile("a08.parquet", kind, base.with_column("sleutel", lambda n: int(number[n])).parquet())
    bis = rrns(400, seed=91, bis=True)
    yield CorpusFile("a09.csv", kind, base.with_column("ref", lambda n: bis[n]).csv())
    latin = base.with_column("Identité", lambda n: dotted(number[n]))
    yield CorpusFile("a10.csv", kind, latin.csv(";", "cp1252"))
    slashed = f"{number[3][:6]}/{number[3][6:9]}-{number[3][9:]}"
    yield CorpusFile("a11.csv", kind, context().with_cell(20, "feature", slashed).csv())
    yield CorpusFile("a12.csv", kind, base.with_cell(50, "units", number[4]).csv())
    hidden = base.with_column("x", lambda n: dotted(number[n]))
    yield CorpusFile("a13.xlsx", kind, hidden.xlsx(Around(hidden_column="x")))
    part = base.with_column("nr", lambda n: number[n] if n % 4 == 0 else "")
    yield CorpusFile("a14.csv", kind, part.csv())


def _national_numbers_around() -> Iterator[CorpusFile]:
    kind = "national_number"
    base, number = absence(schools=3), rrns(30, seed=92)
    title = f"Afwezigheden leerling {dotted(number[0])}, schooljaar 2024-25"
    yield CorpusFile("b01.xlsx", kind, base.xlsx(Around(titles=(title, ""))))
    yield CorpusFile("b02.xlsx", kind, base.xlsx(Around(comment=f"gecontroleerd voor {dotted(number[1])}")))
    yield CorpusFile("b03.xlsx", kind, base.xlsx(Around(sheet=number[2])))
    yield CorpusFile(f"absence {number[3]}.csv", kind, base.csv())
    listed: tuple[Row, ...] = (("volgnr", "sleutel"), *((n, number[n]) for n in range(1, 20)))
    yield CorpusFile("b05.xlsx", kind, base.xlsx(Around(hidden_sheet=listed)))
    members = {f"afwezigheden/{number[4]}.csv": base.csv(), "enrolment.csv": enrolment(schools=3).csv()}
    yield CorpusFile("b06.zip", kind, zip_of(members))
    nameless = Sheet((dotted(number[5]), "2024-25", "all", "m", "9", "B", "3"), base.rows)
    yield CorpusFile("b07.csv", kind, nameless.csv())
    yield CorpusFile("b08.csv", kind, base.csv(";", titles=[f"Leerling;{number[6]}", ""]))
    yield CorpusFile("b09.xlsx", kind, base.xlsx(Around(properties={"subject": dotted(number[7])})))


def _other_numbers() -> Iterator[CorpusFile]:
    kind = "other_identifier"
    base = absence(schools=4)
    dutch, french, english, account = bsns(400), nirs(400), upns(400), ibans(400)
    yield CorpusFile("c01.csv", kind, base.with_column("nummer", lambda n: dutch[n]).csv())
    yield CorpusFile("c02.csv", kind, base.with_column("BSN", lambda n: dutch[n]).csv(";"))
    yield CorpusFile("c03.csv", kind, base.with_column("cle", lambda n: french[n]).csv())
    cuts = (0, 1, 3, 5, 7, 10, 13, 15)
    grouped = " ".join(french[0][start:end] for start, end in itertools.pairwise(cuts))
    yield CorpusFile("c04.csv", kind, by_group().with_cell(100, "member", grouped).csv())
    yield CorpusFile("c05.csv", kind, base.with_column("key", lambda n: english[n]).csv())
    yield CorpusFile("c06.csv", kind, by_group().with_cell(13, "member", english[5]).csv())
    yield CorpusFile("c07.csv", kind, base.with_cell(0, "member", account[3]).csv())
    spaced = " ".join(account[4][at : at + 4] for at in range(0, 16, 4))
    yield CorpusFile("c08.xlsx", kind, base.xlsx(Around(comment=f"terugbetalen op {spaced}")))
    ine = base.with_column("repère", lambda n: f"{120000000 + 7919 * n}{'ABCDEFGH'[n % 8]}{'KLMNP'[n % 5]}")
    yield CorpusFile("c09.csv", kind, ine.csv(";", "cp1252"))
    yield CorpusFile("c10.parquet", kind, base.with_column("n", lambda n: int(french[n])).parquet())


def _emails() -> Iterator[CorpusFile]:
    kind, base = "email", absence(schools=4)
    mail = [name.lower().replace(" ", ".") + "@voorbeeld.be" for name in names(400, 21, "{first} {last}")]
    yield CorpusFile("d01.csv", kind, base.with_column("e-mail", lambda n: mail[n]).csv())
    yield CorpusFile("d02.csv", kind, base.with_column("bereik", lambda n: mail[n]).csv(";"))
    yield CorpusFile("d03.csv", kind, by_group().with_cell(449, "member", mail[0]).csv())
    yield CorpusFile("d04.csv", kind, base.with_cell(7, "units", "an@school.example.org").csv())
    yield CorpusFile("d05.xlsx", kind, base.xlsx(Around(comment="vragen? secretariaat@school.voorbeeld.be")))
    yield CorpusFile("d06.xlsx", kind, base.xlsx(Around(titles=("Export voor j.maes@voorbeeld.be", ""))))
    yield CorpusFile("d07.csv", kind, context().with_cell(3, "feature", "j.maes (at) voorbeeld.be").csv())
    listed: tuple[Row, ...] = (("klas", "bereik"), *(("1A", address) for address in mail[:9]))
    yield CorpusFile("d08.xlsx", kind, base.xlsx(Around(hidden_sheet=listed)))
    yield CorpusFile(
        "d09.xlsx", kind, base.xlsx(Around(properties={"comments": "prenez contact: a.dubois@exemple.fr"}))
    )
    yield CorpusFile("d10.xlsx", kind, base.xlsx(Around(footer="&Lopgemaakt door lotte@voorbeeld.be")))
    yield CorpusFile("d11.parquet", kind, lateness().with_cell(50, "kind", "t.simon@exemple.be").parquet())


def _addresses_of_computers() -> Iterator[CorpusFile]:
    base = absence(schools=3)
    yield CorpusFile(
        "e01.csv", "web_address", base.with_cell(3, "member", "https://school.voorbeeld.be/lln/77").csv()
    )
    yield CorpusFile(
        "e02.csv", "web_address", base.with_column("profiel", lambda n: f"www.voorbeeld.be/u/{n}").csv()
    )
    yield CorpusFile(
        "e03.csv", "ip_address", base.with_column("bron", lambda n: f"81.82.{n % 250}.{n % 199}").csv()
    )
    yield CorpusFile("e04.csv", "ip_address", base.with_cell(3, "member", "2a02:1810:4d1a::7f").csv())
    yield CorpusFile(
        "e05.xlsx", "web_address", base.xlsx(Around(comment="zie http://intern.voorbeeld.be/dossier"))
    )


def _phones() -> Iterator[CorpusFile]:
    kind, base = "phone", absence(schools=4)
    yield CorpusFile("f01.csv", kind, base.with_column("gsm", lambda n: 470123000 + n).csv())
    yield CorpusFile(
        "f02.csv", kind, base.with_column("bereikbaar", lambda n: f"+32 470 12 {n % 90 + 10} 56").csv()
    )
    yield CorpusFile("f03.csv", kind, by_group().with_cell(5, "member", "0470 12 34 56").csv())
    yield CorpusFile("f04.csv", kind, by_group().with_cell(5, "member", "03/226.12.34").csv())
    yield CorpusFile("f05.csv", kind, by_group().with_cell(5, "member", "01 42 68 53 00").csv(";"))
    yield CorpusFile("f06.csv", kind, by_group().with_cell(5, "member", "06-12345678").csv())
    yield CorpusFile("f07.xlsx", kind, base.xlsx(Around(titles=("Contact: +32 3 226 12 34",))))
    yield CorpusFile("f08.xlsx", kind, base.xlsx(Around(comment="bel 0470/12.34.56")))
    yield CorpusFile("f09.csv", kind, base.with_cell(5, "units", "+32470123456").csv())
    yield CorpusFile(
        "f10.csv",
        kind,
        base.with_column("Téléphone", lambda n: f"02 {n % 800 + 100} 12 34").csv(";", "cp1252"),
    )


def _birth_dates() -> Iterator[CorpusFile]:
    kind, base, born = "birth_date", absence(schools=4), births(400)
    yield CorpusFile("g01.csv", kind, base.with_column("geboortedatum", lambda n: born[n]).csv())
    yield CorpusFile("g02.csv", kind, base.with_column("datum2", lambda n: f"{born[n]:%d/%m/%Y}").csv(";"))
    tokens = random_tokens(60)
    yield CorpusFile("g03.csv", kind, events(tokens).filled("date", lambda n: born[n]).csv())
    yield CorpusFile("g04.csv", kind, base.with_column("d", lambda n: f"{born[n]:%Y%m%d}").csv())
    written = "12 mei 2013"
    yield CorpusFile("g05.csv", kind, by_group().with_cell(77, "member", written).csv())
    yield CorpusFile("g06.csv", kind, by_group().with_cell(78, "member", "12/05/2013").csv())
    yield CorpusFile("g07.xlsx", kind, base.xlsx(Around(comment="leerling °12/05/2013")))
    yield CorpusFile("g08.csv", kind, base.with_column("Date de naissance", lambda n: born[n]).csv(";"))
    yield CorpusFile("g09.xlsx", kind, base.with_column("gd", lambda n: born[n]).xlsx())
    yield CorpusFile("g10.parquet", kind, base.with_column("dag", lambda n: born[n]).parquet())
    yield CorpusFile("g11.csv", kind, base.with_column("née le", lambda n: f"{born[n]:%d.%m.%y}").csv(";"))


def _street_addresses() -> Iterator[CorpusFile]:
    kind, base = "street_address", absence(schools=4)
    streets = (
        "Kerkstraat",
        "Lange Leemstraat",
        "Turnhoutsebaan",
        "Bredabaan",
        "Plantin en Moretuslei",
        "Dorpsplein",
    )
    yield CorpusFile("h01.csv", kind, base.with_column("adres", lambda n: f"{streets[n % 6]} {n + 1}").csv())
    yield CorpusFile(
        "h02.csv", kind, base.with_column("waar", lambda n: f"{streets[n % 6]} {n + 1}").csv(";")
    )
    cells = (
        "Lange Leemstraat 12",
        "12, rue de la Loi",
        "avenue Louise 149 bte 3",
        "221B Baker Street",
        "Hauptstraße 5",
        "Brusselsesteenweg 201 bus 4, 2100 Deurne",
    )
    for number, cell in enumerate(cells, start=3):
        yield CorpusFile(f"h{number:02d}.csv", kind, by_group().with_cell(31, "member", cell).csv())
    yield CorpusFile("h09.xlsx", kind, base.xlsx(Around(titles=("Leerling uit de Kerkstraat 14",))))
    listed: tuple[Row, ...] = (("a", "b"), (1, "Bisschoppenhoflaan 44"), (2, "Kioskplaats 7"))
    yield CorpusFile("h10.xlsx", kind, base.xlsx(Around(hidden_sheet=listed)))


def _headers() -> Iterator[CorpusFile]:
    kind, base = "personal_header", absence(schools=3)
    headers: Sequence[tuple[str, object]] = (
        ("INSZ", 7),
        ("Voornaam", "x"),
        ("nom de famille", "x"),
        ("StamboekNr", 5),
        ("leerlingNaam", "x"),
        ("Remarques", ""),
        ("opmerking", ""),
        ("Nationaliteit", "B"),
        ("godsdienst", "r"),
        ("naam ouder 1", "x"),
        ("Adresse", "x"),
        ("IP", "x"),
        ("pupil name", "x"),
        ("parent_email", "x"),
        ("Vorname", "x"),
        ("straat + nr", "x"),
    )
    for number, (header, value) in enumerate(headers, start=1):
        content = base.with_column(header, lambda n, value=value: value)
        yield CorpusFile(f"i{number:02d}.csv", kind, content.csv(";" if number % 2 else ","))


def _names_in_columns() -> Iterator[CorpusFile]:
    kind, base = "person_name", absence(schools=4)
    yield CorpusFile("j01.csv", kind, base.with_column("naam", lambda n: names(400)[n]).csv())
    yield CorpusFile("j02.csv", kind, base.with_column("wie", lambda n: names(400, 22)[n]).csv(";"))
    upper = names(400, 23, "{LAST} {first}")
    yield CorpusFile("j03.csv", kind, base.with_column("x1", lambda n: upper[n]).csv())
    first = names(400, 24, "{first}")
    yield CorpusFile("j04.csv", kind, base.with_column("kol", lambda n: first[n]).csv())
    last = names(400, 25, "{last}")
    yield CorpusFile("j05.csv", kind, base.with_column("b", lambda n: last[n]).csv())
    initials = names(400, 26, "{initial}. {last}")
    yield CorpusFile("j06.csv", kind, base.with_column("lln", lambda n: initials[n]).csv())
    comma = names(400, 27, "{last}, {first}")
    yield CorpusFile("j07.parquet", kind, base.with_column("wie", lambda n: comma[n]).parquet())
    pupils = names(40, 28)
    yield CorpusFile("j08.csv", kind, schools(pupils).csv())
    many = Sheet(
        schools([]).header,
        tuple((school(n % 5), "2024-25", name, "primary", "", "") for n, name in enumerate(names(60, 29))),
    )
    yield CorpusFile("j09.csv", kind, many.csv())
    wide = Sheet(
        ("school_id", "school_year", *names(6, 30)),
        tuple((school(n), "2024-25", 1, 2, 3, 0, 1, 4) for n in range(9)),
    )
    yield CorpusFile("j10.csv", kind, wide.csv())
    yield CorpusFile("j11.csv", kind, by_group().filled("member", lambda n: names(450, 31)[n]).csv())


def _names_in_cells_and_margins() -> Iterator[CorpusFile]:
    kind, base = "person_name", absence(schools=3)
    for number, cell in enumerate(
        (
            "Lotte Peeters",
            "PEETERS Lotte",
            "Yassin El Amrani",
            "Chloé Dubois",
            "Zeynep Yılmaz",
            "Jan Van den Broeck",
            "mevr. Janssens",
        ),
        start=1,
    ):
        yield CorpusFile(f"k{number:02d}.csv", kind, by_group().with_cell(60 + number, "member", cell).csv())
    yield CorpusFile("k11.xlsx", kind, base.xlsx(Around(sheet="Lotte Peeters")))
    yield CorpusFile("afwezigheden_Lotte_Peeters.csv", kind, base.csv())
    yield CorpusFile("k13.xlsx", kind, base.xlsx(Around(comment="Nagekeken met Emre Kaya")))
    yield CorpusFile("k14.xlsx", kind, base.xlsx(Around(titles=("Klas 3A, titularis mevr. Goossens", ""))))
    listed: tuple[Row, ...] = (("nr", "wie"), *((n, name) for n, name in enumerate(names(12, 32), start=1)))
    yield CorpusFile("k15.xlsx", kind, base.xlsx(Around(hidden_sheet=listed)))
    only_first: tuple[Row, ...] = (
        ("nr", "wie"),
        *((n, name) for n, name in enumerate(names(20, 33, "{first}"), start=1)),
    )
    yield CorpusFile("k16.xlsx", kind, base.xlsx(Around(other_sheet=only_first)))
    yield CorpusFile("k17.zip", kind, zip_of({"Emma Claes.csv": base.csv()}))


def _free_texts() -> Iterator[CorpusFile]:
    kind, base = "free_text", absence(schools=3)
    stories = (
        "blijft thuis omdat het daar niet goed gaat",
        "est absent depuis la séparation des parents",
        "refuses to come in since the incident in the bus",
        "zou vaker rondhangen bij het station dan in de klas",
    )
    yield CorpusFile("l01.csv", kind, base.with_column("opmerkingen", lambda n: stories[n % 4]).csv())
    yield CorpusFile("l02.csv", kind, base.with_column("x", lambda n: f"{stories[n % 4]} ({n})").csv(";"))
    yield CorpusFile("l03.csv", kind, by_group().with_cell(12, "member", stories[0]).csv())
    yield CorpusFile(
        "l04.csv", kind, base.with_column("uitleg", lambda n: stories[n % 4] if n % 9 == 0 else "").csv()
    )
    yield CorpusFile("l05.csv", kind, base.with_cell(8, "units", stories[3]).csv())
    yield CorpusFile(
        "l06.csv", kind, base.with_column("motif détaillé", lambda n: stories[1]).csv(";", "cp1252")
    )


def _tokens() -> Iterator[CorpusFile]:
    import hashlib

    kind = "weak_token"
    yield CorpusFile("m01.csv", kind, events([f"leerling{n:010d}" for n in range(60)]).csv())
    yield CorpusFile(
        "m02.csv", kind, events([hashlib.sha256(str(n).encode()).hexdigest() for n in range(60)]).csv()
    )
    yield CorpusFile("m03.csv", kind, events([f"{number:0>20}" for number in rrns(60)]).csv())
    plain_names = [
        name.lower().replace(" ", "").encode("ascii", "ignore").decode() + "xxxxxxxxxxxx"
        for name in names(60, 34)
    ]
    yield CorpusFile("m04.csv", kind, events([name[:20] for name in plain_names]).csv())
    yield CorpusFile("m05.csv", kind, events([f"{0xA0B1C2D3E4F50000 + n:016x}" for n in range(60)]).csv())
    yield CorpusFile("m06.csv", kind, events(names(60, 35)).csv())
    yield CorpusFile("m07.csv", kind, events(rrns(60, 93)).csv())


def _surveys() -> Iterator[CorpusFile]:
    kind = "survey_metadata"
    answers = [(n, 1 + n % 5, 1 + n % 4) for n in range(40)]
    lime = Sheet(
        ("id", "submitdate", "lastpage", "startlanguage", "ipaddr", "A1", "A2"),
        tuple((n, "1980-01-01 00:00:00", 5, "nl", f"81.82.9.{n}", a, b) for n, a, b in answers),
    )
    yield CorpusFile("n01.csv", kind, lime.csv())
    google = Sheet(
        ("Timestamp", "Email Address", "[A1] Ik voel me veilig", "[A2] Ik hoor erbij"),
        tuple((f"1/{n % 28 + 1}/2025 9:0{n % 9}:11", f"p{n}@voorbeeld.be", a, b) for n, a, b in answers),
    )
    yield CorpusFile("n02.csv", kind, google.csv())
    people = names(40, 36)
    forms = Sheet(
        ("ID", "Start time", "Completion time", "Email", "Name", "A1", "A2"),
        tuple(
            (n, "2025-01-14 09:00:00", "2025-01-14 09:07:00", "anonymous", people[n], a, b)
            for n, a, b in answers
        ),
    )
    yield CorpusFile("n03.xlsx", kind, forms.xlsx())
    kobo = Sheet(
        ("start", "end", "deviceid", "A1", "A2", "_uuid", "_submitted_by"),
        tuple(
            (
                "2025-01-14T09:00:00.000+01:00",
                "2025-01-14T09:07:00.000+01:00",
                f"collect:{n}",
                a,
                b,
                f"{n:08x}-aaaa-4bbb-8ccc-0123456789ab",
                "jan",
            )
            for n, a, b in answers
        ),
    )
    yield CorpusFile("n04.csv", kind, kobo.csv())
    qualtrics = Sheet(
        ("StartDate", "IPAddress", "RecipientEmail", "LocationLatitude", "Q1", "Q2"),
        tuple(("2025-01-14 09:00:00", "", "", 51.2, a, b) for _, a, b in answers),
    )
    yield CorpusFile("n05.csv", kind, qualtrics.csv())


def clean() -> Iterator[CorpusFile]:
    """Yield files without personal data; `kind` tells why they look as if they had some."""
    yield from _clean_ids()
    yield from _clean_registers()
    yield from _clean_numbers()
    yield from _clean_words()
    yield from _clean_margins()
    yield from _clean_headers()
    yield from _clean_events()
    yield from _clean_surveys()


def _clean_ids() -> Iterator[CorpusFile]:
    kind = "school ids"
    rng = np.random.default_rng(40)
    eleven = [f"{rng.integers(10**10, 10**11 - 1)}" for _ in range(400)]
    yield CorpusFile("p01.csv", kind, enrolment(schools=400, ids=lambda n: eleven[n]).csv())
    padded = [f"{n:011d}" for n in range(1, 300)]
    yield CorpusFile("p02.csv", kind, enrolment(schools=299, ids=lambda n: padded[n]).csv())
    yield CorpusFile("p03.csv", kind, absence(schools=40, ids=lambda n: f"{30000 + 7 * n}").csv())
    yield CorpusFile("p04.xlsx", kind, absence(schools=6, ids=lambda n: 128000 + n).xlsx())
    yield CorpusFile("p05.csv", kind, absence(schools=20, ids=lambda n: f"07{n:05d}A").csv())
    yield CorpusFile("p06.csv", kind, absence(schools=20, ids=lambda n: f"{10 + n % 80}AB0{n % 9}").csv())
    firsts = [f"0{200 + 5 * n}{rng.integers(1000, 9999)}" for n in range(50)]
    wholes = [f"{first}{97 - int(first) % 97:02d}" for first in firsts]
    companies = [f"{whole[:4]}.{whole[4:7]}.{whole[7:]}" for whole in wholes]
    yield CorpusFile("p07.csv", kind, absence(schools=50, ids=lambda n: companies[n]).csv())
    units = [
        f"2.{rng.integers(100, 400)}.{rng.integers(100, 999)}.{rng.integers(100, 999)}" for _ in range(50)
    ]
    yield CorpusFile("p08.csv", kind, absence(schools=50, ids=lambda n: units[n]).csv())
    nine = [f"{rng.integers(10**8, 10**9 - 1)}" for _ in range(60)]
    yield CorpusFile("p09.csv", kind, absence(schools=60, ids=lambda n: nine[n]).csv())
    yield CorpusFile(
        "p10.csv", kind, absence(schools=20, ids=lambda n: f"{n + 1:02d}-{100 + n:04d}-elementary").csv()
    )
    longer = [f"{rng.integers(10**14, 10**15 - 1)}" for _ in range(60)]
    yield CorpusFile("p11.csv", kind, absence(schools=60, ids=lambda n: longer[n]).csv())
    yield CorpusFile("p12.parquet", kind, enrolment(schools=120, ids=lambda n: int(eleven[n])).parquet())
    uuids = [
        f"{rng.integers(0, 16**8 - 1):08x}-4a1b-4c2d-8e3f-{rng.integers(0, 16**12 - 1):012x}"
        for _ in range(30)
    ]
    yield CorpusFile("p13.csv", kind, absence(schools=30, ids=lambda n: uuids[n]).csv())


def _clean_registers() -> Iterator[CorpusFile]:
    kind = "names of schools"
    streets = (
        "Basisschool Kerkstraat",
        "Stedelijke school Lange Leemstraat 12",
        "Sint-Jozefinstituut Turnhoutsebaan 430",
    )
    yield CorpusFile("q01.csv", kind, schools([*SCHOOLS, *streets]).csv())
    persons = (
        "Atheneum Emile Claus",
        "Basisschool Anne Frank",
        "Jan Fevijncollege",
        "Lyceum Marie Curie",
        "Freinetschool Célestin Freinet",
        "Basisschool Koningin Fabiola",
        "Prins Boudewijnschool",
        "Basisschool Lieven Gevaert",
    )
    yield CorpusFile("q02.csv", kind, schools([*persons, *SCHOOLS]).csv())
    french = (
        "École Jules Ferry",
        "Lycée Jean Moulin",
        "Collège Victor Hugo",
        "École élémentaire Louise Michel",
        "Athénée royal Marguerite Yourcenar",
        "Institut Saint-Louis",
        "École Simone Veil",
    )
    yield CorpusFile("q03.csv", kind, schools(french, ("Centre", "Nord", "Saint-Gilles")).csv(";", "cp1252"))
    english = (
        "P.S. 015 Roberto Clemente",
        "Franklin D. Roosevelt High School",
        "P.S. 019 Asher Levy",
        "Martha Washington Academy",
        "Harry Truman High School",
        "Grace Dodge Career and Technical Education",
    )
    yield CorpusFile("q04.csv", kind, schools(english).csv())
    mixed = (
        "Emile Zola",
        "Victor Hugo",
        "Louis Pasteur",
        "Les Tilleuls",
        "La Fontaine",
        "Jean Jaurès",
        "Le Parc",
        "Marie Curie",
        "Paul Eluard",
        "Les Marronniers",
    )
    yield CorpusFile("q05.csv", kind, schools(mixed).csv())
    districts = (
        "Luchtbal",
        "Sint-Andries",
        "Borgerhout intra muros",
        "Merksem Dokske",
        "Linkeroever",
        "Kiel",
        "Ekeren Donk",
        "Zuiderkaai",
    )
    yield CorpusFile("q06.csv", kind, schools(SCHOOLS, districts).csv())
    yield CorpusFile(
        "q07.csv", kind, schools(SCHOOLS, ("Saint-Gilles", "Ixelles", "Etterbeek", "Forest", "Evere")).csv()
    )
    numbered = [f"Stedelijk lyceum Sterrenkaai {n}" for n in range(2, 9)]
    yield CorpusFile("q08.csv", kind, schools(numbered).csv())
    saints = (
        "Sint-Lievenscollege",
        "Sint-Maria",
        "Sint-Jan Berchmanscollege",
        "Heilig Hart",
        "Onze-Lieve-Vrouwecollege",
        "Sint Norbertus",
        "Don Bosco",
        "Sint-Agnes",
    )
    yield CorpusFile("q09.xlsx", kind, schools(saints).xlsx())
    yield CorpusFile("q10.csv", kind, schools([f"School {n}" for n in range(40)]).csv())
    over_years = Sheet(
        schools([]).header,
        tuple(
            (school(n), f"{year}-{year % 100 + 1}", name, "primary", "", "Kiel")
            for n, name in enumerate(persons)
            for year in range(2019, 2025)
        ),
    )
    yield CorpusFile("q11.csv", kind, over_years.csv())


def _clean_numbers() -> Iterator[CorpusFile]:
    kind = "numbers"
    rng = np.random.default_rng(41)
    large = enrolment(schools=60).filled("possible", lambda n: int(rng.integers(10**7, 10**8 - 1)))
    yield CorpusFile("r01.csv", kind, large.csv())
    phone_like = lateness().filled("pupil_days", lambda n: 32_000_000 + 9973 * n)
    yield CorpusFile("r02.csv", kind, phone_like.csv())
    yield CorpusFile("r03.csv", kind, absence().filled("units", lambda n: f"{n * 37 % 4000 / 8:.3f}").csv())
    dutch = context().filled("value", lambda n: f"{n % 4},{n * 7 % 100:02d}")
    yield CorpusFile("r04.csv", kind, dutch.csv(";", "cp1252"))
    grouped = lateness().filled("pupil_days", lambda n: f"{100 + n}.{n * 7 % 900 + 100}")
    yield CorpusFile("r05.csv", kind, grouped.csv(";"))
    spaces = lateness().filled("pupil_days", lambda n: f"{100 + n} {n * 7 % 900 + 100}")
    yield CorpusFile("r06.csv", kind, spaces.csv(";"))
    yield CorpusFile("r07.csv", kind, context().filled("value", lambda n: float(rng.random())).csv())
    yield CorpusFile("r08.csv", kind, absence().filled("units", lambda n: n % 5).csv())
    yield CorpusFile(
        "r09.csv", kind, context(feature="median_income").filled("value", lambda n: 21_000 + n * 137).csv()
    )
    yield CorpusFile(
        "r10.csv", kind, context(feature="postcode").filled("value", lambda n: 2000 + n % 660).csv()
    )
    yield CorpusFile("r11.csv", kind, context().filled("value", lambda n: f"{n}.{n:02d}e-05").csv())
    yield CorpusFile(
        "r12.csv", kind, context().filled("value", lambda n: f"{n * 13 % 100}.{n * 7 % 10} %").csv()
    )
    yield CorpusFile("r13.xlsx", kind, context().filled("value", lambda n: 1 / (n + 3)).xlsx())
    dates_like = lateness().filled("pupil_days", lambda n: 20_120_000 + n * 31)
    yield CorpusFile("r14.csv", kind, dates_like.csv())
    yield CorpusFile("r15.csv", kind, lateness().filled("events", lambda n: f"0{n}").csv())
    yield CorpusFile("r16.parquet", kind, enrolment(schools=200).parquet())


def _clean_words() -> Iterator[CorpusFile]:
    kind = "words"
    labels = (
        ("1A", "1B", "2Latijn", "3 STW"),
        ("ASO", "TSO", "BSO", "KSO"),
        ("Economie-moderne talen", "Latijn-wiskunde", "Hout", "Sociale en technische wetenschappen"),
        ("m", "f", "x"),
        ("jongens", "meisjes"),
        ("garçons", "filles"),
        ("1ère année", "2e année", "3e année"),
        ("OKAN", "Duaal leren", "Buso OV2"),
        ("Grade 9", "Grade 10", "PK in K-12"),
        ("1e graad A-stroom", "1e graad B-stroom"),
        ("Sainte-Anne", "Notre-Dame"),
        ("10-14", "15-29", "30+"),
        ("Maatschappij & welzijn", "STEM", "Taal & cultuur"),
    )
    for number, groups in enumerate(labels, start=1):
        suffix = "csv" if number % 2 else "xlsx"
        table = by_group(groups=groups)
        yield CorpusFile(f"s{number:02d}.{suffix}", kind, table.csv() if suffix == "csv" else table.xlsx())
    features = (
        "share of pupils with a home language other than Dutch",
        "indicator thuistaal",
        "SES",
        "kansarmoede-index (Kind en Gezin)",
        "élèves boursiers",
        "part d'élèves en retard",
    )
    for number, feature in enumerate(features, start=21):
        yield CorpusFile(f"s{number}.csv", kind, context(feature=feature).csv())


def _clean_margins() -> Iterator[CorpusFile]:
    kind, base = "titles and sheets", absence(schools=3)
    titles = (
        ("Afwezigheden per maand, schooljaar 2024-2025", "bron: Discimus, stand 15/01/2025"),
        ("Absences par mois", "Situation au 1er février 2025"),
        ("Stad Antwerpen, dienst onderwijs", "aanmaakdatum: 14-01-2025 10:22"),
        ("Atheneum Emile Claus", "halve dagen"),
        ("Basisschool Kerkstraat", "totaal 1 234 halve dagen"),
        ("Rapport 12.4.2025 versie 1.2.3", ""),
        ("Report for Franklin Roosevelt High School", "as of June 30, 2024"),
    )
    for number, lines in enumerate(titles, start=1):
        yield CorpusFile(f"t{number:02d}.xlsx", kind, base.xlsx(Around(titles=lines)))
    for number, name in enumerate(
        ("Blad1", "2024-25", "Afwezigheden SO", "Feuil1", "De Linde", "export 20250114"), start=11
    ):
        yield CorpusFile(f"t{number}.xlsx", kind, base.xlsx(Around(sheet=name)))
    for name in (
        "afwezigheden 2024-25 v2.csv",
        "absence_20250114_102233.csv",
        "De Linde - export.csv",
        "Lycee_Jean_Moulin_absences.csv",
        "12345678901.csv",
    ):
        yield CorpusFile(name, kind, base.csv())
    yield CorpusFile("t21.xlsx", kind, base.xlsx(Around(properties={"author": "Lotte Peeters"})))
    yield CorpusFile(
        "t22.xlsx", kind, base.xlsx(Around(properties={"title": "Afwezigheden", "company": "Stad Waterstad"}))
    )
    words: tuple[Row, ...] = (
        ("column", "meaning"),
        ("school_id", "the number of the school"),
        ("name", "name of the school"),
        ("units", "half-days absent"),
        ("code", "B, Z, R, P or H"),
    )
    yield CorpusFile("t23.xlsx", kind, base.xlsx(Around(other_sheet=words)))
    totals: tuple[Row, ...] = (
        ("maand", "totaal"),
        *((listed("september|oktober|november|december")[n], 1200 + n) for n in range(4)),
    )
    yield CorpusFile("t24.xlsx", kind, base.xlsx(Around(hidden_sheet=totals, hidden_sheet_name="hulp")))
    yield CorpusFile(
        "t25.zip",
        kind,
        zip_of({"2024/absence.csv": base.csv(), "2024/enrolment.csv": enrolment(schools=3).csv()}),
    )
    yield CorpusFile("t26.xlsx", kind, base.xlsx(Around(footer="&Cpagina &P van &N")))
    yield CorpusFile("t27.csv", kind, base.csv(";", titles=["Overzicht halve dagen", "stand op 31/01/2025"]))


def _clean_headers() -> Iterator[CorpusFile]:
    kind, base = "headers", absence(schools=3)
    columns: Sequence[tuple[str, object]] = (
        ("schoolnaam", "De Linde"),
        ("School Name", "De Linde"),
        ("nom de l'établissement", "École Jules Ferry"),
        ("aantal leerlingen", 45),
        ("aantal ouders bereikt", 12),
        ("leerlingen", 45),
        ("naam vestiging", "Campus Zuid"),
        ("instellingsnummer", 30411),
        ("gemeente", "Antwerpen"),
        ("nombre de parents contactés", 4),
        ("studierichting naam", "Hout"),
        ("pupils", 7),
        ("pct students", 0.4),
        ("naam wijk", "Luchtbal"),
        ("leerjaar", 3),
        ("datum telling", "2024-10-01"),
        ("total comments received", 3),
        ("code postal de l'école", 75011),
        ("Student Group", "All Students"),
        ("Created", "2025-01-14T10:22:31"),
    )
    for number, (header, value) in enumerate(columns, start=1):
        content = base.with_column(header, lambda n, value=value: value)
        yield CorpusFile(f"u{number:02d}.csv", kind, content.csv(";" if number % 2 else ","))


def _clean_events() -> Iterator[CorpusFile]:
    kind = "events and calendars"
    yield CorpusFile("v01.csv", kind, events(random_tokens(300)).csv())
    hexadecimal = random_tokens(300, 43, "0123456789abcdef", 64)
    yield CorpusFile("v02.csv", kind, events(hexadecimal).csv())
    yield CorpusFile(
        "v03.csv", kind, events(random_tokens(300, 44, "0123456789abcdefghijklmnopqrstuvwxyz", 16)).csv()
    )
    header = ("school_id", "school_year", "date", "half_day", "kind")
    free = [date(2024, 10, 28), date(2024, 11, 11), date(2024, 12, 23), date(2025, 3, 3), date(2025, 5, 29)]
    calendar = Sheet(
        header,
        tuple((school(n), "2024-25", day.isoformat(), "day", "free") for n in range(9) for day in free),
    )
    yield CorpusFile("v04.csv", kind, calendar.csv())
    belgian = Sheet(
        header,
        tuple((school(n), "2024-25", f"{day:%d/%m/%Y}", "day", "free") for n in range(9) for day in free),
    )
    yield CorpusFile("v05.csv", kind, belgian.csv(";"))
    yield CorpusFile(
        "v06.xlsx",
        kind,
        Sheet(
            header, tuple((school(n), "2024-25", day, "day", "free") for n in range(9) for day in free)
        ).xlsx(),
    )
    late = Sheet(
        ("school_id", "school_year", "token", "date", "kind", "minutes"),
        tuple(
            (school(n % 3), "2024-25", token, "2024-10-08", "late", n % 60)
            for n, token in enumerate(random_tokens(90, 45))
        ),
    )
    yield CorpusFile("v07.csv", kind, late.csv())
    old = Sheet(
        header,
        tuple(
            (school(n), f"{year}-{year % 100 + 1:02d}", f"{year}-11-11", "day", "free")
            for n in range(9)
            for year in range(2012, 2025)
        ),
    )
    yield CorpusFile("v08.csv", kind, old.csv())
    exported = absence(schools=9).with_column(
        "peildatum", lambda n: f"{(1, 1, 1)[n % 3]:02d}/{(10, 2, 6)[n % 3]:02d}/{(2024, 2025, 2025)[n % 3]}"
    )
    yield CorpusFile("v09.csv", kind, exported.csv())


def _clean_surveys() -> Iterator[CorpusFile]:
    kind = "surveys"
    header = ("school_id", "school_year", "wave", "respondent_group", "respondent", "item", "answer")
    tokens = random_tokens(60, 46)
    answers = tuple(
        (school(n % 4), "2024-25", 1, "pupil", token, item, 1 + n % 5)
        for n, token in enumerate(tokens)
        for item in ("A1", "A2", "B1.2")
    )
    yield CorpusFile("w01.csv", kind, Sheet(header, answers).csv())
    with_tool = (
        Sheet(header, answers)
        .with_column("ipaddr", lambda n: f"81.82.9.{n}")
        .with_column("submitdate", lambda n: "1980-01-01 00:00:00")
    )
    yield CorpusFile("w02.csv", kind, with_tool.csv())
    with_mail = Sheet(header, answers).with_column("Email Address", lambda n: f"p{n}@voorbeeld.be")
    yield CorpusFile("w03.csv", kind, with_mail.csv())
    themes = ("Veiligheid op school", "Sfeer in de klas", "Pesten", "Contact met leerkrachten")
    summary = Sheet(
        (
            "school_id",
            "school_year",
            "respondent_group",
            "measure",
            "invited",
            "responses",
            "mean",
            "favourable",
            "unfavourable",
        ),
        tuple(
            (school(n), "2024-25", "pupil", theme, 120, 96, 3.9, 0.7, 0.1)
            for n in range(12)
            for theme in themes
        ),
    )
    yield CorpusFile("w04.csv", kind, summary.csv())
    lime = Sheet(
        ("id", "submitdate", "lastpage", "startlanguage", "seed", "A1", "A2"),
        tuple(
            (n, "1980-01-01 00:00:00", 5, "nl", 1_000_000_007 + n * 7_919, 1 + n % 5, 1 + n % 4)
            for n in range(40)
        ),
    )
    yield CorpusFile("w05.csv", kind, lime.csv())
    checklist = Sheet(
        ("school_id", "school_year", "item", "answer", "review_date"),
        tuple(
            (school(n), "2024-25", f"A{item}", str(item % 5), "2025-02-03")
            for n in range(9)
            for item in range(1, 9)
        ),
    )
    yield CorpusFile("w06.csv", kind, checklist.csv())
    incidents = Sheet(
        ("school_id", "school_year", "month", "category", "place", "incidents"),
        tuple(
            (school(n), "2024-25", month, category, "in_school", n % 4)
            for n in range(6)
            for month in (9, 10)
            for category in ("violence", "bullying", "theft")
        ),
    )
    yield CorpusFile("w07.csv", kind, incidents.csv())
    steps = Sheet(
        ("school_id", "school_year", "threshold", "step", "pupils", "median_days"),
        tuple(
            (school(n), "2024-25", 5, step, 20 + n, 3 if step == "contact" else "")
            for n in range(20)
            for step in ("threshold", "contact")
        ),
    )
    yield CorpusFile("w08.csv", kind, steps.csv())
