"""What a scanner and a file format do to a picture, float32 (H, W, C), C 1 or 3; labels stay in place."""

import cv2
import numpy as np

from .draw import Floats, Mask, chance, integer, log_uniform, pick, sign, uniform
from .texture import grid, smooth_noise, speckle

Pixels = np.ndarray[tuple[int, ...], np.dtype[np.uint8]]


def degrade(rng: np.random.Generator, canvas: Floats) -> Pixels:
    """uint8 (H, W, 3): field, blur, noise, grey curve, resampling, marks, compression, as they arise."""
    canvas = np.ascontiguousarray(canvas)
    if chance(rng, 0.4):
        _field(rng, canvas)
    canvas = _blur(rng, canvas)
    _noise(rng, canvas)
    if chance(rng, 0.05):
        _glints(rng, canvas)
    if chance(rng, 0.2):
        _vignette(rng, canvas)
    canvas = _curve(rng, canvas)
    if chance(rng, 0.2):
        canvas = _coarse(rng, canvas)
    pixels = _pixels(canvas)
    if chance(rng, 0.15):
        _marks(rng, pixels)
    if chance(rng, 0.35):
        pixels = _compress(rng, pixels)
    return pixels


def _field(rng: np.random.Generator, canvas: Floats) -> None:
    """Slow multiplicative shading, as a receive coil or uneven light."""
    size = (canvas.shape[0], canvas.shape[1])
    field = smooth_noise(rng, size, min(size) / uniform(rng, 1.0, 2.5)) * np.float32(
        log_uniform(rng, 0.04, 0.3)
    )
    canvas *= np.maximum(1 + field, 0.15)[..., None]


def _blur(rng: np.random.Generator, canvas: Floats) -> Floats:
    kind = pick(rng, {"none": 4, "round": 4, "uneven": 1, "motion": 0.7})
    if kind == "none":
        return canvas
    shape = canvas.shape
    if kind == "motion":
        length = integer(rng, 3, 9)
        kernel = np.zeros((length, length), np.float32)
        angle, middle = uniform(rng, 0, np.pi), (length - 1) / 2
        for step in np.linspace(-middle, middle, 2 * length):
            kernel[round(middle + step * np.sin(angle)), round(middle + step * np.cos(angle))] = 1
        return np.asarray(cv2.filter2D(canvas, -1, kernel / kernel.sum()), dtype=np.float32).reshape(shape)
    along = log_uniform(rng, 0.4, 2.2)
    across = along * (uniform(rng, 1.5, 3.5) if kind == "uneven" else 1.0)
    pair = (along, across) if chance(rng, 0.5) else (across, along)
    return np.asarray(cv2.GaussianBlur(canvas, (0, 0), pair[0], sigmaY=pair[1]), dtype=np.float32).reshape(
        shape
    )


def _noise(rng: np.random.Generator, canvas: Floats) -> None:
    kind = pick(rng, {"none": 3, "white": 3, "coarse": 2.5, "speckle": 1.2, "ringed": 0.6})
    if kind == "none":
        return
    size = (canvas.shape[0], canvas.shape[1])
    strength = np.float32(log_uniform(rng, 0.004, 0.07))
    if kind == "white":
        canvas += rng.standard_normal(canvas.shape, dtype=np.float32) * strength
    elif kind == "coarse":
        canvas += (smooth_noise(rng, size, uniform(rng, 1.5, 4)) * strength)[..., None]
    elif kind == "speckle":
        canvas *= np.maximum(1 + speckle(rng, size, uniform(rng, 1, 3)) * strength * 4, 0)[..., None]
    else:
        rows, columns = grid(size)
        wave = np.sin((rows * np.float32(uniform(rng, 0, 1)) + columns * np.float32(uniform(rng, 0, 1))) * 2)
        canvas += (wave * strength * np.float32(0.4))[..., None]


