internal import Columnar
internal import Diagnostics

/// Writes the values of rows by a format.
struct PrintfWriter: ~Copyable {
  private let columns: [Column]
  private let types: [DataType]
  private var text: ColumnText
  private var scratch = ByteWriter()

  init(columns: [Column], types: [DataType], zone: TimeZoneRules) {
    self.columns = columns
    self.types = types
    text = ColumnText(zone: zone)
  }

  mutating func append(_ pattern: PrintfPattern, row: Int, to out: inout ByteWriter) throws(SQLError) {
    if pattern.argumentCount > columns.count {
      throw .data(
        "INVALID_FORMAT_STRING", "the format asks for \(pattern.argumentCount) values, and there are \(columns.count)")
    }
    for piece in pattern.pieces {
      switch piece {
      case .text(let bytes): bytes.withUnsafeBytes { out.append($0) }
      case .value(let conversion): try append(conversion, row, to: &out)
      }
    }
  }

  private mutating func append(
    _ conversion: PrintfPattern.Conversion, _ row: Int, to out: inout ByteWriter
  ) throws(SQLError) {
    scratch.removeAll()
    if conversion.kind == UInt8(ascii: "%") {
      scratch.append(UInt8(ascii: "%"))
      return pad(conversion, to: &out)
    }
    let column = columns[conversion.argument]
    let type = types[conversion.argument]
    if column.isNull(row) {
      scratch.append(conversion.kind == UInt8(ascii: "b") ? "false" : "null")
      cut(conversion)
      return pad(conversion, to: &out)
    }
    switch conversion.kind {
    case UInt8(ascii: "s"):
      appendText(column, row, type)
      cut(conversion)
    case UInt8(ascii: "b"):
      if case .bool(let c) = column, !c.values[row] { scratch.append("false") } else { scratch.append("true") }
      cut(conversion)
    case UInt8(ascii: "c"):
      guard type.isIntegral, type != .bigint, let code = column.value(at: row).integer else { throw mismatch(conversion, type) }
      guard code >= 0, code <= 0x10_FFFF, let scalar = Unicode.Scalar(UInt32(code)) else {
        throw .data("INVALID_FORMAT_STRING", "'%c' has no character for \(code)")
      }
      Charset.appendUtf8(scalar.value, to: &scratch)
    case UInt8(ascii: "d"):
      guard let value = integer(column, row, type) else { throw mismatch(conversion, type) }
      appendInteger(value, conversion)
    case UInt8(ascii: "x"), UInt8(ascii: "o"):
      guard let value = integer(column, row, type) else { throw mismatch(conversion, type) }
      appendBits(value, type, conversion)
    default: try appendFraction(column, row, type, conversion)
    }
    pad(conversion, to: &out)
  }

  private func mismatch(_ conversion: PrintfPattern.Conversion, _ type: DataType) -> SQLError {
    .data(
      "INVALID_FORMAT_STRING",
      "'%\(Character(Unicode.Scalar(conversion.kind)))' does not format values of type \(type.sqlName)",
      hint: "'%s' formats any value")
  }

  // MARK: Values

  /// Spark formats times and intervals as the numbers that they are inside.
  private mutating func appendText(_ column: Column, _ row: Int, _ type: DataType) {
    if let value = column.value(at: row).integer, type.isTemporal || type.isInterval {
      IntegerText.format(value, into: &scratch)
    } else {
      text.append(row: row, of: column, type: type, to: &scratch)
    }
  }

  private func integer(_ column: Column, _ row: Int, _ type: DataType) -> Int64? {
    type.isIntegral || type.isTemporal || type.isInterval ? column.value(at: row).integer : nil
  }

  private mutating func appendInteger(_ value: Int64, _ conversion: PrintfPattern.Conversion) {
    let digits = DecimalDigits(Int128(value), scale: 0)
    let isNegative = value < 0
    var body = ByteWriter()
    digits.appendIntegral(least: 1, group: conversion.has(",") ? 3 : 0, to: &body)
    appendSigned(body.bytes, isNegative, conversion, zeros: true)
  }

  private mutating func appendBits(_ value: Int64, _ type: DataType, _ conversion: PrintfPattern.Conversion) {
    let bits: UInt64 =
      switch type {
      case .tinyint: UInt64(UInt8(truncatingIfNeeded: value))
      case .smallint: UInt64(UInt16(truncatingIfNeeded: value))
      case .bigint: UInt64(bitPattern: value)
      default: UInt64(UInt32(truncatingIfNeeded: value))
      }
    let isHex = conversion.kind == UInt8(ascii: "x")
    let digits = String(bits, radix: isHex ? 16 : 8)
    if conversion.has("#") { if isHex { scratch.append("0x") } else { scratch.append("0") } }
    if conversion.has("0") {
      scratch.append(repeating: 0x30, times: conversion.width - scratch.count - digits.utf8.count)
    }
    for byte in digits.utf8 { scratch.append(byte) }
  }

