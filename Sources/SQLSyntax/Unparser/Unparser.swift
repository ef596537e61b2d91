import Diagnostics

/// Writes a tree as canonical SQL: one line, keywords in upper case, no parenthesis that is not needed.
///
/// The text parses to an equal tree, `parse(unparse(tree)) == tree`. It is made of bytes because strings may hold
/// invalid UTF-8.
package struct Unparser {
  var bytes: [UInt8] = []

  init() {}

  fileprivate static func bytes(_ write: (inout Unparser) -> Void) -> [UInt8] {
    var unparser = Unparser()
    write(&unparser)
    return unparser.bytes
  }
}

extension AST.Statement {
  package var sqlBytes: [UInt8] { Unparser.bytes { $0.statement(self) } }
  package var sql: String { String(decoding: sqlBytes, as: UTF8.self) }
}

extension AST.Query {
  package var sqlBytes: [UInt8] { Unparser.bytes { $0.query(self) } }
  package var sql: String { String(decoding: sqlBytes, as: UTF8.self) }
}

extension AST.Expression {
  package var sqlBytes: [UInt8] { Unparser.bytes { $0.expression(self) } }
  package var sql: String { String(decoding: sqlBytes, as: UTF8.self) }
}

extension AST.TypeName {
  package var sql: String { String(decoding: Unparser.bytes { $0.typeName(self) }, as: UTF8.self) }
}

extension Unparser {
  mutating func write(_ text: String) { bytes.append(contentsOf: text.utf8) }

  /// Elements between `", "`.
  mutating func list<Element>(_ elements: [Element], _ element: (inout Unparser, Element) -> Void) {
    for (index, item) in elements.enumerated() {
      if index > 0 { write(", ") }
      element(&self, item)
    }
  }

  mutating func parenthesised<Element>(_ elements: [Element], _ element: (inout Unparser, Element) -> Void) {
    write("(")
    list(elements, element)
    write(")")
  }

  /// The prefix and the list, unless it is empty.
  mutating func clause<Element>(
    _ prefix: String, _ elements: [Element], _ element: (inout Unparser, Element) -> Void
  ) {
    guard !elements.isEmpty else { return }
    write(prefix)
    list(elements, element)
  }

  mutating func clause(_ prefix: String, _ expression: AST.Expression?) {
    guard let expression else { return }
    write(prefix)
    self.expression(expression)
  }

  mutating func clause(_ prefix: String, _ string: AST.StringLiteral?) {
    guard let string else { return }
    write(prefix)
    self.string(string)
  }

  mutating func clause(_ prefix: String, _ duration: AST.Duration?) {
    guard let duration else { return }
    write(prefix)
    self.duration(duration)
  }

  mutating func string(_ literal: AST.StringLiteral) { string(literal.bytes) }

  mutating func string(_ content: [UInt8]) {
    write("'")
    for byte in content {
      switch byte {
      case UInt8(ascii: "'"): write("''")
      case UInt8(ascii: "\\"): write("\\\\")
      case 0x0A: write("\\n")
      case 0x0D: write("\\r")
      case 0x09: write("\\t")
      default: bytes.append(byte)
      }
    }
    write("'")
  }

  /// In the largest unit that divides it.
  mutating func duration(_ duration: AST.Duration) {
    let units: [(String, Int64)] = [
      ("DAY", 86_400_000_000), ("HOUR", 3_600_000_000), ("MINUTE", 60_000_000), ("SECOND", 1_000_000),
      ("MILLISECOND", 1_000), ("MICROSECOND", 1),
    ]
    let (name, size) =
      duration.micros == 0
      ? ("SECOND", 1_000_000) : units.first { duration.micros.isMultiple(of: $0.1) } ?? ("MICROSECOND", 1)
    let count = duration.micros / size
    write("\(count) \(name)\(count == 1 ? "" : "S")")
  }
}

// Names. Whether one needs quotes depends on what else could stand in its place.
extension Unparser {
  /// A name where nothing but a name can stand and any word will do: after AS and after a dot.
  mutating func anyName(_ name: AST.Identifier) {
    if Self.isPlainWord(name.text) { write(name.text) } else { quoted(name.text) }
  }

  /// A name in every other place; keywords are quoted.
  mutating func name(_ name: AST.Identifier) {
    if Self.isPlainWord(name.text), Keyword(bytes: Array(name.text.utf8)[...]) == nil {
      write(name.text)
    } else {
      quoted(name.text)
    }
  }

  mutating func nameList(_ names: [AST.Identifier]) {
    parenthesised(names) { $0.name($1) }
  }

  mutating func objectName(_ name: AST.ObjectName) {
    dotted(name) { $0.name($1) }
  }

  /// A column in an expression: most keywords are safe there.
  mutating func column(_ name: AST.ObjectName) {
    dotted(name) { $0.name($1, quoting: Self.unsafeColumns) }
  }

  mutating func function(_ name: AST.ObjectName) {
    dotted(name) { $0.name($1, quoting: Self.unsafeFunctions) }
  }

  private mutating func dotted(_ name: AST.ObjectName, _ first: (inout Unparser, AST.Identifier) -> Void) {
    for (index, part) in name.parts.enumerated() {
      if index == 0 {
        first(&self, part)
      } else {
        write(".")
        anyName(part)
      }
    }
  }

  private mutating func name(_ name: AST.Identifier, quoting unsafe: Set<Keyword>) {
    let keyword = Keyword(bytes: Array(name.text.utf8)[...])
    if Self.isPlainWord(name.text), keyword.map({ !$0.isReserved && !unsafe.contains($0) }) ?? true {
      write(name.text)
    } else {
      quoted(name.text)
    }
  }

  mutating func quoted(_ text: String) {
    write("`")
    write(text.split(separator: "`", omittingEmptySubsequences: false).joined(separator: "``"))
    write("`")
  }

  /// Soft keywords that mean something else where a column may stand.
  private static let unsafeColumns: Set<Keyword> = [
    .array, .map, .currentDate, .currentTime, .currentTimestamp, .currentUser, .localtime, .localtimestamp, .unbounded,
    .table, .grouping, .rollup, .cube, .all, .stream,
  ]

  /// Soft keywords that are no plain function before a parenthesis.
  private static let unsafeFunctions: Set<Keyword> = [
    .row, .struct, .table, .unnest, .descriptor, .stream, .any, .some, .rollup, .cube, .options, .permute,
  ]

  private static func isPlainWord(_ text: String) -> Bool {
    guard let first = text.unicodeScalars.first, !("0"..."9").contains(first) else { return false }
    return text.unicodeScalars.allSatisfy { scalar in
      scalar.isASCII ? isWordByte(UInt8(truncatingIfNeeded: scalar.value)) : scalar.properties.isAlphabetic
    }
  }
}
