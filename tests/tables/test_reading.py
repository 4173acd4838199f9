"""From tables of every sort to interactions: types, formats, repeats, and each way in which a table can be bad."""

import datetime
import gzip
import os
import uuid

import pyarrow
import pyarrow.parquet
import pytest

from weft.errors import TableError
from weft.tables import Interactions, read_interactions

USERS = ["bo", "al", "al", "cy", "bo", "al"]
ITEMS = ["tea", "jam", "tea", "jam", "jam", "egg"]
DAYS = [datetime.datetime(2024, 1, day) for day in (3, 1, 2, 4, 5, 6)]


def table(**columns) -> pyarrow.Table:
    """Return the small table with columns replaced or added."""
    return pyarrow.table({"user": USERS, "item": ITEMS, "time": DAYS} | columns)


def write_parquet(folder, **columns):
    """Write the small table and return its path."""
    path = folder / "purchases.parquet"
    pyarrow.parquet.write_table(table(**columns), path)
    return path


def write_csv(folder, text: str, name: str = "purchases.csv"):
    """Write text and return its path."""
    path = folder / name
    path.write_text(text)
    return path


def rows(data: Interactions) -> list[tuple]:
    """Return (user key, item key, time, weight) of each row."""
    users, items = data.user_keys.to_pylist(), data.item_keys.to_pylist()
    times = [None] * len(data) if data.times is None else data.times.tolist()
    weights = [None] * len(data) if data.weights is None else data.weights.tolist()
    coded = zip(data.user_ids.tolist(), data.item_ids.tolist(), times, weights, strict=True)
    return [(users[user], items[item], time, weight) for user, item, time, weight in coded]


def pairs(data: Interactions) -> list[tuple]:
    """Return (user key, item key) of each row."""
    return [row[:2] for row in rows(data)]


def microseconds(*days: datetime.datetime) -> list[int]:
    """Return microseconds since 1970 of each UTC time."""
    return [int(day.replace(tzinfo=datetime.timezone.utc).timestamp() * 1e6) for day in days]


CSV = "user,item,time\nbo,tea,2024-01-03\nal,jam,2024-01-01\nal,tea,2024-01-02\ncy,jam,2024-01-04\n"
SMALL = [("al", "jam"), ("al", "tea"), ("bo", "tea"), ("cy", "jam")]


# What is read


def test_codes_are_positions_among_the_sorted_keys(tmp_path):
    data = read_interactions(write_parquet(tmp_path))
    assert data.user_keys.to_pylist() == ["al", "bo", "cy"]
    assert data.item_keys.to_pylist() == ["egg", "jam", "tea"]
    assert data.user_ids.tolist() == [0, 0, 0, 1, 1, 2]
    assert data.item_ids.tolist() == [0, 1, 2, 1, 2, 1]
    assert data.times.tolist() == microseconds(*(DAYS[row] for row in (5, 1, 2, 4, 0, 3)))
    assert data.weights is None
    assert data.columns == {"user": "user", "item": "item", "time": "time"}
    assert (data.num_rows_read, data.num_duplicates, len(data)) == (6, 0, 6)


def test_the_order_of_rows_changes_nothing():
    shuffled = table().take([3, 5, 0, 2, 4, 1])
    assert rows(read_interactions(shuffled)) == rows(read_interactions(table()))


def test_parquet_csv_gzip_tsv_folder_glob_query_and_table_read_alike(tmp_path):
    for folder in ("parts", "deep/year=2024"):
        (tmp_path / folder).mkdir(parents=True)
    lines = CSV.splitlines(keepends=True)
    write_csv(tmp_path / "parts", "".join(lines[:3]), "a.csv")
    (tmp_path / "parts" / "b.csv.gz").write_bytes(gzip.compress((lines[0] + "".join(lines[3:])).encode()))
    (tmp_path / "parts" / "_SUCCESS").touch()
    write_csv(tmp_path / "deep/year=2024", CSV.replace(",", "\t"), "only.tsv")
    pyarrow.parquet.write_table(table().slice(0, 4), tmp_path / "four.parquet")
    (tmp_path / "unnamed").write_bytes((tmp_path / "four.parquet").read_bytes())
    sources = [
        write_csv(tmp_path, CSV),
        write_csv(tmp_path, CSV.replace(",", ";"), "semicolons.csv"),
        tmp_path / "parts",
        str(tmp_path / "parts" / "*.csv*"),
        tmp_path / "deep",
        tmp_path / "four.parquet",
        str(tmp_path / "unnamed"),
        f"SELECT * FROM '{tmp_path}/four.parquet' -- all of it",
        f"CREATE VIEW shop AS FROM '{tmp_path}/four.parquet'; SELECT * FROM shop;",
        table().slice(0, 4),
    ]
    expected = rows(read_interactions(sources[0]))
    assert [row[:2] for row in expected] == SMALL
    for source in sources[1:]:
        query = isinstance(source, str) and source.startswith("CREATE")
        assert rows(read_interactions(source, query=query)) == expected, source


