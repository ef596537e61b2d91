import Diagnostics

extension Unparser {
  mutating func literal(_ literal: AST.Literal) {
    switch literal {
    case .null: write("NULL")
    case .boolean(let value): write(value ? "TRUE" : "FALSE")
    case .number(let number): self.number(number)
    case .string(let string): self.string(string)
    case .binary(let content): binary(content)
    case .typed(let type, let string):
      write(type.spelling + " ")
      self.string(string)
    case .interval(let interval):
      write("INTERVAL ")
      self.interval(interval)
    }
  }

  mutating func number(_ number: AST.NumberLiteral) {
    write(number.text)
    switch number.kind {
    case .integer, .decimal: break
    case .tinyint: write("Y")
    case .smallint: write("S")
    case .bigint: write("L")
    case .bigDecimal: write("BD")
    case .float: write("F")
    case .double: if !number.text.contains(where: { $0 == "e" || $0 == "E" }) { write("D") }
    }
  }

  private mutating func binary(_ content: [UInt8]) {
    write("X'")
    for byte in content {
      if byte < 0x10 { write("0") }
      write(String(byte, radix: 16, uppercase: true))
    }
    write("'")
  }

  /// Without the word INTERVAL.
  mutating func interval(_ interval: AST.IntervalLiteral) {
    switch interval {
    case .text(let text): string(text)
    case .units(let fields):
      for (index, field) in fields.enumerated() {
        if index > 0 { write(" ") }
        string(Array(field.value.utf8))
        write(" " + field.unit.rawValue)
      }
    case .range(let text, let isNegative, let from, let to):
      if isNegative { write("-") }
      string(text)
      write(" \(from.rawValue) TO \(to.rawValue)")
    }
  }

  mutating func typeName(_ type: AST.TypeName) {
    switch type.kind {
    case .named(let name, let parameters):
      self.typeWord(name)
      if !parameters.isEmpty { parenthesised(parameters) { $0.write(String($1)) } }
    case .array(let element):
      write("ARRAY<")
      typeName(element)
      write(">")
    case .map(let key, let value):
      write("MAP<")
      typeName(key)
      write(", ")
      typeName(value)
      write(">")
    case .structure(let fields):
      write("STRUCT<")
      list(fields) { $0.typeField($1) }
      write(">")
    case .interval(let from, let to):
      write("INTERVAL")
      if let from { write(" " + from.rawValue) }
      if let to { write(" TO " + to.rawValue) }
    }
  }

  /// Words that begin a type of their own are quoted; the others are not, keywords or not.
  private mutating func typeWord(_ name: AST.Identifier) {
    switch Keyword(rawValue: name.text.uppercased()) {
    case .array, .map, .struct, .row: quoted(name.text)
    case .double, .date, .timestamp, .timestampLtz, .timestampNtz, .time: write(name.text)
    default: self.name(name)
    }
  }

  private mutating func typeField(_ field: AST.TypeField) {
    anyName(field.name)
    write(": ")
    typeName(field.type)
    if field.isNotNull { write(" NOT NULL") }
    clause(" COMMENT ", field.comment)
  }
}
