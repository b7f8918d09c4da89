"""Invented names: the city of Waterstad, its districts, and what its schools are called."""

import numpy as np

CITY = "Waterstad"
NETWORKS = ("GO!", "stedelijk", "katholiek", "andere")
# district, mean deprivation of its schools (0..4)
DISTRICTS = (
    ("Oudhaven", 2.5),
    ("Zilverdok", 2.1),
    ("Kraanwijk", 2.4),
    ("Molenrand", 1.5),
    ("Zuiderkaai", 1.8),
    ("Lisveld", 1.1),
    ("Rietpolder", 1.3),
    ("Berkenhove", 0.8),
    ("Hoogduin", 0.6),
)

_PRIMARY = (
    "De Linde|De Wilg|De Olm|De Esdoorn|De Meidoorn|De Vlier|De Els|De Berk|De Hazelaar|De Kastanje|"
    "De Populier|De Notelaar|De Kersenboom|De Perelaar|Het Klaverblad|De Boterbloem|De Madelief|"
    "De Korenbloem|De Zonnebloem|De Waterlelie|De Lisdodde|Het Rietveld|De Zwaluw|De Kievit|De IJsvogel|"
    "De Leeuwerik|De Merel|De Fuut|De Reiger|De Aalscholver|De Otter|De Bever|De Eekhoorn|De Egel|"
    "Het Vlindernest|De Libel|De Krekel|Het Lieveheersbeestje|De Kaai|De Sluis|De Steiger|De Vuurtoren|"
    "Bakboord|Stuurboord|De Schoener|De Loods|De Ankerplaats|De Boei|Het Kompas|De Windroos|De Zeilmaker|"
    "De Kade|Het Dok|De Getijden|De Bron|De Vijver|De Beek|De Waterval|De Regenboog|De Zonnewijzer|"
    "De Poolster|De Horizon|De Kleurdoos|De Toverlantaarn|De Springplank|De Wip|De Tol|De Vlieger|"
    "De Draaimolen|De Luchtballon|De Zevensprong|De Hinkstap|De Letterboom|Het Rekenraam|De Inktpot|"
    "De Vulpen|De Boekenwurm|De Ark|De Speeldoos|De Puzzel|De Knikker|De Meander|De Terp|De Hoeve|"
    "De Molensteen|De Weide|De Akker|De Boomgaard|De Kruidentuin|Het Mozaïek|De Zandloper|Het Duin|"
    "De Wadloper|De Korf|De Brem|De Bosbes|De Vliegende Vis|De Zeester"
)
_SECONDARY = (
    "Noorderpoort|Zuiderpoort|Westerpoort|Oosterpoort|Havenlicht|Zilverdok|Kraanbaan|Scheepswerf|"
    "Zeewering|Waterkant|Kanaalzicht|Duinrand|Hoogduin|Lisveld|Rietpolder|Molenrand|Berkenhove|Oudhaven|"
    "Zuiderkaai|Spuikom|Vloedlijn|Ebstroom|Maanhaven|Zonnedijk|Sterrenkaai|Windkracht|De Stroming|"
    "De Waterpas|De Passer|De Kroonsteen|De Sleutelbrug|De Ketting|De Vonk|De Hefboom|De Katrol|"
    "De Draaibank|De Weefgetouwen|De Smidse|De Touwslager|De Kuip|De Drukpers|De Glasblazer|De Zeekaart|"
    "De Sextant|De Golfbreker|De Bolder|De Kaapstander|De Reling|De Mast|De Kiel|De Spinnaker|De Fok|"
    "De Brugwachter|De Lichtboei|Poldergras|Zilverwilg|Wilgenrode|Eikendreef|Lindehof|Beukenhage|"
    "Vlasmarkt|Graanschuur|Papiermolen|Koperslag|Zoutmijn|Lakenhuis|Parelduiker|Zeearend|Blauwvoet|"
    "Roerdomp|Sternenburcht|Meeuwenhof"
)
_PRIMARY_PREFIX = ("GO! basisschool", "Stedelijke basisschool", "Vrije basisschool", "Freinetschool")
_SECONDARY_PREFIX = {
    "general": ("GO! atheneum", "Stedelijk lyceum", "College", "Leefschool"),
    "dual": ("GO! technisch atheneum", "Stedelijk instituut", "Technisch instituut", "Leefschool"),
    "labour": ("GO! campus", "Stedelijk beroepsinstituut", "Vakinstituut", "Leerwerkplaats"),
    "mixed": ("GO! scholengroep", "Stedelijke scholencampus", "Scholencampus", "Leefschool"),
}


def _nouns(stock: str, wanted: int) -> list[str]:
    """`wanted` nouns; a city with more schools than nouns numbers the second round."""
    nouns = stock.split("|")
    rounds = -(-wanted // len(nouns))
    numbered = [name if turn == 0 else f"{name} {turn + 1}" for turn in range(rounds) for name in nouns]
    return numbered[:wanted]


def primary_names(networks: list[str], rng: np.random.Generator) -> list[str]:
    """One unique name for each primary school, in the manner of its network."""
    nouns = rng.permutation(np.array(_nouns(_PRIMARY, len(networks))))
    prefixes = dict(zip(NETWORKS, _PRIMARY_PREFIX, strict=True))
    return [f"{prefixes[network]} {noun}" for network, noun in zip(networks, nouns, strict=True)]


def secondary_names(networks: list[str], profiles: list[str], rng: np.random.Generator) -> list[str]:
    """One unique name for each secondary school, in the manner of its network and of its main track."""
    nouns = rng.permutation(np.array(_nouns(_SECONDARY, len(networks))))
    prefixes = {kind: dict(zip(NETWORKS, names, strict=True)) for kind, names in _SECONDARY_PREFIX.items()}
    named = zip(networks, profiles, nouns, strict=True)
    return [f"{prefixes[profile][network]} {noun}" for network, profile, noun in named]