def test_data_frames_are_read():
    pandas = pytest.importorskip("pandas")
    frame = pandas.DataFrame({"user": USERS, "item": ITEMS, "time": DAYS})
    assert rows(read_interactions(frame)) == rows(read_interactions(table()))


def test_file_names_with_quotes_and_brackets_are_plain_names(tmp_path):
    assert pairs(read_interactions(write_csv(tmp_path, CSV, "it's [1] *.csv"))) == SMALL


def test_column_names_may_hold_anything(tmp_path):
    odd = table(**{'the "user"; DROP': USERS}).drop_columns("user")
    assert pairs(read_interactions(odd, user='the "user"; DROP')) == pairs(read_interactions(table()))


@pytest.mark.parametrize(
    ("keys", "arrow_type"),
    [
        ([3, 1, 1, -7, 3, 1], pyarrow.int64()),
        ([3, 1, 1, 200, 3, 1], pyarrow.uint8()),
        ([2.5, 1.0, 1.0, -1.0, 2.5, 1.0], pyarrow.float64()),
        (["bø", "ål", "ål", "", "bø", "ål"], pyarrow.string()),
        ([b"\xff", b"\x00", b"\x00", b"a", b"\xff", b"\x00"], pyarrow.binary()),
        ([datetime.date(2024, 1, day) for day in (3, 1, 1, 2, 3, 1)], pyarrow.date32()),
    ],
)
def test_keys_keep_their_type_and_stand_in_ascending_order(keys, arrow_type):
    data = read_interactions(table(user=pyarrow.array(keys, arrow_type)))
    assert data.user_keys.type == arrow_type
    assert data.user_keys.to_pylist() == sorted(set(keys))
    assert sorted(pairs(data)) == sorted(zip(keys, ITEMS, strict=True))


def test_dictionary_and_uuid_keys_come_back_as_text(tmp_path):
    encoded = read_interactions(table(user=pyarrow.array(USERS).dictionary_encode()))
    assert encoded.user_keys.to_pylist() == ["al", "bo", "cy"]
    first, second = (uuid.UUID(int=number << 64) for number in (5, 6))
    chosen = " ".join(f"WHEN {row} THEN UUID '{key}'" for row, key in enumerate((first, second)))
    data = read_interactions(f"SELECT CASE range % 2 {chosen} END AS user, range AS item FROM range(4)")
    assert [str(key) for key in data.user_keys.to_pylist()] == [str(first), str(second)]


def test_csv_keys_are_integers_only_when_all_are_written_as_integers(tmp_path):
    numbers = read_interactions(write_csv(tmp_path, "user,item\n10,007\n9,7\n10,7\n"))
    assert numbers.user_keys.to_pylist() == [9, 10]
    assert numbers.item_keys.to_pylist() == ["007", "7"]


# Columns


def test_guessed_columns_are_said_aloud():
    data = read_interactions(table().rename_columns(["Customer ID", "productId", "purchased_at"]))
    assert data.columns == {"user": "Customer ID", "item": "productId", "time": "purchased_at"}
    assert any("'Customer ID'" in note and "guessed" in note for note in data.notes)
    assert any("'purchased_at'" in note for note in data.notes)


def test_named_columns_are_no_guesses():
    data = read_interactions(table(sku=ITEMS), user="user", item="sku", time="time")
    assert data.columns == {"user": "user", "item": "sku", "time": "time"}
    assert not any("guessed" in note for note in data.notes)


def test_a_missing_time_is_said_aloud():
    data = read_interactions(table().drop_columns("time"))
    assert data.times is None
    assert any("no time column" in note for note in data.notes)


