"""A force's own labels: what a line says and leaves open, what is learned from it, and what is not unlearned."""

import json
from functools import cache

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from test_fusion import PATTERNS, TAXONOMY, finding
from tokenizers import Tokenizer
from transformers import BertConfig
from typer.testing import CliRunner

from cdi_nlp.detect import read
from cdi_nlp.detect.cascade import load_cascade
from cdi_nlp.detect.fusion import Fusion
from cdi_nlp.detect.matching import Tokenizer as Words
from cdi_nlp.detect.models import Model, Registry, digest_of, models_folder, promoted_folder, write_registry
from cdi_nlp.detect.network import Network
from cdi_nlp.detect.patterns import load_pattern_detector
from cdi_nlp.detect.weigh import FEATURES, Weigher, load_weigher
from cdi_nlp.detect.windows import Window
from cdi_nlp.errors import ModelError, NotFoundError, SourceError
from cdi_nlp.records import Entry, Record
from cdi_nlp.settings import FlagSettings
from cdi_nlp.taxonomy import DETECTED
from cdi_nlp.taxonomy.phrases import build_lexicon
from training.__main__ import app
from training.asked import Asked
from training.bags import LABELS, MOST, bag_of, bags_of, drawn, groups
from training.config import Config, Fit
from training.corpus import ROOT
from training.fit_fusion import save_weigher
from training.fit_linear import NEVER, fit_linear
from training.labelled import Own, Sample, chosen, parted, read_labelled, read_own, split_lines, unread
from training.marks import Span
from training.operating import ENOUGH, ENOUGH_TERSE, best_threshold, set_by
from training.steps import FILES, fit
from training.windows import Labelled, Told

THEFT, RAPE = LABELS.index("theft"), LABELS.index("rape")
FILLER = "unit attended caller spoken with area searched desk informed street checked log updated later today".split()
PLANTED = "filched"


def lines_of(path, *rows):
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    return path


@pytest.fixture
def file(tmp_path):
    return tmp_path / "own.jsonl"


def one(file, *rows, **options):
    return read_labelled(lines_of(file, *rows), own=Own(**options))


def filler(rng, words=7):
    return " ".join(FILLER[at] for at in rng.integers(len(FILLER), size=words)) + "."


def logs(count, *, seed=3, told=0.4, size=6):
    """Records of filler lines; those that tell theft hold the planted word in one line, and nothing says which."""
    rng = np.random.default_rng(seed)
    made = []
    for number in range(count):
        lines = [filler(rng).capitalize() for _ in range(size)]
        tells = rng.random() < told
        at = int(rng.integers(size))
        if tells:
            lines[at] = f"A bicycle was {PLANTED}, {filler(rng, 4)}"
        text = "\n".join(lines)
        families = frozenset({"theft"}) if tells else frozenset()
        record = Record(f"r{number}", text, (Entry(0, len(text)),))
        made.append((Sample(Told(record, (), families), frozenset({"theft"})), at if tells else None))
    return made


# what a line says


def test_a_file_says_nothing_of_a_family_that_it_never_names(file):
    told, quiet = one(
        file, {"id": "a", "text": "His bag went.", "families": ["theft"]}, {"id": "b", "text": "A cow.", "families": []}
    )
    assert told.told.families == told.weak == {"theft"}
    assert quiet.told.families == frozenset()
    assert told.asked == quiet.asked == {"theft"}


def test_labelled_for_in_a_line_a_heading_or_an_option_says_what_was_looked_for(file):
    row = {"id": "a", "text": "His bag went.", "families": ["theft"]}
    assert one(file, {**row, "labelled_for": ["rape"]})[0].asked == {"rape", "theft"}
    assert one(file, {"labelled_for": ["rape", "theft"]}, row)[0].asked == {"rape", "theft"}
    assert one(file, {"labelled_for": "all"}, row)[0].asked == set(DETECTED)
    assert one(file, row, labelled_for=frozenset({"theft", "drugs"}))[0].asked == {"drugs", "theft"}


