internal import Columnar
internal import Diagnostics

/// Compiles date-time patterns as rows give them, and remembers the last: within a batch it rarely changes.
struct PatternReader {
  private let purpose: DateTimePattern.Purpose
  private var text: BytesView?
  private var pattern: DateTimePattern?

  init(_ purpose: DateTimePattern.Purpose) { self.purpose = purpose }

  mutating func pattern(_ text: BytesView) throws(SQLError) -> DateTimePattern {
    if let pattern, let last = self.text, last == text { return pattern }
    let spelled = text.string
    do {
      let compiled = try DateTimePattern(spelled, for: purpose)
      self.text = text
      pattern = compiled
      return compiled
    } catch {
      throw .invalidPattern(spelled, error, for: purpose)
    }
  }
}

extension SQLError {
  /// A pattern that Spark's first date formats took, and today's do not, has a class of its own.
  static func invalidPattern(
    _ pattern: String, _ error: DateTimePatternError, for purpose: DateTimePattern.Purpose
  ) -> SQLError {
    let why: String
    switch error {
    case .weekBased(let letter): why = "the letter \(letter) counts weeks, which differ from country to country"
    case .illegalLetter(let letter): why = "the letter \(letter) has no meaning here"
    case .wrongLength(let letter, let count): why = "the letter \(letter) cannot stand \(count) times"
    case .unbalanced(let mark): why = "there is no partner for \(mark)"
    }
    let hint = "see the letters in the reference; quote plain text with '…'"
    if case .wrongLength(let letter, 5) = error, letter == "q" || letter == "Q" {
      return SQLError(
        .data, "INVALID_DATETIME_PATTERN.LENGTH", "the date-time pattern '\(pattern)' is not understood: \(why)", hint: hint)
    }
    if wasLegal(pattern) {
      return SQLError(
        .data, "INCONSISTENT_BEHAVIOR_CROSS_VERSION.DATETIME_PATTERN_RECOGNITION",
        "the date-time pattern '\(pattern)' is not understood: \(why)", hint: hint)
    }
    if case .weekBased = error {
      return SQLError(
        .data, "INCONSISTENT_BEHAVIOR_CROSS_VERSION.DATETIME_WEEK_BASED_PATTERN",
        "the date-time pattern '\(pattern)' is not understood: \(why)", hint: hint)
    }
    let banned = purpose == .parsing ? "ABnNpEFqQ" : "ABnNp"
    let isIllegal = unquoted(pattern).contains { banned.unicodeScalars.contains($0) }
    return SQLError(
      .data, isIllegal ? "INVALID_DATETIME_PATTERN.ILLEGAL_CHARACTER" : "INVALID_DATETIME_PATTERN.WITH_SUGGESTION",
      "the date-time pattern '\(pattern)' is not understood: \(why)", hint: hint)
  }

  /// Whether Java's SimpleDateFormat takes the pattern.
  private static func wasLegal(_ pattern: String) -> Bool {
    guard pattern.unicodeScalars.filter({ $0 == "'" }).count % 2 == 0 else { return false }
    var zoneLetters = 0
    for scalar in unquoted(pattern) where ("a"..."z").contains(scalar) || ("A"..."Z").contains(scalar) {
      if !"GyYMLwWDdFEuaHkKhmsSzZX".unicodeScalars.contains(scalar) { return false }
      zoneLetters = scalar == "X" ? zoneLetters + 1 : 0
      if zoneLetters > 3 { return false }
    }
    return true
  }

  /// What stands outside of quotes.
  private static func unquoted(_ pattern: String) -> [Unicode.Scalar] {
    var isQuoted = false
    return pattern.unicodeScalars.filter { scalar in
      if scalar == "'" { isQuoted.toggle() }
      return !isQuoted && scalar != "'"
    }
  }

  static func unparsable(_ text: BytesView, tolerant: String?) -> SQLError {
    .data(
      "CANNOT_PARSE_TIMESTAMP",
      "the text '\(text.string)' does not match the pattern", hint: tolerant.map { "use \($0) to get NULL" })
  }
}
