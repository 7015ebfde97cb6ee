"""Boxes and points of COCO annotations (the object detection and keypoint formats of that data set).

``images``: id, file_name, width, height. ``annotations``: image_id, ``bbox`` [x, y, width, height] and ``keypoints``
[x, y, v, ...], each annotation one prompt. What else stands there (categories, segmentation, ...) is not looked at.

Where things lie (the format's own page, "Data format"): a bbox is measured from the image's top left *corner*, so x = 0
is the left edge of the first pixel. Ours are half-open in pixel indices, which puts row0 = 0 at that same edge: rows y
.. y + height, columns x .. x + width, nothing is added. A keypoint is a pixel's 0-based *index*, as our points are:
nothing is added to it either. v = 0 says "not labelled", and that point is left out; 1 and 2 mark the object.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from auxol_core.replay.prompts_files.json_form import image_of, listed, numbers, parsed
from auxol_core.replay.prompts_files.placed import (
    Named,
    Place,
    PlacedPrompt,
    box_of,
    json_number,
    prompt_of,
    shown,
    whole,
)
from auxol_core.types import Box, Point

FORM = "[x, y, width, height]"


def read(path: Path, text: str) -> Iterator[Named]:
    """The prompts of a file of annotations, in its order."""
    top = Place(path, "COCO")
    told = parsed(path, text)
    if not isinstance(told, dict) or not isinstance(told.get("annotations"), list) or "images" not in told:
        raise top.refused(f"expected an object with images and annotations, got {shown(told)}. Give such a file.")
    images = {_id(top, each, "id"): _object(top, each) for each in listed(top, told, "images")}
    for count, each in enumerate(told["annotations"], start=1):
        spot = (
            f"annotation {shown(each['id'])}" if isinstance(each, dict) and "id" in each else f"annotation no. {count}"
        )
        place = Place(path, spot)
        image = images.get(_id(place, each, "image_id"))
        if image is None:
            raise place.refused(f"image_id {shown(each['image_id'])} is none of the images. Add that image's entry.")
        place = Place(path, spot, image_of(place, image, "file_name"))
        prompt = prompt_of(place, _box(place, each), _points(place, each), [])
        yield place.image or "", PlacedPrompt(None, prompt, str(place), _shape(place, image))


def _box(place: Place, told: Mapping[str, Any]) -> Box | None:
    bbox = told.get("bbox")
    if not bbox:
        return None
    x, y, width, height = numbers(place, "bbox", bbox, FORM)
    return box_of(place, (y, x, y + height, x + width), bbox, f"{FORM} with width and height above 0")


def _points(place: Place, told: Mapping[str, Any]) -> list[Point]:
    values = listed(place, told, "keypoints")
    if len(values) % 3:
        raise place.refused(f"keypoints are x, y, v of each point, got {len(values)} values. Write three for each.")
    points = []
    for x, y, v in zip(values[::3], values[1::3], values[2::3], strict=True):
        if v not in (0, 1, 2) or isinstance(v, bool):
            raise place.refused(f"the v of the keypoint {shown([x, y, v])} must be 0, 1 or 2. Write one of these.")
        if v:
            points.append(Point(json_number(place, "a keypoint's y", y), json_number(place, "a keypoint's x", x)))
    return points


def _shape(place: Place, image: Mapping[str, Any]) -> tuple[int, int] | None:
    if image.get("width") is None or image.get("height") is None:
        return None
    return whole(place, "height", image["height"]), whole(place, "width", image["width"])


def _object(place: Place, told: object) -> Mapping[str, Any]:
    if not isinstance(told, dict):
        raise place.refused(f"expected an object with {{id, file_name}}, got {shown(told)}.")
    return told


def _id(place: Place, told: object, key: str) -> str:
    value = _object(place, told).get(key)
    if isinstance(value, bool) or not isinstance(value, int | str):
        raise place.refused(f"{key} must be a number or a text, got {shown(value)}. Write it as the format says.")
    return str(value)
