"""Transforms as objects."""

from __future__ import annotations

from tests.differential.graphs import numbers
from tests.differential.program import Call, program


def fresh(g):
    """Return a copy down to the tensors: DGL's classes change their argument."""
    copy = g.clone()
    for ntype in g.ntypes:
        copy.nodes[ntype].data.update({name: column.clone() for name, column in g.nodes[ntype].data.items()})
    for etype in g.canonical_etypes:
        copy.edges[etype].data.update({name: column.clone() for name, column in g.edges[etype].data.items()})
    return copy


ONE_TYPE = ("multi", "multi32", "large", "edgeless")


@program(*ONE_TYPE, "hetero", "hetero32")
def structure(lib, g):
    make = lambda name, *args, **kwargs: lambda: getattr(lib.transforms, name)(*args, **kwargs)(fresh(g))
    yield Call("transforms.AddSelfLoop", "plain", make("AddSelfLoop"))
    yield Call("transforms.AddSelfLoop", "allow_duplicate", make("AddSelfLoop", allow_duplicate=True))
    yield Call("transforms.AddSelfLoop", "new_etypes", make("AddSelfLoop", new_etypes=True))
    yield Call("transforms.AddSelfLoop", "fill_data", make("AddSelfLoop", edge_feat_names=["w"], fill_data="sum"))
    yield Call("transforms.RemoveSelfLoop", "plain", make("RemoveSelfLoop"))
    yield Call("transforms.AddReverse", "plain", make("AddReverse"))
    yield Call("transforms.AddReverse", "copy_edata", make("AddReverse", copy_edata=True))
    yield Call("transforms.AddReverse", "sym_new_etype", make("AddReverse", sym_new_etype=True))
    yield Call("transforms.ToSimple", "plain", make("ToSimple"))
    yield Call("transforms.ToSimple", "sum", make("ToSimple", return_counts="n", aggregator="sum"))
    both = lambda: lib.transforms.Compose([lib.transforms.AddReverse(), lib.transforms.ToSimple()])(g)
    yield Call("transforms.Compose", "two transforms", both)

    def own():
        class Doubled(lib.transforms.BaseTransform):
            def __call__(self, g):
                g.edges[g.canonical_etypes[0]].data["w"] = g.edges[g.canonical_etypes[0]].data["w"] * 2
                return g

        return lib.transforms.Compose([Doubled(), Doubled()])(g)

    yield Call("transforms.BaseTransform", "user's class", own)
    yield Call("transforms.Compose", "none", lambda: lib.transforms.Compose([])(g))


@program("simple", "simple32", "edgeless", "multi")
def one_type(lib, g):
    make = lambda name, *args, **kwargs: lambda: getattr(lib.transforms, name)(*args, **kwargs)(fresh(g))
    yield Call("transforms.LineGraph", "plain", make("LineGraph"))
    yield Call("transforms.LineGraph", "no backtracking", make("LineGraph", backtracking=False))
    yield Call("transforms.KHopGraph", "k=2", make("KHopGraph", 2))
    yield Call("transforms.ToLevi", "plain", make("ToLevi"))
    yield Call("transforms.GCNNorm", "plain", make("GCNNorm"))

    def weighted(name="w"):
        positive = fresh(g)
        positive.edata["w"] = g.edata["w"].abs() + 1
        return lib.transforms.GCNNorm(eweight_name=name)(positive)

    yield Call("transforms.GCNNorm", "weights", weighted)
    yield Call("transforms.GCNNorm", "another column", lambda: weighted("fresh"))


@program("hetero", "hetero32", "hetero_edgeless")
def several_types(lib, g):
    paths = {"seen": [("user", "follows", "user"), ("user", "buys", "item")], "near": ["buys", "sold_by"]}
    full = {"seen": paths["seen"], "near": [("user", "buys", "item"), ("item", "sold_by", "shop")]}
    yield Call("transforms.AddMetaPaths", "triples", lambda: lib.transforms.AddMetaPaths(full)(g))
    yield Call("transforms.AddMetaPaths", "alone", lambda: lib.transforms.AddMetaPaths(full, keep_orig_edges=False)(g))
    yield Call("transforms.GCNNorm", "several types", lambda: lib.transforms.GCNNorm("norm")(fresh(g)))


@program("multi", "hetero", "edgeless")
def features(lib, g):
    make = lambda *args, **kwargs: lib.transforms.RowFeatNormalizer(*args, **kwargs)
    plain = {"node_feat_names": ["h"], "edge_feat_names": ["e"]}

    def positive():
        copy = fresh(g)
        for ntype in g.ntypes:
            copy.nodes[ntype].data["h"] = g.nodes[ntype].data["h"].abs() + 1
        return make(node_feat_names=["h"])(copy)

    yield Call("transforms.RowFeatNormalizer", "subtract_min", lambda: make(subtract_min=True, **plain)(fresh(g)))
    yield Call("transforms.RowFeatNormalizer", "positive rows", positive)
    for p in (0.0, 1.0):
        mask = lambda p=p: lib.transforms.FeatMask(p, node_feat_names=["h"], edge_feat_names=["e"])(fresh(g))
        yield Call("transforms.FeatMask", f"p={p}", mask)


