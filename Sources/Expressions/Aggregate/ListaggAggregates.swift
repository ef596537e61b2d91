internal import Columnar
internal import Diagnostics

extension Aggregates {
  /// `listagg`, `string_agg`.
  static let joining: [AggregateFunction] = [
    AggregateFunction(
      .aggregate(
        "listagg", aliases: ["string_agg"], "listagg(expr[, delimiter] [ORDER BY …]) [WITHIN GROUP (ORDER BY …)]",
        "the values that are not NULL as one text, in input order or in the order given",
        "SELECT listagg(x, ',') WITHIN GROUP (ORDER BY x DESC) FROM VALUES ('a'), ('c'), ('b') AS t(x)", "c,b,a"), takesOrdering: true, takesInnerOrdering: true
    ) { (call) throws(SQLError) in
      let plain = call.arguments.count - call.orderings.count
      guard (1...2).contains(plain) else { throw .wrongArgumentCount(call, expected: "1 to 2") }
      guard Coercion.canImplicitlyCast(from: call.types[0], to: .string) else {
        throw .unexpectedInput(call, 0, wanted: "(\"STRING\" or \"BINARY\")")
      }
      let type: DataType = call.types[0] == .binary ? .binary : .string
      var delimiter: [UInt8] = []
      if plain == 2 {
        guard let value = try call.constant(1) else { throw .nonConstantArgument(call, 1, expected: "string") }
        if call.types[1] == .binary, type == .string { throw .differentTypes(call, [type, .binary]) }
        if type == .binary, call.types[1] == .string { throw .differentTypes(call, [.binary, .string]) }
        guard !call.types[1].isNested else { throw .unexpectedInput(call, 1, wanted: "\"STRING\"") }
        let text = Coercion.cast(.literal(value, call.types[1]), to: type)
        if case .bytes(let bytes) = try Evaluator(EvaluationContext(settings: call.settings)).constant(text) { delimiter = bytes }
      }
      let keys = Array(call.types[plain...])
      for (i, key) in keys.enumerated() where !key.isOrderable { throw .unorderableArgument(call, plain + i) }
      let (separator, orderings) = (delimiter, call.orderings)
      return BoundAggregate(
        call.name, [type] + call.types[1..<plain] + keys, returns: type, stateTypes: [OrderedRows.stateType([type] + keys)],
        isOrderSensitive: true
      ) { retractable in
        ListaggAccumulator(type, keys, orderings, delimiter: separator, firstKey: plain, isRetractable: retractable)
      }
    }
  ]
}

/// Texts of a group with what they are ordered by; joined when asked for.
final class ListaggAccumulator: Accumulator {
  private let rows: any RowStore
  private let type: DataType
  private let sorter: GroupSorter
  private let firstKey: Int
  private let delimiter: [UInt8]

  init(_ type: DataType, _ keys: [DataType], _ orderings: [CallOrdering], delimiter: [UInt8], firstKey: Int, isRetractable: Bool) {
    self.type = type
    self.delimiter = delimiter
    self.firstKey = firstKey
    let codec = RowCodec(([type] + keys).map { RowCodec.Part($0, isNormalized: false) })
    rows = isRetractable ? OrderedRows(codec, isPlaced: false) : RowLists(codec)
    sorter = GroupSorter(orderings)
  }

  func grow(to count: Int) { rows.grow(to: count) }

  func update(_ input: AggregateInput) throws(SQLError) {
    guard let text = input.arguments.first else { return }
    let columns = ([text] + input.arguments[firstKey...]).map { $0.flattened(rows: input.rows) }
    try rows.add(columns, input, skipsNulls: true)
  }

  func merge(_ state: [Column], into groups: [Int32]) throws(SQLError) { try rows.merge(state, into: groups) }

  func state(of groups: [Int32]) throws(SQLError) -> [Column] { [rows.state(of: groups)] }

  func result(of groups: [Int32]) throws(SQLError) -> Column {
    let (offsets, columns) = try rows.expanded(groups)
    let texts: [BytesView] = try Operand(columns[0]).values()
    let order = sorter.order(offsets, keys: Array(columns[1...]), count: columns[0].count)
    var builder = TextBuilder(rows: groups.count)
    var out = ByteWriter()
    for group in groups.indices {
      out.removeAll()
      for i in offsets[group]..<offsets[group + 1] {
        if i > offsets[group] { delimiter.withUnsafeBytes { out.append($0) } }
        texts[Int(order[Int(i)])].withRaw { out.append($0) }
        if out.count > BytesView.lengthMax { throw .collectionTooLarge }
      }
      builder.append(out.bytes)
    }
    let validity = Validity(count: groups.count) { offsets[$0] < offsets[$0 + 1] }
    return withExtendedLifetime(columns) { builder.finish(validity: validity.isAllValid ? nil : validity) }
  }

  func reset(_ groups: [Int32]) { rows.reset(groups) }

  var memoryBytes: Int { rows.memoryBytes }
}
