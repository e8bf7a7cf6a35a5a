"""Makes the reference values of captcha-render with Claptcha itself.

    pip install claptcha==0.3.3 "Pillow==9.5.0"
    python make_reference.py        # writes reference.json and the PNG files beside this script

The wheel of Pillow 9.5.0 has FreeType 2.13.0, Raqm 0.10.0 and HarfBuzz 7.1.0 inside; other versions can hint,
kern or round differently. Everything random comes from `random.seed(k)`, and the numbers that Claptcha draws are
written down as 53-bit integers, so that the tests can draw the same ones.
"""

import json
import random
import string
import warnings
from pathlib import Path

from claptcha import Claptcha
from PIL import Image, ImageDraw, ImageFont, features

warnings.filterwarnings("ignore", category=DeprecationWarning)

HERE = Path(__file__).resolve().parent
FONT_FOLDER = HERE.parents[3] / "fonts"
FONTS = {
    "pt-sans-bold": "PTSans-Bold.ttf",
    "because-we-build": "BecauseWeBuild-Regular.otf",
    "caladea-bold": "Caladea-Bold.ttf",
    "comic-neue-bold": "ComicNeue-Bold.otf",
    "courier-prime-bold": "CourierPrime-Bold.otf",
    "lobster": "Lobster.otf",
}
FILTERS = {"nearest": Image.NEAREST, "bilinear": Image.BILINEAR, "bicubic": Image.BICUBIC}


def font(name, height):
    return ImageFont.truetype(str(FONT_FOLDER / FONTS[name]), height)


def cell(face, character):
    """A letter as Claptcha's `_writeText` draws it before it bends it."""
    image = Image.new("RGBA", face.getsize(character), (0, 0, 0, 0))
    ImageDraw.Draw(image).text((0, 0), character, font=face, fill=(0, 0, 0, 255))
    return image


def strip(images, path):
    """Puts grey images side by side; gives the column of each."""
    columns, width = [], 0
    for image in images:
        columns.append(width)
        width += image.width
    whole = Image.new("L", (width, max(image.height for image in images)), 0)
    for image, column in zip(images, columns):
        whole.paste(image, (column, 0))
    whole.save(path, optimize=True)
    return columns


def sizes():
    """Pillow's `getsize`, of single characters (cells) and of kerned texts (canvases)."""
    letters = string.ascii_uppercase
    source = random.Random(1)
    texts = ["AVAVAV", "TAWOYA", "LTLTLT", "PAVING", "QQQQQQ", "JJJJJJ", "IIIIII", "AQ", "To", "Vo.", "Ag1j"]
    texts += ["".join(source.choice(letters) for _ in range(6)) for _ in range(30)]
    found = []
    for name in FONTS:
        characters = letters + string.digits + string.ascii_lowercase
        for height in (110, 40, 13):
            face = font(name, height)
            for text in [*characters, *texts] if height == 110 else [*letters, *texts[:11]]:
                # HarfBuzz swaps letters of the two hand-written fonts for alternates; captcha-render does not.
                alternates = {"because-we-build": len(text) > 1, "lobster": not set(text) <= set(letters)}
                if not alternates.get(name, False):
                    found.append([name, height, text, *face.getsize(text)])
    return found


def cells():
    """The letters before the warp: FreeType's hinting and anti-aliasing."""
    chosen = [("pt-sans-bold", 110, c) for c in string.ascii_uppercase]
    chosen += [("pt-sans-bold", 24, c) for c in "AGQ7gj"]
    chosen += [(name, 110, c) for name in FONTS if name != "pt-sans-bold" for c in "AQRS8"]
    images = [cell(font(name, height), c).getchannel("A") for name, height, c in chosen]
    columns = strip(images, HERE / "cells.png")
    return [[*what, x, *image.size] for what, x, image in zip(chosen, columns, images)]


