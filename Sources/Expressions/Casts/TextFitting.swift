package import Columnar
package import Diagnostics

/// Texts that CHAR(n) and VARCHAR(n) take, and the blanks behind a CHAR.
extension BoundExpression {
  /// What a column with `lengths` takes of this value: blanks at the end of a text may go to make it fit, anything else that
  /// is too long is an error; a CHAR gets blanks up to its length. Looks into arrays, maps and structs.
  package func fitted(to lengths: TextLengths) -> BoundExpression {
    reshaped(lengths, name: type.description(lengths), canFail: true) { (texts, length, isChar, context) throws(SQLError) in
      try TextFitting.fitted(texts, length, isChar: isChar, context)
    }
  }

  /// The values of a column with `lengths` as they are read: every CHAR with blanks up to its length. Longer ones stay.
  package func padded(to lengths: TextLengths) -> BoundExpression {
    reshaped(lengths, name: "padded " + type.description(lengths), canFail: false) { (texts, length, isChar, _) throws(SQLError) in
      isChar ? TextFitting.padded(texts, length) : texts
    }
  }

  private func reshaped(
    _ lengths: TextLengths, name: String, canFail: Bool, _ body: @escaping TextFitting.Body
  ) -> BoundExpression {
    let type = type
    let function = BoundFunction(name, [type], returns: type, isNullable: isNullable, canFail: canFail) {
      (context, operands) throws(SQLError) in
      try TextFitting.mapped(operands[0].flattened(rows: context.rows), lengths, context, body)
    }
    var result = BoundExpression(.call(ScalarCall(function, [self])), type: type, isNullable: isNullable, span: span)
    result.lengths = lengths
    return result
  }
}

private enum TextFitting {
  typealias Body = @Sendable (BytesColumn, _ length: Int, _ isChar: Bool, KernelContext) throws(SQLError) -> BytesColumn

  /// `column` with its texts replaced where `lengths` says something of them.
  static func mapped(
    _ column: Column, _ lengths: TextLengths, _ context: KernelContext, _ body: Body
  ) throws(SQLError) -> Column {
    switch (column, lengths) {
    case (.bytes(let texts), .char(let length)): return .bytes(try body(texts, length, true, context))
    case (.bytes(let texts), .varchar(let length)): return .bytes(try body(texts, length, false, context))
    case (.list(var list), .array(let inner)):
      let mask = Casts.visible(list.offsets, list.validity, context, list.child.count)
      list.child = try part(list.child, inner, mask, context, body)
      return .list(list)
    case (.map(var map), .map(let key, let value)):
      let mask = Casts.visible(map.offsets, map.validity, context, map.keys.count)
      map.keys = try part(map.keys, key, mask, context, body)
      map.values = try part(map.values, value, mask, context, body)
      return .map(map)
    case (.structure(var structure), .structure(let inner)):
      let mask = Validity.intersection(structure.validity, context.validity)
      for (index, lengths) in inner.enumerated() where index < structure.fields.count {
        structure.fields[index] = try part(structure.fields[index], lengths, mask, context, body)
      }
      return .structure(structure)
    default: return column
    }
  }

  /// Texts of a part; those outside `mask` belong to no value.
  private static func part(
    _ column: Column, _ lengths: TextLengths?, _ mask: Validity?, _ context: KernelContext, _ body: Body
  ) throws(SQLError) -> Column {
    guard let lengths else { return column }
    var inner = context
    inner.rows = column.count
    inner.validity = Validity.intersection(mask, column.validity)
    return try mapped(column, lengths, inner, body)
  }

  static func fitted(
    _ texts: BytesColumn, _ length: Int, isChar: Bool, _ context: KernelContext
  ) throws(SQLError) -> BytesColumn {
    var out = Shelf(texts)
    for row in texts.views.indices {
      guard context.isValid(row) else {
        out.appendEmpty()
        continue
      }
      let view = texts.views[row]
      // What has fewer bytes has fewer characters.
      if view.count <= length, !isChar {
        out.keep(view)
        continue
      }
      let (end, characters, fits) = view.withRaw { text -> (Int, Int, Bool) in
        let (end, characters) = Utf8.prefix(text, length)
        return (end, characters, text[end...].allSatisfy { $0 == UInt8(ascii: " ") })
      }
      if !fits {
        throw SQLError(
          .data, "EXCEED_LIMIT_LENGTH", "a text is longer than the \(length) characters of its column", span: context.span,
          hint: "substr(…, 1, \(length)) cuts it")
      }
      if isChar, characters < length {
        out.append(view, blanks: length - characters)
      } else {
        out.keep(end == view.count ? view : view.slice(0, end))
      }
    }
    return out.finish(texts.validity)
  }

  static func padded(_ texts: BytesColumn, _ length: Int) -> BytesColumn {
    var out = Shelf(texts)
    for view in texts.views {
      let characters = view.withRaw { Utf8.prefix($0, length).characters }
      if characters < length { out.append(view, blanks: length - characters) } else { out.keep(view) }
    }
    return out.finish(texts.validity)
  }

  /// Texts in the making: those of a column, or copies with blanks behind.
  private struct Shelf: ~Copyable {
    private let owners: [ByteBuffer]
    private var views: [BytesView] = []
    private var arena = ByteArena()
    private var writer = ByteWriter(capacity: 64)

    init(_ texts: BytesColumn) {
      owners = texts.owners
      views.reserveCapacity(texts.count)
    }

    mutating func keep(_ view: BytesView) { views.append(view) }
    mutating func appendEmpty() { views.append(BytesView()) }

    mutating func append(_ view: BytesView, blanks: Int) {
      writer.removeAll()
      view.withRaw { writer.append($0) }
      writer.append(repeating: UInt8(ascii: " "), times: blanks)
      let bytes = writer.bytes
      guard let base = bytes.baseAddress else { return views.append(BytesView()) }
      views.append(arena.adopt(BytesView(base.assumingMemoryBound(to: UInt8.self), count: bytes.count)))
    }

    func finish(_ validity: Validity?) -> BytesColumn {
      BytesColumn(views, owners: owners + arena.blocks, validity: validity)
    }
  }
}

extension Utf8 {
  /// The bytes and the number of the first characters of a text, at most `charactersMax`.
  fileprivate static func prefix(
    _ text: UnsafeRawBufferPointer, _ charactersMax: Int
  ) -> (end: Int, characters: Int) {
    if isASCII(text) {
      let count = min(text.count, charactersMax)
      return (count, count)
    }
    var at = 0
    var characters = 0
    while characters < charactersMax, at < text.count {
      at &+= width(text, at)
      characters &+= 1
    }
    return (at, characters)
  }
}
