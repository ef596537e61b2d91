import Columnar
import Diagnostics
import Expressions
import Testing

@Suite struct GeneratorTests {
  static let ints = DataType.array(.int)
  static let textToInt = DataType.map(key: .string, value: .int)

  /// Runs a generator over one column; the produced rows as boxed values, by input row.
  private func run(_ name: String, _ operand: Operand, _ type: DataType, rows: Int) throws -> [[[Value]]] {
    try split(generate(name, [operand], [type], rows: rows))
  }

  private func generate(_ name: String, _ operands: [Operand], _ types: [DataType], rows: Int) throws
    -> GeneratedRows
  {
    let function = try #require(FunctionRegistry.builtin.generators[name])
    let arguments = zip(operands, types).enumerated().map { i, pair in
      pair.0.isConstant
        ? BoundExpression.literal(pair.0.column.value(at: 0), pair.1)
        : BoundExpression.column(i, Field("x\(i)", pair.1))
    }
    let bound = try function.bind(FunctionCall(name: name, arguments: arguments, span: .none))
    #expect(bound.parameters.count == types.count)
    var context = KernelContext(rows: rows, validity: nil, span: .none, evaluation: EvaluationContext())
    let result = try bound.generate(&context, operands)
    #expect(result.columns.count == bound.fields.count)
    for (column, field) in zip(result.columns, bound.fields) {
      #expect(column.count == result.count)
      #expect(column.physical == field.type.physical)
    }
    return result
  }

  private func split(_ result: GeneratedRows) -> [[[Value]]] {
    #expect(result.offsets.first == 0 && Int(result.offsets.last ?? -1) == result.count)
    return (0..<result.offsets.count - 1).map { row in
      (Int(result.offsets[row])..<Int(result.offsets[row + 1])).map { i in
        result.columns.map { $0.value(at: i) }
      }
    }
  }

  private func list(_ items: Int32?...) -> Value { .list(items.map { $0.map { .int32($0) } ?? .null }) }

  @Test func explodeSharesTheElements() throws {
    let rows = Column([list(1, 2), list(), .null, list(nil, 3)], type: Self.ints)
    guard case .list(let argument) = rows, case .int32(let elements) = argument.child else {
      Issue.record("not a list")
      return
    }
    let result = try generate("explode", [Operand(rows)], [Self.ints], rows: 4)
    guard case .int32(let produced) = result.columns[0] else {
      Issue.record("not integers")
      return
    }
    let isShared = produced.values.withUnsafeBufferPointer { a in
      elements.values.withUnsafeBufferPointer { b in a.baseAddress == b.baseAddress }
    }
    #expect(isShared)
    #expect(result.offsets == argument.offsets)
    #expect(split(result) == [[[.int32(1)], [.int32(2)]], [], [], [[.null], [.int32(3)]]])
  }