def warps():
    """Letters bent with fixed corner points by `_quadPoints` and `Image.transform`, as `_rndLetterTransform`."""
    points = [
        ((0, 0), (0, 0)),
        ((14, -22), (-9, 31)),
        ((-40, 60), (33, -70)),
        ((46, 78), (46, 78)),
        ((-46, -78), (-46, -78)),
        ((-25, 5), (40, -3)),
    ]
    images, found = [], []
    face = font("pt-sans-bold", 110)
    for resampling, code in FILTERS.items():
        for character in "ABQ":
            for first, second in points:
                image = cell(face, character)
                (x1, y1), (x2, y2) = first, second
                w, h = image.width + abs(x1) + abs(x2), image.height + abs(x1) + abs(x2)
                quad = Claptcha._quadPoints((w, h), first, second)
                image = image.transform(image.size, Image.QUAD, data=quad, resample=code).getchannel("A")
                found.append([resampling, character, first, second])
                images.append(image)
    columns = strip(images, HERE / "warps.png")
    return [[*what, x, *image.size] for what, x, image in zip(found, columns, images)]


def resizes():
    """One canvas at several sizes."""
    random.seed(5)
    canvas = Image.new("L", (53, 31), 255)
    canvas.putdata([random.choice((0, 255, random.randrange(256))) for _ in range(53 * 31)])
    images, found = [canvas], [["source", 53, 31]]
    for resampling, code in FILTERS.items():
        for size in [(30, 15), (53, 31), (53, 20), (40, 31), (80, 60), (7, 90), (1, 1)]:
            images.append(canvas.resize(size, resample=code))
            found.append([resampling, *size])
    columns = strip(images, HERE / "resizes.png")
    return [[*what, x] for what, x in zip(found, columns)]


class WithoutLine(Claptcha):
    """What the seed ran: Claptcha with its line taken out."""

    def _drawLine(self, image):
        pass


def images():
    """Whole images, with the random numbers that made them."""
    plain = {"size": (300, 150), "margin": (20, 20), "resampling": "bicubic", "font": "pt-sans-bold"}
    chosen = [
        ("QXKZEF", {}),
        ("AVATAR", {}),
        ("JJJQQQ", {}),
        ("WMWMWM", {}),
        ("I", {}),
        ("HOLIDAY", {"resampling": "bilinear"}),
        ("HOLIDAY", {"resampling": "nearest"}),
        ("ZEBRA", {"size": (200, 80)}),
        ("FJORD", {"size": (161, 61), "margin": (7, 11)}),
        ("Quiz", {"font": "caladea-bold"}),
    ]
    chosen = [(text, False, options) for text, options in chosen]
    for text in ("QXKZEF", "AVATAR", "JUMBLE", "WIZARD", "GLYPHS", "VORTEX", "BANJOS", "CHUNKY"):
        chosen.append((text, True, {}))
    chosen.append(("ZEBRA", True, {"size": (200, 80), "resampling": "bilinear"}))
    chosen.append(("ZEBRA", True, {"size": (200, 80), "resampling": "nearest"}))
    found, pictures = [], []
    for seed, (text, line, options) in enumerate(chosen):
        options = {**plain, **options}
        kind = Claptcha if line else WithoutLine
        generator = kind(
            text,
            str(FONT_FOLDER / FONTS[options["font"]]),
            options["size"],
            options["margin"],
            resample=FILTERS[options["resampling"]],
        )
        random.seed(seed)
        pictures.append(generator.image[1].convert("L"))
        random.seed(seed)
        numbers = [int(random.random() * 2**53) for _ in range(6 * len(text) + (10 if line else 0))]
        found.append({"text": text, "line": line, **options, "randoms": numbers})
    columns = strip(pictures, HERE / "images.png")
    return [{**what, "x": x} for what, x in zip(found, columns)]


def main():
    parts = {"sizes": sizes, "cells": cells, "warps": warps, "resizes": resizes, "images": images}
    reference = {"made_with": {name: features.version(name) for name in ("pil", "freetype2", "raqm", "harfbuzz")}}
    reference.update({name: make() for name, make in parts.items()})
    lines = []
    for name, value in reference.items():
        if isinstance(value, list):
            rows = ",\n".join("  " + json.dumps(row) for row in value)
            lines.append(f"{json.dumps(name)}: [\n{rows}\n]")
        else:
            lines.append(f"{json.dumps(name)}: {json.dumps(value)}")
    (HERE / "reference.json").write_text("{\n" + ",\n".join(lines) + "\n}\n")


if __name__ == "__main__":
    main()
