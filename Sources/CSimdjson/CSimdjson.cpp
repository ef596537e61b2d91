#include "CSimdjson.h"

#include <memory>
#include <new>
#include <simdjson.h>

// The stage is reached through the parser that simdjson chose for this processor: the only way to run it alone. The
// on-demand interface would run it once a document, and one bad line would hide the lines behind it.
struct sq_json_index {
  std::unique_ptr<simdjson::internal::dom_parser_implementation> parser;
  size_t count = 0;
};

namespace {
// Not used by the first stage; simdjson wants one to allocate.
constexpr size_t depth = 64;
constexpr size_t least_capacity = 64 << 10;
}  // namespace

extern "C" sq_json_index *sq_json_index_create(void) { return new (std::nothrow) sq_json_index(); }

extern "C" void sq_json_index_destroy(sq_json_index *index) { delete index; }

extern "C" int sq_json_index_build(sq_json_index *index, const uint8_t *bytes, size_t length) {
  index->count = 0;
  size_t capacity = index->parser ? index->parser->capacity() : 0;
  if (capacity <= length) {
    size_t wanted = least_capacity;
    while (wanted <= length) wanted *= 2;
    simdjson::error_code error =
        index->parser ? index->parser->set_capacity(wanted)
                      : simdjson::get_active_implementation()->create_dom_parser_implementation(
                            wanted, depth, index->parser);
    if (error) return SQ_JSON_TOO_LARGE;
  }
  switch (index->parser->stage1(bytes, length, simdjson::stage1_mode::regular)) {
    case simdjson::SUCCESS: index->count = index->parser->n_structural_indexes; return SQ_JSON_OK;
    case simdjson::EMPTY: index->parser->structural_indexes[0] = uint32_t(length); return SQ_JSON_OK;
    case simdjson::UNCLOSED_STRING: return SQ_JSON_UNCLOSED_STRING;
    case simdjson::UNESCAPED_CHARS: return SQ_JSON_CONTROL_CHARACTER;
    case simdjson::UTF8_ERROR: return SQ_JSON_INVALID_UTF8;
    case simdjson::CAPACITY:
    case simdjson::MEMALLOC: return SQ_JSON_TOO_LARGE;
    default: return SQ_JSON_OTHER;
  }
}

extern "C" const uint32_t *sq_json_index_tokens(const sq_json_index *index) {
  return index->parser ? index->parser->structural_indexes.get() : nullptr;
}

extern "C" size_t sq_json_index_count(const sq_json_index *index) { return index->count; }
