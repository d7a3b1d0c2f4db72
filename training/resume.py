"""Resuming a fit: after each epoch everything that the next one begins from, so that a stop loses one epoch at most.

Tensors lie in a safetensors file with the rest as JSON in its head; a resumed fit gives the weights of an unbroken one.
"""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from safetensors import safe_open
from safetensors.torch import load_file, save_file
from torch import Tensor, nn
from torch.optim import Optimizer
from torch.optim.lr_scheduler import LRScheduler

FILE = "unfinished.safetensors"


@dataclass(frozen=True, slots=True)
class Run:
    """Where a fit writes, and `key`, the digest of all that it reads: a fit of anything else starts anew."""

    folder: Path
    key: str


@dataclass(frozen=True, slots=True)
class Fitting:
    """What changes while a fit goes on."""

    network: nn.Module
    mean: nn.Module
    optimizer: Optimizer
    schedule: LRScheduler
    rng: np.random.Generator


def keep(fitting: Fitting, run: Run, *, epochs: int, best: float) -> None:
    """Write the state after `epochs` epochs."""
    held = fitting.optimizer.state_dict()
    tensors = {"torch": torch.get_rng_state()}
    for name, module in (("network", fitting.network), ("mean", fitting.mean)):
        tensors |= {f"{name} {own}": value for own, value in module.state_dict().items()}
    for number, state in held["state"].items():
        tensors |= {f"optimizer {number} {own}": torch.as_tensor(value) for own, value in state.items()}
    rest = {
        "key": run.key,
        "epochs": epochs,
        "best": best,
        "groups": held["param_groups"],
        "schedule": fitting.schedule.state_dict(),
        "rng": fitting.rng.bit_generator.state,
    }
    run.folder.mkdir(parents=True, exist_ok=True)
    file = run.folder / FILE
    new = file.with_suffix(".new")
    whole = {name: value.detach().clone().contiguous() for name, value in tensors.items()}
    save_file(whole, new, metadata={"state": json.dumps(rest)})
    new.replace(file)  # in one step: a stop leaves the state before or the state after


def progress(run: Run) -> tuple[int, float]:
    """How many epochs of the same fit are done, and the best score so far; the state of another fit is forgotten."""
    file = run.folder / FILE
    if not file.is_file():
        return 0, -1.0
    rest = _rest(file)
    if rest["key"] != run.key:
        done(run)  # its best score is of other weights than those that will stand beside it
        return 0, -1.0
    return int(rest["epochs"]), float(rest["best"])


def resume(fitting: Fitting, run: Run) -> None:
    """Put the kept state back."""
    file = run.folder / FILE
    rest, tensors = _rest(file), load_file(file)
    for name, module in (("network", fitting.network), ("mean", fitting.mean)):
        module.load_state_dict(_named(tensors, name))
    state: dict[int, dict[str, Tensor]] = {}
    for name, value in _named(tensors, "optimizer").items():
        number, own = name.split(" ", 1)
        state.setdefault(int(number), {})[own] = value
    fitting.optimizer.load_state_dict({"state": state, "param_groups": rest["groups"]})
    fitting.schedule.load_state_dict(rest["schedule"])
    fitting.rng.bit_generator.state = rest["rng"]
    torch.set_rng_state(tensors["torch"])


def _rest(file: Path) -> dict[str, Any]:
    with safe_open(file, framework="pt") as held:
        found: dict[str, Any] = json.loads(held.metadata()["state"])
    return found


def done(run: Run) -> None:
    """Forget the kept state of a fit that ended."""
    (run.folder / FILE).unlink(missing_ok=True)


def _named(tensors: dict[str, Tensor], name: str) -> dict[str, Tensor]:
    return {own.removeprefix(f"{name} "): value for own, value in tensors.items() if own.startswith(f"{name} ")}
