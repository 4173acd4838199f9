"""A folder such as a recommendation run leaves, with figures that can be recognised on its page."""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import Any

KS = (10, 20)


def measures(recall: float) -> dict[str, float | None]:
    """Return all measures, ordered as their recall is."""
    values: dict[str, float | None] = {}
    for name, scale in (("recall", 1.0), ("ndcg", 0.8), ("hit_rate", 2.5), ("mrr", 0.7), ("coverage", 3.0)):
        for k in KS:
            values[f"{name}@{k}"] = recall * scale * (1.0 if k == 20 else 0.65)
    values["mean_popularity@10"], values["mean_popularity@20"] = 80.6, 72.75
    return values


def run_content() -> dict[str, Any]:
    """Return the content of each file by its name; ``write_run_folder`` writes it, changed or not."""
    recalls = {"model": 0.1837, "popularity": 0.0416, "item_neighbours": 0.1271}

    def by_scorer(scale: float) -> dict[str, Any]:
        return {scorer: measures(recall * scale) for scorer, recall in recalls.items()}

    popularity_about = {
        "head": {"items": 2821, "least": 44, "most": 1415, "held_out_pairs": 74275, "users": 22451},
        "middle": {"items": 11510, "least": 15, "most": 44, "held_out_pairs": 63856, "users": 22962},
        "tail": {"items": 26650, "least": 1, "most": 15, "held_out_pairs": 79111, "users": 24671},
    }
    activity_about = {
        "low": {"users": 11337, "least": 8, "most": 12, "held_out_pairs": 33026},
        "middle": {"users": 8701, "least": 13, "most": 23, "held_out_pairs": 41667},
        "high": {"users": 9820, "least": 24, "most": 811, "held_out_pairs": 142549},
    }
    slices = {
        "item_popularity": {
            name: {"about": about, **by_scorer(scale)}
            for (name, about), scale in zip(popularity_about.items(), (1.3, 0.9, 0.5), strict=True)
        },
        "user_activity": {
            name: {"about": about, **by_scorer(scale)}
            for (name, about), scale in zip(activity_about.items(), (1.1, 1.0, 0.9), strict=True)
        },
        "cold": {"users": 12, "items": 340, "pairs": 2716, "share": 0.0125, **by_scorer(0.1)},
    }
    counts = {
        "users": 29858,
        "users_measured": 29858,
        "users_without_held_out_items": 120,
        "items": 40981,
        "items_offered": 40981,
        "pairs_seen_again": 3,
    }
    timings = {"read": 1.84, "split": 0.61, "train": 312.4, "evaluate": 31.2, "write": 4.05}
    return {
        "metrics.json": {
            **by_scorer(1.0),
            "slices": slices,
            "counts": counts,
            "timings": timings,
            "peak_memory_bytes": 1_240_000_000,
        },
        "data.json": data_content(),
        "samples.json": [sample_content(place) for place in range(10)],
        "config.yaml": "source: shop/purchases.parquet\nseed: 0\nmodel:\n  dim: 64\n  num_layers: 2\n",
        "events.jsonl": event_lines(),
    }


def data_content() -> dict[str, Any]:
    """Return the content of ``data.json``."""
    day = 86_400_000_000
    return {
        "source": "shop/purchases.parquet",
        "columns": {"user": "customer_id", "item": "sku", "time": "bought_at"},
        "notes": ["guessed: the user is column 'customer_id'", "1,204 repeated purchases were merged"],
        "num_users": 29858,
        "num_items": 40981,
        "num_interactions": 1027370,
        "num_rows_read": 1028574,
        "num_duplicates": 1204,
        "density": 0.00083962,
        "user_degree_histogram": {
            "edges": [1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024],
            "counts": [0, 0, 1, 12042, 9411, 5120, 2204, 810, 230, 40],
        },
        "item_degree_histogram": {
            "edges": [1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024, 2048],
            "counts": [210, 900, 3100, 17530, 11800, 5100, 1700, 470, 130, 36, 5],
        },
        "time_range": [19_358 * day, 19_722 * day],
        "time_unit": "microsecond",
        "split": {
            "strategy": "time",
            "train": 810128,
            "validation": 108621,
            "test": 108621,
            "boundaries": {"validation": 19_650 * day, "test": 19_690 * day + 45_000_000_000},
        },
        "leak_check": {
            "strategy": "time",
            "rows_disjoint": True,
            "pairs_disjoint": True,
            "time_ordered": True,
            "user_time_ordered": True,
            "rows_left_out": 0,
            "held_out_pairs_on_graph": 0,
            "passed": True,
        },
    }


def sample_content(place: int) -> dict[str, Any]:
    """Return one entry of ``samples.json``; the first user has a name that is no good HTML."""
    names = ["Aldersgate oat biscuits", "Linen tea towel, indigo", "Brass desk lamp", "Enamel mug 350 ml", "Wool socks"]
    items = [f"{names[number % 5]} {number}" for number in range(place * 3, place * 3 + 14 + place)]
    return {
        "user": "<b>Ann & Bob</b>" if place == 0 else f"c{place:05d}",
        "bought": items,
        "offered": [
            {"item": f"{names[rank % 5]} {90 + rank}", "score": 0.91 - 0.031 * rank, "hit": (rank + place) % 4 == 1}
            for rank in range(10)
        ],
        "held_out": [f"{names[rank % 5]} {90 + rank}" for rank in range(10) if (rank + place) % 4 == 1] + ["Candle 7"],
    }


def event_lines() -> str:
    """Return the content of ``events.jsonl``."""
    events: list[dict[str, Any]] = [{"event": "stage", "name": "read", "seconds": 1.84}]
    for step in range(1, 2001, 10):
        loss = 5.2 + 3.1 * math.exp(-step / 400) + 0.05 * math.sin(step * 1.7)
        events.append({"event": "step", "step": step, "epoch": 1 + step // 58, "loss": loss})
    for epoch in range(2, 36, 2):
        value = 0.155 - 0.06 * math.exp(-epoch / 7) - 0.00003 * max(0, epoch - 26) ** 2
        events.append({"event": "validation", "epoch": epoch, "ndcg@20": value, "recall@20": value * 1.21})
    return "".join(json.dumps(event) + "\n" for event in events)


def write_run_folder(folder: Path, content: dict[str, Any] | None = None) -> Path:
    """Write the files of ``content`` (those of ``run_content`` when left out) and return the folder."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, value in (run_content() if content is None else content).items():
        (folder / name).write_text(value if isinstance(value, str) else json.dumps(value), encoding="utf-8")
    return folder
