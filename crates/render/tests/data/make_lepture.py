"""Makes the reference values of the layout `lepture` with the Python package `captcha` itself.

    pip install captcha==0.7.1 pillow==13.0.0
    python make_lepture.py          # writes lepture.json and lepture.png beside this script

The wheel of Pillow 13.0.0 has FreeType 2.14.3 inside; other versions can hint differently. Everything random comes
from `random.Random(k)`; what the package draws is written down as 53-bit integers, so that the tests can draw the same
numbers: the middle of those that give a whole number or a choice, and 32 bits for a share. Left out are the numbers
that change nothing: where a character stands in its box before it is cut to its ink.
"""

import json
import random
import secrets
from pathlib import Path

import captcha.image
from PIL import Image, features

HERE = Path(__file__).resolve().parent
FONT_FOLDER = HERE.parents[3] / "fonts"
FONTS = {
    "droid-sans-mono": "DroidSansMono.ttf",
    "pt-sans-bold": "PTSans-Bold.ttf",
    "caladea-bold": "Caladea-Bold.ttf",
}


class Recorder:
    """Stands in for the module `secrets` and writes down what it gives."""

    def __init__(self, seed):
        self.random = random.Random(seed)
        self.numbers = []
        self.skip = 0

    def randbelow(self, count):
        value = self.random.randrange(count)
        if self.skip:
            self.skip -= 1
        else:
            self.numbers.append(((2 * value + 1) << 52) // count)
        return value

    def randbits(self, bits):
        value = self.random.getrandbits(bits)
        self.numbers.append(value << (53 - bits))
        return value

    def choice(self, items):
        chosen = items[self.randbelow(len(items))]
        self.skip = 2
        return chosen


def picture(seed, text, options):
    names = [str(FONT_FOLDER / FONTS[name]) for name in options["fonts"]]
    width, height = options["size"]
    recorder = captcha.image.secrets = Recorder(seed)
    image = captcha.image.ImageCaptcha(width, height, names, tuple(options["sizes"])).generate_image(text)
    captcha.image.secrets = secrets
    numbers = recorder.numbers
    # captcha-render draws the ink before its opacity.
    numbers[3:7] = [*numbers[4:7], numbers[3]]
    return image, numbers


def main():
    plain = {"size": [160, 60], "fonts": ["droid-sans-mono"], "sizes": [42, 50, 56]}
    chosen = [(text, {}) for text in ("0123", "4567", "89AB", "CDEF", "GHIJ", "KLMN", "OPQR", "STUV", "WXYZ", "1I7L")]
    chosen += [
        ("AW", {}),
        ("7", {}),
        ("CAPTCHA", {"size": [240, 80]}),
        ("gjpqy", {"sizes": [36, 40], "size": [170, 51]}),
        ("MIXED", {"fonts": ["droid-sans-mono", "pt-sans-bold", "caladea-bold"], "size": [200, 70]}),
        ("Quiz-it", {"fonts": ["caladea-bold"], "sizes": [30, 64]}),
    ]
    images, rows, place = [], [], 0
    for seed, (text, options) in enumerate(chosen):
        options = {**plain, **options}
        image, numbers = picture(seed, text, options)
        rows.append({"text": text, **options, "x": place, "randoms": numbers})
        images.append(image)
        place += image.width
    strip = Image.new("RGB", (place, max(image.height for image in images)))
    for row, image in zip(rows, images):
        strip.paste(image, (row["x"], 0))
    strip.save(HERE / "lepture.png", optimize=True)
    versions = json.dumps({name: features.version(name) for name in ("pil", "freetype2")})
    lines = ",\n".join("  " + json.dumps(row) for row in rows)
    (HERE / "lepture.json").write_text(f'{{"made_with": {versions},\n"images": [\n{lines}\n]}}\n')


if __name__ == "__main__":
    main()
