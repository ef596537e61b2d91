// Zstandard streams. Linked statically: no library to look up when the process starts.
#pragma once
#include <zstd.h>

/// Advances both buffers; 0 at the end of a frame, else a hint or an error code (`ZSTD_isError`).
static inline size_t sq_zstd_decompress(
    ZSTD_DStream *stream, const void *input, size_t input_count, size_t *input_used, void *output, size_t output_count,
    size_t *output_used) {
  ZSTD_inBuffer in = {input, input_count, 0};
  ZSTD_outBuffer out = {output, output_count, 0};
  size_t code = ZSTD_decompressStream(stream, &out, &in);
  *input_used = in.pos;
  *output_used = out.pos;
  return code;
}

/// `flush` 0: as it comes; 1: everything so far can be read; 2: the end of the frame. 0 when that is done.
static inline size_t sq_zstd_compress(
    ZSTD_CStream *stream, const void *input, size_t input_count, size_t *input_used, void *output, size_t output_count,
    size_t *output_used, int flush) {
  ZSTD_inBuffer in = {input, input_count, 0};
  ZSTD_outBuffer out = {output, output_count, 0};
  size_t code = ZSTD_compressStream2(stream, &out, &in, flush == 2 ? ZSTD_e_end : flush == 1 ? ZSTD_e_flush : ZSTD_e_continue);
  *input_used = in.pos;
  *output_used = out.pos;
  return code;
}
