"""The functions of an exported C header that its statements call, and the code of each word of arithmetic.

P_ stands for the prefix of the header's names, WIDTH for n.
"""

from __future__ import annotations

HELPERS = {
    "load": """static void P_load(float *out, const float *from, int length, int at) {
    memset(out, 0, WIDTH * sizeof(float));
    memcpy(out + at, from, (size_t)length * sizeof(float));
}
""",
    "whole": """/* x rounded down and clamped to 0..count-1; NaN gives 0. */
static int P_whole(float x, int count) {
    float low = x >= 0.0f ? x : 0.0f, last = (float)(count - 1);
    return (int)floorf(last >= low ? low : last);
}
""",
    "half": """/* x rounded to float16. */
static float P_half(float x) {
    uint32_t bits, sign, size;
    memcpy(&bits, &x, sizeof bits);
    sign = bits & 0x80000000u, size = bits & 0x7FFFFFFFu;
    if (size > 0x7F800000u) {
        bits = 0x7FFFE000u; /* the only NaN */
    } else if (size < 0x38800000u) { /* below 2^-14: a multiple of 2^-24 */
        float rest = (fabsf(x) + 0.5f) - 0.5f;
        memcpy(&bits, &rest, sizeof bits);
        bits |= sign;
    } else {
        size = (size + 0xFFFu + (size >> 13 & 1u)) & ~0x1FFFu;
        bits = sign | (size >= 0x47800000u ? 0x7F800000u : size);
    }
    memcpy(&x, &bits, sizeof x);
    return x;
}
""",
    "exp2i": """/* 2^k for whole k, clamped to -126..127; NaN gives 2^-126. */
static float P_exp2i(float k) {
    float low = k >= -126.0f ? k : -126.0f, power;
    uint32_t bits = (uint32_t)((int32_t)(low <= 127.0f ? low : 127.0f) + 127) << 23;
    memcpy(&power, &bits, sizeof power);
    return power;
}
""",
    "wht": """/* Unscaled Walsh-Hadamard transform of every `block` lanes. */
static void P_wht(float *out, const float *x, int block) {
    memcpy(out, x, WIDTH * sizeof(float));
    for (int gap = 1; gap < block; gap *= 2)
        for (int first = 0; first < WIDTH; first += 2 * gap)
            for (int i = first; i < first + gap; i++) {
                float a = out[i], b = out[i + gap];
                out[i] = a + b, out[i + gap] = a - b;
            }
}
""",
    "total": """/* The sum of all lanes: lower half + upper half, then of the halves, and so on. */
static float P_total(const float *x) {
    float sums[WIDTH];
    memcpy(sums, x, sizeof sums);
    for (int half = WIDTH / 2; half > 0; half /= 2)
        for (int i = 0; i < half; i++) sums[i] = sums[i] + sums[i + half];
    return sums[0];
}
""",
    "draw": """/* Uniforms in [0, 1): words of Philox4x32-10, key (salt, stream), counter (i / 4, number, clock, 0). */
static void P_draw(float *out, float salt, float clock, uint32_t stream, uint32_t number) {
    for (uint32_t i = 0; i < WIDTH / 4; i++) {
        uint32_t c[4] = {i, number, (uint32_t)clock, 0}, k[2] = {(uint32_t)salt, stream};
        for (int round = 0; round < 10; round++) {
            uint64_t p = (uint64_t)c[0] * 0xD2511F53u, q = (uint64_t)c[2] * 0xCD9E8D57u;
            uint32_t first = (uint32_t)(q >> 32) ^ c[1] ^ k[0], third = (uint32_t)(p >> 32) ^ c[3] ^ k[1];
            c[0] = first, c[1] = (uint32_t)q, c[2] = third, c[3] = (uint32_t)p;
            k[0] += 0x9E3779B9u, k[1] += 0xBB67AE85u;
        }
        for (int j = 0; j < 4; j++) out[4 * i + j] = (float)(c[j] >> 8) * 5.9604644775390625e-8f; /* 2^-24 */
    }
}
""",
}
