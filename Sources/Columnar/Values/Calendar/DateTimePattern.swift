/// A date-time pattern such as `yyyy-MM-dd'T'HH:mm:ss.SSSXXX`, compiled once and then used for many values.
///
/// The language is Spark's: the subset of Java's `DateTimeFormatter` patterns that Spark admits, with English
/// names. Parsing is Java's strict way: numbers have the width of their letters, the whole text must match, and
/// fields that contradict each other or do not exist are refused; letters of either case match. Missing fields
/// are those of 1970-01-01 00:00. Formatting works for every date and timestamp.
///
/// | letters | meaning |
/// |---|---|
/// | `G` `y` `M` `L` `d` `D` | era, year, month (twice), day of month, day of year |
/// | `Q` `q` `E` `F` | quarter (twice), weekday, its occurrence in the month; formatting only |
/// | `a` `h` `K` `k` `H` `m` `s` `S` | AM/PM, hours 1–12, 0–11, 1–24, 0–23, minute, second, fraction |
/// | `VV` `z` `O` `X` `x` `Z` | zone: region, name, `GMT+1`, and offsets with and without `Z` |
/// | `'` `[` `]` | quotes around literal text, a part that may be missing |
package struct DateTimePattern: Sendable {
  /// What a pattern is for; a few letters only work one way.
  package enum Purpose: Sendable { case formatting, parsing }

  let program: [DateTimeStep]

  /// Compiles `pattern`; costs a few microseconds.
  package init(_ pattern: String, for purpose: Purpose) throws(DateTimePatternError) {
    var compiler = DateTimePatternCompiler(pattern: Array(pattern.utf8), purpose: purpose)
    program = try compiler.compile()
  }
}

/// Why a pattern was refused.
package enum DateTimePatternError: Error, Equatable, Sendable {
  /// `Y`, `w`, `W`, `u`, `e`, `c`: weeks differ from country to country.
  case weekBased(Character)
  /// No letter of the language, or none for this purpose.
  case illegalLetter(Character)
  /// A letter, too often or too rarely repeated.
  case wrongLength(Character, Int)
  /// A quote or a bracket without its partner, or more brackets in each other than anybody needs.
  case unbalanced(Character)
}

/// What a letter stands for. The raw value is the place in ``ParsedFields``.
enum DateTimeField: UInt8 {
  case year, yearOfEra, era, month, dayOfMonth, dayOfYear
  case hourOfDay, clockHourOfDay, hourOfHalfday, clockHourOfHalfday, halfday, minute, second, nano
  case offsetSeconds
  case quarter, weekday, weekdayOccurrence
}

/// One step of a compiled pattern.
enum DateTimeStep: Sendable {
  /// A byte that stands for itself.
  case literal(UInt8)
  case number(DateTimeNumber)
  /// Digits of the second's fraction, from the first on.
  case fraction(min: Int, max: Int)
  case text(DateTimeField, isFull: Bool)
  case offset(OffsetLayout)
  /// `GMT+1` or `GMT+01:00`.
  case localizedOffset(isFull: Bool)
  case zoneID
  case zoneName(isFull: Bool)
  /// The steps up to `end`, which is not one of them, may be missing.
  case optional(end: Int)
}

/// A number and its width.
struct DateTimeNumber: Sendable {
  enum Sign {
    /// Minus where needed.
    case normal
    /// None.
    case never
    /// Minus where needed; plus where there are more digits than the least number.
    case exceedsPad
  }

  var field: DateTimeField
  var min: Int
  var max: Int
  var sign: Sign
  /// Digits that the fixed numbers right behind it need; it takes what is left.
  var reserved = 0
  /// Two digits for the years 2000 to 2099.
  var isReducedYear = false

  /// Always the same number of digits.
  var isFixed: Bool { min == max && sign == .never }
}

/// How an offset from UTC is written.
struct OffsetLayout: Sendable {
  enum Parts {
    /// `+hh`, and `mm` if there are minutes.
    case minutesIfNeeded
    case minutes
    /// And `ss` if there are seconds.
    case secondsIfNeeded
  }

  var parts: Parts
  var hasColons: Bool
  /// What stands for no offset.
  var zero: StaticString
}

/// Turns the text of a pattern into steps, by the rules of Java's `DateTimeFormatterBuilder.appendPattern`.
struct DateTimePatternCompiler {
  let pattern: [UInt8]
  let purpose: DateTimePattern.Purpose
  private var steps: [DateTimeStep] = []
  /// Where the steps of open brackets begin.
  private var open: [Int] = []
  /// The last number that may be followed directly by others.
  private var adjacent: Int?
  /// With an era, `y` counts within it.
  private var hasEra = false

