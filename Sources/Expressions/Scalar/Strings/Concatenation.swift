internal import Columnar
internal import Diagnostics

/// `||`, `concat`, `concat_ws`, `reverse`: strings, binaries and arrays put together and turned round.
extension Strings {
  static let concatenation: [ScalarFunction] = [
    ScalarFunction(
      FunctionDoc(
        "concat", .string, "concat(expr1, expr2, …)", "The strings, binaries or arrays one after the other; NULL if one is NULL.",
        [
          FunctionExample("SELECT concat('Spark', 'SQL')", "SparkSQL"),
          FunctionExample("SELECT concat(array(1, 2), array(3))", "[1, 2, 3]"),
        ]), bind: bindConcat),
    ScalarFunction(
      FunctionDoc(
        "||", .operator, "expr1 || expr2", "Two strings, binaries or arrays put together.",
        [FunctionExample("SELECT 'Spark' || 'SQL'", "SparkSQL")]), bind: bindConcat),
    ScalarFunction(
      FunctionDoc(
        "concat_ws", .string, "concat_ws(sep[, str | array(str)]…)",
        "The strings and elements that are not NULL, with a separator between.",
        [
          FunctionExample("SELECT concat_ws(' ', 'Spark', 'SQL')", "Spark SQL"),
          FunctionExample("SELECT concat_ws('/', 'foo', NULL, array('bar', 'baz'))", "foo/bar/baz"),
        ]), bind: bindConcatWithSeparator),
    ScalarFunction(
      FunctionDoc(
        "reverse", .string, "reverse(expr)", "The characters of a string, or the elements of an array, in reverse order.",
        [FunctionExample("SELECT reverse('Spark SQL')", "LQS krapS"), FunctionExample("SELECT reverse(array(2, 1, 4))", "[4, 1, 2]")])
    ) { (call) throws(SQLError) in
      try call.expect(1)
      if case .array = call.types[0] {
        return BoundFunction(call.name, call.types, returns: call.types[0]) { (context, operands) in
          reversed(operands[0].lists(context.rows))
        }
      }
      let type = try call.textParameter(0)
      return BoundFunction(call.name, [type], returns: type) { (context, operands) throws(SQLError) in
        try TextKernel.write(operands[0], context) { text, out in
          var at = text.count
          let place = out.tail(text.count)
          var start = 0
          while start < text.count {
            let width = type == .binary ? 1 : Utf8.width(text, start)
            at &-= width
            for i in 0..<width { place[at &+ i] = text[start &+ i] }
            start &+= width
          }
          out.advance(by: text.count)
        }
      }
    },
  ]

  // MARK: concat

  private static func bindConcat(_ call: FunctionCall) throws(SQLError) -> BoundFunction {
    if call.arguments.isEmpty {
      return BoundFunction(call.name, [], returns: .string, isNullable: false) { (context, _) in
        .bytes(BytesColumn([BytesView](repeating: BytesView(), count: context.rows)))
      }
    }
    let isArray = call.types.contains { if case .array = $0 { true } else { false } }
    if isArray {
      let type = try call.commonType()
      guard case .array(let element) = type else { throw .differentTypes(call, call.types) }
      return BoundFunction(call.name, call.types.map { _ in type }, returns: type) { (context, operands) throws(SQLError) in
        try joined(operands.map { $0.lists(context.rows) }, element: element, context)
      }
    }
    let type: DataType = call.types.allSatisfy { $0 == .binary } ? .binary : .string
    return BoundFunction(call.name, try call.parameters(all: type), returns: type) { (context, operands) throws(SQLError) in
      try joined(operands, context)
    }
  }

  private static func joined(_ operands: [Operand], _ context: borrowing KernelContext) throws(SQLError) -> Column {
    let rows = context.rows
    var parts: [[BytesView]] = []
    for operand in operands { parts.append(try operand.texts(rows)) }
    var builder = TextBuilder(rows: rows)
    var out = ByteWriter()
    for row in 0..<rows {
      out.removeAll()
      for part in parts { part[row].withRaw { out.append($0) } }
      builder.append(out.bytes)
    }
    return builder.finish()
  }

  /// Most elements that arrays of one batch may have: offsets are 32 bits wide.
  static let elementsMax = Int(Int32.max)

