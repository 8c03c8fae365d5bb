"""Scalars of YAML: the values of the core schema of YAML 1.2, and a refusal where YAML 1.1 reads another value.

A plain scalar is null, a boolean, a number or else text. `yes`, `1:30` and `2020-01-31` are text, as in YAML 1.2; a
number with leading zeros, which YAML 1.1 takes for octal, and one that no float can hold are errors.
"""

from __future__ import annotations

import re
from typing import Any

import yaml

from alife.errors import as_shown

MOST_DIGITS = 64  # of a whole number
NULLS = ("", "~", "null", "Null", "NULL")
BOOLEANS = {word: word.lower() == "true" for word in ("true", "True", "TRUE", "false", "False", "FALSE")}
_WORDS = {word: word.lower() in ("yes", "on") for word in ("yes", "Yes", "YES", "no", "No", "NO")}
_WORDS |= {word: word.lower() == "on" for word in ("on", "On", "ON", "off", "Off", "OFF")}
_WHOLE = re.compile(r"[-+]?[0-9]+(?:_[0-9]+)*")
_BASE = re.compile(r"0o[0-7]+|0x[0-9a-fA-F]+")
_REAL = re.compile(r"[-+]?(?:\.[0-9]+|[0-9]+(?:_[0-9]+)*(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?")
_SPECIAL = re.compile(r"[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN)")
_NUMBER_TAGS = ("tag:yaml.org,2002:int", _WHOLE), ("tag:yaml.org,2002:int", _BASE), ("tag:yaml.org,2002:float", _REAL)


def value_of(text: str, plain: bool) -> Any:
    """Returns the value of a scalar.

    Args:
        text: of the scalar, with all escapes replaced.
        plain: True if it was written without quotes, and so may be other than text.

    Raises:
        ValueError: two readers of YAML would take it for different values, or it is text that no line holds.
    """
    if not plain:
        return text_of(text)
    if text in NULLS:
        return None
    if text in BOOLEANS:
        return BOOLEANS[text]
    if _WHOLE.fullmatch(text):
        return _whole(text)
    if _BASE.fullmatch(text) and len(text) <= MOST_DIGITS:
        return int(text, 0)
    if _REAL.fullmatch(text):
        return _real(text)
    return float(text.replace(".", "")) if _SPECIAL.fullmatch(text) else text_of(text)


def text_of(text: str) -> str:
    """Returns text as it is. Raises ValueError if a character of it is a control, a line end or half of a pair."""
    wrong = next((sign for sign in text if _is_control(sign)), "")
    if wrong:
        raise ValueError(
            f"expected text of one line without control characters, got {as_shown(wrong)} in '{as_shown(text)}'; in "
            "double quotes a backslash begins an escape: write single quotes, or / in a path"
        )
    return text


def boolean_meant(value: object) -> bool | None:
    """Returns the boolean that YAML 1.1 reads in a word such as `yes`; None for anything else."""
    return _WORDS.get(value) if isinstance(value, str) else None


def _is_control(sign: str) -> bool:
    return sign < " " or "\x7f" <= sign <= "\x9f" or sign in "\u2028\u2029" or "\ud800" <= sign <= "\udfff"


def _whole(text: str) -> int:
    digits = text.lstrip("+-").replace("_", "")
    if len(digits) > MOST_DIGITS:
        raise ValueError(
            f"expected a whole number of at most {MOST_DIGITS} digits, got one of {len(digits):,}; write fewer"
        )
    if digits.startswith("0") and digits != "0":
        raise ValueError(
            f"expected a number without leading zeros, which some readers take for octal, got {text}; write "
            f"{int(text)}, or '{text}' if it is text"
        )
    return int(text)


def _real(text: str) -> float:
    value, mantissa = float(text), re.split("[eE]", text)[0]
    if value in (float("inf"), float("-inf")) or (not value and re.search("[1-9]", mantissa)):
        raise ValueError(f"expected a number of about 1e-300 to 1e300, got {as_shown(text)}; write another")
    return value


class Dumper(yaml.SafeDumper):
    """PyYAML's safe dumper, which also quotes text that `value_of` would take for a number."""


for _tag, _pattern in _NUMBER_TAGS:
    Dumper.add_implicit_resolver(_tag, re.compile(f"(?:{_pattern.pattern})$"), list("-+.0123456789"))
