"""The vocabulary: labels for slugs, from lines that people edit."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from attrs import fields
from hypothesis import given, strategies as st

from aidtimeline.codec.structure import structure_as
from aidtimeline.log.vocabulary import _plain, load_vocabulary
from aidtimeline.vocabulary import NO_VOCABULARY, Dataset, Item, Party, ProjectName, Rate, Vocabulary


def folder(tmp_path: Path, **files: str | bytes) -> Path:
    where = tmp_path / "vocabulary"
    where.mkdir()
    for name, content in files.items():
        (where / f"{name}.jsonl").write_bytes(content.encode() if isinstance(content, str) else content)
    return tmp_path


def test_what_stands_in_the_files_is_loaded(tmp_path: Path) -> None:
    """Each part from its file; optional fields may be null or missing, lines empty."""
    loaded = load_vocabulary(
        folder(
            tmp_path,
            items='{"slug":"truck","label":"truck","unit":null,"category":"vehicle"}\n\n{"slug":"rice","label":"rice","unit":"t"}',
            parties='{"slug":"JP","name":"Japan","kind":"government","country":"JP","iati_org_id":"XM-DAC-701"}\n',
            projects='{"slug":"hd-capacity","label":"Capacity “HD”"}\r\n',
            datasets='{"slug":"fts","name":"Financial Tracking Service","overlaps":["iati"],"names":["FTS"]}',
            rates='{"currency":"USD","per":"EUR","rate":"1.0530","date":"2022","source":"ECB"}\n'
            '{"currency":"JPY","per":"EUR","rate":138,"date":"2022-06","source":"ECB"}',
        )
    )
    assert loaded == Vocabulary(
        items={
            "truck": Item(slug="truck", label="truck", category="vehicle"),
            "rice": Item(slug="rice", label="rice", unit="t"),
        },
        parties={"JP": Party(slug="JP", name="Japan", kind="government", country="JP", iati_org_id="XM-DAC-701")},
        projects={"hd-capacity": ProjectName(slug="hd-capacity", label="Capacity “HD”")},
        datasets={"fts": Dataset(slug="fts", name="Financial Tracking Service", overlaps="iati", names="FTS")},
        rates=(
            Rate(currency="USD", per="EUR", rate="1.053", date="2022", source="ECB"),
            Rate(currency="JPY", per="EUR", rate=138, date="2022-06", source="ECB"),
        ),
    )
    assert loaded.label("dataset", "fts") == "Financial Tracking Service"


VALUES = (
    st.none()
    | st.text("aJP1 -", max_size=4)
    | st.lists(st.none() | st.text("ab ", max_size=2), max_size=2)
    | st.integers()
)


@given(st.data(), st.sampled_from([Item, Party, ProjectName, Dataset, Rate]))
def test_a_plain_line_says_what_it_says_to_the_strict_reader(data: st.DataObject, cls: Any) -> None:
    """What is read without cattrs is what cattrs makes of it; all else is left to it."""
    names = [each.name for each in fields(cls)]
    found = {name: data.draw(VALUES) for name in data.draw(st.sets(st.sampled_from([*names, "other"])))}
    found |= {name: data.draw(st.just("ab") | VALUES) for name in ("slug", "label", "name") if name in names}
    line = json.dumps(found).encode()
    plain = _plain(line, cls)
    if plain is not None:
        assert plain == structure_as(cls, found)


def test_a_missing_vocabulary_is_empty(tmp_path: Path) -> None:
    """No folder, no file: every slug is called by its own name."""
    assert load_vocabulary(tmp_path) == load_vocabulary(tmp_path / "none") == NO_VOCABULARY
    assert NO_VOCABULARY.label("item", "truck") == "truck"
    assert NO_VOCABULARY.nearest("item", "truck") is None


@pytest.mark.parametrize("field", ["donor", "recipient", "via", "party", "parties"])
def test_each_field_is_labelled_from_its_part(field: str) -> None:
    """A slug is a party in a field for parties, and nothing elsewhere."""
    vocabulary = Vocabulary(parties={"undp": Party(slug="undp", name="UN Development Programme")})
    assert vocabulary.label(field, "undp") == "UN Development Programme"
    assert vocabulary.nearest(field, "unpd") == "undp"
    for other in ("item", "project", "location", "kind"):
        assert vocabulary.label(other, "undp") == "undp"
        assert vocabulary.nearest(other, "unpd") is None


@pytest.mark.parametrize(
    ("line", "problem"),
    [
        (b'{"slug":"a","label":"b","categry":"c"}', ("unknown-field", "$.categry")),
        (b'{"slug":"a"}', ("missing-field", "$.label")),
        (b'{"slug":null,"label":"b"}', ("missing-field", "$.slug")),
        (b'{"slug":" a","label":"b"}', ("bad-value", "$.slug")),
        (b'{"slug":"a","label":5}', ("bad-value", "$.label")),
        (b'{"slug":"a","label":"b","unit":1.5}', ("bad-value", "$.unit")),
        (b'{"slug":"a","slug":"b","label":"c"}', ("bad-json", None)),
        (b"[]", ("bad-json", None)),
        (b"\xff\0", ("bad-json", None)),
    ],
)
def test_a_bad_line_is_a_problem_and_the_others_stand(
    tmp_path: Path, line: bytes, problem: tuple[str, str | None]
) -> None:
    """It names file, line and field."""
    good = b'{"slug":"truck","label":"lorry"}\n'
    loaded = load_vocabulary(folder(tmp_path, items=good + line + b"\n" + good.replace(b"truck", b"boat")))
    assert set(loaded.items) == {"truck", "boat"}
    [found] = loaded.problems
    assert (found.code, found.path) == problem
    assert (found.file, found.line) == (str(tmp_path / "vocabulary" / "items.jsonl"), 2)


def test_all_faults_of_a_line_are_reported_at_once(tmp_path: Path) -> None:
    """Each with its field."""
    loaded = load_vocabulary(folder(tmp_path, parties='{"slug":"","country":"Japan","x":1}'))
    assert sorted(str(each.path) for each in loaded.problems) == ["$.country", "$.name", "$.slug", "$.x"]


def test_of_two_lines_for_a_slug_the_first_stands(tmp_path: Path) -> None:
    """The second one is reported."""
    lines = '{"slug":"a","label":"first"}\n{"slug":"a","label":"second"}\n'
    loaded = load_vocabulary(folder(tmp_path, projects=lines))
    assert loaded.label("project", "a") == "first"
    assert [(each.code, each.line) for each in loaded.problems] == [("duplicate-slug", 2)]


def test_a_file_that_cannot_be_read_is_a_problem(tmp_path: Path) -> None:
    """Such as a folder instead of the file."""
    (tmp_path / "vocabulary" / "items.jsonl").mkdir(parents=True)
    [problem] = load_vocabulary(tmp_path).problems
    assert problem.code == "unreadable-file"


def test_a_party_is_found_by_each_of_its_names() -> None:
    """A slug goes before a name, and a name before another party's other name."""
    parties = {
        "TR": Party(slug="TR", name="Türkiye", names=["Turkey", "UNDP"]),
        "undp": Party(slug="undp", name="UN Development Programme", names=["Türkiye"]),
    }
    vocabulary = Vocabulary(parties=parties)
    assert [vocabulary.party(name) for name in ("turkey", "TÜRKIYE", "tr", "undp")] == ["TR", "TR", "TR", "undp"]


