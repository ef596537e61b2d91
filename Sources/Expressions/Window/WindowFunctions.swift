internal import Columnar
package import Diagnostics

/// Functions that only stand before OVER: ranks, and values of other rows.
///
/// Aggregates may stand there too; `first`, `last` and `any_value` then take a row of the frame.
package enum WindowFunctions {
  static let functions: [WindowFunction] = ranks + values

  private static let ranks: [WindowFunction] = [
    rank("row_number", .rowNumber, .int, "The number of the row in its partition, from 1.", "1, 2, 3"),
    rank("rank", .rank, .int, "1 plus the number of rows before the row that are not its peers.", "1, 1, 3"),
    rank("dense_rank", .denseRank, .int, "1 plus the number of different sort keys before the row's.", "1, 1, 2"),
    rank("percent_rank", .percentRank, .double, "The rank less 1, as a share of the rows of the partition less 1.", "0.0, 0.0, 1.0"),
    rank(
      "cume_dist", .cumeDist, .double, "The share of the partition's rows up to the row and its peers.",
      "0.6666666666666666, 0.6666666666666666, 1.0"),
    WindowFunction(
      doc(
        "ntile", "ntile([n])", "The number of the row's share when the partition is dealt out to n shares in order.",
        "SELECT x, ntile(2) OVER (ORDER BY x) FROM VALUES (1), (1), (2) AS t(x)", "1\t1; 1\t1; 2\t2")
    ) { (call) throws(SQLError) in
      try call.expect(0...1)
      var count: Int64 = 1
      if !call.arguments.isEmpty {
        guard call.types[0] == .int else { throw .unexpectedInput(call, 0, wanted: "\"INT\"") }
        count = try call.positive(0, what: "number of shares")
      }
      return BoundWindowFunction(
        call.name, call.types, returns: .int, isNullable: false, kind: .tile(count: count))
    },
  ]

  private static let values: [WindowFunction] = [
    shift("lag", sign: -1, "before", "NULL, 1, 1"),
    shift("lead", sign: 1, "behind", "1, 2, NULL"),
    WindowFunction(
      doc(
        "nth_value", "nth_value(expr, n)", "The value of the n-th row of the frame, from 1; IGNORE NULLS may follow.",
        "SELECT x, nth_value(x, 2) OVER (ORDER BY x) FROM VALUES (1), (2), (3) AS t(x)", "1\tNULL; 2\t2; 3\t2"),
      takesNullTreatment: true
    ) { (call) throws(SQLError) in
      try call.expect(2)
      let place = try call.positive(1, what: "offset")
      return BoundWindowFunction(
        call.name, call.types, returns: call.types[0],
        kind: .pick(.nth(place), ignoresNulls: call.isIgnoringNulls))
    },
  ]

  /// `first`, `last` and their like, which are aggregates without OVER.
  package static func pick(_ call: FunctionCall) throws(SQLError) -> BoundWindowFunction? {
    let place: WindowFunctionKind.FramePlace
    switch call.name {
    case "first", "first_value", "any_value": place = .first
    case "last", "last_value": place = .last
    default: return nil
    }
    let ignoresNulls = try call.ignoresNulls(default: call.isIgnoringNulls)
    return BoundWindowFunction(
      call.name, call.types, returns: call.types[0], kind: .pick(place, ignoresNulls: ignoresNulls))
  }

  private static func rank(
    _ name: String, _ kind: WindowFunctionKind, _ type: DataType, _ summary: String, _ values: String
  ) -> WindowFunction {
    let rows = zip(["1", "1", "2"], values.split(separator: ",")).map { "\($0)\t\($1.drop { $0 == " " })" }
    return WindowFunction(
      doc(
        name, "\(name)()", summary, "SELECT x, \(name)() OVER (ORDER BY x) FROM VALUES (1), (1), (2) AS t(x)",
        rows.joined(separator: "; "))
    ) { (call) throws(SQLError) in
      // Spark ignores what stands in the parentheses of ranks.
      if name == "row_number" || name == "cume_dist" { try call.expect(0) }
      return BoundWindowFunction(call.name, call.types, returns: type, isNullable: false, kind: kind)
    }
  }

  private static func shift(_ name: String, sign: Int64, _ where: String, _ values: String) -> WindowFunction {
    let rows = zip(["1", "1", "2"], values.split(separator: ",")).map { "\($0)\t\($1.drop { $0 == " " })" }
    return WindowFunction(
      doc(
        name, "\(name)(expr[, offset[, default]])",
        "The value of the row that stands offset (1) rows \(`where`), or the default (NULL); IGNORE NULLS may follow.",
        "SELECT x, \(name)(x) OVER (ORDER BY x) FROM VALUES (1), (1), (2) AS t(x)", rows.joined(separator: "; ")),
      takesNullTreatment: true
    ) { (call) throws(SQLError) in
      try call.expect(1...3)
      var offset: Int64 = 1
      if call.arguments.count > 1 {
        guard call.types[1].isIntegral, let value = try call.constant(1)?.integer else {
          throw .nonConstantArgument(call, 1, expected: "INT")
        }
        offset = value
      }
      var parameters = call.types
      if parameters.count > 2 { parameters[2] = call.types[0] }
      let (by, overflow) = offset.multipliedReportingOverflow(by: sign)
      if overflow { throw .argumentOutOfRange(call, 1, range: "the range of INT", found: "\(offset)") }
      return BoundWindowFunction(
        call.name, parameters, returns: call.types[0], kind: .shift(by: by, ignoresNulls: call.isIgnoringNulls))
    }
  }

  private static func doc(
    _ name: String, _ signature: String, _ summary: String, _ sql: String, _ result: String
  ) -> FunctionDoc {
    FunctionDoc(name, .window, signature, summary, [FunctionExample(sql, result)])
  }
}

extension FunctionCall {
  /// A constant above zero.
  fileprivate func positive(_ index: Int, what: String) throws(SQLError) -> Int64 {
    guard types[index].isIntegral, let value = try constant(index)?.integer else {
      throw .nonConstantArgument(self, index, expected: "INT")
    }
    guard value > 0 else { throw .argumentOutOfRange(self, index, range: "(0, \(Int32.max)]", found: "\(value)") }
    return value
  }
}
