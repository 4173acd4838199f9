"""Small files in the formats of the four RDF data sets."""

from __future__ import annotations

TYPE = "http://www.w3.org/1999/02/22-rdf-syntax-ns#type"
SUB_CLASS = "http://www.w3.org/2000/01/rdf-schema#subClassOf"
BROADER = "http://www.w3.org/2004/02/skos/core#broader"
AIFB = "http://www.aifb.uni-karlsruhe.de/"
SWRC = "http://swrc.ontoware.org/ontology#"
MUTAG = "http://dl-learner.org/carcinogenesis#"
BGS = "http://data.bgs.ac.uk/"
AM = "http://purl.org/collections/nl/am/"
DOUBLE = "http://www.w3.org/2001/XMLSchema#double"

STATEMENTS = {
    "aifb": [
        (f"{AIFB}Personen/view/p2", f"{SWRC}name", '"Zoe"'),
        (f"{AIFB}Personen/view/p1", f"{SWRC}name", '"Ann"@de'),
        (f"{AIFB}Publikationen/view/b1", f"{SWRC}author", f"{AIFB}Personen/view/p2"),
        (f"{AIFB}Publikationen/view/b1", f"{SWRC}author", f"{AIFB}Personen/view/p1"),
        (f"{AIFB}Publikationen/view/b1", f"{SWRC}author", f"{AIFB}Personen/view/p1"),
        (f"{AIFB}Publikationen/view/b1", f"{AIFB}owl/merge/type", '"Ann"'),
        (f"{AIFB}Personen/view/p1", f"{SWRC}affiliation", f"{AIFB}Forschungsgruppen/view/g1"),
        (f"{AIFB}Personen/view/p1", f"{SWRC}employs", f"{AIFB}Forschungsgruppen/view/g1"),
        (f"{AIFB}Personen/view/p1", TYPE, f"{SWRC}Person"),
        ("_:b0", SUB_CLASS, f"{SWRC}Person"),
    ],
    "mutag": [
        (f"{MUTAG}d1", f"{MUTAG}hasAtom", f"{MUTAG}d1_1"),
        (f"{MUTAG}d1", TYPE, f"{MUTAG}Compound"),
        (f"{MUTAG}d1_1", TYPE, f"{MUTAG}Carbon-22"),
        (f"{MUTAG}d1", f"{MUTAG}hasBond", f"{MUTAG}bond1"),
        (f"{MUTAG}bond1", f"{MUTAG}inBond", f"{MUTAG}d1_1"),
        (f"{MUTAG}d1_1", f"{MUTAG}charge", f'"0.1"^^<{DOUBLE}>'),
        (f"{MUTAG}d1", f"{MUTAG}hasStructure", f"{MUTAG}ring-1"),
        (f"{MUTAG}d2", f"{MUTAG}hasStructure", f"{MUTAG}ring-1"),
        (f"{MUTAG}Carbon-22", SUB_CLASS, f"{MUTAG}Carbon"),
        (f"{MUTAG}Carbon", TYPE, "http://www.w3.org/2002/07/owl#Class"),
        (f"{MUTAG}d1", f"{MUTAG}isMutagenic", '"true"'),
        (f"{MUTAG}ring-1", TYPE, f"{MUTAG}Ring"),
        (f"{MUTAG}d1", f"{MUTAG}amesTestPositive", '"true"'),
    ],
    "bgs": [
        (f"{BGS}id/Lexicon/NamedRockUnit/A", f"{BGS}ref/Lexicon/hasAge", f"{BGS}id/Geochronology/Division/X"),
        (f"{BGS}id/Lexicon/NamedRockUnit/B", f"{BGS}ref/Lexicon/hasAge", f"{BGS}id/Geochronology/Division/X"),
        (f"{BGS}id/Lexicon/NamedRockUnit/B", TYPE, f"{BGS}ref/Lexicon/NamedRockUnit"),
        (f"{BGS}id/Lexicon/NamedRockUnit/B", BROADER, f"{BGS}id/Lexicon/NamedRockUnit/A"),
        (f"{BGS}id/Lexicon/NamedRockUnit/B", f"{BGS}ref/Lexicon/status", f"{BGS}ref/CurrentStatus/V/1"),
        (f"{BGS}id/Lexicon/NamedRockUnit/B", f"{BGS}ref/Lexicon/hasLithogenesis", f"{BGS}id/Lexicon/Litho/L"),
        (f"{BGS}id/Lexicon/NamedRockUnit/B", BROADER, '"a literal"'),
    ],
    "am": [
        (f"{AM}proxy-1", f"{AM}maker", f"{AM}p-22"),
        (f"{AM}proxy-2", f"{AM}maker", f"{AM}p-22"),
        (f"{AM}proxy-1", f"{AM}objectCategory", f"{AM}t-5"),
        (f"{AM}proxy-1", f"{AM}material", f"{AM}t-6"),
        (f"{AM}proxy-1", f"{AM}x", "_:b1"),
        ("_:b1", f"{AM}y", f"{AM}t-6"),
        (f"{AM}proxy-1", TYPE, f"{AM}Object"),
        (f"{AM}p-22", "http://www.w3.org/2004/02/skos/core#prefLabel", '"hello"'),
        (f"{AM}p-22", BROADER, f"{AM}p-23-4"),
    ],
}
SPLIT = {
    "aifb": ([(f"{AIFB}Personen/view/p2", "1", "g2")], [(f"{AIFB}Personen/view/p1", "2", "g1")]),
    "mutag": ([(f"{MUTAG}d1", "1", "yes")], [(f"{MUTAG}d2", "2", "no")]),
    "bgs": (
        [("1", f"{BGS}id/Lexicon/NamedRockUnit/A", "GLACIAL")],
        [("2", f"{BGS}id/Lexicon/NamedRockUnit/B", "FLUVIAL")],
    ),
    "am": ([(f"{AM}proxy-1", "1", "t-9")], [(f"{AM}proxy-2", "2", "t-8")]),
}


def write(folder, name, statements=None, split=None):
    """Write the files of one data set, and return the folder."""
    folder.mkdir(parents=True, exist_ok=True)
    lines = [" ".join(map(_term, statement)) + " .\n" for statement in statements or STATEMENTS[name]]
    (folder / f"{name}_stripped.nt").write_text("".join(lines), encoding="utf-8")
    for file, rows in zip(("trainingSet.tsv", "testSet.tsv"), split or SPLIT[name], strict=True):
        (folder / file).write_text("a\tb\tc\n" + "".join("\t".join(row) + "\n" for row in rows), encoding="utf-8")
    return folder


def _term(text):
    return text if text.startswith(('"', "_:")) else f"<{text}>"