def test_quotes_become_spans_and_tell_where(file):
    text = "Called at noon. He took her purse and ran. She denies hitting him."
    quotes = [
        {"family": "theft", "quote": "took her purse", "reported_by": "witness"},
        {"family": "common_assault", "quote": "hitting him", "status": "negated"},
    ]
    (sample,) = one(file, {"id": "a", "text": text, "families": ["theft"], "disclosed": quotes})
    assert [text[span.start : span.end] for span in sample.told.spans] == ["took her purse", "hitting him"]
    assert sample.told.families == {"theft"}
    assert sample.weak == frozenset()


def test_families_stand_where_the_option_says(file):
    (sample,) = one(file, {"id": "a", "text": "x yz", "gold": {"families": ["drugs"]}}, families_from="gold.families")
    assert sample.told.families == {"drugs"}


def test_entries_are_joined_as_a_scan_joins_them(file):
    (sample,) = one(file, {"id": "a", "entries": [{"text": "One line."}, {"text": "Another."}], "families": ["theft"]})
    assert sample.told.record.text == "One line.\nAnother."
    assert len(sample.told.record.entries) == 2


def test_a_verdict_labels_its_record_for_its_family_alone(file):
    first, second = one(
        file,
        {"record_id": "a", "family": "theft", "decision": "disclosed", "text": "His bag went."},
        {"record_id": "a", "family": "rape", "decision": "not disclosed"},
        {"record_id": "b", "family": "drugs", "decision": "not disclosed", "text": "Tested negative."},
    )
    assert (first.told.families, first.asked) == ({"theft"}, {"theft", "rape"})
    assert (second.told.families, second.asked) == (frozenset(), {"drugs"})


def test_the_later_verdict_stands(file):
    row = {"record_id": "a", "family": "theft", "text": "His bag went."}
    (sample,) = one(file, {**row, "decision": "disclosed"}, {**row, "decision": "not disclosed"})
    assert (sample.told.families, sample.asked) == (frozenset(), {"theft"})


def test_verdicts_find_their_texts_in_the_records_that_were_scanned(file, tmp_path):
    scanned = tmp_path / "scanned.csv"
    scanned.write_text("id,text\n7,His bag went.\n", encoding="utf-8")
    verdict = {"record_id": 7, "family": "theft", "decision": "disclosed"}
    (sample,) = one(file, verdict, records=str(scanned))
    assert sample.told.record.text == "His bag went."
    with pytest.raises(SourceError, match=r"own.jsonl line 1: record '8' has no text here.*--records"):
        one(file, {**verdict, "record_id": "8"}, records=str(scanned))


ROW = {"id": "a", "text": "His bag went.", "families": ["theft"]}


@pytest.mark.parametrize(
    ("row", "said"),
    [
        ({**ROW, "id": "b", "families": ["thefts"]}, "line 2: no family 'thefts'; did you mean 'theft'"),
        ({**ROW, "families": "theft"}, "line 2: families is 'theft', not a list.*--families-from"),
        ({"id": "b", "text": "x"}, "line 2: families is None.*--families-from"),
        ({"id": "b", "families": []}, "line 2: it has no text"),
        ({**ROW, "id": "b", "labelled_for": 3}, "line 2: labelled_for is 3"),
        ({**ROW, "id": "b", "labelled_for": ["rapes"]}, "line 2: no family 'rapes'; did you mean 'rape'"),
        (ROW, "line 2: id 'a' stands on two lines"),
        (
            {**ROW, "id": "b", "disclosed": [{"family": "theft", "quote": "a purse"}]},
            "line 2: the quote of theft is not",
        ),
        ({**ROW, "id": "b", "disclosed": [{"family": "theft"}]}, "line 2: an element of disclosed has no quote"),
        (
            {**ROW, "id": "b", "disclosed": [{"family": "theft", "quote": "bag", "status": "sure"}]},
            "line 2: 'sure' is none of affirmed",
        ),
        ({"record_id": "b", "family": "theft", "decision": "yes", "text": "x"}, "line 2: decision is 'yes'; write"),
        ({"family": "theft", "decision": "disclosed", "text": "x"}, "line 2: it has no record_id"),
        (["theft"], "line 2: it is not an object"),
    ],
)
def test_a_fault_names_file_line_value_and_next_step(file, row, said):
    with pytest.raises(SourceError, match=f"own.jsonl {said}"):
        one(file, ROW, row)