@program("multi", "multi32", "hetero")
def random(lib, g):
    """Only what does not depend on the random numbers."""
    sizes = lambda out: [out.num_nodes(), out.num_edges(), out.idtype, out.canonical_etypes]
    kept = lambda out, name, data: [set(map(tuple, data(out, t).tolist())) <= set(map(tuple, data(g, t).tolist()))
                                    for t in getattr(g, name)]  # fmt: skip
    nodes, edges = lambda out, t: out.nodes[t].data["h"], lambda out, t: out.edges[t].data["e"]
    for p in (0.0, 1.0):
        yield Call("transforms.DropNode", f"p={p}", lambda p=p: sizes(lib.transforms.DropNode(p)(g)))
        yield Call("transforms.DropEdge", f"p={p}", lambda p=p: lib.transforms.DropEdge(p)(g))
    half = lambda: lib.transforms.DropEdge(0.5)(g)
    yield Call(
        "transforms.DropEdge", "what is left", lambda: [half().num_nodes(), kept(half(), "canonical_etypes", edges)]
    )
    yield Call("transforms.DropNode", "what is left", lambda: kept(lib.transforms.DropNode(0.5)(g), "ntypes", nodes))
    yield Call("transforms.AddEdge", "ratio", lambda: sizes(lib.transforms.AddEdge(0.5)(g)))
    yield Call("transforms.AddEdge", "ratio=0", lambda: sizes(lib.transforms.AddEdge(0.0)(g)))
    shuffled = lambda: lib.transforms.NodeShuffle()(g)
    yield Call("transforms.NodeShuffle", "sizes", lambda: sizes(shuffled()))
    same = lambda: [sorted(nodes(shuffled(), t).tolist()) == sorted(nodes(g, t).tolist()) for t in g.ntypes]
    yield Call("transforms.NodeShuffle", "rows", same)
    one_column = lambda: lib.transforms.FeatMask(0.5, node_feat_names=["h"])(fresh(g))
    yield Call("transforms.FeatMask", "p=0.5", lambda: [nodes(one_column(), t).shape for t in g.ntypes])


@program("multi", "undirected", "simple32", "edgeless")
def diffusion(lib, g):
    def weights(name, *args, **kwargs):
        def run():
            # The same both ways, and small enough for the sum over all walks to converge.
            src, dst = (end.long() for end in g.edges())
            g.edata["w"] = 1 / (5 + src + dst).float()
            out = getattr(lib.transforms, name)(*args, **kwargs)(g)
            column = out.edata[kwargs.get("eweight_name", "w")]
            return [out.num_nodes(), out.idtype, column.dtype, list(out.edges()), column, list(out.ndata)]

        return run

    yield Call("transforms.PPR", "eps", weights("PPR", eps=0.002))
    yield Call("transforms.PPR", "alpha, avg_degree", weights("PPR", alpha=0.3, avg_degree=2))
    yield Call("transforms.PPR", "weights too large", weights("PPR", eps=0.02, eweight_name="fresh"))
    yield Call("transforms.HeatKernel", "eps", weights("HeatKernel", eps=0.01))
    yield Call("transforms.HeatKernel", "t, avg_degree", weights("HeatKernel", t=1.0, avg_degree=2))
    yield Call("transforms.GDC", "coefficients", weights("GDC", [0.3, 0.2, 0.1], eps=0.01))
    yield Call("transforms.GDC", "avg_degree", weights("GDC", [0.5, 0.3], avg_degree=2))


@program("multi", "undirected", "multi32", "edgeless")
def sign(lib, g):
    def diffused(**more):
        g.ndata["feat"] = numbers(3, g.num_nodes(), 3)
        out = lib.transforms.SIGNDiffusion(2, **more)(g)
        return {name: out.ndata[name] for name in out.ndata if name.startswith(more.get("out_feat_name", "out_feat"))}

    for op in ("raw", "rw", "gcn", "ppr"):
        yield Call("transforms.SIGNDiffusion", f"diffuse_op={op}", lambda op=op: diffused(diffuse_op=op))
    yield Call("transforms.SIGNDiffusion", "alpha", lambda: diffused(diffuse_op="ppr", alpha=0.4))
    yield Call("transforms.SIGNDiffusion", "other columns", lambda: diffused(out_feat_name="far"))

    def weighted(op):
        g.edata["w"] = g.edata["w"].abs() + 1
        return diffused(eweight_name="w", diffuse_op=op)

    for op in ("raw", "rw", "gcn"):
        yield Call("transforms.SIGNDiffusion", f"weights, {op}", lambda op=op: weighted(op))
    yield Call("transforms.SIGNDiffusion", "an unknown operator", lambda: diffused(diffuse_op="heat"))


@program("undirected", "undirected32")
def encodings(lib, g):
    walk = lambda **more: lib.transforms.RandomWalkPE(3, **more)(g)
    yield Call("transforms.RandomWalkPE", "plain", lambda: walk().ndata["PE"])
    yield Call("transforms.RandomWalkPE", "another column", lambda: walk(feat_name="walk").ndata["walk"])

    def laplacian(**more):
        out = lib.transforms.LapPE(3, feat_name="lap", **more)(g)
        return {name: out.ndata[name].abs() for name in ("lap", "values") if name in out.ndata}

    yield Call("transforms.LapPE", "plain", laplacian)
    yield Call("transforms.LapPE", "eigenvalues", lambda: laplacian(eigval_name="values"))
    spectral = lambda **more: lib.transforms.SVDPE(2, **more)(g).ndata["svd_pe"].shape
    yield Call("transforms.SVDPE", "shape", spectral)
