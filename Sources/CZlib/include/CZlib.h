// gzip in and out by zlib, behind handles of a known size: zlib's own initialisers are macros. Linked statically.
#pragma once
#include <stddef.h>
#include <stdint.h>

typedef struct sq_inflate sq_inflate;
typedef struct sq_deflate sq_deflate;

enum {
  /// All input was taken or the output is full: call again with more.
  SQ_GZIP_MORE = 0,
  /// A member ended; what is left of the input follows it.
  SQ_GZIP_END = 1,
  SQ_GZIP_CORRUPT = 2,
  SQ_GZIP_MEMORY = 3
};

/// NULL if there is no memory.
sq_inflate *sq_inflate_create(void);
void sq_inflate_destroy(sq_inflate *state);
/// Begins the next member.
void sq_inflate_reset(sq_inflate *state);
/// Takes from `*input` and fills `*output`, both moved on and their counts lowered.
int sq_inflate_run(
    sq_inflate *state, const uint8_t **input, size_t *input_count, uint8_t **output, size_t *output_count);

sq_deflate *sq_deflate_create(int level);
void sq_deflate_destroy(sq_deflate *state);
/// As `sq_inflate_run`. `flush` 0: as it comes; 1: everything so far can be read; 2: the end of the member.
int sq_deflate_run(
    sq_deflate *state, const uint8_t **input, size_t *input_count, uint8_t **output, size_t *output_count, int flush);