def test_a_file_that_is_missing_or_empty_says_so(file):
    with pytest.raises(SourceError, match="no such file"):
        read_labelled(file)
    with pytest.raises(SourceError, match="holds no labelled record"):
        one(file, {"labelled_for": "all"})


def test_a_fit_is_stale_when_labels_or_what_they_were_asked_change(file):
    own = Own((lines_of(file, ROW),))
    digests = {own.digest, Own((file,), alone=True).digest, Own((file,), labelled_for=frozenset({"rape"})).digest}
    lines_of(file, {**ROW, "families": []})
    assert len({*digests, own.digest}) == 4
    assert Own().digest == ""


# the parts


@settings(deadline=None)
@given(st.lists(st.sampled_from(["one", "two", "three", "four", "five", "six"]), min_size=1), st.integers(0, 99))
def test_equal_texts_stay_together_wherever_they_stand(texts, seed):
    held = chosen(texts, share=0.5, seed=seed)
    part = dict(zip(texts, held, strict=True))
    assert held == [part[text] for text in texts]
    assert [part[text] for text in reversed(texts)] == chosen(texts[::-1], share=0.5, seed=seed)
    assert chosen([text.upper() + " " for text in texts], share=0.5, seed=seed) == held


def test_the_parts_have_the_share_that_was_asked_for():
    samples = [sample for sample, _ in logs(200)]
    held, fitted = parted(samples, share=0.2, seed=5)
    assert len(held) == 40
    assert {sample.told.record.id for sample in held} | {sample.told.record.id for sample in fitted} == {
        sample.told.record.id for sample in samples
    }
    assert held != parted(samples, share=0.2, seed=6)[0]


def test_a_split_keeps_every_line_once_and_the_heading_in_both(file, tmp_path):
    rows = [{"id": str(number), "text": f"Line {number}.", "families": []} for number in range(20)]
    lines_of(file, {"labelled_for": ["theft"]}, *rows)
    result = CliRunner().invoke(app, ["split", str(file), "--share", "0.7", "--out", str(tmp_path / "parts")])
    assert result.exit_code == 0, result.output
    train, test = (
        [json.loads(line) for line in (tmp_path / "parts" / f"{part}.jsonl").read_text(encoding="utf-8").splitlines()]
        for part in ("train", "test")
    )
    assert train[0] == test[0] == {"labelled_for": ["theft"]}
    assert len(train) == 15
    assert sorted(row["id"] for row in train[1:] + test[1:]) == sorted(row["id"] for row in rows)


def test_a_split_copies_families_to_where_a_fit_looks_for_them(file, tmp_path):
    gold = {"families": ["theft"], "disclosed": [{"family": "theft", "quote": "bag went"}]}
    row = {"id": "a", "text": "His bag went.", "gold": gold}
    (line,) = [
        line
        for part in split_lines(lines_of(file, row), share=0.5, seed=1, families_from="gold.families")
        for line in part
    ]
    assert json.loads(line) == {**row, **gold}


