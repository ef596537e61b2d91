internal import Columnar

/// A path as `get_json_object` takes it: `$.a.b[0]['c'][*]`.
struct JsonPath: Sendable {
  enum Step: Sendable, Equatable {
    case name([UInt8])
    case index(Int)
    /// `[*]`: every element.
    case anyIndex
  }

  let steps: [Step]

  /// Nil if the text is no path, which makes the function's result NULL.
  init?(_ text: [UInt8]) {
    guard text.first == UInt8(ascii: "$") else { return nil }
    var steps: [Step] = []
    var rest = text[1...]
    while let first = rest.first {
      if first == UInt8(ascii: ".") {
        let name = rest.dropFirst().prefix { $0 != UInt8(ascii: ".") && $0 != UInt8(ascii: "[") }
        // Spark knows no `.*`.
        if name.isEmpty || name.elementsEqual([UInt8(ascii: "*")]) { return nil }
        steps.append(.name(Array(name)))
        rest = rest[name.endIndex...]
      } else {
        guard first == UInt8(ascii: "["), let end = rest.firstIndex(of: UInt8(ascii: "]")) else { return nil }
        guard let step = JsonPath.bracket(rest[(rest.startIndex + 1)..<end]) else { return nil }
        steps.append(step)
        rest = rest[(end + 1)...]
      }
    }
    self.steps = steps
  }

  /// The path to one field of the outermost object.
  init(field name: [UInt8]) { steps = [.name(name)] }

  private static func bracket(_ text: ArraySlice<UInt8>) -> Step? {
    if text.elementsEqual([UInt8(ascii: "*")]) { return .anyIndex }
    if text.count > 2, text.first == UInt8(ascii: "'"), text.last == UInt8(ascii: "'") {
      return .name(Array(text.dropFirst().dropLast()))
    }
    return text.allSatisfy { $0 &- UInt8(ascii: "0") < 10 } ? Int(String(decoding: text, as: UTF8.self)).map { .index($0) } : nil
  }
}

/// Follows a path through one JSON text and writes what it leads to (Spark's `evaluatePath`, which follows Hive).
struct JsonPathReader {
  /// How matches are written: a string alone loses its quotes, below a wildcard it keeps them, below `[*][*]` arrays
  /// are flattened into their parent.
  private enum Style { case raw, quoted, flattened }

  private var scanner: JsonScanner
  /// The text turned out to be no JSON.
  private(set) var isMalformed = false

  init(_ bytes: UnsafeRawBufferPointer) { scanner = JsonScanner(bytes) }

  /// Writes the match of `path`; false if there is none, or the text is malformed up to where it was read.
  mutating func match(_ path: JsonPath, into out: inout ByteWriter) -> Bool {
    guard scanner.peek() != nil else { return false }
    let isMatch = evaluate(path.steps[...], .raw, &out)
    return isMatch && !isMalformed
  }

  private mutating func evaluate(_ steps: ArraySlice<JsonPath.Step>, _ style: Style, _ out: inout ByteWriter) -> Bool {
    let next = scanner.peek()
    guard let step = steps.first else {
      if style == .raw, scanner.isString { return check(scanner.string(into: &out)) }
      if style == .flattened, next == UInt8(ascii: "[") { return elements { $0.listed(steps, style, &out) } }
      return check(scanner.copyValue(to: &out))
    }
    switch (next, step) {
    case (UInt8(ascii: "{"), .name): return member(steps, style, &out)
    case (UInt8(ascii: "["), .anyIndex): return wildcard(steps, style, &out)
    case (UInt8(ascii: "["), .index(let index)):
      let rest = steps.dropFirst()
      let inner = rest.first == .anyIndex && style == .raw ? Style.quoted : style
      var place = 0
      var isFound = false
      _ = elements { reader in
        defer { place += 1 }
        if place == index { isFound = reader.evaluate(rest, inner, &out) } else { reader.skip() }
        return false
      }
      return isFound
    default:
      skip()
      return false
    }
  }

  private mutating func check(_ isGood: Bool) -> Bool {
    if !isGood { isMalformed = true }
    return isGood
  }

  private mutating func skip() { _ = check(scanner.skipValue()) }

  /// A match in a list: with a comma if it is not the first.
  private mutating func listed(_ steps: ArraySlice<JsonPath.Step>, _ style: Style, _ out: inout ByteWriter) -> Bool {
    var match = ByteWriter()
    guard evaluate(steps, style, &match) else { return false }
    if out.count > 0 { out.append(UInt8(ascii: ",")) }
    out.append(match.bytes)
    return true
  }

  /// The first field that matches; the others are skipped.
  private mutating func member(_ steps: ArraySlice<JsonPath.Step>, _ style: Style, _ out: inout ByteWriter) -> Bool {
    guard check(scanner.open(UInt8(ascii: "{"))) else { return false }
    var isFound = false
    var isFirst = true
    var name = ByteWriter()
    while !isMalformed {
      guard let isEnd = scanner.isAtEnd(UInt8(ascii: "}"), isFirst: isFirst) else { return check(false) }
      if isEnd { break }
      isFirst = false
      name.removeAll()
      guard check(scanner.string(into: &name) && scanner.accept(UInt8(ascii: ":"))) else { return false }
      var isWanted = false
      if case .name(let wanted)? = steps.first, !isFound {
        isWanted = name.bytes.elementsEqual(wanted) && scanner.peek() != UInt8(ascii: "n")
      }
      if isWanted { isFound = evaluate(steps.dropFirst(), style, &out) } else { skip() }
    }
    return isFound
  }

  private mutating func wildcard(_ steps: ArraySlice<JsonPath.Step>, _ style: Style, _ out: inout ByteWriter) -> Bool {
    let rest = steps.dropFirst()
    var matches = ByteWriter()
    var count = 0
    if rest.first == .anyIndex {
      let inner = rest.dropFirst()
      let isFound = elements { $0.listed(inner, .flattened, &matches) }
      write(list: matches.bytes, to: &out)
      return isFound
    }
    let inner: Style = style == .flattened ? .flattened : .quoted
    let isFound = elements { reader in
      let isMatch = reader.listed(rest, inner, &matches)
      if isMatch { count += 1 }
      return isMatch
    }
    // A single match stands alone, unless it is inside a list already.
    if style == .quoted || count > 1 {
      write(list: matches.bytes, to: &out)
    } else if count == 1 {
      out.append(matches.bytes)
    }
    return isFound
  }

  private func write(list: UnsafeRawBufferPointer, to out: inout ByteWriter) {
    out.append(UInt8(ascii: "["))
    out.append(list)
    out.append(UInt8(ascii: "]"))
  }

  /// Calls `body` before each element of an array, which it must take; whether it was true for one.
  private mutating func elements(_ body: (inout JsonPathReader) -> Bool) -> Bool {
    guard check(scanner.open(UInt8(ascii: "["))) else { return false }
    var isFound = false
    var isFirst = true
    while !isMalformed {
      guard let isEnd = scanner.isAtEnd(UInt8(ascii: "]"), isFirst: isFirst) else { return check(false) }
      if isEnd { break }
      isFirst = false
      if body(&self) { isFound = true }
    }
    return isFound
  }
}
