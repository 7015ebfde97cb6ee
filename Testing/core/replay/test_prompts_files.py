"""Prompts files as people have them: encodings, delimiters, formats; and what is said of those that cannot be used."""

from __future__ import annotations

import json
from dataclasses import dataclass

import pytest

from auxol_core.errors import DataError, InvalidInputError
from auxol_core.replay.batch_prompts import PlacedPrompt, check_on_source, match, read_prompts
from auxol_core.strokes import Lasso, Scribble
from auxol_core.types import Box, Point, Prompt

BOX = Box(40, 30, 90.5, 91)
COMPOSED, DECOMPOSED = "\u00dcbung", "U\u0308bung"


@dataclass(frozen=True)
class Named:
    name: str
    file_name: str

    @property
    def short_name(self):
        return self.file_name.rpartition(".")[0]


def written(tmp_path, text, name="p.csv", encoding="utf-8"):
    path = tmp_path / name
    path.write_bytes(text if isinstance(text, bytes) else text.encode(encoding))
    return path


def refusal(tmp_path, text, name="p.csv", form="auxol", encoding="utf-8"):
    with pytest.raises(DataError) as caught:
        read_prompts(written(tmp_path, text, name, encoding), form)
    return str(caught.value)


def facts(found):
    """What was read, as values that can be compared."""
    return {
        name: [(each.slice_index, each.prompt.box, each.prompt.points) for each in placed]
        for name, placed in found.items()
    }


# Tables


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-32", "cp1252"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_a_table_is_read_in_every_encoding_with_every_delimiter(tmp_path, encoding, delimiter, end):
    lines = ["image,row0,col0,row1,col1,note", "M\u00e4rz,40,30,90.5,91,L\u00e4sion", ",,,,,", ""]
    text = end.join(line.replace(",", delimiter) for line in lines)
    assert facts(read_prompts(written(tmp_path, text, encoding=encoding))) == {"M\u00e4rz": [(None, BOX, ())]}


def test_a_utf_16_of_the_other_byte_order_and_a_line_that_says_the_separator_are_read(tmp_path):
    text = "sep=;\r\nimage;row0;col0;row1;col1\r\n001;40;30;90,5;91\r\n"
    assert read_prompts(written(tmp_path, b"\xfe\xff" + text.encode("utf-16-be")))["001"][0].prompt.box == BOX


def test_a_comma_is_a_decimal_point_only_where_semicolons_divide_the_columns(tmp_path):
    assert read_prompts(written(tmp_path, "image;row;col\na;1,5;2\n"))["a"][0].prompt.points == (Point(1.5, 2),)
    assert "row must be a number, got '1,5'" in refusal(tmp_path, 'image,row,col\na,"1,5",2\n')


@pytest.mark.parametrize("index", ["6", "6.0", " 6 "])
def test_a_slice_is_a_whole_number_however_a_spreadsheet_writes_it(tmp_path, index):
    ((placed,),) = read_prompts(written(tmp_path, f"image,slice,row,col\nv,{index},1,2\n")).values()
    assert placed.slice_index == 6 and isinstance(placed.slice_index, int)


YES, NO = ("1", "true", "True", "YES", "1.0", ""), ("0", "false", "FALSE", "no", "0.0")
NEITHER = ("-1", "FALSCH", "WAHR", "faux", "2", "0.5", "n", "nein")


@pytest.mark.parametrize("word", YES + NO)
def test_positive_is_one_of_six_words_in_any_case(tmp_path, word):
    path = written(tmp_path, f"image,object,row,col,positive\na,x,6,6,1\na,x,5,5,{word}\n")
    assert [point.positive for point in read_prompts(path)["a"][0].prompt.points] == [True, word in YES]


@pytest.mark.parametrize("word", NEITHER)
def test_any_other_word_is_refused_with_its_line_and_image(tmp_path, word):
    said = refusal(tmp_path, f"image,object,row,col,positive\n001,x,6,6,1\n001,x,5,5,{word}\n")
    assert f"p.csv: line 3, image '001': positive must be 1, 0, true, false, yes or no, got '{word}'" in said


