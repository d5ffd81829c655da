"""What benches write into README."""

import pytest

from bench import report


@pytest.fixture
def readme(tmp_path, monkeypatch):
    path = tmp_path / "README.md"
    monkeypatch.setattr(report, "README", path)
    return path


def test_a_table_takes_the_place_of_the_one_before(readme):
    readme.write_text("Before\n<!-- a -->\n| old |\n<!-- /a -->\nbehind <!-- b -->")
    for _ in range(2):
        report.put_into_readme("a", "| new |\n")
        assert readme.read_text() == "Before\n<!-- a -->\n| new |\n<!-- /a -->\nbehind <!-- b -->"


@pytest.mark.parametrize("text", ["", "<!-- a -->\n", "<!-- /a -->", "<!-- a -->\n<!-- /a --><!-- /a -->"])
def test_a_readme_without_the_marks_is_left_as_it_is(readme, text):
    readme.write_text(text)
    with pytest.raises(ValueError, match="must be there once each"):
        report.put_into_readme("a", "| new |\n")
    assert readme.read_text() == text
