"""A JSON file holds one object with what is needed, or says what is missing."""

import pytest

from weft.data.formats.json_file import read_json
from weft.errors import TableError


def test_object_with_its_keys_is_returned(tmp_path):
    (tmp_path / "a.json").write_text('{"x": [1, 2], "y": "é"}', encoding="utf-8")
    assert read_json(tmp_path / "a.json", ("x",)) == {"x": [1, 2], "y": "é"}


@pytest.mark.parametrize(
    ("text", "said"), [('{"y": 1}', "no 'x'"), ("[1]", "a list"), ("{", "no JSON"), (None, "no file")]
)
def test_what_is_no_such_object_is_refused(tmp_path, text, said):
    if text is not None:
        (tmp_path / "a.json").write_text(text)
    with pytest.raises(TableError, match=said):
        read_json(tmp_path / "a.json", ("x",))