TABLES = [
    ("image,Row0,col0,row1,col1\na,1,1,9,9\n", "line 1: unknown column 'Row0'; is row0 meant?"),
    ("image,bbox\na,1\n", "line 1: unknown column 'bbox'. Columns are image, slice,"),
    ("name;row0;col0;row1;col1\na;1;1;9;9\n", "line 1: unknown column 'name'"),
    ("slice,row0\n1,2\n", "line 1: the first line must name the columns, image among them"),
    ("image,row,row,col\na,1,1,2\n", "line 1: the column row stands there twice"),
    (
        "image,row0,col0,row1,col1\n001,90,90.0,40,30\n",
        "line 2, image '001': the box 'row0 90, col0 90.0, row1 40, col1 30'",
    ),
    ("image,row0,col0,row1,col1\n\n001,9,x,40,30\n", "line 3, image '001': col0 must be a number, got 'x'"),
    (
        "image,row0,col0,row1,col1\n001,9,,40,30\n",
        "line 2, image '001': row0, col0, row1, col1 belong together, and col0",
    ),
    ("image,row,col\n001,,7\n", "line 2, image '001': row, col belong together, and row is empty"),
    ("image,row,col\n001,nan,7\n", "row must be a number, got 'nan'"),
    ("image,row,col\n001,,\n", "line 2, image '001': the line has no box, point, scribble or lasso"),
    ("image,row,col\n,3,4\n", "line 2: the line names no image"),
    ("image,row,col\na,3,4,5\n", "line 2: 4 cells, where the first line names 3 columns; '5' is too much"),
    ("image,slice,row,col\nv,6.9,1,2\n", "line 2, image 'v': slice must be a whole number, 0 or more, got '6.9'"),
    ("image,slice,row,col\nv,-1,1,2\n", "slice must be a whole number, 0 or more, got '-1'"),
    ("image,row,col,positive\n001,3,4,0\n", "line 2, image '001': a prompt needs a box, or a positive point"),
    ("image,row0,col0,row1,col1,positive\na,1,1,9,9,no\n", "only points and scribbles can be negative"),
    (
        "image,object,row0,col0,row1,col1\na,x,1,1,9,9\na,x,1,1,9,9\n",
        "line 3, image 'a': the object has a box already, on line 2",
    ),
    ("image,scribble\na,1 2 3\n", "scribble '1 2 3': '1 2 3' is no row and column"),
    ("image,scribble,width\na,1 2,0\n", "width must be above 0 pixels, got 0.0. Correct it."),
    ("image,lasso\na,1 1;2 2\n", "line 2, image 'a': A lasso needs 3 to 10,000 vertices, got 2. Correct it."),
    ("image,row,col,width\na,1,1,3\n", "width '3' belongs to a scribble"),
    ('image,row,col\n"a,1,2\n', "not a table"),
    ("", "line 1: the first line must name the columns"),
    ("image,row,col\n", "holds no prompt"),
    (b"PK\x03\x04rest of a workbook", "Save the sheet as CSV"),
    (b"i\0m\0a\0g\0e\0", "zero bytes"),
    (b"image,row,col\na\x81,1,2\n", "byte 0x81 at 15 is no text"),
]


@pytest.mark.parametrize(("text", "words"), TABLES)
def test_what_is_wrong_in_a_table_is_told_with_line_image_and_the_value_as_written(tmp_path, text, words):
    said = refusal(tmp_path, text)
    assert words in said and "p.csv" in said
    assert "Drag" not in said and "Click" not in said and "Draw" not in said, "nobody has a mouse here"


# JSON


