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

/// 64 × 64 → 128 bits, folded: the multiply-mix of wyhash and its relatives.
static inline uint64_t sq_mix(uint64_t a, uint64_t b) {
  const unsigned __int128 product = (unsigned __int128)a * b;
  return (uint64_t)product ^ (uint64_t)(product >> 64);
}
