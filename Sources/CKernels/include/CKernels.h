// Small kernels that Swift cannot express as well: wide loads, byte masks, prefetch. Inline, no state, no allocation.
#pragma once
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#if defined(__SSE2__)
#include <emmintrin.h>
#elif defined(__ARM_NEON)
#include <arm_neon.h>
#endif

/// 1 if the bytes are equal, else 0.
static inline int sq_memory_equal(const uint8_t *a, const uint8_t *b, size_t count) {
  return memcmp(a, b, count) == 0;
}

/// Asks for the cache line of `address` before it is needed.
static inline void sq_prefetch(const void *address) { __builtin_prefetch(address, 0, 3); }

/// Bit i is set where byte i of the 64 at `bytes` equals `needle`. Reads exactly 64 bytes, at any alignment.
static inline uint64_t sq_mask64(const uint8_t *bytes, uint8_t needle) {
#if defined(__SSE2__)
  const __m128i n = _mm_set1_epi8((char)needle);
  const __m128i *p = (const __m128i *)bytes;
  const uint64_t a = (uint32_t)_mm_movemask_epi8(_mm_cmpeq_epi8(_mm_loadu_si128(p), n));
  const uint64_t b = (uint32_t)_mm_movemask_epi8(_mm_cmpeq_epi8(_mm_loadu_si128(p + 1), n));
  const uint64_t c = (uint32_t)_mm_movemask_epi8(_mm_cmpeq_epi8(_mm_loadu_si128(p + 2), n));
  const uint64_t d = (uint32_t)_mm_movemask_epi8(_mm_cmpeq_epi8(_mm_loadu_si128(p + 3), n));
  return a | b << 16 | c << 32 | d << 48;
#else
  uint64_t mask = 0;
  for (int i = 0; i < 64; i++) mask |= (uint64_t)(bytes[i] == needle) << i;
  return mask;
#endif
}

/// 1 if one of `count` bytes equals `needle`. Up to 15 bytes behind them must be readable.
static inline int sq_has_byte(const uint8_t *bytes, size_t count, uint8_t needle) {
#if defined(__SSE2__)
  const __m128i n = _mm_set1_epi8((char)needle);
  for (size_t i = 0; i < count; i += 16) {
    unsigned mask = (unsigned)_mm_movemask_epi8(_mm_cmpeq_epi8(_mm_loadu_si128((const __m128i *)(bytes + i)), n));
    if (mask) return (size_t)__builtin_ctz(mask) < count - i;
  }
  return 0;
#else
  return memchr(bytes, needle, count) != NULL;
#endif
}

/// 1 if the first `count` bytes are equal. Up to 7 bytes behind both must be readable.
static inline int sq_equal_padded(const uint8_t *a, const uint8_t *b, size_t count) {
  uint64_t x, y;
  size_t i = 0;
  for (; i + 8 <= count; i += 8) {
    memcpy(&x, a + i, 8);
    memcpy(&y, b + i, 8);
    if (x != y) return 0;
  }
  if (i == count) return 1;
  memcpy(&x, a + i, 8);
  memcpy(&y, b + i, 8);
  return ((x ^ y) << (8 * (8 - (count - i)))) == 0;
}

/// 64 × 64 → 128 bits, folded: the multiply-mix of wyhash and its relatives.
static inline uint64_t sq_mix(uint64_t a, uint64_t b) {
  const unsigned __int128 product = (unsigned __int128)a * b;
  return (uint64_t)product ^ (uint64_t)(product >> 64);
}

/// The first offset in `text` where the `width` ≥ 1 bytes of `needle` stand, or −1: candidates are 16 places at a time
/// whose first and last byte fit (Muła, "SIMD-friendly algorithms for substring searching"). Reads nothing outside.
static inline ptrdiff_t sq_find(const uint8_t *text, size_t count, const uint8_t *needle, size_t width) {
  if (width > count) return -1;
  if (width == 1) {
    const uint8_t *hit = (const uint8_t *)memchr(text, needle[0], count);
    return hit ? hit - text : -1;
  }
  size_t at = 0;
#if defined(__SSE2__)
  const __m128i first = _mm_set1_epi8((char)needle[0]);
  const __m128i last = _mm_set1_epi8((char)needle[width - 1]);
  for (; at + width + 15 <= count; at += 16) {
    const __m128i a = _mm_loadu_si128((const __m128i *)(text + at));
    const __m128i b = _mm_loadu_si128((const __m128i *)(text + at + width - 1));
    unsigned mask = (unsigned)_mm_movemask_epi8(_mm_and_si128(_mm_cmpeq_epi8(a, first), _mm_cmpeq_epi8(b, last)));
    while (mask) {
      const size_t place = at + (size_t)__builtin_ctz(mask);
      if (memcmp(text + place + 1, needle + 1, width - 1) == 0) return (ptrdiff_t)place;
      mask &= mask - 1;
    }
  }
#endif
  for (; at + width <= count; at++) {
    if (text[at] == needle[0] && memcmp(text + at, needle, width) == 0) return (ptrdiff_t)at;
  }
  return -1;
}

/// 1 if no byte has its high bit set.
static inline int sq_is_ascii(const uint8_t *bytes, size_t count) {
  size_t at = 0;
  for (; at + 8 <= count; at += 8) {
    uint64_t word;
    memcpy(&word, bytes + at, 8);
    if (word & 0x8080808080808080ull) return 0;
  }
  uint8_t rest = 0;
  for (; at < count; at++) rest |= bytes[at];
  return rest < 0x80;
}
