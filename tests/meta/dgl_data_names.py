"""Every name of DGL's data sets (section 23 of its features), its arguments, and what became of it.

A name is in ``weft.data`` under the same name unless `RENAMED` says otherwise. Arguments are DGL's, in their order.
"""

from __future__ import annotations

PLAIN = "raw_dir=None, force_reload=False, verbose=True, transform=None"
QUIET = "raw_dir=None, force_reload=False, verbose=False, transform=None"
FRAUD = f"raw_dir=None, random_seed=717, train_size=0.7, val_size=0.1, {PLAIN.removeprefix('raw_dir=None, ')}"
MODE = f"mode='train', {QUIET}"
CITATION = "raw_dir=None, force_reload=False, verbose=True, reverse_edge=True, transform=None, reorder=False"
SUPERPIXELS = (
    "raw_dir=None, split='train', construct_format='edge_wt_region_boundary', slic_compactness=30, force_reload=None, "
    "verbose=None, transform=None"
)
PIXELS = "raw_dir=None, split='train', use_feature=False, force_reload=False, verbose=False, transform=None"
GENERATED = f"perturb_ratio=0.01, seed=None, {PLAIN}"


def each(names: str, text: str) -> dict[str, str]:
    return dict.fromkeys(names.split(), text)


LISTING: dict[str, dict[str, str]] = {
    "framework": {
        "DGLDataset": "name, url=None, raw_dir=None, save_dir=None, hash_key=(), force_reload=False, verbose=False, "
        "transform=None",
        "DGLBuiltinDataset": "name, url, raw_dir=None, hash_key=(), force_reload=False, verbose=False, transform=None",
        "CSVDataset": "data_path, force_reload=False, verbose=True, ndata_parser=None, edata_parser=None, "
        "gdata_parser=None, transform=None",
        "AsNodePredDataset": "dataset, split_ratio=None, target_ntype=None, **kwargs",
        "AsLinkPredDataset": "dataset, split_ratio=None, neg_ratio=3, **kwargs",
        "AsGraphPredDataset": "dataset, split_ratio=None, **kwargs",
        "save_graphs": "filename, g_list, labels=None, formats=None",
        "load_graphs": "filename, idx_list=None",
        "load_labels": "filename",
        "save_tensors": "filename, tensor_dict",
        "load_tensors": "filename, return_dgl_ndarray=False",
        "split_dataset": "dataset, frac_list=None, shuffle=False, random_state=None",
        "Subset": "dataset, indices",
        "add_nodepred_split": "dataset, ratio, ntype=None",
        "mask_nodes_by_property": "property_values, part_ratios, random_seed=None",
        "add_node_property_split": "dataset, part_ratios, property_name, ascending=True, random_seed=None",
        "get_download_dir": "",
        "download": "url, path=None, overwrite=True, sha1_hash=None, retries=5, verify_ssl=True, log=True",
        "check_sha1": "filename, sha1_hash",
        "extract_archive": "file, target_dir, overwrite=True",
        "save_info": "path, info",
        "load_info": "path",
        "loadtxt": "path, delimiter, dtype=None",
        "register_data_args": "parser",
        "load_data": "args",
    },
    "nodes": {
        **each("CoraGraphDataset CiteseerGraphDataset PubmedGraphDataset", CITATION),
        "CitationGraphDataset": f"name, {CITATION}",
        "CoraBinary": PLAIN,
        **each("CoraFullDataset AmazonCoBuyComputerDataset AmazonCoBuyPhotoDataset", QUIET),
        **each("CoauthorCSDataset CoauthorPhysicsDataset", QUIET),
        "KarateClubDataset": "transform=None",
        "RedditDataset": f"self_loop=False, {QUIET}",
        "PPIDataset": MODE,
        **each("FlickrDataset YelpDataset", f"{QUIET}, reorder=False"),
        "WikiCSDataset": QUIET,
        **each("AIFBDataset MUTAGDataset BGSDataset AMDataset", f"print_every=10000, insert_reverse=True, {PLAIN}"),
        **each("ChameleonDataset SquirrelDataset CornellDataset TexasDataset WisconsinDataset ActorDataset", PLAIN),
        **each("RomanEmpireDataset AmazonRatingsDataset MinesweeperDataset TolokersDataset QuestionsDataset", PLAIN),
        "BAShapeDataset": f"num_base_nodes=300, num_base_edges_per_node=5, num_motifs=80, {GENERATED}",
        "BACommunityDataset": "num_base_nodes=300, num_base_edges_per_node=4, num_motifs=80, perturb_ratio=0.01, "
        f"num_inter_edges=350, seed=None, {PLAIN}",
        "TreeCycleDataset": f"tree_height=8, num_motifs=60, cycle_size=6, {GENERATED}",
        "TreeGridDataset": f"tree_height=8, num_motifs=80, grid_size=3, perturb_ratio=0.1, seed=None, {PLAIN}",
        "SBMMixtureDataset": "n_graphs, n_nodes, n_communities, k=2, avg_deg=3, pq='Appendix_C', rng=None",
        **each("PATTERNDataset CLUSTERDataset", MODE),
        "SSTDataset": f"mode='train', glove_embed_file=None, vocab_file=None, {QUIET}",
        **each("VOCSuperpixelsDataset COCOSuperpixelsDataset", SUPERPIXELS),
    },
    "recommendation and fraud": {
        "FraudDataset": f"name, {FRAUD}",
        **each("FraudYelpDataset FraudAmazonDataset", FRAUD),
        "MovieLensDataset": "name, valid_ratio, test_ratio=None, raw_dir=None, force_reload=None, verbose=None, "
        "transform=None, random_state=0",
        "BitcoinOTCDataset": QUIET,
    },
    "knowledge and time": {
        **each("FB15k237Dataset FB15kDataset WN18Dataset", f"reverse=True, {PLAIN}"),
        **each("ICEWS18Dataset GDELTDataset", MODE),
    },
    "graphs": {
        "TUDataset": f"name, {QUIET}",
        "GINDataset": f"name, self_loop, degree_as_nlabel=False, {QUIET}",
        "LegacyTUDataset": f"name, use_pandas=False, hidden_size=10, max_allow_node=None, {QUIET}",
        "MiniGCDataset": "num_graphs, min_num_v, max_num_v, seed=0, save_graph=True, force_reload=False, "
        "verbose=False, transform=None",
        "QM9Dataset": f"label_keys, cutoff=5.0, {QUIET}",
        "QM9EdgeDataset": f"label_keys=None, {PLAIN}",
        "QM7bDataset": QUIET,
        "ZINCDataset": MODE,
        "BA2MotifDataset": PLAIN,
        "FakeNewsDataset": "name, feature_name, raw_dir=None, transform=None",
        **each(
            "PeptidesStructuralDataset PeptidesFunctionalDataset",
            "raw_dir=None, force_reload=None, verbose=None, transform=None, smiles2graph=smiles2graph_OGB",
        ),
        **each("MNISTSuperPixelDataset CIFAR10SuperPixelDataset", PIXELS),
        **each("AmazonCoBuy Coauthor", "name"),
        "CoraFull": "**kwargs",
        **each("BitcoinOTC GDELT ICEWS18 KarateClub QM7b QM9 QM9Edge SBMMixture SST LegacyPPIDataset", "..."),
    },
}
"""Group, name, arguments; ``...`` where they do not matter."""