  /// Brackets in each other: parsing recurses that deep.
  private static let depthMax = 16

  init(pattern: [UInt8], purpose: DateTimePattern.Purpose) {
    self.pattern = pattern
    self.purpose = purpose
  }

  mutating func compile() throws(DateTimePatternError) -> [DateTimeStep] {
    hasEra = unquotedLetters().contains(UInt8(ascii: "G"))
    var index = 0
    while index < pattern.count {
      let byte = pattern[index]
      if AsciiText.isLetter(byte) {
        var end = index + 1
        while end < pattern.count, pattern[end] == byte { end += 1 }
        try letter(byte, count: end - index)
        index = end
        continue
      }
      index += 1
      switch byte {
      case UInt8(ascii: "'"): index = try quoted(from: index)
      case UInt8(ascii: "["):
        guard open.count < Self.depthMax else { throw .unbalanced("[") }
        append(.optional(end: 0))
        open.append(steps.count - 1)
      case UInt8(ascii: "]"):
        guard let start = open.popLast() else { throw .unbalanced("]") }
        steps[start] = .optional(end: steps.count)
        adjacent = nil
      case UInt8(ascii: "{"), UInt8(ascii: "}"), UInt8(ascii: "#"):
        throw .illegalLetter(Character(UnicodeScalar(byte)))
      default: append(.literal(byte))
      }
    }
    // A bracket may stay open up to the end.
    for start in open { steps[start] = .optional(end: steps.count) }
    return steps
  }

  private func unquotedLetters() -> Set<UInt8> {
    var letters: Set<UInt8> = []
    var isQuoted = false
    for byte in pattern {
      if byte == UInt8(ascii: "'") { isQuoted.toggle() }
      if !isQuoted { letters.insert(byte) }
    }
    return letters
  }

  /// Literal text behind a quote; gives the index behind the closing one. Two quotes within are one; so is no text.
  private mutating func quoted(from start: Int) throws(DateTimePatternError) -> Int {
    var index = start
    while index < pattern.count {
      if pattern[index] == UInt8(ascii: "'") {
        index += 1
        guard index < pattern.count, pattern[index] == UInt8(ascii: "'") else {
          if index == start + 1 { append(.literal(UInt8(ascii: "'"))) }
          return index
        }
      }
      append(.literal(pattern[index]))
      index += 1
    }
    throw .unbalanced("'")
  }

  private mutating func append(_ step: DateTimeStep) {
    steps.append(step)
    adjacent = nil
  }

  /// Numbers directly behind each other: the first may vary in width and leaves the others theirs.
  private mutating func append(_ number: DateTimeNumber) {
    if let first = adjacent, case .number(var leading) = steps[first], number.isFixed {
      leading.reserved += number.max
      steps[first] = .number(leading)
      steps.append(.number(number))
    } else {
      // A number of any width behind it: then it takes all it can, as in Java.
      if let first = adjacent, case .number(var leading) = steps[first] {
        leading.reserved = 0
        steps[first] = .number(leading)
      }
      steps.append(.number(number))
      adjacent = steps.count - 1
    }
  }

  private mutating func value(
    _ field: DateTimeField, _ min: Int, _ max: Int? = nil, _ sign: DateTimeNumber.Sign = .never
  ) {
    append(DateTimeNumber(field: field, min: min, max: max ?? min, sign: sign))
  }

  /// As many digits as it has for one letter, two for two.
  private mutating func shortValue(_ field: DateTimeField, _ letter: UInt8, _ count: Int)
    throws(DateTimePatternError)
  {
    switch count {
    case 1: value(field, 1, 19, .normal)
    case 2: value(field, 2)
    default: throw wrongLength(letter, count)
    }
  }

  private func wrongLength(_ letter: UInt8, _ count: Int) -> DateTimePatternError {
    .wrongLength(Character(UnicodeScalar(letter)), count)
  }