  @Test func explodeLeavesOutWhatNoRowOwns() throws {
    // Offsets that start late, a NULL row with elements of its own, elements behind the last row.
    let child = Column((0..<9).map { .int32($0) }, type: .int)
    let validity = Validity(count: 3) { $0 != 1 }
    let late = Column.list(ListColumn(offsets: [2, 3, 5, 7], child: child))
    #expect(
      try run("explode", Operand(late), Self.ints, rows: 3) == [
        [[.int32(2)]], [[.int32(3)], [.int32(4)]], [[.int32(5)], [.int32(6)]],
      ])
    let owned = Column.list(ListColumn(offsets: [2, 3, 5, 7], child: child, validity: validity))
    #expect(
      try run("explode", Operand(owned), Self.ints, rows: 3) == [
        [[.int32(2)]], [], [[.int32(5)], [.int32(6)]],
      ])
    #expect(
      try run("posexplode_outer", Operand(owned), Self.ints, rows: 3)
        == [
          [[.int32(0), .int32(2)]], [[.null, .null]], [[.int32(0), .int32(5)], [.int32(1), .int32(6)]],
        ])
  }

  @Test func outerFormsKeepRowsWithoutElements() throws {
    let rows = Operand(Column([list(), list(7), .null], type: Self.ints))
    #expect(try run("explode_outer", rows, Self.ints, rows: 3) == [[[.null]], [[.int32(7)]], [[.null]]])
    let full = Operand(Column([list(7), list(8, 9)], type: Self.ints))
    #expect(
      try run("explode_outer", full, Self.ints, rows: 2) == [[[.int32(7)]], [[.int32(8)], [.int32(9)]]])
    let nulls = Operand(.null(count: 2))
    #expect(try run("explode", nulls, Self.ints, rows: 2) == [[], []])
    #expect(try run("posexplode_outer", nulls, Self.ints, rows: 2) == [[[.null, .null]], [[.null, .null]]])
  }

  @Test func mapsGiveKeysAndValues() throws {
    let map = Value.map([.init(.string("a"), .int32(1)), .init(.string("b"), .null)])
    let rows = Operand(Column([map, .null, .map([])], type: Self.textToInt))
    #expect(
      try run("explode", rows, Self.textToInt, rows: 3) == [
        [[.string("a"), .int32(1)], [.string("b"), .null]], [], [],
      ])
    #expect(
      try run("posexplode_outer", rows, Self.textToInt, rows: 3)
        == [
          [[.int32(0), .string("a"), .int32(1)], [.int32(1), .string("b"), .null]], [[.null, .null, .null]],
          [[.null, .null, .null]],
        ])
  }

  @Test func constantsStandForEveryRow() throws {
    let constant = Operand(Column([list(1, 2)], type: Self.ints), isConstant: true)
    #expect(
      try run("explode", constant, Self.ints, rows: 3)
        == Array(repeating: [[.int32(1)], [.int32(2)]], count: 3))
    #expect(try run("explode", constant, Self.ints, rows: 0) == [])
    #expect(throws: SQLError.self) { try run("explode", constant, Self.ints, rows: Int(Int32.max)) }
  }

  @Test func inlineSpreadsStructs() throws {
    let type = DataType.array(.structure([Field("a", .int), Field("b", .string)]))
    let rows = Column(
      [
        .list([.structure([.int32(1), .string("x")]), .null, .structure([.null, .string("y")])]), .null,
        .list([]),
      ],
      type: type)
    let whole: [[Value]] = [[.int32(1), .string("x")], [.null, .null], [.null, .string("y")]]
    #expect(try run("inline", Operand(rows), type, rows: 3) == [whole, [], []])
    #expect(
      try run("inline_outer", Operand(rows), type, rows: 3) == [whole, [[.null, .null]], [[.null, .null]]])
    let function = try #require(FunctionRegistry.builtin.generators["inline"])
    let argument = BoundExpression.column(0, Field("x", type))
    let bound = try function.bind(FunctionCall(name: "inline", arguments: [argument], span: .none))
    #expect(bound.fields.map(\.name) == ["a", "b"])
  }

  @Test func stackLaysOutRows() throws {
    let n = Operand(Column([.int32(2)], type: .int), isConstant: true)
    let a = Operand(Column([.int32(1), .int32(4)], type: .int))
    let b = Operand(Column([.string("x"), .null], type: .string))
    let c = Operand(Column([.int32(3)], type: .int), isConstant: true)
    #expect(
      try split(generate("stack", [n, a, b, c], [.int, .int, .string, .int], rows: 2))
        == [
          [[.int32(1), .string("x")], [.int32(3), .null]],
          [[.int32(4), .null], [.int32(3), .null]],
        ])
    let five = Operand(Column([.int32(5)], type: .int), isConstant: true)
    #expect(
      try split(generate("stack", [five, a, a], [.int, .int, .int], rows: 2).first(rows: 1))
        == [[[.int32(1)], [.int32(1)], [.null], [.null], [.null]]])
  }

  @Test func zeroRows() throws {
    for name in ["explode", "explode_outer", "posexplode", "posexplode_outer"] {
      #expect(try run(name, Operand(Column([], type: Self.ints)), Self.ints, rows: 0) == [])
    }
  }

  @Test(arguments: [
    ("explode", [DataType.int], "DATATYPE_MISMATCH.UNEXPECTED_INPUT_TYPE"),
    ("explode", [.null], "DATATYPE_MISMATCH.UNEXPECTED_INPUT_TYPE"),
    ("explode", [], "WRONG_NUM_ARGS.WITHOUT_SUGGESTION"),
    ("explode", [.array(.int), .int], "WRONG_NUM_ARGS.WITHOUT_SUGGESTION"),
    ("inline", [.array(.int)], "DATATYPE_MISMATCH.UNEXPECTED_INPUT_TYPE"),
    ("stack", [.int], "WRONG_NUM_ARGS.WITHOUT_SUGGESTION"),
    ("stack", [.int, .int], "DATATYPE_MISMATCH.NON_FOLDABLE_INPUT"),
    ("stack", [.bigint, .int], "DATATYPE_MISMATCH.UNEXPECTED_INPUT_TYPE"),
  ])
  func refusedCalls(_ name: String, _ types: [DataType], _ errorClass: String) throws {
    let function = try #require(FunctionRegistry.builtin.generators[name])
    let arguments = types.enumerated().map { BoundExpression.column($0.offset, Field("x", $0.element)) }
    let error = #expect(throws: SQLError.self) {
      _ = try function.bind(FunctionCall(name: name, arguments: arguments, span: SourceSpan(3, 9)))
    }
    #expect(error?.errorClass == errorClass)
    #expect(error?.span == SourceSpan(3, 9))
  }

  @Test func refusedStacks() throws {
    let function = try #require(FunctionRegistry.builtin.generators["stack"])
    func errorClass(_ arguments: [BoundExpression]) -> String? {
      do {
        _ = try function.bind(FunctionCall(name: "stack", arguments: arguments, span: .none))
        return nil
      } catch { return error.errorClass }
    }
    let one = BoundExpression.literal(.int32(1), .int)
    #expect(errorClass([.literal(.int32(0), .int), one]) == "DATATYPE_MISMATCH.VALUE_OUT_OF_RANGE")
    #expect(
      errorClass([.literal(.int32(2), .int), one, .literal(.string("x"), .string)])
        == "DATATYPE_MISMATCH.STACK_COLUMN_DIFF_TYPES")
    #expect(errorClass([.literal(.int32(2), .int), one, .literal(.null, .null)]) == nil)
  }
}

extension GeneratedRows {
  /// The rows made from the first input rows.
  fileprivate func first(rows: Int) -> GeneratedRows {
    let count = Int(offsets[rows])
    return GeneratedRows(
      columns: columns.map { $0.slice(0..<count) }, count: count, offsets: Array(offsets.prefix(rows + 1)))
  }
}
