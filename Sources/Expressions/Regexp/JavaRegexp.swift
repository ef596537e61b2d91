internal import Columnar

/// Rewrites what Java spells differently: `\uXXXX`, and the names of ASCII classes in `\p{…}`.
enum JavaRegexp {
  static func translated(_ pattern: UnsafeRawBufferPointer) -> [UInt8] {
    guard pattern.contains(UInt8(ascii: "\\")) else { return Array(pattern) }
    var result: [UInt8] = []
    result.reserveCapacity(pattern.count + 16)
    var isInClass = false
    var at = 0
    while at < pattern.count {
      let byte = pattern[at]
      guard byte == UInt8(ascii: "\\"), at + 1 < pattern.count else {
        if byte == UInt8(ascii: "[") { isInClass = true }
        if byte == UInt8(ascii: "]") { isInClass = false }
        result.append(byte)
        at += 1
        continue
      }
      switch pattern[at + 1] {
      case UInt8(ascii: "u") where isHex(pattern, at + 2):
        result += Array("\\x{".utf8) + pattern[at + 2..<at + 6] + [UInt8(ascii: "}")]
        at += 6
      case UInt8(ascii: "Q"):
        // Quoted up to \E: taken as it stands.
        let end = endOfQuote(pattern, at + 2)
        result += pattern[at..<end]
        at = end
      case UInt8(ascii: "p"), UInt8(ascii: "P"):
        if let (set, end) = asciiClass(pattern, at) {
          let isNegated = pattern[at + 1] == UInt8(ascii: "P")
          result += Array((isInClass ? (isNegated ? "[:^\(set):]" : "[:\(set):]") : (isNegated ? "[[:^\(set):]]" : "[[:\(set):]]")).utf8)
          at = end
        } else {
          result += pattern[at..<at + 2]
          at += 2
        }
      default:
        result += pattern[at..<at + 2]
        at += 2
      }
    }
    return result
  }

  private static func isHex(_ text: UnsafeRawBufferPointer, _ start: Int) -> Bool {
    guard start + 4 <= text.count else { return false }
    return text[start..<start + 4].allSatisfy {
      AsciiText.isDigit($0) || (AsciiText.isLetter($0) && AsciiText.lowercased($0) <= UInt8(ascii: "f"))
    }
  }

  private static func endOfQuote(_ text: UnsafeRawBufferPointer, _ start: Int) -> Int {
    var at = start
    while at + 1 < text.count {
      if text[at] == UInt8(ascii: "\\"), text[at + 1] == UInt8(ascii: "E") { return at + 2 }
      at += 1
    }
    return text.count
  }

  /// The POSIX class that Java names at `\p{Name}`, and the offset behind.
  private static func asciiClass(_ text: UnsafeRawBufferPointer, _ start: Int) -> (String, Int)? {
    guard start + 2 < text.count, text[start + 2] == UInt8(ascii: "{"),
      let close = text[(start + 3)...].firstIndex(of: UInt8(ascii: "}"))
    else { return nil }
    let name = String(decoding: text[start + 3..<close], as: UTF8.self)
    return asciiClasses[name].map { ($0, close + 1) }
  }

  private static let asciiClasses = [
    "Lower": "lower", "Upper": "upper", "ASCII": "ascii", "Alpha": "alpha", "Digit": "digit", "Alnum": "alnum",
    "Punct": "punct", "Graph": "graph", "Print": "print", "Blank": "blank", "Cntrl": "cntrl", "XDigit": "xdigit",
    "Space": "space",
  ]
}