RENAMED = {
    "DGLDataset": "weft.data.Dataset",
    "DGLBuiltinDataset": "weft.data.GraphDataset",
    "save_graphs": "weft.save_graphs",
    "load_graphs": "weft.load_graphs",
}
"""Names that have another one here, or another place."""

ALIAS = "an old second name: weft.compat.dgl will have it"
LEFT_OUT = {
    "loadtxt": "numpy.loadtxt and pyarrow.csv read tables of numbers",
    "register_data_args": "an option of example programs",
    "load_data": "an option of example programs",
    **each("AmazonCoBuy Coauthor CoraFull BitcoinOTC GDELT ICEWS18 KarateClub QM7b QM9 QM9Edge", ALIAS),
    **each("SBMMixture SST LegacyPPIDataset", ALIAS),
}
"""Names without a counterpart, and why."""

OTHER_ARGUMENTS: dict[str, str] = {
    "DGLBuiltinDataset": "states the raw files with their checksums instead of one URL",
    **each(
        "PeptidesStructuralDataset PeptidesFunctionalDataset",
        "smiles2graph is None by default, which stands for the function of ogb, so that RDKit is asked for only then",
    ),
}
"""Names whose arguments differ from DGL's on purpose, and why. Further arguments by keyword need no mention."""

PENDING: frozenset[str] = frozenset()
"""Names, or tests of them, that are still to come. It only shrinks, and ends empty."""
