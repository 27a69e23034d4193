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
}
_HOST_PREFIXES: Final = {"6501": "650100", "6502": "650200"}
# Wujiaqu has no 2004 row and no fitting neighbour: its 2010 census counts (`spot_counts`, source wiki_wujiaqu),
# all minorities being the total less Han; the five Kyrgyz are an assumption.
WUJIAQU: Final = ("659004", (223.0, 232.0, 2541.0, 5.0, 1063.0))

# Units that exchanged territory between the censuses are interpolated together inside a border that did not move.
_CLUSTER_OF: Final = {
    "653121": "Kashgar core",
    "653101": "Kashgar core",
    "659006": "Bayingolin",
    "659007": "Bortala",
    "654023": "Ili west",
    "654004": "Ili west",
    "659008": "Ili west",
    "654022": "Ili west",
    "659009": "Hotan",
    "654301": "Altay-Beitun",
    "654323": "Altay-Beitun",
    "659005": "Altay-Beitun",
    "654202": "Wusu-Huyanghe",
    "659010": "Wusu-Huyanghe",
    "659002": "Aksu",
    "653130": "Kashgar-Tumxuk",
    "653127": "Kashgar-Tumxuk",
    "653129": "Kashgar-Tumxuk",
    "653122": "Kashgar-Tumxuk",
    "653128": "Kashgar-Tumxuk",
    "659003": "Kashgar-Tumxuk",
    "652301": "Changji-XPCC",
    "659004": "Changji-XPCC",
    "659001": "Changji-XPCC",
    "654223": "Changji-XPCC",
}
_CLUSTER_PREFIXES: Final = {
    "6501": "Urumqi",
    "6527": "Bortala",
    "6528": "Bayingolin",
    "6529": "Aksu",
    "6532": "Hotan",
}


def cluster_of(gb_code: str) -> str:
    """Name the interpolation cluster of a unit.

    Parameters
    ----------
    gb_code : str
        Six-digit code of the unit.

    Returns
    -------
    str
        Name of the cluster; the code itself for a unit that stands alone.

    Examples
    --------
    >>> cluster_of("653121"), cluster_of("653125")
    ('Kashgar core', '653125')
    """
    return _CLUSTER_OF.get(gb_code) or _CLUSTER_PREFIXES.get(gb_code[:4], gb_code)


def host_of(gb_code: str) -> str:
    """Name the row of the 2004 table that stands for a unit.

    Parameters
    ----------
    gb_code : str
        Six-digit code of the unit.

    Returns
    -------
    str
        Code of the host; the unit's own code when it needs none.

    Notes
    -----
    **Assumes:** a new unit had the composition of the unit it was cut from; weakest for the Corps cities.

    Examples
    --------
    >>> host_of("659002"), host_of("650105"), host_of("653121")
    ('652928', '650100', '653121')
    """
    return _HOSTS.get(gb_code) or _HOST_PREFIXES.get(gb_code[:4], gb_code)


def prefecture_of(gb_code: str) -> str:
    """Name the prefecture a unit lies in, Corps cities in the one around them.

    Parameters
    ----------
    gb_code : str
        Six-digit code of the unit.

    Returns
    -------
    str
        First four digits of the unit, or of its host; Shihezi and Wujiaqu, which have none, count with Changji.

    Examples
    --------
    >>> prefecture_of("653121"), prefecture_of("659002"), prefecture_of("659001")
    ('6531', '6529', '6523')
    """
    host = _HOSTS.get(gb_code, gb_code)[:4]
    return "6523" if host == "6590" else host