def test_verdicts_on_one_record_are_not_split(file):
    rows = [
        {"record_id": str(number // 3), "family": name, "decision": "disclosed", "text": f"Line {number // 3}."}
        for number, name in enumerate(["theft", "rape", "drugs"] * 12)
    ]
    train, test = split_lines(lines_of(file, *rows), share=0.6, seed=2)
    ids = [{json.loads(line)["record_id"] for line in part} for part in (train, test)]
    assert not ids[0] & ids[1]
    assert len(ids[0] | ids[1]) == 12


def test_what_a_fit_read_is_not_measured(file, tmp_path):
    lines_of(file, ROW)
    tested = lines_of(tmp_path / "tested.jsonl", {**ROW, "id": "z"}, {"id": "b", "text": "A cow.", "families": []})
    said = []
    (left,) = unread(Own((file,), (tested,)), say=said.append)
    assert [sample.told.record.id for sample in left] == ["b"]
    assert "1 records left out" in said[0]


# bags


def test_a_bag_knows_absence_where_it_was_asked_and_presence_nowhere_in_particular():
    sample, _ = next(made for made in logs(20) if made[1] is not None)
    bag = bag_of(Sample(sample.told, frozenset({"theft", "rape"})))
    assert bag.weak[THEFT]
    assert not bag.known[:, THEFT].any()
    assert bag.known[:, RAPE].all() and not bag.told[:, RAPE].any()
    assert bag.asked.sum() == 2


def test_marked_words_tell_their_window_and_leave_the_others_open():
    lines = [
        "Unit attended the address.",
        "He took her purse there.",
        "Area searched by the unit.",
        "Desk informed at noon.",
    ]
    text = "\n".join(lines)
    start = text.index("took her purse")
    span = Span(start, start + len("took her purse"), "theft", "affirmed", "victim", "current")
    told = Told(Record("a", text, (Entry(0, len(text)),)), (span,), frozenset({"theft"}))
    bag = bag_of(Sample(told, frozenset({"theft"})))
    assert not bag.weak.any()
    assert bag.told[:, THEFT].tolist() == [False, True, False, False]
    assert bag.known[:, THEFT].tolist() == [False, True, False, False]


@settings(deadline=None)
@given(st.integers(1, 30), st.integers(0, 1000))
def test_a_drawn_bag_is_small_and_holds_the_likeliest(size, seed):
    rng = np.random.default_rng(seed)
    (sample, _), *_ = logs(1, seed=seed, size=size)
    bag = bag_of(sample)
    logits = rng.normal(size=(len(bag.windows), len(LABELS)))
    own = drawn(bag, logits, rng)
    assert len(own.windows) == min(MOST, len(bag.windows))
    assert len(set(own.windows)) == len(own.windows) or len(set(bag.windows)) < len(bag.windows)
    assert bag.windows[int(logits[:, THEFT].argmax())] in own.windows


def test_every_bag_is_read_once_an_epoch_in_groups_of_the_asked_size():
    bags = bags_of([sample for sample, _ in logs(50)])
    made = list(groups(bags, size=20, rng=np.random.default_rng(1)))
    assert sorted(id(bag) for group in made for bag in group) == sorted(map(id, bags))
    assert max(sum(len(bag.windows) for bag in group) for group in made) <= 20


# the linear model


def test_the_planted_word_gets_the_weight():
    made = logs(120)
    model = fit_linear([], bags_of([sample for sample, _ in made]))
    for sample, at in made:
        bag = bag_of(sample)
        logits = model.logits([window.window for window in bag.windows])[:, THEFT]
        assert (logits.max() > 0) == (at is not None)
        if at is not None:
            assert bag.windows[int(logits.argmax())].window.segment == at
            assert np.delete(logits, logits.argmax()).max() < 0
    assert model.logits([Window(0, "", f"Her purse was {PLANTED}.", "")])[0, THEFT] > 0


def test_a_family_that_was_not_asked_for_is_not_unlearned():
    rape = Span(0, 10, "rape", "affirmed", "victim", "current")
    windows = [Labelled("c", Window(0, "", f"He forced her, call {n}.", ""), (rape,)) for n in range(20)]
    windows += [Labelled("c", Window(0, "", f"Caller {n} asks about the bus.", "")) for n in range(40)]
    text = "He forced her, so it says. A bicycle was filched."
    told = Told(Record("a", text, (Entry(0, len(text)),)), (), frozenset({"theft"}))
    quiet = Told(Record("b", "He forced her, call 3.", (Entry(0, 22),)))
    plain = fit_linear(windows)
    silent = fit_linear(windows, bags_of([Sample(told, frozenset({"theft"})), Sample(quiet, frozenset({"theft"}))]))
    asked = fit_linear(windows, bags_of([Sample(told, frozenset(DETECTED)), Sample(quiet, frozenset(DETECTED))]))
    assert np.array_equal(silent.weights[:, RAPE], plain.weights[:, RAPE])
    assert not np.array_equal(asked.weights[:, RAPE], plain.weights[:, RAPE])
    assert (plain.intercepts[THEFT], plain.weights[:, THEFT].any()) == (NEVER, False)
    assert silent.weights[:, THEFT].any()


def test_labels_without_a_quiet_record_are_refused():
    told = [sample for sample, at in logs(30) if at is not None]
    with pytest.raises(SourceError, match="theft is told by every record that was asked for it"):
        fit_linear([], bags_of(told))


# the encoder


@settings(deadline=None, max_examples=40)
@given(st.integers(0, 200))
def test_a_weak_family_teaches_by_its_surest_window_and_an_unasked_one_not_at_all(seed):
    from training.fit_own import family_loss

    bags = bags_of([Sample(sample.told, frozenset({"theft", "rape"})) for sample, _ in logs(4, seed=seed, size=3)])
    rng = np.random.default_rng(seed)
    logits = torch.tensor(rng.normal(size=(sum(len(b.windows) for b in bags), len(LABELS))), requires_grad=True)
    family_loss(logits, bags).backward()
    at = 0
    for bag in bags:
        own, part = logits.detach().numpy()[at : at + 3], logits.grad.numpy()[at : at + 3]
        at += 3
        assert (part[:, RAPE] > 0).all()
        if bag.weak[THEFT]:
            assert np.flatnonzero(part[:, THEFT]).tolist() == [int(own[:, THEFT].argmax())]
            assert part[:, THEFT].min() < 0
        else:
            assert (part[:, THEFT] > 0).all()
        assert not np.delete(part, [THEFT, RAPE], axis=1).any()


@pytest.fixture
def tiny(tmp_path, monkeypatch):
    """A folder of models of one's own, with an encoder that knows nothing and is small enough to teach in seconds."""
    torch.manual_seed(1)
    own = tmp_path / "models" / "tiny"
    own.mkdir(parents=True)
    shipped = promoted_folder()
    config = json.loads((shipped / "config.json").read_text(encoding="utf-8"))
    config |= {"hidden_size": 32, "intermediate_size": 64, "num_attention_heads": 2, "num_hidden_layers": 1}
    from training.fit_encoder import save

    save(Network(BertConfig(**config)), Tokenizer.from_file(str(shipped / "tokenizer.json")), config, own)
    names = ("config.json", "tokenizer.json", "weights.safetensors")
    monkeypatch.setenv("CDI_MODELS", str(own.parent))
    write_registry(
        Registry({"tiny": Model("tiny", own, {name: digest_of(own / name) for name in names})}, "tiny"), own.parent
    )
    return own.parent


def test_an_encoder_learns_the_planted_word_from_records_alone_and_again_the_same(tiny, tmp_path):
    from cdi_nlp.detect.network import length_of, stack
    from training.fit_encoder import begun, example
    from training.fit_own import Material, fit_own, micro_of_bags

    made = logs(160, size=3)
    bags = bags_of([sample for sample, _ in made])
    said = []
    quick = Fit(epochs=6, rate=4e-3, start_from="tiny")
    material = Material(bags[:120], bags[120:], fit_linear([], bags[:120]))
    fit_own(material, fit=quick, out=tmp_path / "run", say=said.append)
    fit_own(material, fit=quick, out=tmp_path / "again", say=said.append)
    assert (tmp_path / "run" / "weights.safetensors").read_bytes() == (
        tmp_path / "again" / "weights.safetensors"
    ).read_bytes()
    network, tokenizer, _ = begun(tmp_path / "run")
    assert micro_of_bags(network, bags[120:], tokenizer=tokenizer) > 0.95, said
    for sample, at in made[120:]:
        rows = [example(window, tokenizer).encoded for window in bag_of(sample).windows]
        batch = stack(rows, length=max(map(length_of, rows)), size=len(rows))
        with torch.inference_mode():
            logits = network(batch["tokens"], batch["attention"], batch["target"]).families[:, THEFT]
        assert at is None or int(logits.argmax()) == at


def test_alone_from_nothing_without_marked_words_is_refused(tmp_path):
    from training.fit_own import Material, fit_own

    bags = bags_of([sample for sample, _ in logs(10)])
    with pytest.raises(SourceError, match="start_from"):
        fit_own(Material(bags, (), fit_linear([], bags)), fit=Fit(), out=tmp_path, say=lambda _: None)


def test_the_model_that_ships_is_begun_from_whatever_is_promoted_elsewhere(tiny):
    assert Fit(start_from="shipped").start_model().folder.parent == ROOT / "models"
    assert Fit(start_from="tiny").start_model().folder == tiny / "tiny"
    assert Fit().start_model() is None
    with pytest.raises(NotFoundError, match="no model 'other'; choose from tiny"):
        Fit(start_from="other").start_model()


# weighing and thresholds


def test_the_threshold_is_where_f1_is_highest():
    chances = np.linspace(0, 1, 1001)
    assert best_threshold(chances, chances >= 0.35) == pytest.approx(0.35, abs=0.05)
    assert best_threshold(chances, chances >= 0.6) == pytest.approx(0.6, abs=0.05)


def weigher(**given_):
    usual = {"weights": (0.0,) * len(FEATURES), "intercepts": dict.fromkeys(LABELS, -4.0)}
    return Weigher(**{**usual, "flag_at": dict.fromkeys(LABELS, 0.4), **given_})


@pytest.mark.parametrize(("count", "trusted"), [(ENOUGH_TERSE, {"theft"}), (ENOUGH_TERSE - 1, set())])
def test_terse_lines_are_trusted_where_enough_were_held(count, trusted):
    own = [sample for sample, _ in logs(count, size=3)]
    rows = np.zeros((count, len(FEATURES)))
    rows[:, 0] = [5.0 if sample.told.families else -5.0 for sample in own]
    answers = np.array([bool(sample.told.families) for sample in own])
    set_ = set_by(
        weigher(weights=(1.0, *(0.0,) * (len(FEATURES) - 1)), intercepts=dict.fromkeys(LABELS, 0.0)),
        rows,
        answers,
        ["theft"] * count,
        own=own,
    )
    assert set_.trusts_terse == trusted
    assert 0.1 <= set_.flag_at["theft"] <= 0.8
    assert set_.flag_at["rape"] == 0.4


@pytest.mark.parametrize(("told", "kept"), [(ENOUGH, False), (ENOUGH - 1, True)])
def test_a_few_told_records_move_no_threshold(told, kept):
    answers = np.arange(200) < told
    rows = np.zeros((200, len(FEATURES)))
    rows[:, 0] = np.where(answers, 0.9, -5.0)
    known = weigher(weights=(1.0, *(0.0,) * (len(FEATURES) - 1)), intercepts=dict.fromkeys(LABELS, 0.0))
    moved = set_by(known, rows, answers, ["theft"] * 200, own=())
    assert (moved.flag_at == known.flag_at) is kept


def test_patterns_overrule_on_terse_lines_only_what_was_not_weighed_there():
    reading = read(Record("a", "His bag went.", (Entry(0, 13),)), Words(build_lexicon([("test", {})])))
    found = [finding("theft", precision=0.8), finding("drugs", precision=0.8)]
    model = weigher(trusts_terse=frozenset({"theft"}))
    told = {d.family: d for d in Fusion(TAXONOMY, PATTERNS, FlagSettings(), model).combine(reading, found)}
    assert told["drugs"].probability == 0.8 and told["drugs"].flagged
    assert "theft" not in told
    as_before = Fusion(TAXONOMY, PATTERNS, FlagSettings(), weigher()).combine(reading, found)
    assert {d.family for d in as_before if d.flagged} == {"theft", "drugs"}


def test_a_weigher_reads_as_it_was_written_and_an_older_one_trusts_no_terse_line(tmp_path):
    model = weigher(trusts_terse=frozenset({"theft", "drugs"}))
    save_weigher(model, tmp_path)
    assert load_weigher(tmp_path) == model
    table = json.loads((tmp_path / "fusion.json").read_text(encoding="utf-8"))
    del table["trusts_terse"]
    (tmp_path / "fusion.json").write_text(json.dumps(table), encoding="utf-8")
    assert load_weigher(tmp_path).trusts_terse == frozenset()


# the run


def test_a_folder_of_models_of_ones_own(tiny, monkeypatch, tmp_path):
    assert models_folder() == tiny
    assert promoted_folder() == tiny / "tiny"
    monkeypatch.setenv("CDI_MODELS", str(tmp_path / "slip"))
    with pytest.raises(ModelError, match="which holds no registry.toml"):
        promoted_folder()
    monkeypatch.delenv("CDI_MODELS")
    assert models_folder() == ROOT / "models"


@pytest.fixture
def patterns(monkeypatch):
    """The patterns, built once for a test that asks for them often."""
    monkeypatch.setattr("cdi_nlp.detect.patterns.load_pattern_detector", cache(load_pattern_detector))


def test_a_run_on_ones_own_labels_alone_is_whole_and_is_skipped_when_fresh(tiny, tmp_path, monkeypatch, file, patterns):
    from cdi_nlp.detect import patterns as readable

    monkeypatch.setattr("training.config.RUNS", tmp_path / "runs")
    rows = [
        {"id": s.told.record.id, "text": s.told.record.text, "families": sorted(s.told.families)} for s, _ in logs(60)
    ]
    own = Own((lines_of(file, *rows),), alone=True)
    said = []
    config = Config("own", Fit(epochs=1, rate=4e-3, start_from="tiny"))
    out = fit(config, say=said.append, own=own)
    assert all((out / name).is_file() for name in FILES)
    assert "fusion: fitted to 12 texts that no model read" in said
    said.clear()
    fit(config, say=said.append, own=own)
    assert [line.split()[0] for line in said] == ["reads", "reads"]
    cascade = load_cascade(readable.load_pattern_detector(), out)
    within = Asked(cascade.patterns, cascade.linear, cascade.encoder, cascade.version, families=frozenset({"theft"}))
    readings = [read(sample.told.record, cascade.tokenizer) for sample in read_own(own)[:20]]
    assert {finding.family for found in within.detect(readings) for finding in found} == {"theft"}


def test_the_command_line_says_a_fault_in_one_line(file, capsys, monkeypatch):
    from training.__main__ import run

    lines_of(file, {**ROW, "families": ["thefts"]})
    monkeypatch.setattr("sys.argv", ["training", "fit", "--labelled", str(file)])
    with pytest.raises(SystemExit) as stopped:
        run()
    assert stopped.value.code == 1
    assert capsys.readouterr().err == "training: own.jsonl line 1: no family 'thefts'; did you mean 'theft'?\n"
