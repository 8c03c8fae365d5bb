"""The functions of an exported Python file that its statements call."""

from __future__ import annotations

HELPERS = {
    "load": '''def _load(array, first, length, at):
    """Lanes with values of an array from lane `at` on, and 0 on the others."""
    lanes = np.zeros(WIDTH, f32)
    lanes[at : at + length] = array[first : first + length]
    return lanes
''',
    "store": '''def _store(array, first, length, lanes):
    """Writes lanes to an array, from its value `first` on."""
    array[first : first + length] = lanes
''',
    "whole": '''def _whole(x, count):
    """x rounded down and clamped to 0..count-1; NaN gives 0."""
    low, last = np.where(x >= 0, x, f32(0)), f32(count - 1)
    return np.floor(np.where(last >= low, low, last)).astype(np.int64)
''',
    "half": '''def _half(x):
    """x rounded to float16."""
    return np.asarray(x, np.float16).astype(f32)
''',
    "exp2i": '''def _exp2i(k):
    """2^k for whole k, clamped to -126..127; NaN gives 2^-126."""
    low = np.where(k >= -126, k, f32(-126))
    bounded = np.asarray(np.where(low <= 127, low, f32(127)), f32)
    return np.ldexp(f32(1), bounded.astype(np.int32))
''',
    "wht": '''def _wht(x, block):
    """Unscaled Walsh-Hadamard transform of every `block` lanes, by (a + b, a - b) at gaps 1, 2, 4, ..."""
    gap = 1
    while gap < block:
        pairs = x.reshape(-1, 2, gap)
        a, b = pairs[:, 0], pairs[:, 1]
        x, gap = np.stack([a + b, a - b], axis=1).reshape(WIDTH), 2 * gap
    return x
''',
    "total": '''def _total(x):
    """The sum of all lanes: lower half + upper half, then of the halves, and so on."""
    while len(x) > 1:
        x = x[: len(x) // 2] + x[len(x) // 2 :]
    return x[0]
''',
    "draw": '''def _draw(salt, clock, stream, number):
    """Uniforms in [0, 1): word i % 4 of Philox4x32-10, key (salt, stream), counter (i // 4, number, clock, 0)."""
    low, half = np.uint64(0xFFFFFFFF), np.uint64(32)
    c = [np.asarray(word, np.uint64) for word in (np.arange(WIDTH // 4), number, int(clock), 0)]
    k = [np.asarray(word, np.uint64) for word in (int(salt), stream)]
    for _ in range(10):
        p, q = c[0] * np.uint64(0xD2511F53), c[2] * np.uint64(0xCD9E8D57)
        c = [(q >> half) ^ c[1] ^ k[0], q & low, (p >> half) ^ c[3] ^ k[1], p & low]
        k = [(k[0] + np.uint64(0x9E3779B9)) & low, (k[1] + np.uint64(0xBB67AE85)) & low]
    words = np.stack(np.broadcast_arrays(*c), axis=1).reshape(WIDTH)
    return (words >> np.uint64(8)).astype(f32) * f32(2.0**-24)
''',
}