LISTS = [
    (
        '[{"image": "001", "bbox": [40, 30, 90, 90]}]',
        "line 1, image '001': unknown key 'bbox': [40, 30, 90, 90]; is box meant?",
    ),
    (
        '[\n{"image": "a", "box": [1, 2, 3, 4]},\n{"image": "b", "box": [9, 9, 1, 1]}]',
        "line 3, image 'b': the box [9, 9, 1, 1] is empty",
    ),
    ('[{"image": "a", "box": ["1", 2, 3, 4]}]', "a box's number must be a number, got the text '1'"),
    ('[{"image": "a", "box": [1, 2, 3]}]', "a box is [row0, col0, row1, col1], 4 numbers, got [1, 2, 3]"),
    ('[{"image": "a", "box": [NaN, 2, 3, 4]}]', "must be a number, got NaN"),
    ('[{"image": "a", "box": [true, 2, 3, 4]}]', "must be a number, got true"),
    (
        '[{"image": "v", "slice": 6.9, "box": [1, 2, 3, 4]}]',
        "line 1, image 'v': slice must be a whole number, 0 or more, got 6.9",
    ),
    ('[{"image": "v", "slice": true, "box": [1, 2, 3, 4]}]', "slice must be a whole number, 0 or more, got true"),
    (
        '[{"image": "001", "points": [[60, 60, 1], [5, 5, -1]]}]',
        "the third value of the point [5, 5, -1] must be 1, 0, true,",
    ),
    ('[{"image": "001", "points": [[60, 60], [5, 5, "falsch"]]}]', "true, false, yes or no, got 'falsch'"),
    ('[{"image": "001", "points": [[1, 2, false]]}]', "got 1 negative ones alone"),
    ('[{"image": "001"}]', "line 1, image '001': a prompt needs a box"),
    ('[{"image": "001", "points": 3}]', "points must be a list, got 3"),
    ('[{"image": "a", "scribbles": [{"vertices": [[1, 2]], "color": 3}]}]', "unknown key 'color'"),
    ('[{"image": "a", "scribbles": [{"vertices": [[1, 2, 3]]}]}]', "a scribble's vertex is [row, col], 2 numbers"),
    ('[{"image": "a", "lassos": [[[1, 2]]]}]', "a lasso is an object with vertices"),
    ('[{"image": "a", "box": [1, 1, 2, 2], "box": [1, 2, 3, 4]}]', "the key 'box' stands twice"),
    ('[{"box": [1, 2, 3, 4]}]', "line 1: image must be the name of an image, got null"),
    ("[[1, 2, 3, 4]]", "line 1: expected an object"),
    ('{"annotations": [], "images": []}', "give --format coco"),
    ('[{"image": "a",\n "box": [1, 2, 3 4]}]', "line 2: this is no JSON: Expecting ',' delimiter"),
    ('[{"image": "a", "box": [1, 2, 3, 4]}] trailing', "line 1: this is no JSON: more text follows"),
    ("[" * 100_000, "p.json"),
    ("[]", "holds no prompt"),
    ("nonsense", "this is no JSON"),
]


@pytest.mark.parametrize(("text", "words"), LISTS)
def test_what_is_wrong_in_a_list_is_told_with_line_image_and_the_value_as_written(tmp_path, text, words):
    said = refusal(tmp_path, text, "p.json")
    assert words in said and "p.json" in said
    assert "Drag" not in said and "Click" not in said and "Draw" not in said


def test_json_is_known_by_its_content_and_numbers_may_name_images(tmp_path):
    entries = [
        {"image": 7, "slice": 3.0, "box": [40, 30, 90.5, 91], "note": "x"},
        {"image": "a", "points": [[1, 2, "yes"]]},
    ]
    found = read_prompts(written(tmp_path, json.dumps(entries), "p.txt", "utf-16"))
    assert facts(found) == {"7": [(3, BOX, ())], "a": [(None, None, (Point(1, 2),))]}
    assert found["7"][0].where == "p.txt, line 1"


