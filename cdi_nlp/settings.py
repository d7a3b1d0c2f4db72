"""Settings: one TOML file, one frozen object; an unknown name is refused with the nearest one."""

import difflib
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Literal, cast, get_args

from cdi_nlp.errors import SettingsError

Detectors = Literal["all", "patterns"]


@dataclass(frozen=True, slots=True)
class FlagSettings:
    """The operating thresholds: a disclosure of at least this probability is flagged.

    `default` is for every family that is not named in `families`; 0 leaves each family its own (families.toml).
    """

    default: float = 0.0
    families: Mapping[str, float] = field(default_factory=dict)

    def threshold(self, family: str, *, own: float) -> float:
        """The threshold in force for a family whose own is `own`."""
        return self.families.get(family, self.default or own)


@dataclass(frozen=True, slots=True)
class ScanSettings:
    """How a scan runs: processes (0: as many as there are cores), records handed over at a time, and what detects.

    `detectors` is "all" (patterns and the promoted model, where there is one) or "patterns".
    """

    workers: int = 0
    batch: int = 64
    detectors: Detectors = "all"


@dataclass(frozen=True, slots=True)
class QueueSettings:
    """How many records the queue page holds, worst first."""

    size: int = 300


@dataclass(frozen=True, slots=True)
class PrioritySettings:
    """What a record's place in the queue is made of, each weight a share of the whole order (recording/priority.py).

    `harm` is how much the gravest family's harm counts: enough to put a likely rape before a certain theft, not before
    a certain assault. `wrong_class` tempers a crime recorded in the wrong class, `doubtful` a disclosure that is not
    flagged. The rest are added where a record says so.
    """

    harm: float = 0.25
    wrong_class: float = 0.5
    doubtful: float = 0.25
    domestic: float = 0.03
    child: float = 0.03
    repeat_victim: float = 0.02
    no_safeguarding: float = 0.01
    overdue: float = 0.02
    bad_reason: float = 0.02


@dataclass(frozen=True, slots=True)
class Settings:
    """Every setting, with its default."""

    flag: FlagSettings = field(default_factory=FlagSettings)
    scan: ScanSettings = field(default_factory=ScanSettings)
    queue: QueueSettings = field(default_factory=QueueSettings)
    priority: PrioritySettings = field(default_factory=PrioritySettings)


PATTERNS_ONLY = Settings(scan=ScanSettings(detectors="patterns"))
"""The defaults, with no model: what reads and tests the patterns themselves."""

_SECTIONS = {"flag": FlagSettings, "scan": ScanSettings, "queue": QueueSettings, "priority": PrioritySettings}
_LOWEST = {"scan.workers": 0, "scan.batch": 1, "queue.size": 1}


def load_settings(path: Path | None) -> Settings:
    """The settings of a file, or the defaults where there is none."""
    if path is None:
        return Settings()
    try:
        table = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise SettingsError(f"{path}: cannot be read ({error.strerror}); check the path") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise SettingsError(f"{path}: not a TOML file ({error}); correct it") from error
    known = [f"{name}.{item.name}" for name, section in _SECTIONS.items() for item in fields(section)]
    sections = {}
    for name, values in table.items():
        if name not in _SECTIONS or not isinstance(values, dict):
            _refuse(path, name, list(_SECTIONS))
        for key, value in values.items():
            if f"{name}.{key}" not in known:
                _refuse(path, f"{name}.{key}", known)
            _check(path, f"{name}.{key}", value)
        sections[name] = _SECTIONS[name](**values)
    return Settings(**sections)


def chosen_detectors(name: object, *, where: str = "--detectors") -> Detectors:
    """The detectors of that name, or a SettingsError with the choices; `where` is what was set to it."""
    if name not in get_args(Detectors):
        raise SettingsError(f"{where} is {name!r}; choose from {', '.join(get_args(Detectors))}")
    return cast("Detectors", name)


def _refuse(path: Path, name: str, known: list[str]) -> None:
    nearest = difflib.get_close_matches(name, known, n=1, cutoff=0)[0]
    raise SettingsError(f"{path}: no setting {name!r}; did you mean {nearest!r}?")


def _check(path: Path, name: str, value: object) -> None:
    if name in _LOWEST:
        if isinstance(value, bool) or not isinstance(value, int) or value < _LOWEST[name]:
            raise SettingsError(f"{path}: {name} is {value!r}; write a whole number of {_LOWEST[name]} or more")
        return
    if name == "scan.detectors":
        chosen_detectors(value, where=f"{path}: {name}")
        return
    shares = value.items() if isinstance(value, dict) else [("", value)]
    for family, share in shares:
        number = isinstance(share, int | float) and not isinstance(share, bool)
        if not number or not 0 <= float(str(share)) <= 1:
            place = f"{name}.{family}".rstrip(".")
            raise SettingsError(f"{path}: {place} is {share!r}; write a probability between 0 and 1")
