"""Which units share territory: whose 2004 row a new unit borrows, and which units are interpolated together.

Codes only; nothing is counted here.
"""

from typing import Final

# Units formed after 2004 borrow the composition of the unit they were cut from, or of a neighbour.
_HOSTS: Final = {
    "650109": "652303",
    "652702": "652701",
    "659007": "652701",
    "654004": "654023",
    "659008": "654023",
    "659002": "652928",
    "659003": "653130",
    "659005": "654301",
    "659006": "652801",
    "659009": "653223",
    "659010": "654202",
    "6501": "650100",  # all units of the prefecture
    "6502": "650200",
}
# Wujiaqu has no 2004 row and no fitting neighbour: its 2010 census counts (`spot_counts`, source wiki_wujiaqu),
# all minorities being the total less Han; the five Kyrgyz are an assumption.
WUJIAQU: Final = ("659004", (223.0, 232.0, 2541.0, 5.0, 1063.0))

# Units that exchanged territory between the censuses are interpolated together inside a border that did not move.
# Four digits stand for all other units of a prefecture.
_CLUSTERS: Final = {
    "Kashgar core": ("653121", "653101"),
    "Bayingolin": ("659006", "6528"),
    "Bortala": ("659007", "6527"),
    "Ili west": ("654023", "654004", "659008", "654022"),
    "Hotan": ("659009", "6532"),
    "Altay-Beitun": ("654301", "654323", "659005"),
    "Wusu-Huyanghe": ("654202", "659010"),
    "Aksu": ("659002", "6529"),
    "Kashgar-Tumxuk": ("653130", "653127", "653129", "653122", "653128", "659003"),
    "Changji-XPCC": ("652301", "659004", "659001", "654223"),
    "Urumqi": ("6501",),
}
_CLUSTER_OF: Final = {code: name for name, codes in _CLUSTERS.items() for code in codes}


def cluster_of(gb_code: str) -> str:
    """Name of the cluster a unit is interpolated in; its own code for a unit that stands alone.

    Examples
    --------
    >>> cluster_of("653121"), cluster_of("653125")
    ('Kashgar core', '653125')
    """
    return _CLUSTER_OF.get(gb_code) or _CLUSTER_OF.get(gb_code[:4], gb_code)


def host_of(gb_code: str) -> str:
    """Code of the row of the 2004 table that stands for a unit; its own code when it needs no other.

    **Assumes:** a new unit had the composition of the unit it was cut from; weakest for the Corps cities.

    Examples
    --------
    >>> host_of("659002"), host_of("650105"), host_of("653121")
    ('652928', '650100', '653121')
    """
    return _HOSTS.get(gb_code) or _HOSTS.get(gb_code[:4], gb_code)


def prefecture_of(gb_code: str) -> str:
    """First four digits of a unit's code, or of its host's; Shihezi and Wujiaqu, without one, count with Changji.

    Examples
    --------
    >>> prefecture_of("653121"), prefecture_of("659002"), prefecture_of("659001")
    ('6531', '6529', '6523')
    """
    host = _HOSTS.get(gb_code, gb_code)[:4]
    return "6523" if host == "6590" else host
