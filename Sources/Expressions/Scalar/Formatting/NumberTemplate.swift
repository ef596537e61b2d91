internal import Columnar
internal import Diagnostics

/// A format of `to_char` and `to_number`, as Oracle and Spark write it: `S$99,990.00`, `999MI`, `99.9PR`.
struct NumberTemplate: Sendable {
  enum Sign: Sendable { case none, leadingSign, trailingSign, leadingMinus, trailingMinus, brackets }

  /// Digits between commas. Exact ones begin with a 0: they are filled with zeros, and all must be there when read.
  struct Group: Sendable {
    var digits = 0
    var isExact = false
  }

  private(set) var sign = Sign.none
  private(set) var hasDollar = false
  private(set) var hasPoint = false
  /// Before the point, from left to right.
  private(set) var groups: [Group] = []
  /// Digits behind the point.
  private(set) var places = 0

  var integralDigits: Int { groups.reduce(0) { $0 + $1.digits } }

  private enum Token: Hashable { case digit(isZero: Bool), comma, point, dollar, sign, minus, brackets }

  /// Throws what is wrong with `format`, placed at `span`.
  init(_ format: String, span: SourceSpan) throws(SQLError) {
    func problem(_ condition: String, _ what: String) -> SQLError {
      SQLError(
        .bind, "INVALID_FORMAT.\(condition)", "the format '\(format)' \(what)", span: span,
        hint: "a format is like 'S$99,990.00', 'MI999' or '99.9PR'")
    }
    if format.isEmpty { throw problem("EMPTY", "is empty") }
    let text = Array(format.uppercased().utf8)
    var tokens: [Token] = []
    var hasUnknown = false
    var at = 0
    while at < text.count {
      let next = at + 1 < text.count ? text[at + 1] : 0
      switch text[at] {
      case UInt8(ascii: "0"): tokens.append(.digit(isZero: true))
      case UInt8(ascii: "9"): tokens.append(.digit(isZero: false))
      case UInt8(ascii: ","), UInt8(ascii: "G"): tokens.append(.comma)
      case UInt8(ascii: "."), UInt8(ascii: "D"): tokens.append(.point)
      case UInt8(ascii: "$"): tokens.append(.dollar)
      case UInt8(ascii: "S"): tokens.append(.sign)
      case UInt8(ascii: "M") where next == UInt8(ascii: "I"):
        tokens.append(.minus)
        at += 1
      case UInt8(ascii: "P") where next == UInt8(ascii: "R"):
        tokens.append(.brackets)
        at += 1
      default: hasUnknown = true
      }
      at += 1
    }
    func isDigit(_ token: Token) -> Bool { if case .digit = token { true } else { false } }
    guard let firstDigit = tokens.firstIndex(where: isDigit) else { throw problem("WRONG_NUM_DIGIT", "has no digit") }
    if let dollar = tokens.firstIndex(of: .dollar), dollar > firstDigit {
      throw problem("CUR_MUST_BEFORE_DIGIT", "has a $ behind a digit")
    }
    if let point = tokens.firstIndex(of: .point), tokens[point...].contains(.comma) {
      throw problem("THOUSANDS_SEPS_MUST_BEFORE_DEC", "has a comma behind the point")
    }
    for (i, token) in tokens.enumerated() where token == .comma {
      let before = i > 0 && isDigit(tokens[i - 1])
      let behind = i + 1 < tokens.count && isDigit(tokens[i + 1])
      if !before || !behind { throw problem("CONT_THOUSANDS_SEPS", "has a comma without digits on both sides") }
    }
    for (kind, name) in [(Token.point, "decimal point"), (.dollar, "$"), (.sign, "S"), (.minus, "MI"), (.brackets, "PR")]
    where tokens.filter({ $0 == kind }).count > 1 {
      throw problem("WRONG_NUM_TOKEN", "has more than one \(name)")
    }
    if hasUnknown || !read(tokens) { throw problem("UNEXPECTED_TOKEN", "has a character out of place") }
  }

  /// Whether the tokens stand in order: a sign, $, digits, a point, digits, a sign.
  private mutating func read(_ tokens: [Token]) -> Bool {
    var rest = tokens[...]
    if rest.first == .sign || rest.first == .minus { sign = rest.removeFirst() == .sign ? .leadingSign : .leadingMinus }
    if rest.first == .dollar {
      hasDollar = true
      rest.removeFirst()
    }
    while let token = rest.first {
      if case .digit(let isZero) = token {
        if hasPoint {
          places += 1
        } else {
          if groups.isEmpty { groups.append(Group(digits: 0, isExact: isZero)) }
          if groups[groups.count - 1].digits == 0 { groups[groups.count - 1].isExact = isZero }
          groups[groups.count - 1].digits += 1
        }
      } else if token == .comma {
        groups.append(Group())
      } else if token == .point {
        hasPoint = true
      } else {
        break
      }
      rest.removeFirst()
    }
    if let last = rest.popFirst() {
      if last == .brackets {
        sign = sign == .none ? .brackets : sign
      } else {
        guard sign == .none, last == .sign || last == .minus else { return false }
        sign = last == .sign ? .trailingSign : .trailingMinus
      }
      if last == .brackets, sign != .brackets { return false }
    }
    return rest.isEmpty
  }

  // MARK: Writing

