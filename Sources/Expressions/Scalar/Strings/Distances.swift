internal import Columnar
internal import Diagnostics

/// How alike two texts are: `levenshtein`, `jaro_winkler_similarity`, `soundex`.
extension Strings {
  static let distances: [ScalarFunction] = [
    .plain(
      FunctionDoc(
        "levenshtein", .string, "levenshtein(str1, str2[, threshold])",
        "The number of characters to insert, remove or exchange to make one text of the other; −1 if it exceeds a threshold.",
        shown: ["SELECT levenshtein('kitten', 'sitting')": "3", "SELECT levenshtein('kitten', 'sitting', 2)": "-1"]),
      [.string, .string, .int], optional: 1, returns: .int, canFail: true
    ) { (context, operands) throws(SQLError) in
      let rows = context.rows
      let left = try operands[0].texts(rows)
      let right = try operands[1].texts(rows)
      let limits: [Int32] = operands.count > 2 ? try operands[2].rowValues(rows) : []
      var values: [Int32] = []
      values.reserveCapacity(rows)
      for row in 0..<rows {
        guard context.isValid(row) else {
          values.append(0)
          continue
        }
        let (a, b) = try comparable(left[row], right[row], "levenshtein")
        let distance = editDistance(a, b)
        values.append(operands.count > 2 && distance > limits[row] ? -1 : distance)
      }
      return .int32(PrimitiveColumn(values))
    },
    .plain(
      FunctionDoc(
        "jaro_winkler_similarity", .string, "jaro_winkler_similarity(str1, str2)",
        "How alike two texts are, from 0 for not at all to 1 for equal.",
        shown: ["SELECT jaro_winkler_similarity('MARTHA', 'MARHTA')": "0.9611111111111111"]),
      [.string, .string], returns: .double, canFail: true
    ) { (context, operands) throws(SQLError) in
      let left = try operands[0].texts(context.rows)
      let right = try operands[1].texts(context.rows)
      var values = [Double](repeating: 0, count: context.rows)
      for row in 0..<context.rows where context.isValid(row) {
        let (a, b) = try comparable(left[row], right[row], "jaro_winkler_similarity")
        values[row] = jaroWinkler(a, b)
      }
      return .float64(PrimitiveColumn(values))
    },
    .plain(
      FunctionDoc(
        "soundex", .string, "soundex(str)", "A letter and three digits that are the same for English words that sound alike.",
        shown: ["SELECT soundex('Miller')": "M460"]), [.string], isExact: true, returns: .string
    ) { (context, operands) throws(SQLError) in
      try TextKernel.write(operands[0], context) { soundex($0, into: &$1) }
    },
  ]

  /// Steps of one distance at most: a second or two.
  private static let distanceCellsMax = 1 << 30

  /// The characters of two texts, unless comparing each with each would take too long.
  private static func comparable(
    _ left: BytesView, _ right: BytesView, _ function: String
  ) throws(SQLError) -> ([UInt32], [UInt32]) {
    let a = left.withRaw { Utf8.characters($0) }
    let b = right.withRaw { Utf8.characters($0) }
    let (cells, isTooMuch) = a.count.multipliedReportingOverflow(by: b.count)
    if !isTooMuch, cells <= distanceCellsMax { return (a, b) }
    throw .data(
      "VALUE_SIZE_LIMIT_EXCEEDED", "\(function) would compare texts of \(a.count) and \(b.count) characters",
      hint: "the product of the lengths may be \(distanceCellsMax)")
  }

  /// Wagner and Fischer, 1974, in one row of the table.
  private static func editDistance(_ a: [UInt32], _ b: [UInt32]) -> Int32 {
    if a.isEmpty || b.isEmpty { return Int32(truncatingIfNeeded: a.count + b.count) }
    return withUnsafeTemporaryAllocation(of: Int32.self, capacity: b.count + 1) { costs in
      for j in 0...b.count { costs[j] = Int32(truncatingIfNeeded: j) }
      for (i, character) in a.enumerated() {
        var diagonal = costs[0]
        costs[0] = Int32(truncatingIfNeeded: i &+ 1)
        for j in 0..<b.count {
          let change = diagonal &+ (b[j] == character ? 0 : 1)
          diagonal = costs[j &+ 1]
          costs[j &+ 1] = min(change, diagonal &+ 1, costs[j] &+ 1)
        }
      }
      return costs[b.count]
    }
  }

  /// Jaro's similarity, raised by a tenth of the rest for each of up to four equal first characters (Winkler, 1990).
  private static func jaroWinkler(_ a: [UInt32], _ b: [UInt32]) -> Double {
    if a == b { return 1 }
    if a.isEmpty || b.isEmpty { return 0 }
    let reach = max(0, max(a.count, b.count) / 2 - 1)
    var taken = [Bool](repeating: false, count: b.count)
    var matched: [UInt32] = []
    for (i, character) in a.enumerated() {
      let from = max(0, i - reach)
      let to = min(b.count, i + reach + 1)
      if from < to, let j = (from..<to).first(where: { !taken[$0] && b[$0] == character }) {
        taken[j] = true
        matched.append(character)
      }
    }
    if matched.isEmpty { return 0 }
    var turned = 0
    var next = 0
    for (j, isTaken) in taken.enumerated() where isTaken {
      if b[j] != matched[next] { turned += 1 }
      next += 1
    }
    let m = Double(matched.count)
    let jaro = (m / Double(a.count) + m / Double(b.count) + (m - Double(turned / 2)) / m) / 3
    let prefix = zip(a, b).prefix(4).prefix { $0 == $1 }.count
    return jaro + 0.1 * Double(prefix) * (1 - jaro)
  }

  /// Codes of A to Z; 7 is a letter that counts for nothing, not even between equal codes.
  private static let soundexCodes: StaticString = "01230127022455012623017202"

  /// A text that begins with no letter stays as it is.
  private static func soundex(_ text: UnsafeRawBufferPointer, into out: inout ByteWriter) {
    func letter(_ at: Int) -> Int? { AsciiText.isLetter(text[at]) ? Int(text[at] & 0xDF &- 0x41) : nil }
    guard text.count > 0, let first = letter(0) else { return out.append(text) }
    let codes = soundexCodes.utf8Start
    out.append(text[0] & 0xDF)
    var last = codes[first]
    for at in 1..<max(1, text.count) where out.count < 4 {
      guard let place = letter(at) else {
        last = UInt8(ascii: "0")
        continue
      }
      let code = codes[place]
      if code == UInt8(ascii: "7") { continue }
      if code != UInt8(ascii: "0"), code != last { out.append(code) }
      last = code
    }
    out.append(repeating: UInt8(ascii: "0"), times: 4 - out.count)
  }
}

extension Utf8 {
  /// The characters as numbers; a byte that begins none is one above all code points.
  static func characters(_ text: UnsafeRawBufferPointer) -> [UInt32] {
    var result: [UInt32] = []
    result.reserveCapacity(text.count)
    var at = 0
    while at < text.count {
      let (scalar, width) = scalar(text, at)
      result.append(scalar?.value ?? 0x11_0000 + UInt32(text[at]))
      at &+= width
    }
    return result
  }
}