@pytest.mark.parametrize(
    ("line", "path"),
    [
        ('{"currency":"USD","per":"EUR","rate":1.05,"date":"2022","source":"ECB"}', "$.rate"),
        ('{"currency":"USD","per":"EUR","rate":"0","date":"2022","source":"ECB"}', "$.rate"),
        ('{"currency":"USD","per":"EUR","rate":"~1.1","date":"2022","source":"ECB"}', "$.rate"),
        ('{"currency":"USD","per":"euro","rate":"1.1","date":"2022","source":"ECB"}', "$.per"),
        ('{"currency":"USD","per":"EUR","rate":"1.1","date":"2022"}', "$.source"),
        ('{"currency":"USD","per":"USD","rate":"1","date":"2022","source":"ECB"}', "$"),
    ],
)
def test_a_rate_says_when_and_who_says_so(tmp_path: Path, line: str, path: str) -> None:
    """And it is one number above 0."""
    loaded = load_vocabulary(folder(tmp_path, rates=line))
    assert (loaded.rates, [each.path for each in loaded.problems]) == ((), [path])


def test_all_that_a_slug_is_called() -> None:
    """Its label, and its other names."""
    vocabulary = Vocabulary(parties={"TR": Party(slug="TR", name="Türkiye", names=["Turkey"])})
    assert list(vocabulary.called("donor")) == [("Türkiye", "TR"), ("Turkey", "TR")]
    assert list(vocabulary.called("item")) == []
