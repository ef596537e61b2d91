// simdjson's first stage behind a C interface: where the tokens of JSON text are.
//
// The first stage finds quotes, escapes and structure 64 bytes at a time and validates UTF-8, with the widest
// instructions this machine has. What the tokens mean is decoded in Swift, straight into columns.
#pragma once
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct sq_json_index sq_json_index;

enum {
  SQ_JSON_OK = 0,
  /// A string does not end.
  SQ_JSON_UNCLOSED_STRING = 1,
  /// A control character stands in a string.
  SQ_JSON_CONTROL_CHARACTER = 2,
  /// The bytes are not UTF-8.
  SQ_JSON_INVALID_UTF8 = 3,
  /// No memory, or more than 4 GiB.
  SQ_JSON_TOO_LARGE = 4,
  SQ_JSON_OTHER = 5
};

/// NULL if there is no memory. Used by one thread at a time.
sq_json_index *sq_json_index_create(void);
void sq_json_index_destroy(sq_json_index *index);

/// Finds the tokens of `length` bytes, behind which 64 more are readable. On success (also where there is none) the
/// places of all tokens are at `sq_json_index_tokens`, ascending, with `length` behind the last one.
int sq_json_index_build(sq_json_index *index, const uint8_t *bytes, size_t length);
const uint32_t *sq_json_index_tokens(const sq_json_index *index);
size_t sq_json_index_count(const sq_json_index *index);

#ifdef __cplusplus
}
#endif
