import SeededRandom

/// Random statements: words of the corpus cut, doubled, swapped and mixed, and at times plain bytes.
struct TextMutation {
  static func statement(_ random: inout SplitMix) -> String {
    var words = tokens(of: random.element(of: FuzzCorpus.statements))
    for _ in 0...random.below(4) {
      let other = tokens(of: random.element(of: FuzzCorpus.statements))
      let place = random.below(words.count + 1)
      switch random.below(7) {
      case 0 where place < words.count: words.remove(at: place)
      case 1 where place < words.count: words.insert(words[place], at: place)
      case 2 where place + 1 < words.count: words.swapAt(place, place + 1)
      case 3 where place < words.count: words[place] = random.element(of: extremes)
      case 4 where place < words.count: words[place] = random.element(of: other)
      case 5:
        let start = random.below(other.count)
        words.insert(contentsOf: other[start..<min(other.count, start + 1 + random.below(6))], at: place)
      default: words.insert(random.element(of: extremes), at: place)
      }
    }
    return words.joined(separator: " ")
  }

  private static let extremes = [
    "NULL", "0", "-1", "2147483647", "-2147483648", "9223372036854775807", "-9223372036854775808L", "1e309", "-0.0D",
    "CAST('NaN' AS DOUBLE)", "CAST(99999999999999999999999999999999999999 AS DECIMAL(38, 0))", "''", "'\\0'", "array()", "map()",
    "INTERVAL 9223372036854775807 SECONDS", "DATE '9999-12-31'", "TIMESTAMP '0001-01-01'", "(", ")", ",", "*", "t", "a", "b", "f",
    "DISTINCT", "NOT", "(SELECT a FROM t)", "CAST(NULL AS INT)", "x -> x", "'🦀'", "X'00'", "127Y", "-32768S",
  ]

  /// Words, strings and single symbols.
  private static func tokens(of text: String) -> [String] {
    var result: [String] = []
    var word = ""
    var isQuoted = false
    for character in text {
      if character == "'" { isQuoted.toggle() }
      if isQuoted || character == "'" || character.isLetter || character.isNumber || character == "_" || character == "." {
        word.append(character)
      } else {
        if !word.isEmpty { result.append(word) }
        word = ""
        if character != " " { result.append(String(character)) }
      }
    }
    return word.isEmpty ? result : result + [word]
  }

  static func bytes(_ random: inout SplitMix, upTo count: Int) -> [UInt8] {
    (0..<random.below(count + 1)).map { _ in
      random.chance(in: 3) ? UInt8(truncatingIfNeeded: random.next()) : random.element(of: commonBytes)
    }
  }

  private static let commonBytes = Array("'\"`$();,.\\/*-+\n\r\t 019aeSELCTx{}[]<>=!|&".utf8)
}