  private mutating func appendFraction(
    _ column: Column, _ row: Int, _ type: DataType, _ conversion: PrintfPattern.Conversion
  ) throws(SQLError) {
    var number: DecimalDigits
    switch (column, type) {
    case (.float64(let c), _):
      guard c.values[row].isFinite else { return appendSpecial(c.values[row], conversion) }
      number = DecimalDigits(shortest: c.values[row])
    case (.float32(let c), _):
      guard c.values[row].isFinite else { return appendSpecial(Double(c.values[row]), conversion) }
      number = DecimalDigits(shortest: c.values[row])
    case (.int128(let c), .decimal(_, let scale)): number = DecimalDigits(c.values[row], scale: scale)
    default:
      guard type.isIntegral, let value = column.value(at: row).integer else { throw mismatch(conversion, type) }
      number = DecimalDigits(Int128(value), scale: 0)
    }
    var body = ByteWriter()
    switch conversion.kind {
    case UInt8(ascii: "e"): Self.appendScientific(&number, conversion.precision ?? 6, conversion, to: &body)
    case UInt8(ascii: "g"): Self.appendGeneral(&number, conversion, to: &body)
    default: Self.appendPlain(&number, conversion.precision ?? 6, conversion, to: &body)
    }
    appendSigned(body.bytes, number.isNegative, conversion, zeros: true)
  }

  private mutating func appendSpecial(_ value: Double, _ conversion: PrintfPattern.Conversion) {
    var body = ByteWriter()
    body.append(value.isNaN ? "NaN" : "Infinity")
    appendSigned(body.bytes, value == -.infinity, conversion, zeros: false)
  }

  private static func appendPlain(
    _ number: inout DecimalDigits, _ places: Int, _ conversion: PrintfPattern.Conversion, to out: inout ByteWriter
  ) {
    number.round(places: places, .up)
    number.appendIntegral(least: 1, group: conversion.has(",") ? 3 : 0, to: &out)
    if places > 0 || conversion.has("#") { out.append(UInt8(ascii: ".")) }
    number.appendFraction(least: places, most: places, to: &out)
  }

  private static func appendScientific(
    _ number: inout DecimalDigits, _ places: Int, _ conversion: PrintfPattern.Conversion, to out: inout ByteWriter
  ) {
    if !number.isZero { number.round(places: places + 1 - number.point, .up) }
    let exponent = number.isZero ? 0 : number.point - 1
    number.scale(byPowerOfTen: -exponent)
    number.appendIntegral(least: 1, group: 0, to: &out)
    if places > 0 || conversion.has("#") { out.append(UInt8(ascii: ".")) }
    number.appendFraction(least: places, most: places, to: &out)
    out.append(UInt8(ascii: "e"))
    out.append(exponent < 0 ? UInt8(ascii: "-") : UInt8(ascii: "+"))
    IntegerText.format(magnitude: UInt64(exponent.magnitude), minDigits: 2, into: &out)
  }

  /// Plain from 10⁻⁴ up to below 10^precision, scientific elsewhere; precision counts all digits.
  private static func appendGeneral(
    _ number: inout DecimalDigits, _ conversion: PrintfPattern.Conversion, to out: inout ByteWriter
  ) {
    let precision = max(1, conversion.precision ?? 6)
    if number.isZero { return appendPlain(&number, precision - 1, conversion, to: &out) }
    number.round(places: precision - number.point, .up)
    if number.point > -4, number.point <= precision {
      appendPlain(&number, precision - number.point, conversion, to: &out)
    } else {
      appendScientific(&number, precision - 1, conversion, to: &out)
    }
  }

  // MARK: Layout

  /// Puts the sign, and zeros up to the width, before `digits`.
  private mutating func appendSigned(
    _ digits: UnsafeRawBufferPointer, _ isNegative: Bool, _ conversion: PrintfPattern.Conversion, zeros: Bool
  ) {
    let isBracketed = isNegative && conversion.has("(")
    if isBracketed {
      scratch.append(UInt8(ascii: "("))
    } else if isNegative {
      scratch.append(UInt8(ascii: "-"))
    } else if conversion.has("+") {
      scratch.append(UInt8(ascii: "+"))
    } else if conversion.has(" ") {
      scratch.append(UInt8(ascii: " "))
    }
    if zeros, conversion.has("0") {
      let missing = conversion.width - scratch.count - digits.count - (isBracketed ? 1 : 0)
      scratch.append(repeating: 0x30, times: missing)
    }
    scratch.append(digits)
    if isBracketed { scratch.append(UInt8(ascii: ")")) }
  }

  /// Keeps as many characters as the precision says.
  private mutating func cut(_ conversion: PrintfPattern.Conversion) {
    guard let precision = conversion.precision else { return }
    let end = Utf8.offset(scratch.bytes, skipping: precision)
    scratch.truncate(to: end)
  }

  private mutating func pad(_ conversion: PrintfPattern.Conversion, to out: inout ByteWriter) {
    let missing = conversion.width - Utf8.count(scratch.bytes)
    if !conversion.has("-") { out.append(repeating: 0x20, times: missing) }
    if conversion.isUpper { CaseMapping.convert(scratch.bytes, to: .upper, into: &out) } else { out.append(scratch.bytes) }
    if conversion.has("-") { out.append(repeating: 0x20, times: missing) }
  }
}
