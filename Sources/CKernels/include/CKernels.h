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

/// Bit i is set where byte i of the 16 at `bytes` equals `needle`. Reads exactly 16 bytes, at any alignment.
static inline uint32_t sq_mask16(const uint8_t *bytes, uint8_t needle) {
#if defined(__SSE2__)
  return (uint32_t)_mm_movemask_epi8(_mm_cmpeq_epi8(_mm_loadu_si128((const __m128i *)bytes), _mm_set1_epi8((char)needle)));
#else
  uint32_t mask = 0;
  for (int i = 0; i < 16; i++) mask |= (uint32_t)(bytes[i] == needle) << i;
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

/// Two words of a short text's view: see `sq_short_view`.
typedef struct { uint64_t head, tail; } sq_words;

/// The view of `count` ≤ 12 bytes: the length in the low four bytes, then the bytes, then zeros. Reads 16 bytes.
static inline sq_words sq_short_view(const uint8_t *bytes, uint32_t count) {
  sq_words words;
#if defined(__SSE2__)
  // Sixteen bytes from `ends + 16 - count` on are `count` times 0xFF and zeros.
  static const uint8_t ends[32] = {255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255};
  const __m128i mask = _mm_loadu_si128((const __m128i *)(ends + 16 - count));
  const __m128i kept = _mm_and_si128(_mm_loadu_si128((const __m128i *)bytes), mask);
  _mm_storeu_si128((__m128i *)&words, _mm_or_si128(_mm_slli_si128(kept, 4), _mm_cvtsi32_si128((int)count)));
#else
  uint8_t text[12] = {0};
  memcpy(text, bytes, count);
  memcpy((uint8_t *)&words + 4, text, 12);
  memcpy(&words, &count, 4);
#endif
  return words;
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

#if defined(__SSE2__)
static inline uint64_t sq_mask64_of(const __m128i v[4], uint8_t needle) {
  const __m128i n = _mm_set1_epi8((char)needle);
  const uint64_t a = (uint32_t)_mm_movemask_epi8(_mm_cmpeq_epi8(v[0], n));
  const uint64_t b = (uint32_t)_mm_movemask_epi8(_mm_cmpeq_epi8(v[1], n));
  const uint64_t c = (uint32_t)_mm_movemask_epi8(_mm_cmpeq_epi8(v[2], n));
  const uint64_t d = (uint32_t)_mm_movemask_epi8(_mm_cmpeq_epi8(v[3], n));
  return a | b << 16 | c << 32 | d << 48;
}
#endif

/// What `sq_csv_index` finds in a piece of text. Each array has room for as many entries as the piece has bytes.
typedef struct {
  /// Places of separators and newlines, ascending.
  uint32_t *marks;
  size_t mark_count;
  /// Ordinals of the newlines among the marks.
  uint32_t *lines;
  size_t line_count;
  /// Places of quotes, ascending.
  uint32_t *quotes;
  size_t quote_count;
} sq_csv_marks;

/// Finds separators, newlines and quotes, 64 bytes at a time. Up to 63 bytes behind the text must be readable.
static inline void sq_csv_index(
    const uint8_t *bytes, size_t count, uint8_t separator, uint8_t newline, uint8_t quote, int has_quote,
    sq_csv_marks *out) {
  uint32_t *const marks = out->marks;
  uint32_t *const lines = out->lines;
  size_t mark_count = 0, line_count = 0, quote_count = 0;
  for (size_t at = 0; at < count; at += 64) {
#if defined(__SSE2__)
    const __m128i *p = (const __m128i *)(bytes + at);
    const __m128i v[4] = {_mm_loadu_si128(p), _mm_loadu_si128(p + 1), _mm_loadu_si128(p + 2), _mm_loadu_si128(p + 3)};
    uint64_t ends = sq_mask64_of(v, newline);
    uint64_t mask = sq_mask64_of(v, separator) | ends;
    uint64_t quoted = has_quote ? sq_mask64_of(v, quote) : 0;
#else
    uint64_t ends = sq_mask64(bytes + at, newline);
    uint64_t mask = sq_mask64(bytes + at, separator) | ends;
    uint64_t quoted = has_quote ? sq_mask64(bytes + at, quote) : 0;
#endif
    if (count - at < 64) {
      const uint64_t inside = ((uint64_t)1 << (count - at)) - 1;
      mask &= inside;
      quoted &= inside;
    }
    while (mask) {
      const unsigned bit = (unsigned)__builtin_ctzll(mask);
      marks[mark_count] = (uint32_t)at + bit;
      lines[line_count] = (uint32_t)mark_count;
      line_count += (ends >> bit) & 1;
      mark_count++;
      mask &= mask - 1;
    }
    while (quoted) {
      out->quotes[quote_count++] = (uint32_t)at + (unsigned)__builtin_ctzll(quoted);
      quoted &= quoted - 1;
    }
  }
  out->mark_count = mark_count;
  out->line_count = line_count;
  out->quote_count = quote_count;
}

/// Places of newlines in a piece of text, ascending; `lines` has room for as many as there are bytes. Up to 63 bytes behind
/// the text must be readable. `*has_backslash` tells whether there is one, among those bytes or in the text.
static inline size_t sq_json_lines(
    const uint8_t *bytes, size_t count, uint8_t newline, uint32_t *lines, int *has_backslash) {
  size_t found = 0;
#if defined(__SSE2__)
  const __m128i n = _mm_set1_epi8((char)newline);
  const __m128i e = _mm_set1_epi8('\\');
  __m128i escapes = _mm_setzero_si128();
#else
  uint64_t escapes = 0;
#endif
  for (size_t at = 0; at < count; at += 64) {
#if defined(__SSE2__)
    const __m128i *p = (const __m128i *)(bytes + at);
    uint64_t mask = 0;
    for (int i = 0; i < 4; i++) {
      const __m128i v = _mm_loadu_si128(p + i);
      mask |= (uint64_t)(uint32_t)_mm_movemask_epi8(_mm_cmpeq_epi8(v, n)) << (16 * i);
      escapes = _mm_or_si128(escapes, _mm_cmpeq_epi8(v, e));
    }
#else
    uint64_t mask = sq_mask64(bytes + at, newline);
    escapes |= sq_mask64(bytes + at, '\\');
#endif
    if (count - at < 64) mask &= ((uint64_t)1 << (count - at)) - 1;
    while (mask) {
      lines[found++] = (uint32_t)at + (unsigned)__builtin_ctzll(mask);
      mask &= mask - 1;
    }
  }
#if defined(__SSE2__)
  *has_backslash = _mm_movemask_epi8(escapes) != 0;
#else
  *has_backslash = escapes != 0;
#endif
  return found;
}