def test_weights_are_read_only_when_asked_for():
    with_rating = table(rating=[1, 2, 3, 4, 5, 6])
    unasked = read_interactions(with_rating)
    assert unasked.weights is None
    assert any("--weight rating" in note for note in unasked.notes)
    asked = read_interactions(with_rating, weight="rating")
    assert asked.weights.tolist() == [6, 2, 3, 5, 1, 4]
    assert asked.weights.dtype.is_floating_point


@pytest.mark.parametrize(
    ("names", "asked", "message"),
    [
        (["user", "item", "time"], {"user": "usr"}, r"no column 'usr'.*'item', 'time', 'user'.*mean 'user'"),
        (["user", "item", "time"], {"user": "time", "item": "time"}, "'time' .* as user and as item"),
        (["user", "thing", "time"], {}, "named like the item.*--item COL"),
        (["user", "item", "x"], {"time": "item"}, r"other than 'item' \(asked for as time\) is named like the item"),
        (["user_id", "item", "customer"], {}, "'customer', 'user_id'.*--user COL"),
        (["user", "sku", "product_id"], {}, "2 columns that may be the item"),
        (["1", "5", "2024-01-01"], {}, "first line a header"),
    ],
)
def test_missing_and_doubtful_columns_are_named(names, asked, message):
    with pytest.raises(TableError, match=message):
        read_interactions(table().rename_columns(names), **asked)


def test_two_time_columns_are_doubtful():
    with pytest.raises(TableError, match=r"may be the time.*--time COL"):
        read_interactions(table(date=DAYS))


# Times

NOON = datetime.datetime(2024, 5, 6, 12, 30, 15)


@pytest.mark.parametrize(
    "arrow_type",
    [
        pyarrow.timestamp("s"),
        pyarrow.timestamp("ms"),
        pyarrow.timestamp("us"),
        pyarrow.timestamp("ns"),
        pyarrow.timestamp("us", "UTC"),
        pyarrow.timestamp("us", "Asia/Tokyo"),
    ],
)
def test_timestamps_of_every_unit_become_microseconds(arrow_type):
    count = pyarrow.array([1714998615 + row for row in range(6)])
    column = count.cast(pyarrow.timestamp("s")).cast(arrow_type)
    data = read_interactions(table(time=column))
    assert min(data.times.tolist()) == microseconds(NOON)[0]
    assert data.time_unit == "microsecond"


@pytest.mark.parametrize("scale", [1, 10**3, 10**6])
@pytest.mark.parametrize("as_type", [int, str, float])
def test_numbers_since_1970_are_read_by_their_size(scale, as_type):
    data = read_interactions(table(time=[as_type((1714998615 + row) * scale) for row in range(6)]))
    assert sorted(data.times.tolist()) == [microseconds(NOON)[0] + row * 10**6 for row in range(6)]
    assert data.time_unit == "microsecond"
    assert any("since 1970" in note for note in data.notes)


def test_fractions_of_seconds_are_kept():
    data = read_interactions(table(time=[1714998615.25 + row for row in range(6)]))
    assert min(data.times.tolist()) == microseconds(NOON)[0] + 250_000


@pytest.mark.parametrize("start", [0, -5, 20240101, 2**60])
def test_other_whole_numbers_are_counters(start):
    data = read_interactions(table(time=[start + row for row in range(6)]))
    assert sorted(data.times.tolist()) == [start + row for row in range(6)]
    assert data.time_unit == "counter"
    assert any("only their order" in note for note in data.notes)


def test_dates_and_iso_text_with_offsets_become_utc(tmp_path):
    text = ["2024-01-01", "2024-01-01T02:00:00+02:00", "2024-01-01 00:00:00Z", "2023-12-31T19:00:00-05", "2024-01-02"]
    data = read_interactions(table(time=[*text, "2024-01-01T00:00:00.5"]))
    day, midnight = 86400 * 10**6, microseconds(datetime.datetime(2024, 1, 1))[0]
    assert sorted(data.times.tolist()) == [*[midnight] * 4, midnight + 500_000, midnight + day]
    dates = read_interactions(table(time=[day.date() for day in DAYS]))
    assert dates.times.tolist() == read_interactions(table()).times.tolist()


# Repeats


