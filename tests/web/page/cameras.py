"""What a camera sees: a code as it is printed, lying a little askew on a table, as a film that Chromium plays."""

from __future__ import annotations

from pathlib import Path

from PIL import Image

WIDTH, HEIGHT, SIDE = 1280, 720, 660
_TABLE = 190


def film(picture: Path, out: Path) -> Path:
    """Write a film (YUV4MPEG2, two frames) of a picture."""
    code = Image.open(picture).convert("L").resize((SIDE, SIDE), Image.Resampling.LANCZOS)
    frames = []
    for angle in (2, -3):
        table = Image.new("L", (WIDTH, HEIGHT), _TABLE)
        lying = code.rotate(angle, expand=True, fillcolor=_TABLE, resample=Image.Resampling.BICUBIC)
        table.paste(lying, ((WIDTH - lying.width) // 2, (HEIGHT - lying.height) // 2))
        grey = bytes([128]) * (WIDTH * HEIGHT // 2)
        frames.append(b"FRAME\n" + table.tobytes() + grey)
    out.write_bytes(f"YUV4MPEG2 W{WIDTH} H{HEIGHT} F10:1 Ip A1:1 C420mpeg2\n".encode() + b"".join(frames))
    return out


def arguments(film: Path) -> list[str]:
    """Return how Chromium is begun with a camera that sees a film."""
    fake = ["--use-fake-device-for-media-stream", "--use-fake-ui-for-media-stream"]
    return ["--no-sandbox", *fake, f"--use-file-for-fake-video-capture={film}"]