def _glints(rng: np.random.Generator, canvas: Floats) -> None:
    """Specular spots of a lamp on wet tissue: small, white, with a short halo."""
    height, width = canvas.shape[:2]
    spots = np.zeros((height, width), np.float32)
    for _ in range(integer(rng, 1, 18)):
        spot = (integer(rng, 0, width - 1), integer(rng, 0, height - 1))
        axes = (integer(rng, 1, max(width // 40, 2)), integer(rng, 1, max(width // 60, 2)))
        cv2.ellipse(spots, spot, axes, uniform(rng, 0, 180), 0, 360, 1.0, -1)
    spots = np.asarray(cv2.GaussianBlur(spots, (0, 0), uniform(rng, 0.5, 1.5)), dtype=np.float32)[..., None]
    canvas += spots * (np.float32(uniform(rng, 0.85, 1.05)) - canvas)


def _vignette(rng: np.random.Generator, canvas: Floats) -> None:
    height, width = canvas.shape[:2]
    rows, columns = grid((height, width))
    far = (
        (rows / height - uniform(rng, 0.35, 0.65)) ** 2 + (columns / width - uniform(rng, 0.35, 0.65)) ** 2
    ) * 2
    canvas *= np.maximum(1 - np.float32(uniform(rng, 0.2, 0.9)) * far, 0).astype(np.float32)[..., None]


def _curve(rng: np.random.Generator, canvas: Floats) -> Floats:
    """Gamma, window, inversion. The window clips at most the outer twentieths, so that objects survive."""
    np.clip(canvas, 0, 1.2, out=canvas)
    if chance(rng, 0.4):
        canvas = np.power(canvas, np.float32(log_uniform(rng, 0.55, 1.8)))
    if chance(rng, 0.4):
        sample = canvas[::4, ::4]
        low, high = np.quantile(sample, (uniform(rng, 0, 0.05), uniform(rng, 0.95, 1.0)))
        if high - low > 0.1:
            canvas = (canvas - np.float32(low)) / np.float32(high - low)
    if chance(rng, 0.08):
        canvas = np.maximum(1 - canvas, 0)
    return np.asarray(np.clip(canvas, 0, 1), dtype=np.float32)


def _coarse(rng: np.random.Generator, canvas: Floats) -> Floats:
    """Taken at a lower resolution and blown up, now and then in one direction only (thick slices)."""
    height, width = canvas.shape[:2]
    factor = uniform(rng, 1.3, 3.0)
    low = (int(width / (factor if chance(rng, 0.8) else 1)), int(height / factor))
    small = cv2.resize(canvas, low, interpolation=cv2.INTER_AREA)
    mode = cv2.INTER_CUBIC if chance(rng, 0.5) else cv2.INTER_LINEAR
    return np.asarray(cv2.resize(small, (width, height), interpolation=mode), dtype=np.float32).reshape(
        canvas.shape
    )


def _pixels(canvas: Floats) -> Pixels:
    pixels = np.clip(canvas * np.float32(255) + np.float32(0.5), 0, 255).astype(np.uint8)
    return np.repeat(pixels, 3, axis=2) if pixels.shape[2] == 1 else pixels


def _marks(rng: np.random.Generator, pixels: Pixels) -> None:
    """Burnt-in text, callipers, a black frame. They may cover objects, as they do in practice."""
    height, width = pixels.shape[:2]
    kind = pick(rng, {"text": 3, "cross": 1, "corners": 2, "frame": 1})
    ink = (integer(rng, 120, 255),) * 3
    if kind == "text":
        letters = "".join(chr(code) for code in rng.integers(48, 91, integer(rng, 2, 10)))
        at = (integer(rng, 0, width // 2), integer(rng, 10, height - 2))
        cv2.putText(pixels, letters, at, cv2.FONT_HERSHEY_SIMPLEX, uniform(rng, 0.25, 0.5), ink, 1)
    elif kind == "cross":
        for _ in range(2):
            at = (integer(rng, 5, width - 6), integer(rng, 5, height - 6))
            cv2.drawMarker(pixels, at, ink, cv2.MARKER_CROSS, integer(rng, 4, 10), 1)
    elif kind == "corners":
        cut: Mask = np.zeros((height, width), np.uint8)
        reach = uniform(rng, 0.52, 0.62)
        cv2.ellipse(
            cut, (width // 2, height // 2), (int(width * reach), int(height * reach)), 0, 0, 360, 1, -1
        )
        pixels[cut == 0] = integer(rng, 0, 12)
    else:
        edge = integer(rng, 2, 12)
        pixels[:, :edge] = pixels[:, -edge:] = integer(rng, 0, 20)
        if sign(rng) > 0:
            pixels[:edge] = pixels[-edge:] = 0


def _compress(rng: np.random.Generator, pixels: Pixels) -> Pixels:
    done, coded = cv2.imencode(".jpg", pixels, (cv2.IMWRITE_JPEG_QUALITY, integer(rng, 35, 92)))
    if not done:
        raise RuntimeError(
            f"OpenCV could not code a JPEG of shape {pixels.shape}; is its JPEG support built in?"
        )
    return np.asarray(cv2.imdecode(coded, cv2.IMREAD_COLOR), dtype=np.uint8)
