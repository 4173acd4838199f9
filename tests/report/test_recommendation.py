"""The report page, made from a folder of known figures."""

from __future__ import annotations

import json
import re
from html.parser import HTMLParser

import pytest
from tests.cases.run_folder import run_content, write_run_folder

from weft.errors import InputError
from weft.report import recommendation_report
from weft.report.recommendation.inputs import Metrics
from weft.report.recommendation.results import verdict

VOID = {"meta", "br", "hr", "img", "link", "wbr"}


class Balance(HTMLParser):
    """Keeps the open elements, and every attribute that could fetch something."""

    def __init__(self):
        super().__init__()
        self.open: list[str] = []
        self.anchors: list[str] = []
        self.ids: list[str] = []
        self.fetching: list[str] = []

    def handle_starttag(self, tag, attrs):
        if tag not in VOID:
            self.open.append(tag)
        for name, value in attrs:
            if name == "href":
                self.anchors.append(value)
            if name == "id":
                self.ids.append(value)
            if name in ("src", "srcset", "data", "action"):
                self.fetching.append(value)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag


def page_of(tmp_path, **changed) -> str:
    content = {**run_content(), **{name.replace("_json", ".json"): value for name, value in changed.items()}}
    return recommendation_report(write_run_folder(tmp_path / "run", content)).read_text(encoding="utf-8")


def text_of(page: str) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", page))


def test_page_is_whole_and_fetches_nothing(tmp_path):
    page = page_of(tmp_path)
    parsed = Balance()
    parsed.feed(page)
    assert parsed.open == []
    assert parsed.fetching == []
    assert {anchor.lstrip("#") for anchor in parsed.anchors} == set(parsed.ids)
    assert "<script" not in page
    assert "url(" not in page
    assert "http" not in page


def test_page_holds_every_topic(tmp_path):
    text = text_of(page_of(tmp_path))
    for fact in (
        "29,858",
        "0.084%",
        "2023-01-01",
        "guessed: the user is column &#x27;customer_id&#x27;",
        "810,128",
        "✓ passed",
        "0.1837",
        "+45%",
        "2,821 items, bought 44 to 1,415 times",
        "2,716 held-out purchases (1.25%)",
        "Best after epoch",
        "5 min 12 s",
        "1.24 GB",
        "num_layers: 2",
    ):
        assert fact in text, fact


def test_keys_are_escaped(tmp_path):
    page = page_of(tmp_path)
    assert "<b>Ann" not in page
    assert "&lt;b&gt;Ann &amp; Bob&lt;/b&gt;" in page


def test_best_of_each_row_is_bold(tmp_path):
    row = re.search(r'<th scope="row">Recall<wbr>@20</th>(.*?)</tr>', page_of(tmp_path)).group(1)
    assert re.findall(r"<strong>([^<]*)</strong>", row) == ["0.1837"]


def test_number_of_neighbours_is_told(tmp_path):
    metrics = {**run_content()["metrics.json"], "num_neighbours": 1600}
    assert "look at the 1,600 nearest of each item" in text_of(page_of(tmp_path, metrics_json=metrics))


def test_failed_leak_check_is_an_alarm(tmp_path):
    data = run_content()["data.json"]
    data["leak_check"].update(passed=False, time_ordered=False)
    text = text_of(page_of(tmp_path, data_json=data))
    assert "The leak check failed" in text
    assert "✗ failed" in text
    assert "Not so, though the split promises it" in text


@pytest.mark.parametrize(("pairs", "sentence"), [(0, "✓ passed"), (3, "3 held-out purchases are on the graph")])
def test_held_out_purchases_on_the_graph_are_told(tmp_path, pairs, sentence):
    data = run_content()["data.json"]
    data["leak_check"].update(held_out_pairs_on_graph=pairs, passed=pairs == 0)
    assert sentence in text_of(page_of(tmp_path, data_json=data))


