"""A fit that was stopped and goes on gives the weights of one that was not."""

import numpy as np
import torch
from tokenizers import Tokenizer
from torch.optim.swa_utils import AveragedModel, get_ema_multi_avg_fn
from transformers import BertConfig

from cdi_nlp.detect.models import read_registry
from cdi_nlp.detect.network import Network
from training.corpus import read_entries
from training.examples import example
from training.fit_encoder import an_epoch, optimizer_of
from training.resume import Fitting, Run, done, keep, progress, resume
from training.windows import all_windows, of_entry

TINY = BertConfig(
    vocab_size=30522, hidden_size=16, num_hidden_layers=1, num_attention_heads=2, intermediate_size=16, num_labels=2
)
EPOCHS = 3


def begun() -> Fitting:
    torch.manual_seed(5)
    network = Network(TINY)
    optimizer, schedule = optimizer_of(network, rate=1e-3, steps=40)
    mean = AveragedModel(network, multi_avg_fn=get_ema_multi_avg_fn(0.9))
    return Fitting(network, mean, optimizer, schedule, np.random.default_rng(5))


def examples() -> list:
    registry = read_registry()
    tokenizer = Tokenizer.from_file(str(registry.model(str(registry.promoted)).folder / "tokenizer.json"))
    tokenizer.no_padding()
    tokenizer.no_truncation()
    return [example(window, tokenizer) for window in all_windows(map(of_entry, read_entries()[:24]))]


def test_a_stopped_fit_goes_on_where_it_was(tmp_path):
    rows, run = examples(), Run(tmp_path, "digest of what is read")
    whole = begun()
    for _ in range(EPOCHS):
        an_epoch(whole, rows, size=8)
    stopped = begun()
    an_epoch(stopped, rows, size=8)
    keep(stopped, run, epochs=1, best=0.25)
    later = begun()
    assert progress(run) == (1, 0.25)
    resume(later, run)
    for _ in range(1, EPOCHS):
        an_epoch(later, rows, size=8)
    for module in ("network", "mean"):
        one, other = getattr(whole, module).state_dict(), getattr(later, module).state_dict()
        assert all(torch.equal(one[name], other[name]) for name in one)


def test_a_fit_of_anything_else_starts_anew(tmp_path):
    run = Run(tmp_path, "one corpus")
    keep(begun(), run, epochs=2, best=0.5)
    assert progress(Run(tmp_path, "another corpus")) == (0, -1.0)
    assert progress(run) == (0, -1.0)  # forgotten: other weights may stand there by now


def test_the_state_of_a_fit_that_ended_is_forgotten(tmp_path):
    run = Run(tmp_path, "one corpus")
    keep(begun(), run, epochs=2, best=0.5)
    assert progress(run) == (2, 0.5)
    done(run)
    assert progress(run) == (0, -1.0)