  /// Appends `number` in this format; `#` for each digit if it does not fit.
  func append(_ number: DecimalDigits, to out: inout ByteWriter) {
    let fits = number.point <= integralDigits && number.digits.count - number.point <= places
    var body = ByteWriter(capacity: 48)
    appendIntegral(number, fits: fits, to: &body)
    if hasPoint { body.append(UInt8(ascii: ".")) }
    if fits {
      number.appendFraction(least: places, most: places, to: &body)
    } else {
      body.append(repeating: UInt8(ascii: "#"), times: places)
    }
    let isNegative = number.isNegative && !number.isZero
    let mark: UInt8? =
      switch sign {
      case .none: nil
      case .leadingSign, .trailingSign: isNegative ? UInt8(ascii: "-") : UInt8(ascii: "+")
      case .leadingMinus, .trailingMinus: isNegative ? UInt8(ascii: "-") : 0x20
      case .brackets: isNegative ? UInt8(ascii: "<") : nil
      }
    let isLeading = sign == .leadingSign || sign == .leadingMinus || sign == .brackets
    let blanks = body.bytes.prefix { $0 == 0x20 }.count
    // A mark before the digits stands next to the first one, unless a $ comes between.
    if isLeading, !hasDollar {
      out.append(repeating: 0x20, times: blanks)
      if let mark { out.append(mark) }
      out.append(UnsafeRawBufferPointer(rebasing: body.bytes[blanks...]))
    } else {
      if isLeading, let mark { out.append(mark) }
      if hasDollar { out.append(UInt8(ascii: "$")) }
      out.append(body.bytes)
      if !isLeading, let mark { out.append(mark) }
    }
    if sign == .brackets { if isNegative { out.append(UInt8(ascii: ">")) } else { out.append("  ") } }
  }

  /// Blanks for what stands before the first digit, unless a 0 of the format demands digits there.
  private func appendIntegral(_ number: DecimalDigits, fits: Bool, to out: inout ByteWriter) {
    var place = integralDigits
    var hasBegun = false
    // A zero before a point is shown if the format has room for it, and no mark that takes its place.
    let isMarked = sign == .leadingSign || number.isNegative && (sign == .leadingMinus || sign == .brackets)
    let isLoneZero = fits && number.point <= 0 && hasPoint && (!isMarked || hasDollar)
    for (i, group) in groups.enumerated() {
      if i > 0 { out.append(hasBegun && fits ? UInt8(ascii: ",") : 0x20) }
      if group.isExact { hasBegun = true }
      for _ in 0..<group.digits {
        place -= 1
        if !fits {
          out.append(UInt8(ascii: "#"))
        } else if hasBegun || place < number.point || (isLoneZero && place == 0) {
          hasBegun = true
          out.append(number.digit(place) &+ 0x30)
        } else {
          out.append(0x20)
        }
      }
    }
  }

  // MARK: Reading

  /// The unscaled number of `places` places that `text` is in this format; nil if it is not in it. Blanks count for nothing.
  func parse(_ text: UnsafeRawBufferPointer) -> Int128? {
    let bytes = text.filter { !AsciiText.isWhitespace($0) }
    var at = 0
    func accept(_ byte: UInt8) -> Bool {
      guard at < bytes.count, bytes[at] == byte else { return false }
      at += 1
      return true
    }
    var isNegative = false
    switch sign {
    case .leadingSign:
      if accept(UInt8(ascii: "-")) { isNegative = true } else { _ = accept(UInt8(ascii: "+")) }
    case .leadingMinus: isNegative = accept(UInt8(ascii: "-"))
    case .brackets: isNegative = accept(UInt8(ascii: "<"))
    case .none, .trailingSign, .trailingMinus: break
    }
    if hasDollar, !accept(UInt8(ascii: "$")) { return nil }
    // Digits of each group of the input.
    var sizes = [0]
    var value: Int128 = 0
    var isTooLarge = false
    func add(_ digit: UInt8) {
      let (product, over) = value.multipliedReportingOverflow(by: 10)
      let (sum, over2) = product.addingReportingOverflow(Int128(digit &- 0x30))
      value = sum
      isTooLarge = isTooLarge || over || over2
    }
    while at < bytes.count, AsciiText.isDigit(bytes[at]) || bytes[at] == UInt8(ascii: ",") {
      if bytes[at] == UInt8(ascii: ",") {
        sizes.append(0)
      } else {
        sizes[sizes.count - 1] += 1
        add(bytes[at])
      }
      at += 1
    }
    var digits = sizes.reduce(0, +)
    guard sizes.count <= max(1, groups.count), areFitting(sizes) else { return nil }
    var fraction = 0
    if hasPoint, accept(UInt8(ascii: ".")) {
      while at < bytes.count, AsciiText.isDigit(bytes[at]) {
        add(bytes[at])
        fraction += 1
        at += 1
      }
    }
    digits += fraction
    if fraction > places || digits == 0 { return nil }
    switch sign {
    case .trailingSign:
      if accept(UInt8(ascii: "-")) { isNegative = true } else { _ = accept(UInt8(ascii: "+")) }
    case .trailingMinus: isNegative = accept(UInt8(ascii: "-"))
    case .brackets: if isNegative, !accept(UInt8(ascii: ">")) { return nil }
    case .none, .leadingSign, .leadingMinus: break
    }
    guard at == bytes.count else { return nil }
    for _ in fraction..<places { add(0x30) }
    return isTooLarge ? nil : (isNegative ? -value : value)
  }

  /// Whether groups of so many digits, counted from the right, are those of the format.
  private func areFitting(_ sizes: [Int]) -> Bool {
    if groups.isEmpty { return sizes == [0] }
    for (i, group) in groups.reversed().enumerated() {
      let size = i < sizes.count ? sizes[sizes.count - 1 - i] : 0
      if group.isExact ? size != group.digits : size > group.digits { return false }
    }
    return true
  }
}
