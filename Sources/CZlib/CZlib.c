#include "CZlib.h"

#include <limits.h>
#include <stdlib.h>
#include <zlib.h>

struct sq_inflate {
  z_stream stream;
};

struct sq_deflate {
  z_stream stream;
};

// Window of 32 KiB, with a gzip header.
enum { gzip_window = 15 + 16 };

static uInt bounded(size_t count) { return count > UINT_MAX ? UINT_MAX : (uInt)count; }

sq_inflate *sq_inflate_create(void) {
  sq_inflate *state = calloc(1, sizeof *state);
  if (state && inflateInit2(&state->stream, gzip_window) != Z_OK) {
    free(state);
    return NULL;
  }
  return state;
}

void sq_inflate_destroy(sq_inflate *state) {
  inflateEnd(&state->stream);
  free(state);
}

void sq_inflate_reset(sq_inflate *state) { inflateReset(&state->stream); }

static void open_stream(z_stream *stream, const uint8_t *input, size_t input_count, uint8_t *output, size_t output_count) {
  stream->next_in = (Bytef *)input;
  stream->avail_in = bounded(input_count);
  stream->next_out = output;
  stream->avail_out = bounded(output_count);
}

static void close_stream(
    z_stream *stream, const uint8_t **input, size_t *input_count, uint8_t **output, size_t *output_count) {
  *input_count -= (size_t)(stream->next_in - *input);
  *input = stream->next_in;
  *output_count -= (size_t)(stream->next_out - *output);
  *output = stream->next_out;
}

int sq_inflate_run(
    sq_inflate *state, const uint8_t **input, size_t *input_count, uint8_t **output, size_t *output_count) {
  open_stream(&state->stream, *input, *input_count, *output, *output_count);
  int code = inflate(&state->stream, Z_NO_FLUSH);
  close_stream(&state->stream, input, input_count, output, output_count);
  switch (code) {
    case Z_OK:
    case Z_BUF_ERROR: return SQ_GZIP_MORE;
    case Z_STREAM_END: return SQ_GZIP_END;
    case Z_MEM_ERROR: return SQ_GZIP_MEMORY;
    default: return SQ_GZIP_CORRUPT;
  }
}

sq_deflate *sq_deflate_create(int level) {
  sq_deflate *state = calloc(1, sizeof *state);
  if (state && deflateInit2(&state->stream, level, Z_DEFLATED, gzip_window, 8, Z_DEFAULT_STRATEGY) != Z_OK) {
    free(state);
    return NULL;
  }
  return state;
}

void sq_deflate_destroy(sq_deflate *state) {
  deflateEnd(&state->stream);
  free(state);
}

int sq_deflate_run(
    sq_deflate *state, const uint8_t **input, size_t *input_count, uint8_t **output, size_t *output_count, int flush) {
  open_stream(&state->stream, *input, *input_count, *output, *output_count);
  int code = deflate(&state->stream, flush == 2 ? Z_FINISH : flush == 1 ? Z_SYNC_FLUSH : Z_NO_FLUSH);
  close_stream(&state->stream, input, input_count, output, output_count);
  switch (code) {
    case Z_OK:
    case Z_BUF_ERROR: return SQ_GZIP_MORE;
    case Z_STREAM_END: return SQ_GZIP_END;
    default: return SQ_GZIP_MEMORY;
  }
}
