"""`make screenshots` draws what people read, or stops."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.web.screenshots import FOLDER, LEGIBLE

FONTS = Path("/usr/share/fonts/truetype")


def test_a_machine_without_a_font_for_chinese_is_told_so_and_no_picture_is_taken(tmp_path: Path):
    if shutil.which("chromium") is None:
        pytest.skip(reason="needs the Debian package chromium")
    config = f"<fontconfig><dir>{FONTS / 'dejavu'}</dir><cachedir>{tmp_path}</cachedir></fontconfig>"
    (tmp_path / "fonts.conf").write_text(f'<?xml version="1.0"?>\n{config}\n')
    before = {each.name: each.read_bytes() for each in FOLDER.glob("*.png")}
    bare = os.environ | {"FONTCONFIG_FILE": str(tmp_path / "fonts.conf")}
    ran = subprocess.run(
        [sys.executable, "-m", "tests.web.screenshots"], env=bare, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert ran.returncode == 1
    assert "fonts-noto-cjk" in ran.stderr
    assert {each.name: each.read_bytes() for each in FOLDER.glob("*.png")} == before


def test_a_machine_with_one_is_not(browser):
    found = subprocess.run(["fc-list", ":lang=zh"], capture_output=True, check=False).stdout
    if not found:
        pytest.skip(reason="needs the Debian package fonts-noto-cjk")
    page = browser.new_page()
    assert page.evaluate(LEGIBLE) is True
    page.close()