  private static func joined(
    _ lists: [ListColumn], element: DataType, _ context: borrowing KernelContext
  ) throws(SQLError) -> Column {
    var starts: [Int32] = []
    var total = 0
    for list in lists {
      starts.append(Int32(total))
      total += list.child.count
      if total > elementsMax {
        throw .data("COLLECTION_SIZE_LIMIT_EXCEEDED.FUNCTION", "concat would make more than \(elementsMax) elements")
      }
    }
    var offsets: [Int32] = [0]
    var picked: [Int32] = []
    picked.reserveCapacity(total)
    for row in 0..<context.rows {
      if context.isValid(row) {
        for (list, start) in zip(lists, starts) {
          for i in list.offsets[row]..<list.offsets[row + 1] { picked.append(start + i) }
        }
      }
      offsets.append(Int32(picked.count))
    }
    let all = Column.concatenate(lists.map(\.child), type: element)
    return .list(ListColumn(offsets: offsets, child: all.gather(picked)))
  }

  private static func reversed(_ lists: ListColumn) -> Column {
    var offsets: [Int32] = [0]
    var picked: [Int32] = []
    for row in 0..<lists.count {
      picked.append(contentsOf: (lists.offsets[row]..<lists.offsets[row + 1]).reversed())
      offsets.append(Int32(picked.count))
    }
    return .list(ListColumn(offsets: offsets, child: lists.child.gather(picked), validity: lists.validity))
  }

  // MARK: concat_ws

  private static func bindConcatWithSeparator(_ call: FunctionCall) throws(SQLError) -> BoundFunction {
    try call.expect(atLeast: 1)
    var types = [try call.parameter(0, as: .string)]
    for i in call.arguments.indices.dropFirst() {
      if case .array = call.types[i], Coercion.canImplicitlyCast(from: call.types[i], to: .array(.string)) {
        types.append(.array(.string))
      } else if Coercion.canImplicitlyCast(from: call.types[i], to: .string) {
        types.append(.string)
      } else {
        throw .unexpectedInput(call, i, wanted: "(\"ARRAY<STRING>\" or \"STRING\")")
      }
    }
    let parameters = types
    return BoundFunction(call.name, parameters, returns: .string, nulls: .handled) { (context, operands) throws(SQLError) in
      let rows = context.rows
      let separators = try operands[0].texts(rows)
      var parts: [Part] = []
      for (operand, type) in zip(operands, parameters).dropFirst() { parts.append(try Part(operand, type, rows)) }
      var builder = TextBuilder(rows: rows)
      var out = ByteWriter()
      for row in 0..<rows {
        out.removeAll()
        var isFirst = true
        separators[row].withRaw { separator in
          for part in parts { part.append(row, separator, &isFirst, to: &out) }
        }
        builder.append(out.bytes)
      }
      return builder.finish(validity: operands[0].flattened(rows: rows).validity)
    }
  }

  /// An argument of `concat_ws`: a text a row, or a list of texts.
  private struct Part {
    private let views: [BytesView]
    private let validity: Validity?
    /// Where the texts of a row begin; nil if it is the row's only one.
    private let offsets: [Int32]?
    private let listValidity: Validity?

    init(_ operand: Operand, _ type: DataType, _ rows: Int) throws(SQLError) {
      let column = operand.flattened(rows: rows)
      if type == .string {
        views = try Operand(column).texts(rows)
        validity = column.validity
        offsets = nil
        listValidity = nil
      } else {
        let lists = Operand(column).lists(rows)
        views = try Operand(lists.child).texts(lists.child.count)
        validity = lists.child.validity
        offsets = lists.offsets
        listValidity = lists.validity
      }
    }

    func append(
      _ row: Int, _ separator: UnsafeRawBufferPointer, _ isFirst: inout Bool, to out: inout ByteWriter
    ) {
      if let listValidity, !listValidity[row] { return }
      let range = offsets.map { Int($0[row])..<Int($0[row + 1]) } ?? row..<row + 1
      for i in range where validity.map({ $0[i] }) ?? true {
        if !isFirst { out.append(separator) }
        isFirst = false
        views[i].withRaw { out.append($0) }
      }
    }
  }
}
