internal import CKernels
internal import Columnar

/// Why a record, or a value in it, could not be read.
struct JsonProblem {
  enum Reason: UInt8 {
    case none
    case unexpected, incomplete, badEscape, badNumber, badLiteral, tooDeep, notAnObject, trailing
    /// The value is JSON but not of the column's type.
    case mismatch, duplicateKey
    case unclosedString, controlCharacter, invalidUTF8
  }
  var reason = Reason.none
  /// Offset from the start of the chunk.
  var position = 0
  /// The column, for a mismatch.
  var slot = -1
}

/// Walks the tokens of one record. All strings are known to end, and all tokens to be where the first stage says.
///
/// The grammar is checked of everything in the record, wanted or not; what is not wanted is only checked.
struct JsonScanner {
  /// Nesting of one record, Jackson's limit.
  static let depthMax = 1000

  let base: UnsafePointer<UInt8>
  let tokens: UnsafePointer<UInt32>
  /// Ordinal of the next token.
  var next = 0
  /// End of the record.
  var end = 0
  var depth = 0
  /// False where it is known that no string has an escape.
  var mayHaveEscapes = true
  var problem = JsonProblem()

  init(base: UnsafePointer<UInt8>, tokens: UnsafePointer<UInt32>) {
    self.base = base
    self.tokens = tokens
  }

  @inline(__always)
  var position: Int { Int(tokens[next]) }

  /// The byte of the next token; 0, which begins none, at the end of the record.
  @inline(__always)
  var byte: UInt8 {
    let at = position
    return at < end ? base[at] : 0
  }

  @inline(never)
  mutating func fail(_ reason: JsonProblem.Reason, at position: Int) -> Bool {
    if problem.reason == .none || problem.reason == .mismatch {
      problem = JsonProblem(reason: position >= end ? .incomplete : reason, position: position)
    }
    return false
  }

  mutating func failHere(_ reason: JsonProblem.Reason = .unexpected) -> Bool { fail(reason, at: position) }

  /// The contents of the string whose quote is the next token, which is passed.
  @inline(__always)
  mutating func string() -> (start: Int, count: Int) {
    let start = position &+ 1
    next &+= 1
    var close = min(position, end) &- 1
    while _slowPath(base[close] != UInt8(ascii: "\"")), close > start { close &-= 1 }
    return (start, close &- start)
  }

  @inline(__always)
  func hasEscape(_ start: Int, _ count: Int) -> Bool {
    mayHaveEscapes && count > 0 && sq_has_byte(base + start, count, UInt8(ascii: "\\")) != 0
  }

  @inline(__always)
  static func isDelimiter(_ byte: UInt8) -> Bool {
    byte == UInt8(ascii: ",") || byte == UInt8(ascii: "}") || byte == UInt8(ascii: "]")
      || byte == UInt8(ascii: " ") || byte == UInt8(ascii: "\n") || byte == UInt8(ascii: "\r")
      || byte == UInt8(ascii: "\t")
  }

  @inline(__always)
  static func isDigit(_ byte: UInt8) -> Bool { byte &- 0x30 <= 9 }

  /// The end of the plain integer that begins at `start`; nil if what stands there is anything else.
  @inline(__always)
  func integerEnd(_ start: Int) -> Int? {
    var at = base[start] == UInt8(ascii: "-") ? start &+ 1 : start
    let first = at
    // The bytes behind the record are readable, and no digits.
    while Self.isDigit(base[at]) { at &+= 1 }
    let isWhole = at > first && at <= end && (at == end || Self.isDelimiter(base[at]))
    return isWhole && (base[first] != UInt8(ascii: "0") || at == first &+ 1) ? at : nil
  }

  /// The end of the scalar that begins at `start`: the next delimiter or the record's end.
  @inline(__always)
  func scalarEnd(_ start: Int) -> Int {
    var at = start
    while at < end, !Self.isDelimiter(base[at]) { at &+= 1 }
    return at
  }

  /// Whether these bytes are a JSON number, and an integer.
  @inline(__always)
  func number(_ start: Int, _ stop: Int) -> (isNumber: Bool, isInteger: Bool) {
    var at = start
    if at < stop, base[at] == UInt8(ascii: "-") { at &+= 1 }
    guard at < stop, Self.isDigit(base[at]) else { return (false, false) }
    let leading = base[at]
    at &+= 1
    if leading == UInt8(ascii: "0") {
      if at < stop, Self.isDigit(base[at]) { return (false, false) }
    } else {
      while at < stop, Self.isDigit(base[at]) { at &+= 1 }
    }
    if at == stop { return (true, true) }
    if base[at] == UInt8(ascii: ".") {
      at &+= 1
      guard at < stop, Self.isDigit(base[at]) else { return (false, false) }
      while at < stop, Self.isDigit(base[at]) { at &+= 1 }
    }
    if at < stop, base[at] | 0x20 == UInt8(ascii: "e") {
      at &+= 1
      if at < stop, base[at] == UInt8(ascii: "-") || base[at] == UInt8(ascii: "+") { at &+= 1 }
      guard at < stop, Self.isDigit(base[at]) else { return (false, false) }
      while at < stop, Self.isDigit(base[at]) { at &+= 1 }
    }
    return (at == stop, false)
  }