def test_a_repeat_is_merged_at_its_first_purchase_and_keeps_that_weight():
    columns = {
        "user": [2, 1, 1, 1, 2],
        "item": [1, 1, 2, 1, 1],
        "time": [5, 9, 1, 3, 5],
        "amount": [1.0, 2.0, 4.0, 8.0, 16.0],
    }
    data = read_interactions(pyarrow.table(columns), weight="amount")
    assert rows(data) == [(1, 1, 3, 8.0), (1, 2, 1, 4.0), (2, 1, 5, 17.0)]
    assert (data.num_rows_read, data.num_duplicates) == (5, 2)
    assert any(note.startswith("2 of 5 rows repeat") for note in data.notes)


def test_without_times_the_weights_of_repeats_are_summed():
    columns = {"user": [2, 1, 1, 1], "item": [1, 1, 2, 1], "amount": [1.0, 2.0, 4.0, 8.0]}
    data = read_interactions(pyarrow.table(columns), weight="amount")
    assert rows(data) == [(1, 1, None, 10.0), (1, 2, None, 4.0), (2, 1, None, 1.0)]


# Values that cannot be


@pytest.mark.parametrize("role", ["user", "item"])
def test_null_keys_are_counted_and_the_first_row_named(role, tmp_path):
    keys = ["a", "b", None, "c", None, "d"]
    with pytest.raises(TableError, match=rf"'{role}' \({role}\).* 2 unusable of 6 values.* row 3, is nothing"):
        read_interactions(write_parquet(tmp_path, **{role: keys}))
    lines = "".join(f"{key or ''},x,1\n" if role == "user" else f"x,{key or ''},1\n" for key in keys)
    with pytest.raises(TableError, match=r"2 unusable of 6 values.* row 3"):
        read_interactions(write_csv(tmp_path, f"user,item,time\n{lines}"))


def test_nan_keys_are_null_keys():
    with pytest.raises(TableError, match=r"1 unusable of 6 values.* row 2, is 'nan'"):
        read_interactions(table(user=[1.0, float("nan"), 2.0, 3.0, 4.0, 5.0]))


@pytest.mark.parametrize(
    ("times", "shown"),
    [
        ([*DAYS[:4], None, DAYS[5]], "row 5, is nothing"),
        ([*(str(day) for day in DAYS[:5]), "yesterday"], "row 6, is 'yesterday'"),
        (["05/06/2024", *(str(day) for day in DAYS[:5])], "row 1, is '05/06/2024'"),
        (["2024-01-01", "2024-02-30", *(str(day) for day in DAYS[:4])], "row 2, is '2024-02-30'"),
        (["2024-01-01", "1714998615", *(str(day) for day in DAYS[:4])], "row 2, is '1714998615'"),
        ([1.0, 2.0, float("nan"), 3.0, 4.0, 5.0], "row 3, is 'nan'"),
        ([1.0, float("-inf"), 3.0, 4.0, 5.0, 6.0], "row 2, is '-inf'"),
        (["1", "2", "nan", "3", "4", "5"], "row 3, is 'nan'"),
        (["2024-01-01", "infinity", *(str(day) for day in DAYS[:4])], "row 2, is 'infinity'"),
    ],
)
def test_times_that_are_none_are_named(times, shown):
    with pytest.raises(TableError, match=rf"column 'time' \(time\).* 1 unusable of 6 values.* {shown}"):
        read_interactions(table(time=times))


def test_fractions_that_are_no_epoch_are_refused():
    with pytest.raises(TableError, match=r"fractions from 0\.5 to 5\.5"):
        read_interactions(table(time=[0.5, 1.5, 2.5, 3.5, 4.5, 5.5]))


@pytest.mark.parametrize("bad", [None, float("nan"), float("inf"), -0.5, 1e39])
def test_weights_that_are_none_are_named(bad):
    with pytest.raises(TableError, match=r"column 'w' \(weight\).* 1 unusable of 6 values.* row 2"):
        read_interactions(table(w=[1.0, bad, 2.0, 3.0, 4.0, 5.0]), weight="w")


def test_weights_in_csv_that_are_no_numbers_are_named(tmp_path):
    with pytest.raises(TableError, match="row 2, is 'many'"):
        read_interactions(write_csv(tmp_path, "user,item,w\na,x,1\nb,y,many\n"), weight="w")


