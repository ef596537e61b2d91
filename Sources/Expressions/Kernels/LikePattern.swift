internal import CKernels
internal import Columnar
internal import Diagnostics

/// A LIKE pattern, compiled: `%` any characters, `_` one, the escape character takes what follows as it is.
///
/// Between the `%` stand pieces. The first piece is held to the start of the text, the last to its end, each of the
/// others to the first place behind the one before: no backtracking, and time linear in the text for literal pieces.
struct LikePattern: Sendable {
  /// A run without `%`: literals and single characters in turn.
  private struct Piece: Sendable {
    /// Literal bytes; a gap of `skips[i]` characters follows the i-th.
    var literals: [[UInt8]] = [[]]
    var skips: [Int] = []

    var isEmpty: Bool { literals.count == 1 && literals[0].isEmpty }
    var isLiteral: Bool { literals.count == 1 }
    /// Characters of the whole piece.
    var length: Int {
      literals.reduce(skips.reduce(0, +)) { $0 + $1.withUnsafeBytes { Utf8.count($0) } }
    }
  }

  private enum Shape: Sendable {
    case exact, prefix, suffix, infix
    /// Literals with `%` between them.
    case literals
    case general
  }

  private let pieces: [Piece]
  private let shape: Shape
  private let lastLength: Int
  /// Where all pieces are literals: their bytes one behind the other, and where each ends. Read without a reference
  /// counted, which workers would wait for each other with.
  private let bytes: [UInt8]
  private let ends: [Int]

  init(_ pattern: UnsafeRawBufferPointer, escape: [UInt8]) throws(SQLError) {
    func isEscape(_ at: Int) -> Bool { escape.withUnsafeBytes { ByteSearch.matches($0, in: pattern, at: at) } }
    var pieces = [Piece()]
    var at = 0
    while at < pattern.count {
      let last = pieces.count - 1
      let width = Utf8.width(pattern, at)
      if escape.count == width, isEscape(at) {
        let next = at + width
        guard next < pattern.count else { throw .escapeAtEnd(pattern) }
        let isEscaped = isEscape(next)
        guard isEscaped || pattern[next] == UInt8(ascii: "%") || pattern[next] == UInt8(ascii: "_") else {
          throw .escapeInMiddle(pattern, at: next)
        }
        let taken = isEscaped ? width : 1
        pieces[last].literals[pieces[last].literals.count - 1] += pattern[next..<next + taken]
        at = next + taken
        continue
      }
      switch pattern[at] {
      case UInt8(ascii: "%"): pieces.append(Piece())
      case UInt8(ascii: "_"):
        if let previous = pieces[last].literals.last, previous.isEmpty, !pieces[last].skips.isEmpty {
          pieces[last].skips[pieces[last].skips.count - 1] += 1
        } else {
          pieces[last].skips.append(1)
          pieces[last].literals.append([])
        }
      default: pieces[last].literals[pieces[last].literals.count - 1] += pattern[at..<at + width]
      }
      at += width
    }
    // `%%` is `%`.
    if pieces.count > 2 {
      pieces = [pieces[0]] + pieces[1..<pieces.count - 1].filter { !$0.isEmpty } + [pieces[pieces.count - 1]]
    }
    self.pieces = pieces
    lastLength = pieces[pieces.count - 1].length
    let isLiteral = pieces.allSatisfy(\.isLiteral)
    var bytes: [UInt8] = []
    var ends: [Int] = []
    if isLiteral {
      for piece in pieces {
        bytes += piece.literals[0]
        ends.append(bytes.count)
      }
    }
    (self.bytes, self.ends) = (bytes, ends)
    switch pieces.count {
    case 1 where isLiteral: shape = .exact
    case 2 where isLiteral && pieces[1].isEmpty: shape = .prefix
    case 2 where isLiteral && pieces[0].isEmpty: shape = .suffix
    case 3 where isLiteral && pieces[0].isEmpty && pieces[2].isEmpty: shape = .infix
    case 2... where isLiteral: shape = .literals
    default: shape = .general
    }
  }

  /// Whether each text matches; one loop a shape.
  func matches(_ texts: [BytesView]) -> [Bool] {
    switch shape {
    case .exact:
      return pieces[0].literals[0].withUnsafeBytes { word in
        texts.map { $0.withRaw { $0.count == word.count && ByteSearch.matches(word, in: $0, at: 0) } }
      }
    case .prefix:
      return pieces[0].literals[0].withUnsafeBytes { word in
        texts.map { $0.withRaw { ByteSearch.matches(word, in: $0, at: 0) } }
      }
    case .suffix:
      return pieces[1].literals[0].withUnsafeBytes { word in
        texts.map { $0.withRaw { ByteSearch.matches(word, in: $0, at: $0.count &- word.count) } }
      }
    case .infix:
      return pieces[1].literals[0].withUnsafeBytes { word in
        texts.map { $0.withRaw { ByteSearch.find(word, in: $0) >= 0 } }
      }
    case .literals:
      return bytes.withUnsafeBytes { words in
        ends.withUnsafeBufferPointer { ends in texts.map { $0.withRaw { LikePattern.matches($0, words, ends) } } }
      }
    case .general:
      return texts.map { $0.withRaw { matches($0) } }
    }
  }

