"""The main job from Python: a made-up shop, a model that learns it, recommendations for two of its users.

Run: python examples/recommend.py
"""

import weft

shop = weft.data.synthetic_shop(users=400, items=150, purchases=8_000, seed=0)
folder = shop.write("shop")

run = weft.tasks.recommend(folder / "purchases.parquet", out="run", seed=0, epochs=10)

for name in ("model", "item_neighbours", "popularity"):
    measures = run.metrics[name]
    print(f"{name:16} recall@20 {measures['recall@20']:.4f}   ndcg@20 {measures['ndcg@20']:.4f}")
print(run.recommend(["u00001", "u00002"], k=5))
