"""The rows of EfficientViT-SAM, SAM-HQ and SAM 2.1. None of their authors names the SHA-256 of a file, so that none is
downloaded (invariant 9); a file that the user has is known by its content."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from auxol_core.generalist.base import Generalist
from auxol_core.generalist.row import CheckpointFile, GeneralistRow, Published, Shapes
from auxol_core.generalist.sam_rows import HQ_TOKEN, SAM_ROWS, whole_of
from auxol_core.options import Precision

_EFFICIENTVIT_PAGE = "https://github.com/mit-han-lab/efficientvit/tree/master/applications/efficientvit_sam"
_HQ_PAGE = "https://github.com/SysCV/sam-hq#model-checkpoints"
_SAM2_PAGE = "https://github.com/facebookresearch/sam2#sam-21-checkpoints"


def _is_efficientvit(blocks: tuple[int, ...], neck: int) -> Callable[[Shapes], bool]:
    """Known by how many blocks each stage has, the first one included, and the neck."""

    def fits(shapes: Shapes) -> bool:
        stages = [_parts(shapes, f"image_encoder.backbone.stages.{at}.op_list.") for at in range(len(blocks) + 1)]
        return stages == [*blocks, 0] and _parts(shapes, "image_encoder.neck.middle.op_list.") == neck

    return fits


def _parts(shapes: Shapes, of: str) -> int:
    """How many parts there are under a name."""
    return len({name.removeprefix(of).partition(".")[0] for name in shapes if name.startswith(of)})


def _efficientvit(size: str, megabytes: int, blocks: tuple[int, ...], neck: int, gflop: float) -> GeneralistRow:
    name = f"efficientvit_sam_{size}"
    return GeneralistRow(
        name=name,
        title=f"EfficientViT-SAM {size.upper()}",
        family="sam",
        licence="Apache-2.0 of MIT HAN Lab.",
        architecture=f"efficientvit_{size}",
        preprocessing="sam",
        has_encoder=True,
        fits=_is_efficientvit(blocks, neck),
        load=SAM_ROWS[0].load,
        published=Published(f"{name}.pt", megabytes, _EFFICIENTVIT_PAGE),
        whole=whole_of(f"efficientvit_{size}"),
        gflop=gflop,
    )


def _load_hq(checkpoint: CheckpointFile, device: str, precision: Precision) -> Generalist:
    from auxol_core.generalist.hq import load_hq

    return load_hq(checkpoint, device=device, precision=precision)


def _hq(plain: str, title: str, file_name: str, megabytes: int) -> GeneralistRow:
    """Known as the plain one is, and by its token."""
    row = next(each for each in SAM_ROWS if each.name == plain)

    def fits(shapes: Shapes) -> bool:
        return HQ_TOKEN in shapes and row.fits({name: each for name, each in shapes.items() if name != HQ_TOKEN})

    return replace(
        row,
        name=f"sam_hq_{row.architecture}",
        title=title,
        family="sam_hq",
        licence="Apache-2.0 of the SAM-HQ project.",
        architecture=f"hq_{row.architecture}",
        fits=fits,
        load=_load_hq,
        published=Published(file_name, megabytes, _HQ_PAGE),
        whole=whole_of(f"hq_{row.architecture}"),
    )


def _is_sam2(width: int, blocks: int) -> Callable[[Shapes], bool]:
    def fits(shapes: Shapes) -> bool:
        first = shapes.get("image_encoder.trunk.patch_embed.proj.weight", ())
        return first[:1] == (width,) and _parts(shapes, "image_encoder.trunk.blocks.") == blocks

    return fits


def _load_sam2(checkpoint: CheckpointFile, device: str, precision: Precision) -> Generalist:
    from auxol_core.generalist.sam2 import load_sam2

    return load_sam2(checkpoint, device=device, precision=precision)


def _sam2(size: str, megabytes: int, width: int, blocks: int, gflop: float) -> GeneralistRow:
    def whole() -> Shapes:
        from auxol_core.generalist.sam2 import whole_shapes

        return whole_shapes(size)

    return GeneralistRow(
        name=f"sam21_{size}",
        title=f"SAM 2.1 {size.replace('_', ' ')}",
        family="sam2",
        licence="Apache-2.0 of Meta Platforms.",
        architecture=f"sam2_{size}",
        preprocessing="sam2",
        has_encoder=True,
        fits=_is_sam2(width, blocks),
        load=_load_sam2,
        published=Published(f"sam2.1_hiera_{size}.pt", megabytes, _SAM2_PAGE),
        whole=whole,
        gflop=gflop,
    )


# The last number as in sam_rows.py; a SAM-HQ has the encoder, and the operations, of its SAM.
FAMILY_ROWS: tuple[GeneralistRow, ...] = (
    _efficientvit("l0", 140, (2, 2, 2, 5, 5), 4, 69.5),
    _efficientvit("l1", 192, (2, 2, 2, 7, 7), 8, 98.0),
    _efficientvit("l2", 246, (2, 3, 3, 9, 9), 12, 137.1),
    _efficientvit("xl0", 469, (1, 2, 2, 3, 4, 4), 6, 369.6),
    _efficientvit("xl1", 815, (2, 3, 3, 5, 7, 7), 12, 643.7),
    _hq("vit_b", "SAM-HQ ViT-B", "sam_hq_vit_b.pth", 379),
    _hq("vit_l", "SAM-HQ ViT-L", "sam_hq_vit_l.pth", 1257),
    _hq("vit_h", "SAM-HQ ViT-H", "sam_hq_vit_h.pth", 2571),
    _hq("mobile_sam", "SAM-HQ tiny", "sam_hq_vit_tiny.pth", 42),
    _sam2("tiny", 156, 96, 12, 201.4),
    _sam2("small", 184, 96, 16, 263.2),
    _sam2("base_plus", 324, 112, 24, 523.0),
    _sam2("large", 898, 144, 48, 1612.1),
)
