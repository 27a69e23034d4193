"""The texts that results are worded with, one TOML file a language; English is the reference.

A text is a sentence with `{name}` placeholders and nothing else, so that other programs can fill the same ones.
"""

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources
from types import MappingProxyType
from typing import Final

from estimation.errors import EstimationError

LANGUAGES: Final = ("en", "de", "fr", "es", "zh_Hans")
_PLACE = re.compile(r"\{([a-z_]+)\}")
# Line ends, other controls and marks that turn the direction of writing: a value must not break out of its sentence.
_BREAKING = re.compile("[\u0000-\u001f\u007f-\u009f\u200e\u200f\u2028\u2029\u202a-\u202e\u2066-\u2069\ufeff]+")
_SPECIAL = re.compile(r"([\\`*_\[\]<>|#~&$])")


@dataclass(frozen=True)
class Texts:
    """The texts of one language."""

    language: str
    templates: Mapping[str, str]  # by key
    names: Mapping[str, str]  # of places and groups, by their English name in the data; English where silent

    @classmethod
    def of(cls, language: str, content: Mapping[str, object]) -> "Texts":
        """The content of a file as texts; raises `EstimationError` for what is no sentence with plain placeholders."""
        templates, names = {}, {}
        for key, value in content.items():
            if key == "names" and isinstance(value, dict):
                names = {str(name): str(said) for name, said in value.items()}
            elif isinstance(value, str) and not re.search(r"[{}]", _PLACE.sub("", value)):
                templates[key] = value
            else:
                raise EstimationError(
                    f"text {key} must be a sentence with plain {{name}} placeholders",
                    repr(value),
                    f"see {language}.toml",
                )
        return cls(language, MappingProxyType(templates), MappingProxyType(names))

    def fill(self, key: str, **values: str) -> str:
        r"""A text with its placeholders filled; braces in a value stay as they are.

        Raises `EstimationError` for an unknown key, or a placeholder without a value.

        Examples
        --------
        >>> texts().fill("range", low="5", high="{x}\n")
        '5 to {x}'
        """
        if key not in self.templates:
            raise EstimationError("a text must be a known one", repr(key), f"add it to texts/{self.language}.toml")
        template = self.templates[key]
        missing = [name for name in placeholders(template) if name not in values]
        if missing:
            raise EstimationError(f"text {key} needs every placeholder", ", ".join(missing), "give a value for each")
        return _PLACE.sub(lambda found: _one_line(values[found[1]]), template)

    @property
    def closing(self) -> str:
        """What ends a sentence of a translation: that it is to be checked; empty in English."""
        marker = self.fill("marker")
        return f" [{marker}]" if marker else ""

    def name(self, english: str) -> str:
        """A name of the data in this language."""
        return _one_line(self.names.get(english, english))


def _one_line(value: str) -> str:
    r"""A value on one line, without control characters or marks that turn the direction of writing.

    Examples
    --------
    >>> _one_line("a\n# b\u202e")
    'a # b'
    """
    return _BREAKING.sub(" ", value).strip()


def escaped(text: str) -> str:
    r"""A text as one line of Markdown, also inside a table, with signs of Markdown and HTML escaped.

    Examples
    --------
    >>> print(escaped("a|b\n<b>*c*"))
    a\|b \<b\>\*c\*
    """
    return _SPECIAL.sub(r"\\\1", _one_line(text))


def placeholders(template: str) -> tuple[str, ...]:
    """Names of the placeholders of a text, each once, in order.

    Examples
    --------
    >>> placeholders("{low} to {high}")
    ('low', 'high')
    """
    return tuple(dict.fromkeys(_PLACE.findall(template)))


@cache
def texts(language: str = "en") -> Texts:
    """The texts of one of `LANGUAGES`; raises `EstimationError` for another, or a file that breaks the rules above."""
    if language not in LANGUAGES:
        raise EstimationError("the language must be a known one", repr(language), f"use one of {', '.join(LANGUAGES)}")
    return _read(language)


@cache
def english_only(name: str) -> Texts:
    """Texts that exist in English alone, such as those of the README, by the name of their file in `english_only`."""
    return _read(f"english_only/{name}")


def _read(name: str) -> Texts:
    """The texts of a file of this folder, by its name without the ending."""
    file = resources.files(__name__).joinpath(f"{name}.toml")
    return Texts.of(name, tomllib.loads(file.read_text(encoding="utf-8")))