  @inline(__always)
  func isWord(_ word: StaticString, _ start: Int, _ stop: Int) -> Bool {
    let count = word.utf8CodeUnitCount
    guard stop &- start == count else { return false }
    for i in 0..<count where base[start &+ i] != word.utf8Start[i] { return false }
    return true
  }

  func text(_ start: Int, _ stop: Int) -> UnsafeRawBufferPointer {
    UnsafeRawBufferPointer(start: base + start, count: max(0, stop &- start))
  }

  // MARK: Passing over

  /// Passes one value, checking it.
  mutating func skipValue(allowsNonNumeric: Bool) -> Bool {
    let at = position
    switch byte {
    case UInt8(ascii: "\""):
      let (start, count) = string()
      if hasEscape(start, count), !JsonEscapes.areValid(text(start, start &+ count)) {
        return fail(.badEscape, at: at)
      }
      return true
    case UInt8(ascii: "{"): return skipObject(allowsNonNumeric)
    case UInt8(ascii: "["): return skipArray(allowsNonNumeric)
    case 0: return fail(at < end ? .unexpected : .incomplete, at: at)
    case UInt8(ascii: "}"), UInt8(ascii: "]"), UInt8(ascii: ","), UInt8(ascii: ":"): return failHere()
    default:
      let stop = scalarEnd(at)
      next &+= 1
      return checkScalar(at, stop, allowsNonNumeric)
    }
  }

  mutating func checkScalar(_ start: Int, _ stop: Int, _ allowsNonNumeric: Bool) -> Bool {
    if number(start, stop).isNumber || isWord("null", start, stop) || isWord("true", start, stop)
      || isWord("false", start, stop)
    {
      return true
    }
    if allowsNonNumeric, JsonScanner.special(text(start, stop)) != nil { return true }
    let isNumeric = Self.isDigit(base[start]) || base[start] == UInt8(ascii: "-")
    return fail(isNumeric ? .badNumber : .badLiteral, at: start)
  }

  /// The words for numbers that JSON has not, as Jackson and Spark spell them.
  static func special(_ text: UnsafeRawBufferPointer) -> Double? {
    switch String(decoding: text.prefix(10), as: UTF8.self) {
    case "NaN": .nan
    case "INF", "+INF", "Infinity", "+Infinity": .infinity
    case "-INF", "-Infinity": -.infinity
    default: nil
    }
  }

  private mutating func skipObject(_ allowsNonNumeric: Bool) -> Bool {
    guard enter() else { return false }
    if byte == UInt8(ascii: "}") { return leave() }
    while true {
      guard byte == UInt8(ascii: "\"") else { return failHere() }
      let at = position
      let (start, count) = string()
      if hasEscape(start, count), !JsonEscapes.areValid(text(start, start &+ count)) {
        return fail(.badEscape, at: at)
      }
      guard byte == UInt8(ascii: ":") else { return failHere() }
      next &+= 1
      guard skipValue(allowsNonNumeric: allowsNonNumeric) else { return false }
      if byte == UInt8(ascii: "}") { return leave() }
      guard byte == UInt8(ascii: ",") else { return failHere() }
      next &+= 1
    }
  }

  private mutating func skipArray(_ allowsNonNumeric: Bool) -> Bool {
    guard enter() else { return false }
    if byte == UInt8(ascii: "]") { return leave() }
    while true {
      guard skipValue(allowsNonNumeric: allowsNonNumeric) else { return false }
      if byte == UInt8(ascii: "]") { return leave() }
      guard byte == UInt8(ascii: ",") else { return failHere() }
      next &+= 1
    }
  }

  /// Passes an opening bracket.
  @inline(__always)
  mutating func enter() -> Bool {
    if depth >= Self.depthMax { return failHere(.tooDeep) }
    depth &+= 1
    next &+= 1
    return true
  }

  /// Passes a closing bracket.
  @inline(__always)
  mutating func leave() -> Bool {
    depth &-= 1
    next &+= 1
    return true
  }
}
