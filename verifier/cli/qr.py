"""`suyuan-verify qr`: the proof of one event out of a picture of its QR code. Needs the extra `qr`."""

from __future__ import annotations

import argparse
from importlib import import_module
from io import BytesIO
from typing import Any

from verifier.cli.alone import answer_event
from verifier.cli.files import add_policy_option, read_file
from verifier.errors import MalformedError, UnsupportedError

_MOST_PIXELS = 50_000_000  # a picture is unpacked in memory


def add_command(commands: Any) -> None:
    """Add the command."""
    parser = commands.add_parser("qr", help="verify the proof of one event from a picture of its QR code")
    parser.add_argument("picture", metavar="PICTURE", help="PNG, JPEG or another kind that Pillow reads")
    parser.add_argument("--registry", required=True, metavar="FILE.trace", help="a trace proof whose registry has it")
    parser.add_argument("--json", action="store_true", help="answer as JSON")
    add_policy_option(parser)
    parser.set_defaults(run=run_qr)


def run_qr(options: argparse.Namespace) -> int:
    """Verify one event by a registry that the verifier holds."""
    return answer_event(read_symbol(read_file(options.picture)), options)


def read_symbol(picture: bytes) -> bytes:
    """Return the bytes in the one QR code of a picture.

    Raises:
        MalformedError: no picture, one of more than 50 million pixels, or not exactly one code that can be read.
        UnsupportedError: zxing-cpp or Pillow is not installed.
    """
    try:
        reader, pictures = import_module("zxingcpp"), import_module("PIL.Image")
    except ImportError as error:
        todo = "Install suyuan[qr], or hand over the .event file."
        raise UnsupportedError(
            "qr", came=f"no module {error.name}", expected="zxing-cpp and Pillow", todo=todo
        ) from None
    try:
        image = pictures.open(BytesIO(picture))
        if image.width * image.height > _MOST_PIXELS:
            came = f"{image.width} by {image.height} pixels"
            raise MalformedError("picture", came=came, expected=f"at most {_MOST_PIXELS} pixels")
        found = reader.read_barcodes(image.convert("L"), formats=reader.BarcodeFormat.QRCode)
    except (OSError, ValueError, SyntaxError):
        raise MalformedError("picture", came="other bytes", expected="a picture that Pillow can read") from None
    if len(found) != 1:
        todo = "Take the picture from nearer, straight, and with light."
        raise MalformedError("picture", came=f"{len(found)} QR codes", expected="exactly one", todo=todo)
    return bytes(found[0].bytes)