def test_columns_of_types_without_sense_are_refused():
    lists = [[1], [2], [3], [4], [5], [6]]
    with pytest.raises(TableError, match="a user key must be one value"):
        read_interactions(table(user=lists))
    with pytest.raises(TableError, match="times must be"):
        read_interactions(table(time=lists))
    with pytest.raises(TableError, match="weights must be numbers"):
        read_interactions(table(w=DAYS), weight="w")


# Tables that cannot be


def test_a_missing_file_is_named_with_a_likely_neighbour(tmp_path):
    write_csv(tmp_path, CSV)
    with pytest.raises(TableError, match=r"no file or folder .*purchase\.csv.*mean 'purchases\.csv'"):
        read_interactions(tmp_path / "purchase.csv")
    with pytest.raises(TableError, match="does not exist either"):
        read_interactions(tmp_path / "nowhere" / "a.csv")
    with pytest.raises(TableError, match="no file matches"):
        read_interactions(str(tmp_path / "*.parquet"))


def test_folders_without_tables_or_with_two_formats_are_refused(tmp_path):
    with pytest.raises(TableError, match="empty folder"):
        read_interactions(tmp_path)
    (tmp_path / "notes.md").write_text("hello")
    with pytest.raises(TableError, match="1 files, none of which ends in"):
        read_interactions(tmp_path)
    write_csv(tmp_path, CSV)
    write_parquet(tmp_path)
    with pytest.raises(TableError, match="mixes formats: csv, parquet"):
        read_interactions(tmp_path)


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("a.csv", b"", "is empty"),
        ("a.csv", bytes(range(256)) * 20, "binary data"),
        ("a.csv", "user,item\nå,ø\nb,c\n".encode("latin-1"), "not UTF-8"),
        ("a.csv", "user,item\na,b\n".encode("utf-16"), "UTF-16"),
        ("a.xlsx", b"PK\x03\x04" + bytes(100), "save the sheet as CSV"),
        ("a.parquet", b"user,item\na,b\n", "mark of a Parquet file"),
        ("a.parquet", b"PAR1" + bytes(100), "cannot be read"),
        ("a.csv.gz", gzip.compress(CSV.encode() * 1000)[:-50], "damaged gzip|cannot be read"),
        ("a.csv", b"user,item\na,b\na,b,c,d\nb,c\n", "line 3 has 4 values where the first line names 2"),
    ],
)
def test_what_is_no_table_is_refused_with_its_reason(tmp_path, name, content, message):
    (tmp_path / name).write_bytes(content)
    with pytest.raises(TableError, match=message):
        read_interactions(tmp_path / name, user="user", item="item")


def test_a_truncated_parquet_file_is_refused(tmp_path):
    path = write_parquet(tmp_path)
    path.write_bytes(path.read_bytes()[:-100])
    with pytest.raises(TableError, match="cannot be read"):
        read_interactions(path)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("user,item\n", "no rows"),
        ("user,item\na,x\na,y\n", "same user.*two users"),
        ("user,item\na,x\nb,x\n", "same item.*two items"),
        ("user,item\na,x\nb,y\nb,y\nc,x\n", "each of the 3 users has one item only"),
    ],
)
def test_tables_without_anything_to_learn_are_refused(tmp_path, text, message):
    with pytest.raises(TableError, match=message):
        read_interactions(write_csv(tmp_path, text))


@pytest.mark.parametrize(
    ("query", "message"),
    [
        ("SELECT user FROM nowhere", "Table with name nowhere does not exist"),
        ("SELECT FROM", "syntax error"),
        ("DROP TABLE purchases", "must end in a SELECT"),
        ("", "must end in a SELECT"),
    ],
)
def test_errors_of_a_query_are_passed_on_on_one_line(query, message):
    with pytest.raises(TableError, match=message) as caught:
        read_interactions(query, query=True)
    assert "\n" not in str(caught.value)


def test_what_is_neither_path_nor_table_is_refused():
    with pytest.raises(TableError, match="source is a int"):
        read_interactions(5)


def test_nothing_is_left_behind(tmp_path, monkeypatch):
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "temporary"))
    (tmp_path / "temporary").mkdir()
    path = write_csv(tmp_path, CSV)
    read_interactions(path)
    with pytest.raises(TableError):
        read_interactions(write_csv(tmp_path, "user,item\n,x\n"))
    assert os.listdir(tmp_path / "temporary") == []
    assert sorted(os.listdir(tmp_path)) == ["purchases.csv", "temporary"]
