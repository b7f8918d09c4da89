"""What a city may change without code: indicators, jurisdictions, mapping profiles and file contracts.

YAML and JSON enter; frozen, checked values leave. Everybody may knock; this room knows nobody else.
"""

from mirrors.definitions.contract import Contract, load_contracts
from mirrors.definitions.indicator import HALVES, Indicator, load_indicators
from mirrors.definitions.jurisdiction import Jurisdiction, load_jurisdiction
from mirrors.definitions.profile import Profile, load_profile, profile_names, save_profile

__all__ = [
    "HALVES",
    "Contract",
    "Indicator",
    "Jurisdiction",
    "Profile",
    "load_contracts",
    "load_indicators",
    "load_jurisdiction",
    "load_profile",
    "profile_names",
    "save_profile",
]