  private mutating func letter(_ letter: UInt8, count: Int) throws(DateTimePatternError) {
    let isParsing = purpose == .parsing
    switch letter {
    case UInt8(ascii: "y"): try year(count)
    case UInt8(ascii: "M"), UInt8(ascii: "L"): try numberOrText(.month, letter, count)
    case UInt8(ascii: "Q") where !isParsing, UInt8(ascii: "q") where !isParsing:
      try numberOrText(.quarter, letter, count)
    case UInt8(ascii: "E") where !isParsing, UInt8(ascii: "G"):
      guard count <= 4 else { throw wrongLength(letter, count) }
      append(.text(letter == UInt8(ascii: "G") ? .era : .weekday, isFull: count == 4))
    case UInt8(ascii: "a"):
      guard count == 1 else { throw wrongLength(letter, count) }
      append(.text(.halfday, isFull: false))
    case UInt8(ascii: "F") where !isParsing:
      guard count == 1 else { throw wrongLength(letter, count) }
      value(.weekdayOccurrence, 1, 19, .normal)
    case UInt8(ascii: "D"):
      guard count <= 3 else { throw wrongLength(letter, count) }
      if count == 1 { value(.dayOfYear, 1, 19, .normal) } else { value(.dayOfYear, count, 3) }
    case UInt8(ascii: "d"): try shortValue(.dayOfMonth, letter, count)
    case UInt8(ascii: "H"): try shortValue(.hourOfDay, letter, count)
    case UInt8(ascii: "k"): try shortValue(.clockHourOfDay, letter, count)
    case UInt8(ascii: "K"): try shortValue(.hourOfHalfday, letter, count)
    case UInt8(ascii: "h"): try shortValue(.clockHourOfHalfday, letter, count)
    case UInt8(ascii: "m"): try shortValue(.minute, letter, count)
    case UInt8(ascii: "s"): try shortValue(.second, letter, count)
    case UInt8(ascii: "S"): try fraction(count)
    case UInt8(ascii: "V"), UInt8(ascii: "z"), UInt8(ascii: "O"), UInt8(ascii: "X"), UInt8(ascii: "x"),
      UInt8(ascii: "Z"):
      append(try zone(letter, count))
    case UInt8(ascii: "Y"), UInt8(ascii: "w"), UInt8(ascii: "W"), UInt8(ascii: "u"), UInt8(ascii: "e"),
      UInt8(ascii: "c"):
      throw .weekBased(Character(UnicodeScalar(letter)))
    default: throw .illegalLetter(Character(UnicodeScalar(letter)))
    }
  }

  private mutating func year(_ count: Int) throws(DateTimePatternError) {
    // Timestamps have six digits at most.
    guard count <= 6 else { throw .wrongLength("y", count) }
    let field: DateTimeField = hasEra ? .yearOfEra : .year
    if count == 2 {
      append(DateTimeNumber(field: field, min: 2, max: 2, sign: .never, isReducedYear: true))
    } else {
      value(field, count, 19, count < 4 ? .normal : .exceedsPad)
    }
  }

  private mutating func numberOrText(
    _ field: DateTimeField, _ letter: UInt8, _ count: Int
  ) throws(DateTimePatternError) {
    switch count {
    case 1, 2: try shortValue(field, letter, count)
    case 3, 4: append(.text(field, isFull: count == 4))
    default: throw wrongLength(letter, count)
    }
  }

  private mutating func fraction(_ count: Int) throws(DateTimePatternError) {
    guard count <= 9 else { throw .wrongLength("S", count) }
    // When parsing, the count is the most digits, as in Spark.
    let step = DateTimeStep.fraction(min: purpose == .parsing ? 1 : count, max: count)
    guard count == 1 || purpose == .formatting, let first = adjacent, case .number(var leading) = steps[first]
    else {
      return append(step)
    }
    leading.reserved += count
    steps[first] = .number(leading)
    steps.append(step)
  }

  private func zone(_ letter: UInt8, _ count: Int) throws(DateTimePatternError) -> DateTimeStep {
    switch (letter, count) {
    case (UInt8(ascii: "V"), 2): return .zoneID
    case (UInt8(ascii: "z"), 1...4): return .zoneName(isFull: count == 4)
    case (UInt8(ascii: "O"), 1), (UInt8(ascii: "O"), 4): return .localizedOffset(isFull: count == 4)
    case (UInt8(ascii: "Z"), 1...3):
      return .offset(OffsetLayout(parts: .minutes, hasColons: false, zero: "+0000"))
    case (UInt8(ascii: "Z"), 4): return .localizedOffset(isFull: true)
    case (UInt8(ascii: "Z"), 5):
      return .offset(OffsetLayout(parts: .secondsIfNeeded, hasColons: true, zero: "Z"))
    case (UInt8(ascii: "X"), 1...5), (UInt8(ascii: "x"), 1...5):
      let hasColons = count == 3 || count == 5
      let zero: StaticString =
        letter == UInt8(ascii: "X") ? "Z" : count == 1 ? "+00" : hasColons ? "+00:00" : "+0000"
      let parts: OffsetLayout.Parts = count == 1 ? .minutesIfNeeded : count <= 3 ? .minutes : .secondsIfNeeded
      return .offset(OffsetLayout(parts: parts, hasColons: hasColons, zero: zero))
    default: throw wrongLength(letter, count)
    }
  }
}