def test_a_file_that_is_not_there_or_is_a_folder_is_a_sentence(tmp_path):
    for path in (tmp_path, tmp_path / "none.csv"):
        with pytest.raises(DataError, match=r"cannot be read \(.*Give a JSON or CSV file"):
            read_prompts(path)
    with pytest.raises(InvalidInputError, match="one of auxol, coco, medsam, got 'yolo'"):
        read_prompts(tmp_path, "yolo")


# COCO and MedSAM


def coco(annotation, **image):
    images = [{"id": 4, "file_name": "train/001.png", **image}]
    return json.dumps({"images": images, "annotations": [{"id": 12, "image_id": 4, **annotation}], "categories": []})


def test_a_coco_box_is_measured_from_the_corner_so_that_its_edges_are_ours(tmp_path):
    path = written(tmp_path, coco({"bbox": [30, 40, 61, 50.5], "iscrowd": 0}, width=160, height=128), "c.json")
    ((name, (placed,)),) = read_prompts(path, "coco").items()
    assert (name, placed.prompt.box, placed.shape) == ("train/001.png", BOX, (128, 160))
    assert placed.where == "c.json, annotation 12"


def test_a_coco_keypoint_is_a_pixel_and_one_that_is_not_labelled_is_none(tmp_path):
    path = written(tmp_path, coco({"keypoints": [7, 5, 2, 0, 0, 0, 9, 8, 1]}), "c.json")
    assert read_prompts(path, "coco")["train/001.png"][0].prompt.points == (Point(5, 7), Point(8, 9))


ANNOTATIONS = [
    (coco({"bbox": [30, 40, 0, 9]}), "annotation 12, image 'train/001.png': the box [30, 40, 0, 9] is empty"),
    (coco({"bbox": [30, 40, 9]}), "a bbox is [x, y, width, height], 4 numbers, got [30, 40, 9]"),
    (coco({"segmentation": [[1, 2, 3, 4, 5, 6]]}), "annotation 12, image 'train/001.png': a prompt needs a box"),
    (coco({"keypoints": [1, 2]}), "keypoints are x, y, v of each point, got 2 values"),
    (coco({"keypoints": [1, 2, 5]}), "the v of the keypoint [1, 2, 5] must be 0, 1 or 2"),
    (coco({"bbox": [1, 2, 3, 4]}).replace('"image_id": 4', '"image_id": 5'), "image_id 5 is none of the images"),
    ('[{"image": "a"}]', "expected an object with images and annotations"),
    ("image,row\n", "annotations of COCO are JSON"),
]


@pytest.mark.parametrize(("text", "words"), ANNOTATIONS)
def test_what_is_wrong_in_annotations_is_told_with_their_number(tmp_path, text, words):
    assert words in refusal(tmp_path, text, "c.json" if text[0] in "[{" else "c.csv", "coco")


MEDSAM = [
    ('{"001.png": [30, 40, 90, 89]}', "m.json", None),
    ('{"001.png": [[30, 40, 90, 89]]}', "m.json", None),
    ('[{"image": "001.png", "slice": 2, "bbox": [30, 40, 90, 89]}]', "m.json", 2),
    ("image;slice;x_min;y_min;x_max;y_max\n001.png;2;30;40;90;89\n", "m.csv", 2),
]


@pytest.mark.parametrize(("text", "name", "index"), MEDSAM)
def test_a_medsam_box_holds_its_last_row_and_column(tmp_path, text, name, index):
    found = read_prompts(written(tmp_path, text, name), "medsam")
    assert facts(found) == {"001.png": [(index, Box(40, 30, 90, 91), ())]}


def test_several_medsam_boxes_of_an_image_are_several_objects_and_one_pixel_is_a_box(tmp_path):
    found = read_prompts(written(tmp_path, '{"a": [[1, 2, 1, 2], [3, 4, 9, 9]]}', "m.json"), "medsam")
    assert [placed.prompt.box for placed in found["a"]] == [Box(2, 1, 3, 2), Box(4, 3, 10, 10)]
    assert "key 'a', image 'a': the box [9, 9, 3, 4]" in refusal(tmp_path, '{"a": [9, 9, 3, 4]}', "m.json", "medsam")
    assert "is empty or reversed" in refusal(tmp_path, "image,x_min,y_min,x_max,y_max\na,9,9,1,1\n", "m.csv", "medsam")
    assert "x_min, y_min, x_max, y_max among them" in refusal(tmp_path, "image\na\n", "m.csv", "medsam")