  /// Whether a text is these words, one behind the other with anything between.
  private static func matches(
    _ text: UnsafeRawBufferPointer, _ words: UnsafeRawBufferPointer, _ ends: UnsafeBufferPointer<Int>
  ) -> Bool {
    func word(_ piece: Int) -> UnsafeRawBufferPointer {
      UnsafeRawBufferPointer(rebasing: words[(piece == 0 ? 0 : ends[piece - 1])..<ends[piece]])
    }
    let last = ends.count - 1
    guard ByteSearch.matches(word(0), in: text, at: 0) else { return false }
    var at = ends[0]
    for piece in 1..<last {
      let found = ByteSearch.find(word(piece), in: text, from: at)
      if found < 0 { return false }
      at = found + word(piece).count
    }
    let start = text.count - word(last).count
    return start >= at && ByteSearch.matches(word(last), in: text, at: start)
  }

  func matches(_ text: UnsafeRawBufferPointer) -> Bool {
    guard var at = match(pieces[0], text, 0) else { return false }
    if pieces.count == 1 { return at == text.count }
    for piece in pieces[1..<pieces.count - 1] {
      guard let end = find(piece, text, from: at) else { return false }
      at = end
    }
    let last = pieces[pieces.count - 1]
    if last.isEmpty { return true }
    if last.isLiteral {
      let start = text.count - last.literals[0].count
      return start >= at && match(last, text, start) != nil
    }
    guard let start = offset(text, fromEnd: lastLength, notBefore: at) else { return false }
    return match(last, text, start) == text.count
  }

  /// The end of `piece` if it stands at `start`.
  private func match(_ piece: Piece, _ text: UnsafeRawBufferPointer, _ start: Int) -> Int? {
    var at = start
    for (index, literal) in piece.literals.enumerated() {
      if !literal.isEmpty {
        guard literal.withUnsafeBytes({ ByteSearch.matches($0, in: text, at: at) }) else { return nil }
        at += literal.count
      }
      if index < piece.skips.count {
        for _ in 0..<piece.skips[index] {
          guard at < text.count else { return nil }
          at += Utf8.width(text, at)
        }
      }
    }
    return at
  }

  /// The end of the first place of `piece` at or behind `start`.
  private func find(_ piece: Piece, _ text: UnsafeRawBufferPointer, from start: Int) -> Int? {
    let first = piece.literals[0]
    if piece.isLiteral {
      let found = first.withUnsafeBytes { ByteSearch.find($0, in: text, from: start) }
      return found < 0 ? nil : found + first.count
    }
    var at = start
    while at <= text.count {
      if !first.isEmpty {
        at = first.withUnsafeBytes { ByteSearch.find($0, in: text, from: at) }
        if at < 0 { return nil }
      }
      if let end = match(piece, text, at) { return end }
      guard at < text.count else { return nil }
      at += Utf8.width(text, at)
    }
    return nil
  }

  /// Where the last `count` characters begin, unless that is before `least`.
  private func offset(_ text: UnsafeRawBufferPointer, fromEnd count: Int, notBefore least: Int) -> Int? {
    let total = Utf8.count(UnsafeRawBufferPointer(rebasing: text[least...]))
    return total < count ? nil : Utf8.offset(text, skipping: total - count, from: least)
  }
}

extension SQLError {
  fileprivate static func escapeAtEnd(_ pattern: UnsafeRawBufferPointer) -> SQLError {
    .data(
      "INVALID_FORMAT.ESC_AT_THE_END",
      "the pattern '\(String(decoding: pattern, as: UTF8.self))' ends with the escape character")
  }

  fileprivate static func escapeInMiddle(_ pattern: UnsafeRawBufferPointer, at place: Int) -> SQLError {
    let width = Utf8.width(pattern, place)
    let found = String(decoding: pattern[place..<place + width], as: UTF8.self)
    return .data(
      "INVALID_FORMAT.ESC_IN_THE_MIDDLE",
      "the pattern '\(String(decoding: pattern, as: UTF8.self))' escapes '\(found)'",
      hint: "only %, _ and the escape character itself can be escaped")
  }
}