@pytest.mark.parametrize(
    ("setting", "sentence"), [("true", "leave that graph for the step"), ("false", "stay on that graph"), (None, None)]
)
def test_where_the_targets_of_a_step_are_is_told(tmp_path, setting, sentence):
    config = "source: x\nmodel:\n  dim: 64\n" + (f"  leave_out_targets: {setting}\n" if setting else "")
    text = text_of(page_of(tmp_path, **{"config.yaml": config}))
    assert (sentence or "The figures of this page") in text
    assert ("that graph" in text) == (setting is not None)


def test_time_order_is_no_failure_where_it_is_not_promised(tmp_path):
    data = run_content()["data.json"]
    data["split"]["strategy"] = "random"
    data["leak_check"].update(time_ordered=False, user_time_ordered=False)
    text = text_of(page_of(tmp_path, data_json=data))
    assert "✓ passed" in text
    assert "Not promised by this split" in text


@pytest.mark.parametrize(
    ("model", "neighbours", "sentence"),
    [
        (0.2, 0.1, "20% of what they went on to buy: 100% more than with item neighbours"),
        (0.1, 0.2, "50% less than with item neighbours, the better baseline. Look at"),
        (0.2, 0.2, "as much as with item neighbours"),
        (0.2, 0.0, "the better baseline, finds nothing"),
        (None, 0.1, "says nothing about quality"),
    ],
)
def test_verdict_says_who_is_better(model, neighbours, sentence):
    metrics = Metrics(
        model={"recall@20": model}, item_neighbours={"recall@20": neighbours}, popularity={"recall@20": 0.0}
    )
    assert sentence in verdict(metrics)


def test_run_without_baselines_validation_times_and_samples_has_a_page(tmp_path):
    content = run_content()
    content["metrics.json"] = {"model": {"recall@5": 0.1, "mean_popularity@5": None}}
    content["data.json"].update(time_range=None, notes=[], columns={})
    content["data.json"]["leak_check"] = {"passed": True}
    content["samples.json"] = []
    content["events.jsonl"] = ""
    page = recommendation_report(write_run_folder(tmp_path, content)).read_text(encoding="utf-8")
    assert "No baseline was measured" in page
    assert "Too few steps" in page


@pytest.mark.parametrize("name", ["metrics.json", "data.json", "samples.json", "config.yaml", "events.jsonl"])
def test_missing_file_is_named(tmp_path, name):
    (write_run_folder(tmp_path) / name).unlink()
    with pytest.raises(InputError, match=f"has no {name}"):
        recommendation_report(tmp_path)
    assert not (tmp_path / "report.html").exists()


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("metrics.json", "{", "metrics.json is damaged: not JSON"),
        ("metrics.json", "{}", "metrics.json is not as expected: model: Field required"),
        ("metrics.json", '{"model": {"recall@20": "high"}}', "model.recall@20"),
        ("data.json", "[]", "data.json is not as expected: the whole file"),
        ("samples.json", '[{"user": 1}]', "0.bought: Field required"),
        ("config.yaml", "- 1", "config.yaml is damaged"),
        ("config.yaml", "a: [", "config.yaml is damaged: not YAML"),
        ("events.jsonl", "nonsense\n{}\n", "line 1 of"),
        ("events.jsonl", "3\n", "each line must hold one object"),
    ],
)
def test_damaged_file_is_named(tmp_path, name, content, message):
    (write_run_folder(tmp_path) / name).write_text(content)
    with pytest.raises(InputError, match=re.escape(message)):
        recommendation_report(tmp_path)


def test_folder_that_is_not_there_is_refused(tmp_path):
    with pytest.raises(InputError, match="is not a folder"):
        recommendation_report(tmp_path / "nowhere")


def test_histogram_with_edges_that_do_not_fit_is_refused(tmp_path):
    data = run_content()["data.json"]
    data["user_degree_histogram"] = {"edges": [1, 2], "counts": [1, 2]}
    with pytest.raises(InputError, match="user_degree_histogram"):
        page_of(tmp_path, data_json=json.loads(json.dumps(data)))