# Names


def matched(names, *file_names):
    prompts = {name: [PlacedPrompt(None, Prompt(BOX), f"p.csv, line {n}")] for n, name in enumerate(names, start=2)}
    return match(
        prompts, [Named(each.partition(".")[0] if len(file_names) == 1 else each, each) for each in file_names]
    )


@pytest.mark.parametrize("name", ["001", "001.png", "001.PNG", "set/images/001.png", "C:\\set\\001.png"])
def test_a_name_matches_with_and_without_ending_and_folder(name):
    assert list(matched([name], "001.png").by_source) == ["001"]
    assert matched([name], "001.png").strangers == []


@pytest.mark.parametrize(("told", "on_disk"), [(COMPOSED, DECOMPOSED), (DECOMPOSED, COMPOSED)])
@pytest.mark.parametrize("ending", ["", ".png"])
def test_two_forms_of_an_umlaut_are_one_name(told, on_disk, ending):
    assert list(matched([told + ending], f"{on_disk}.png").by_source) == [on_disk]


def test_a_name_that_fits_several_files_is_given_to_none_and_a_whole_name_to_its_own():
    several = ("scan.png", "scan.jpg", "scan.tif")
    doubtful = matched(["scan"], *several)
    assert doubtful.by_source == {} and set(doubtful.doubts) == set(several)
    assert "'scan' (p.csv, line 2) may be any of scan.jpg, scan.png, scan.tif" in doubtful.doubts["scan.tif"]
    assert list(matched(["scan.jpg"], *several).by_source) == ["scan.jpg"]
    folders = matched(["a/scan.jpg", "b/scan.jpg"], "scan.jpg")
    assert folders.by_source == {} and "are both scan.jpg here" in folders.doubts["scan"]


def test_names_that_nothing_has_are_told_with_their_line_and_what_may_be_meant():
    assert matched(["1", "SCAN", "001.jpg", "else"], "001.png", "scan.tif").strangers == [
        "1 (p.csv, line 2); is 001.png meant?",
        "SCAN (p.csv, line 3); is scan.tif meant?",
        "001.jpg (p.csv, line 4); is 001.png meant?",
        "else (p.csv, line 5)",
    ]


OUTSIDE = [
    (Prompt(Box(400, 300, 900, 900)), "the box row0 400, col0 300, row1 900, col1 900 lies outside"),
    (Prompt(points=(Point(128, 3),)), "the point row 128, col 3 lies outside"),
    (Prompt(strokes=(Scribble(((1, 2), (3, 160.5))),)), "the scribble's vertex row 3, col 160.5 lies outside"),
    (Prompt(strokes=(Lasso(((1, 2), (-3, 4), (9, 9))),)), "the lasso's vertex row -3, col 4 lies outside"),
]


@pytest.mark.parametrize(("prompt", "words"), OUTSIDE)
def test_what_lies_outside_is_told_in_the_picture_s_own_pixels(prompt, words):
    with pytest.raises(InvalidInputError) as caught:
        check_on_source(PlacedPrompt(None, prompt, "p.csv, line 2"), (128, 160))
    assert f"p.csv, line 2: {words} the picture of 128 rows and 160 columns" in str(caught.value)


def test_annotations_of_a_picture_of_another_size_are_refused():
    check_on_source(PlacedPrompt(None, Prompt(BOX), "c", (128, 160)), (128, 160))
    with pytest.raises(InvalidInputError, match="256 rows and 320 columns, and it has 128 rows and 160 columns"):
        check_on_source(PlacedPrompt(None, Prompt(BOX), "c", (256, 320)), (128, 160))
