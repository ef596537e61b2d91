internal import CPCRE2
internal import Columnar
internal import Diagnostics

/// A compiled regular expression: Java's syntax as far as it is Perl's, run by PCRE2's JIT over UTF-8.
///
/// Invalid UTF-8 in a text matches nothing but is no error. Backtracking is bounded: a pattern that explodes is an error.
// @unchecked Sendable: PCRE2 never changes a compiled pattern; what a match writes is in `RegexpMatcher`.
final class Regexp: @unchecked Sendable {
  fileprivate let code: OpaquePointer
  /// Groups without the whole match.
  let groupCount: Int

  /// - Parameter function: named in the error of a malformed pattern.
  init(_ pattern: UnsafeRawBufferPointer, function: String) throws(SQLError) {
    let source = JavaRegexp.translated(pattern)
    var number: Int32 = 0
    var place = 0
    let compiled = source.withUnsafeBufferPointer { bytes in
      var nothing: UInt8 = 0
      return withUnsafePointer(to: &nothing) { nothing in
        pcre2_compile_8(
          bytes.baseAddress ?? nothing, bytes.count, UInt32(PCRE2_UTF) | UInt32(PCRE2_MATCH_INVALID_UTF), &number, &place,
          Regexp.compileContext)
      }
    }
    guard let compiled else {
      throw .invalidRegexp(String(decoding: pattern, as: UTF8.self), Regexp.message(number), at: place, function)
    }
    code = compiled
    // Without JIT (a hardened kernel may forbid it) the interpreter runs: slower, same answers.
    _ = pcre2_jit_compile_8(compiled, UInt32(PCRE2_JIT_COMPLETE))
    var groups: UInt32 = 0
    pcre2_pattern_info_8(compiled, UInt32(PCRE2_INFO_CAPTURECOUNT), &groups)
    groupCount = Int(groups)
  }

  deinit { pcre2_code_free_8(code) }

  /// Java's dot stops at CR and LF. Made once, never changed, so that any thread may compile with it.
  nonisolated(unsafe) private static let compileContext: OpaquePointer? = {
    let context = pcre2_compile_context_create_8(nil)
    if let context { pcre2_set_newline_8(context, UInt32(PCRE2_NEWLINE_ANYCRLF)) }
    return context
  }()

  fileprivate static func message(_ number: Int32) -> String {
    var buffer = [UInt8](repeating: 0, count: 256)
    let length = pcre2_get_error_message_8(number, &buffer, buffer.count)
    return String(decoding: buffer.prefix(max(0, Int(length))), as: UTF8.self)
  }

  /// The number of the group with a name.
  func group(named name: String) -> Int? {
    let number = pcre2_substring_number_from_name_8(code, name.utf8.map { $0 } + [0])
    return number > 0 ? Int(number) : nil
  }
}

/// Searches texts with one pattern and holds the last match. One a batch: not for two threads.
final class RegexpMatcher {
  let regexp: Regexp
  private let data: OpaquePointer
  private let context: OpaquePointer
  private let stack: OpaquePointer?
  private let offsets: UnsafeMutablePointer<Int>

  /// Steps of backtracking in one search; about a second.
  private static let matchLimit: UInt32 = 10_000_000
  private static let stackBytesMax = 1 << 20

  init(_ regexp: Regexp) throws(SQLError) {
    guard let data = pcre2_match_data_create_from_pattern_8(regexp.code, nil) else {
      throw .internal("no memory for a regular expression")
    }
    guard let context = pcre2_match_context_create_8(nil) else {
      pcre2_match_data_free_8(data)
      throw .internal("no memory for a regular expression")
    }
    self.regexp = regexp
    self.data = data
    self.context = context
    offsets = pcre2_get_ovector_pointer_8(data)
    pcre2_set_match_limit_8(context, RegexpMatcher.matchLimit)
    stack = pcre2_jit_stack_create_8(32 << 10, RegexpMatcher.stackBytesMax, nil)
    if let stack { pcre2_jit_stack_assign_8(context, nil, UnsafeMutableRawPointer(stack)) }
  }

  deinit {
    pcre2_match_data_free_8(data)
    pcre2_match_context_free_8(context)
    if let stack { pcre2_jit_stack_free_8(stack) }
  }

  /// Start of group `group` of the last match in bytes; −1 if the group took no part.
  @inline(__always) func start(_ group: Int = 0) -> Int { offsets[group &* 2] }
  @inline(__always) func end(_ group: Int = 0) -> Int { offsets[group &* 2 &+ 1] }

  /// Looks for the first match at or behind byte `start`.
  func find(_ text: UnsafeRawBufferPointer, from start: Int = 0) throws(SQLError) -> Bool {
    guard start <= text.count, let base = text.baseAddress else { return false }
    let result = pcre2_match_8(regexp.code, base.assumingMemoryBound(to: UInt8.self), text.count, start, 0, data, context)
    if result >= 0 { return true }
    switch result {
    case Int32(PCRE2_ERROR_NOMATCH): return false
    case Int32(PCRE2_ERROR_MATCHLIMIT), Int32(PCRE2_ERROR_JIT_STACKLIMIT), Int32(PCRE2_ERROR_DEPTHLIMIT),
      Int32(PCRE2_ERROR_HEAPLIMIT):
      throw .data(
        "REGEXP_LIMIT_EXCEEDED", "the regular expression needs too many steps on a text of \(text.count) bytes",
        hint: "avoid nested repetitions such as (a+)+, or make them possessive: (a++)+")
    default: throw .data("REGEXP_FAILED", "the regular expression failed: \(Regexp.message(result))")
    }
  }

  /// Where to look on after the match: behind it, and one character further if it was empty.
  @inline(__always)
  func next(in text: UnsafeRawBufferPointer) -> Int {
    if end() > start() { return end() }
    return end() < text.count ? end() &+ Utf8.width(text, end()) : text.count &+ 1
  }

  /// The matches of a whole text, in order, until `body` gives false.
  func forEach(
    in text: UnsafeRawBufferPointer, from start: Int = 0, _ body: () -> Bool
  ) throws(SQLError) {
    var at = start
    while at <= text.count, try find(text, from: at) {
      let next = next(in: text)
      if !body() { return }
      at = next
    }
  }
}

extension SQLError {
  static func invalidRegexp(_ pattern: String, _ reason: String, at place: Int, _ function: String) -> SQLError {
    .data(
      "INVALID_PARAMETER_VALUE.PATTERN",
      "\(function): '\(pattern)' is no regular expression: \(reason) at byte \(place)")
  }
}
