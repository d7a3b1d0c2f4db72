"""`cdi taxonomy`: what the families are, and whether the patterns keep their own examples."""

import json
import sys
from dataclasses import asdict
from typing import Annotated, Any

import typer

TEST = "test"


def taxonomy(
    family: Annotated[
        str | None, typer.Argument(help="A family, for all of it; or `test`, to run the patterns' examples.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print as JSON.")] = False,  # noqa: FBT002
) -> None:
    """List the offence families, or show one: its codes, elements, neighbours, patterns, and how to tell it apart.

    `cdi taxonomy test` runs the examples of every pattern and cue, and ends with status 1 if one does not hold.
    """
    if family == TEST:
        raise typer.Exit(_test(as_json=as_json))
    table = _family(family) if family else _families()
    if as_json:
        sys.stdout.write(json.dumps(table, indent=2) + "\n")
    elif family:
        sys.stdout.write(_page(table))
    else:
        sys.stdout.write(_list(table))


def _families() -> dict[str, Any]:
    from cdi_nlp.taxonomy import load_taxonomy  # noqa: PLC0415  read only when asked for

    loaded = load_taxonomy()
    families = [
        {"name": one.name, "title": one.title, "hmic_group": one.hmic_group, "harm": one.harm, "code": one.default_code}
        for one in loaded.families.values()
    ]
    return {"version": loaded.version, "families": families}


def _family(name: str) -> dict[str, Any]:
    from cdi_nlp.taxonomy import load_taxonomy  # noqa: PLC0415
    from cdi_nlp.taxonomy.patterns import load_patterns  # noqa: PLC0415

    loaded = load_taxonomy()
    found = loaded.family(name)
    offences = [
        {"ho_code": offence.ho_code, "class": offence.offence_class, "title": offence.title}
        for offences in loaded.offences.values()
        for offence in offences
        if offence.family == name and offence.current
    ]
    _, patterns = load_patterns()
    own = [
        {"id": one.id, "why": one.why, "precision": round(one.precision, 3), "finds": one.finds, "misses": one.misses}
        for one in patterns
        if one.family == name
    ]
    return {"version": loaded.version, **asdict(found), "offences": offences, "patterns": own}


def _list(table: dict[str, Any]) -> str:
    lines = [f"{'family':28}{'group':10}{'harm':>4}  {'code':8}title"]
    for row in table["families"]:
        lines.append(f"{row['name']:28}{row['hmic_group']:10}{row['harm']:>4}  {row['code']:8}{row['title']}")
    lines += ["", f"taxonomy {table['version']}; one family: cdi taxonomy NAME"]
    return "\n".join(lines) + "\n"


def _page(table: dict[str, Any]) -> str:
    lines = [f"{table['name']}: {table['title']}", "", table["definition"], "", "Elements:"]
    lines += [f"  {element}" for element in table["elements"]]
    lines += ["", "Told apart from:"]
    lines += [f"  {name}: {how}" for name, how in table["tell_apart"].items()]
    if table["lesser"]:
        lines += ["", f"Absorbs, in one act: {', '.join(table['lesser'])}"]
    lines += ["", "Offences:"]
    lines += [f"  {row['ho_code']:8}{row['class']:6}{row['title']}" for row in table["offences"]]
    lines += ["", f"Patterns ({len(table['patterns'])}):"]
    for row in table["patterns"]:
        lines.append(f"  {row['id']} (right {row['precision']:.0%} of the time): {row['why']}")
        lines += [f"      finds   {example}" for example in row["finds"]]
        lines += [f"      misses  {example}" for example in row["misses"]]
    return "\n".join(lines) + "\n"


def _test(*, as_json: bool) -> int:
    from cdi_nlp.detect.examples import check_cues, check_pattern  # noqa: PLC0415
    from cdi_nlp.detect.patterns import load_pattern_detector  # noqa: PLC0415

    detector = load_pattern_detector()
    failures = [failure for pattern in detector.patterns for failure in check_pattern(detector, pattern)]
    failures += check_cues(detector)
    if as_json:
        sys.stdout.write(json.dumps([asdict(failure) for failure in failures], indent=2) + "\n")
    else:
        for failure in failures:
            sys.stdout.write(f"{failure.owner}: {failure.problem}: {failure.example}\n")
        sys.stdout.write(f"{len(detector.patterns)} patterns, {len(failures)} examples that do not hold\n")
    return 1 if failures else 0
