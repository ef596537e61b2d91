import Diagnostics

@testable import SQLSyntax

/// What the parser says of a text.
enum Judgement: Equatable {
  case accepted(AST.Statement)
  case refused(SQLError)
  /// The words are right, and a rule beyond the grammar is broken.
  case constrained(String)

  init(_ text: String, dialect: SQLDialect) {
    do throws(SQLError) {
      self = .accepted(try Parser.parseStatement(SourceText(name: "grammar", text: text), dialect: dialect))
    } catch {
      self = error.errorClass == "PARSE_SYNTAX_ERROR" ? .refused(error) : .constrained(error.errorClass)
    }
  }

  var isAccepted: Bool {
    if case .accepted = self { true } else { false }
  }

  /// Error classes that `grammar/streamsql.ebnf` names as beyond it.
  static let constraints: Set<String> = [
    "DUPLICATE_CLAUSES", "INVALID_INTERVAL_FORMAT", "NUMERIC_VALUE_OUT_OF_RANGE", "STATEMENT_TOO_DEEP",
    "STATEMENT_TOO_LONG", "UNSUPPORTED_FEATURE",
  ]
}

/// A text on which grammar and parser differ, without the words that have no part in it.
struct Difference: CustomStringConvertible {
  var words: [String]
  var isAcceptedByGrammar: Bool
  /// What the parser has against it.
  private var reason = ""

  /// nil if both agree, or the parser stops at a rule beyond the grammar.
  init?(_ words: [String], dialect: SQLDialect, recogniser: inout Recogniser) {
    guard let isAcceptedByGrammar = Self.verdict(words, dialect, &recogniser) else { return nil }
    self.isAcceptedByGrammar = isAcceptedByGrammar
    self.words = words
    var length = words.count / 2
    while length > 0 {
      var start = 0
      var isShorter = false
      while start + length <= self.words.count {
        var shorter = self.words
        shorter.removeSubrange(start..<(start + length))
        if Self.verdict(shorter, dialect, &recogniser) == isAcceptedByGrammar {
          self.words = shorter
          isShorter = true
        } else {
          start += 1
        }
      }
      length = isShorter ? min(length, self.words.count / 2) : length - 1
    }
    if case .refused(let error) = Judgement(self.words.joined(separator: " "), dialect: dialect) { reason = error.message }
  }

  private static func verdict(_ words: [String], _ dialect: SQLDialect, _ recogniser: inout Recogniser) -> Bool? {
    let text = words.joined(separator: " ")
    guard let isSentence = recogniser.accepts(text, dialect: dialect) else { return nil }
    switch Judgement(text, dialect: dialect) {
    case .accepted: return isSentence ? nil : false
    case .refused: return isSentence ? true : nil
    case .constrained: return nil
    }
  }

  var description: String {
    "\(isAcceptedByGrammar ? "only the grammar" : "only the parser") accepts: \(words.joined(separator: " ")) (\(reason))"
  }
}
