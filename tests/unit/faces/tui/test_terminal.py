"""A tmux re-attach sends mouse bytes that are not UTF-8; the assistant of the worst hour must survive them."""

from __future__ import annotations

import stat

import pytest

from assistant.faces.tui import terminal


def test_legacy_mouse_bytes_do_not_end_the_app() -> None:
    decode = terminal.forgiving_decoder("utf-8")().decode
    assert decode(b"\x1b[M \xff\xfe", final=True).startswith("\x1b[M ")


def test_the_driver_uses_the_forgiving_decoder_and_still_needs_it(monkeypatch: pytest.MonkeyPatch) -> None:
    linux_driver = pytest.importorskip("textual.drivers.linux_driver")
    strict = linux_driver.getincrementaldecoder("utf-8")()
    # when this no longer raises, Textual has mended issue 6668 and terminal.py can go
    with pytest.raises(UnicodeDecodeError):
        strict.decode(b"\xff", final=True)
    monkeypatch.setattr(linux_driver, "getincrementaldecoder", linux_driver.getincrementaldecoder)
    terminal.forgive_mouse_bytes()
    assert linux_driver.getincrementaldecoder("utf-8")().decode(b"\xff", final=True) == "�"


def test_a_copy_always_lies_in_a_private_file(tmp_path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("TMUX", raising=False)
    copied: list[str] = []
    app = type("App", (), {"copy_to_clipboard": lambda _self, text: copied.append(text)})()
    said = terminal.copy(app, "select 1;", tmp_path / "copied.txt")
    assert copied == ["select 1;"]
    assert (tmp_path / "copied.txt").read_text() == "select 1;"
    assert stat.S_IMODE((tmp_path / "copied.txt").stat().st_mode) == 0o600
    assert "copied.txt" in said
