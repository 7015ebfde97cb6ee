"""The rows of SAM, MedSAM and MobileSAM. A SAM is known by its image encoder's width and depth.

MedSAM is a ViT-B that was taught on images scaled otherwise, which nothing in its weights shows: of a ViT-B that is
not one of the published files the user says which of the two it is.
"""

from __future__ import annotations

from collections.abc import Callable

from auxol_core.generalist.base import Generalist
from auxol_core.generalist.row import CheckpointFile, GeneralistRow, Published, Shapes
from auxol_core.options import Precision

_SAM_PAGE = "https://github.com/facebookresearch/segment-anything#model-checkpoints"
_SAM_FILES = "https://dl.fbaipublicfiles.com/segment_anything"
_SAM_LICENCE = "Apache-2.0 of Meta Platforms."
# What a SAM-HQ has beside the plain one (family_rows.py).
HQ_TOKEN = "mask_decoder.hf_token.weight"
# ``gflop``: counted by torch's FlopCounterMode over our encoders' own steps, 1024 x 1024 pixels.


def _is_sam(width: int, depth: int) -> Callable[[Shapes], bool]:
    def fits(shapes: Shapes) -> bool:
        position = shapes.get("image_encoder.pos_embed", ())
        blocks = {name.split(".")[2] for name in shapes if name.startswith("image_encoder.blocks.")}
        return position[-1:] == (width,) and len(blocks) == depth and HQ_TOKEN not in shapes

    return fits


def _is_mobile_sam(shapes: Shapes) -> bool:
    """TinyViT-5M with SAM's other parts: the first convolution's width, the last stage's, and the decoder."""
    return (
        shapes.get("image_encoder.patch_embed.seq.0.c.weight") == (32, 3, 3, 3)
        and shapes.get("image_encoder.layers.3.blocks.1.mlp.fc2.weight") == (320, 1280)
        and "mask_decoder.mask_tokens.weight" in shapes
        and HQ_TOKEN not in shapes
    )


def _load(checkpoint: CheckpointFile, device: str, precision: Precision) -> Generalist:
    # segment_anything takes a second to import.
    from auxol_core.generalist.sam import load_sam

    return load_sam(checkpoint, device=device, precision=precision)


def whole_of(architecture: str) -> Callable[[], Shapes]:
    """What asks for all that a checkpoint of ``architecture`` (sam_shapes.py) holds."""

    def shapes() -> Shapes:
        from auxol_core.generalist import sam_shapes

        return sam_shapes.shapes_of(architecture)

    return shapes


def _sam(name: str, title: str, fits: Callable[[Shapes], bool], published: Published, gflop: float) -> GeneralistRow:
    return GeneralistRow(
        name=name,
        title=title,
        family="sam",
        licence=_SAM_LICENCE,
        architecture=name,
        preprocessing="sam",
        has_encoder=True,
        fits=fits,
        load=_load,
        published=published,
        whole=whole_of(name),
        gflop=gflop,
    )


def _sam_file(name: str, megabytes: int, sha256: str) -> Published:
    return Published(name, megabytes, _SAM_PAGE, f"{_SAM_FILES}/{name}", sha256)


SAM_ROWS: tuple[GeneralistRow, ...] = (
    _sam(
        "vit_b",
        "SAM ViT-B",
        _is_sam(768, 12),
        _sam_file("sam_vit_b_01ec64.pth", 375, "ec2df62732614e57411cdcf32a23ffdf28910380d03139ee0f4fcbe91eb8c912"),
        972.1,
    ),
    _sam(
        "vit_l",
        "SAM ViT-L",
        _is_sam(1024, 24),
        _sam_file("sam_vit_l_0b3195.pth", 1250, "3adcc4315b642a4d2101128f611684e8734c41232a17c648ed1693702a49a622"),
        2985.7,
    ),
    _sam(
        "vit_h",
        "SAM ViT-H",
        _is_sam(1280, 32),
        _sam_file("sam_vit_h_4b8939.pth", 2565, "a7bf3b02f3ebf1267aba913ff637d9a2d5c33d3173bb679e46d9f338c26f262e"),
        5961.1,
    ),
    # The MedSAM project publishes no SHA-256 of its file, so it is not downloaded (invariant 9), only accepted.
    GeneralistRow(
        name="medsam",
        title="MedSAM",
        family="sam",
        licence="The MedSAM project's own; see its page.",
        architecture="vit_b",
        preprocessing="medsam",
        has_encoder=True,
        fits=_is_sam(768, 12),
        load=_load,
        published=Published("medsam_vit_b.pth", 375, "https://github.com/bowang-lab/MedSAM"),
        whole=whole_of("vit_b"),
        gflop=972.1,
    ),
    # The same of MobileSAM's file, whose hash its page does not name.
    GeneralistRow(
        name="mobile_sam",
        title="MobileSAM",
        family="sam",
        licence="Apache-2.0 of the MobileSAM project.",
        architecture="vit_t",
        preprocessing="sam",
        has_encoder=True,
        fits=_is_mobile_sam,
        load=_load,
        published=Published("mobile_sam.pt", 39, "https://github.com/ChaoningZhang/MobileSAM"),
        whole=whole_of("vit_t"),
        gflop=77.5,
    ),
)
