"""Places words in a cloud: JSON in, JSON out, run by `cloud.py` as a process of its own.

`wordcloud` brings matplotlib and numpy, 30 MB that a web worker would keep for good. Nothing else is imported here.
"""

from __future__ import annotations

import json
import sys
from typing import Any

WIDTH, HEIGHT, SMALLEST, LARGEST = 340, 250, 13, 44


def placed(words: dict[str, float], font: str) -> list[dict[str, Any]]:
    """Each word that found room: where its baseline begins, how long and how large it is."""
    from PIL import ImageFont
    from wordcloud import WordCloud

    cloud = WordCloud(
        width=WIDTH,
        height=HEIGHT,
        font_path=font,
        prefer_horizontal=1,
        random_state=1,
        margin=5,
        min_font_size=SMALLEST,
        max_font_size=LARGEST,
        relative_scaling=0.6,
        max_words=len(words),
    ).generate_from_frequencies(words)
    found = []
    for (word, _weight), size, (y, x), _turned, _colour in cloud.layout_:
        face = ImageFont.truetype(font, size)
        left, top, _right, _bottom = face.getbbox(word, anchor="ls")
        found.append(
            {"word": word, "x": int(x - left), "y": int(y - top), "size": size, "long": int(face.getlength(word))}
        )
    return found


if __name__ == "__main__":
    print(json.dumps(placed(json.load(sys.stdin), sys.argv[1])))
