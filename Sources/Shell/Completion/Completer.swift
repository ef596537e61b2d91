import Connectors
import Diagnostics
import Engine
import SQLSyntax

/// Finds what could stand at the cursor, from the tokens before it.
struct Completer {
  let session: Session

  /// - Parameter point: the cursor, in bytes.
  func complete(_ text: [UInt8], at point: Int) -> Completion? {
    let start = statementStart(text, before: point)
    if text[start..<point].first.map({ $0 == UInt8(ascii: ".") || $0 == UInt8(ascii: "\\") }) ?? false {
      return CommandCompletion(session: session).complete(text, from: start, at: point)
    }
    let before = SourceText(name: "", bytes: Array(text[start..<point]))
    let pieces = TokenScan.pieces(of: before, dialect: session.dialect)
    if let last = pieces.last, Int(last.span.upper) == before.bytes.count {
      if last.kind == .comment, before.bytes.last != UInt8(ascii: "\n") { return nil }
      if last.kind == .broken, before.bytes[Int(last.span.lower)] == UInt8(ascii: "'") {
        return insideQuotes(pieces.dropLast(), before, from: start + Int(last.span.lower) + 1, text, point)
      }
    }
    let wordStart = wordStart(text, before: point, from: start, isKey: Self.expectsSetting(pieces, before))
    let typed = String(decoding: text[wordStart..<point], as: UTF8.self)
    let tokens = Statement(before, pieces.filter { Int($0.span.upper) + start <= wordStart || wordStart == point })
    let whole = wholeStatement(text, from: start)
    let candidates = Context(session: session, before: tokens, whole: whole, typed: typed).candidates()
    return Completion(range: wordStart..<point, candidates: Self.matching(candidates, typed))
  }

  /// Those that begin with what was typed, without regard to case; each once.
  static func matching(_ candidates: [Completion.Candidate], _ typed: String) -> [Completion.Candidate] {
    let wanted = typed.lowercased()
    var seen: Set<String> = []
    return candidates.filter { $0.text.lowercased().hasPrefix(wanted) && seen.insert($0.text.lowercased()).inserted }
  }

  private func statementStart(_ text: [UInt8], before point: Int) -> Int {
    let source = SourceText(name: "", bytes: Array(text[..<point]))
    var splitter = StatementSplitter(source, dialect: session.dialect)
    var start = point
    while let piece = splitter.next() {
      switch piece {
      case .statement(let span, isTerminated: false): return Int(span.lower)
      case .command(let span):
        // The cursor is still on its line.
        if !text[Int(span.lower)..<point].contains(UInt8(ascii: "\n")) { return Int(span.lower) }
      case .statement: break
      }
      start = point
    }
    return start
  }

  /// The statement around the cursor, with what stands behind it: columns are named before FROM.
  private func wholeStatement(_ text: [UInt8], from start: Int) -> Statement {
    let rest = SourceText(name: "", bytes: Array(text[start...]))
    var splitter = StatementSplitter(rest, dialect: session.dialect)
    let span = splitter.next()?.span ?? SourceSpan(0, rest.bytes.count)
    let own = SourceText(name: "", bytes: Array(rest.bytes[Int(span.lower)..<Int(span.upper)]))
    return Statement(own, TokenScan.pieces(of: own, dialect: session.dialect))
  }

  private func wordStart(_ text: [UInt8], before point: Int, from start: Int, isKey: Bool) -> Int {
    var index = point
    while index > start, isWord(text[index - 1]) || (isKey && [UInt8(ascii: "."), UInt8(ascii: "-")].contains(text[index - 1])) {
      index -= 1
    }
    return index
  }

  /// Behind SET and RESET: names of settings have dots in them.
  private static func expectsSetting(_ pieces: [TokenScan.Piece], _ source: SourceText) -> Bool {
    let words = Statement(source, pieces).words
    return ["SET", "RESET"].contains(words.first?.text.uppercased()) && !words.contains { $0.text == "=" }
  }

  private func isWord(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
      UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"), 0x80...:
      true
    default: false
    }
  }

  private func insideQuotes(
    _ pieces: ArraySlice<TokenScan.Piece>, _ source: SourceText, from start: Int, _ text: [UInt8], _ point: Int
  ) -> Completion? {
    let typed = String(decoding: text[start..<point], as: UTF8.self)
    let statement = Statement(source, Array(pieces))
    if let values = OptionContext(session: session, statement: statement)?.quotedCandidates(), !values.isEmpty {
      return Completion(range: start..<point, candidates: Self.matching(values, typed))
    }
    return PathCompletion.complete(typed, range: start..<point, closing: "'")
  }
}

/// The tokens of a statement, as words.
struct Statement {
  struct Word: Equatable {
    var text: String
    var isName: Bool
    var isString = false
  }

  var words: [Word]

  init(_ source: SourceText, _ pieces: [TokenScan.Piece]) {
    words = pieces.compactMap { piece in
      guard case .token(let token) = piece.kind else { return nil }
      switch token {
      case .word(let keyword):
        let text = source.text(of: piece.span)
        return Word(text: keyword.map { $0.isReserved ? text.uppercased() : text } ?? text, isName: keyword?.isReserved != true)
      case .quotedName(let name): return Word(text: name, isName: true)
      case .string(let bytes, _): return Word(text: String(decoding: bytes, as: UTF8.self), isName: false, isString: true)
      default: return Word(text: source.text(of: piece.span), isName: false)
      }
    }
  }

  /// The innermost parenthesis that is open at the end.
  var openParenthesis: Int? {
    var depth = 0
    for index in words.indices.reversed() {
      if words[index].isString { continue }
      switch words[index].text {
      case ")": depth += 1
      case "(":
        if depth == 0 { return index }
        depth -= 1
      default: break
      }
    }
    return nil
  }

  func upper(_ index: Int) -> String { index >= 0 && index < words.count ? words[index].text.uppercased() : "" }

  /// Names behind FROM, JOIN, INTO …, each with what it is called in this statement.
  var relations: [(name: [String], alias: String?, isPath: Bool)] {
    var found: [(name: [String], alias: String?, isPath: Bool)] = []
    var index = 0
    while index < words.count {
      defer { index += 1 }
      guard ["FROM", "JOIN", "UPDATE", "DESCRIBE", "TABLE"].contains(upper(index)) else { continue }
      repeat {
        index += 1
        if upper(index) == "STREAM" { index += 1 }
        guard index < words.count, words[index].isName || words[index].isString else { break }
        let isPath = words[index].isString
        var name = [words[index].text]
        while upper(index + 1) == ".", index + 2 < words.count, words[index + 2].isName {
          name.append(words[index + 2].text)
          index += 2
        }
        if upper(index + 1) == "STREAM" { index += 1 }
        var alias: String?
        if upper(index + 1) == "AS" { index += 1 }
        if index + 1 < words.count, words[index + 1].isName, !Self.clauseWords.contains(upper(index + 1)) {
          alias = words[index + 1].text
          index += 1
        }
        found.append((name, alias, isPath))
        index += 1
      } while upper(index) == ","
      index -= 1
    }
    return found
  }

  private static let clauseWords: Set<String> = ["WHERE", "OUTPUT", "TRIGGER", "EMIT", "CHECKPOINT", "SORT", "CLUSTER", "WINDOW", "WATERMARK", "ANTI", "SEMI"]
}
