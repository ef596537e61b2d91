internal import Columnar
internal import Diagnostics
internal import Expressions
internal import SQLSyntax

/// Calls that are not functions of rows: conditionals that evaluate only what they need, and values of the step.
extension ExpressionBinder {
  static let specialFormNames =
    [
      "coalesce", "ifnull", "nvl", "nvl2", "nullif", "nullifzero", "zeroifnull", "nanvl", "if", "iff", "struct", "batch",
      "current_timestamp", "now", "proctime",
      "current_date", "curdate", "localtimestamp", "current_watermark", "window", "session_window", "window_time", "identifier", "grouping", "grouping_id",
    ] + FileMetadata.functions.keys

  /// Nil if `name` is no special form.
  func bindSpecialForm(
    _ name: String, _ call: AST.FunctionCall, span: SourceSpan
  ) throws(SQLError) -> BoundExpression? {
    switch name {
    case "coalesce":
      let arguments = try arguments(of: call, least: 1, most: .max, "at least one argument", span: span)
      return try coalesce(arguments, what: name, span: span)
    case "ifnull", "nvl":
      return try coalesce(try arguments(of: call, 2, span: span), what: name, span: span)
    case "nvl2":
      let arguments = try arguments(of: call, 3, span: span)
      let condition = try self.call("isnotnull", [arguments[0]], span: span)
      return try conditional(
        [.init(condition: condition, value: arguments[1])], otherwise: arguments[2], what: "results of nvl2", span: span)
    case "nullif":
      let arguments = try arguments(of: call, 2, span: span)
      let same = try self.call("=", arguments, span: span)
      let null = BoundExpression.literal(.null, arguments[0].type, span: span)
      return try conditional([.init(condition: same, value: null)], otherwise: arguments[0], what: "nullif", span: span)
    case "nullifzero":
      let argument = try arguments(of: call, 1, span: span)[0]
      let same = try self.call("=", [argument, .literal(.int32(0), .int, span: span)], span: span)
      let null = BoundExpression.literal(.null, argument.type, span: span)
      return try conditional([.init(condition: same, value: null)], otherwise: argument, what: name, span: span)
    case "zeroifnull":
      let argument = try arguments(of: call, 1, span: span)[0]
      return try coalesce([argument, .literal(.int32(0), .int, span: span)], what: name, span: span)
    case "nanvl":
      let arguments = try arguments(of: call, 2, span: span)
      let type: DataType = arguments.allSatisfy { $0.type == .float } ? .float : .double
      let values = try castArguments(arguments, to: [type, type], function: name, span: span)
      let isNaN = try self.call("isnan", [values[0]], span: span)
      return try conditional([.init(condition: isNaN, value: values[1])], otherwise: values[0], what: name, span: span)
    case "if", "iff":
      let arguments = try arguments(of: call, 3, span: span)
      let condition = try asCondition(arguments[0], of: "if")
      return try conditional(
        [.init(condition: condition, value: arguments[1])], otherwise: arguments[2], what: "results of if", span: span)
    case "dateadd", "date_add", "datediff", "date_diff":
      // With a unit, which the parser made a string, they are other functions.
      guard call.arguments.count == 3 else { return nil }
      let target = name.hasSuffix("add") ? "timestampadd" : "timestampdiff"
      return try self.call(target, try bindArguments(call, span: span), span: span)
    case "unix_timestamp" where call.arguments.isEmpty:
      let now = BoundExpression(.stepValue(.timestamp), type: .timestamp, isNullable: false, span: span)
      return try self.call(name, [now], span: span)
    case "make_time", "to_time", "try_to_time", "time_trunc", "time_diff", "current_time", "time_from_seconds":
      throw SQLError(
        .bind, "UNSUPPORTED_TIME_TYPE", "there is no TIME type, and so no \(name)", span: span,
        hint: "use TIMESTAMP, or INTERVAL DAY TO SECOND since midnight")
    case "decode" where call.arguments.count > 2: return try bindDecode(call, span: span)
    case "struct": return try bindStructCall(call, span: span)
    case _ where FunctionNames.castFunctions.contains(name):
      let type = try TypeBinder.bind(AST.TypeName(.named(AST.Identifier(name), parameters: []), span: span))
      return try explicitCast(
        try arguments(of: call, 1, span: span)[0], to: type, mode: context.castMode, span: span)
    case "identifier" where call.over == nil: return try bindName(try identifierName(call, span: span), span: span)
    case "grouping", "grouping_id": return try bindGrouping(name, call, span: span)
    case _ where FileMetadata.functions[name] != nil:
      _ = try arguments(of: call, 0, span: span)
      return try FileMetadata.functions[name].map { (field) throws(SQLError) in try bindFileFunction(name, field, span: span) }
    default:
      if let window = try bindWindowCall(name, call, span: span) { return window }
      return try bindStepValue(name, call, span: span)
    }
  }

  /// `decode(x, search, result, …[, default])`: the result behind the first value that is x, NULL being NULL.
  private func bindDecode(_ call: AST.FunctionCall, span: SourceSpan) throws(SQLError) -> BoundExpression {
    let arguments = try bindArguments(call, span: span)
    var branches: [BoundExpression.Branch] = []
    var next = 1
    while next + 1 < arguments.count {
      let isFound = try self.call("<=>", [arguments[0], arguments[next]], span: span)
      branches.append(.init(condition: isFound, value: arguments[next + 1]))
      next += 2
    }
    let otherwise = next < arguments.count ? arguments[next] : nil
    return try conditional(branches, otherwise: otherwise, what: "results of decode", span: span)
  }

  private func bindStepValue(
    _ name: String, _ call: AST.FunctionCall, span: SourceSpan
  ) throws(SQLError) -> BoundExpression? {
    let value: BoundExpression
    switch name {
    case "batch": value = BoundExpression(.stepValue(.batchNumber), type: .bigint, isNullable: false, span: span)
    case "current_timestamp", "now", "proctime":
      value = BoundExpression(.stepValue(.timestamp), type: .timestamp, isNullable: false, span: span)
    case "current_date", "curdate":
      value = BoundExpression(.stepValue(.date), type: .date, isNullable: false, span: span)
    case "current_watermark": value = BoundExpression(.stepValue(.watermark), type: .timestamp, span: span)
    case "localtimestamp":
      let now = BoundExpression(.stepValue(.timestamp), type: .timestamp, isNullable: false, span: span)
      value = BoundExpression(.cast(now, .ansi), type: .timestampNTZ, isNullable: false, span: span)
    default: return nil
    }
    guard call.arguments.isEmpty else {
      throw .wrongArgumentCount(name, expected: "no argument", found: call.arguments.count, span: span)
    }
    return value
  }

  /// `struct(a, b + 1)`: columns keep their names, others are col2, ….
  private func bindStructCall(_ call: AST.FunctionCall, span: SourceSpan) throws(SQLError) -> BoundExpression {
    var arguments: [BoundExpression] = []
    var position = 0
    func add(_ name: String?, _ value: BoundExpression) {
      position += 1
      arguments.append(.literal(.string(name ?? "col\(position)"), .string, span: value.span))
      arguments.append(value)
    }
    for argument in call.arguments {
      guard let expression = argument.expression else {
        throw .wrongArgumentCount("struct", expected: "values", found: call.arguments.count, span: span)
      }
      switch expression.kind {
      case .star(let star):
        for column in try expand(star, span: expression.span) { add(column.name, column.expression) }
      case .name(let name): add(argument.name?.text ?? name.last.text, try bind(expression))
      case .field(_, let name): add(argument.name?.text ?? name.text, try bind(expression))
      default: add(argument.name?.text, try bind(expression))
      }
    }
    return try self.call("named_struct", arguments, span: span)
  }

  private func arguments(
    of call: AST.FunctionCall, _ count: Int, span: SourceSpan
  ) throws(SQLError) -> [BoundExpression] {
    try arguments(of: call, least: count, most: count, "\(count) arguments", span: span)
  }

  private func arguments(
    of call: AST.FunctionCall, least: Int, most: Int, _ expected: String, span: SourceSpan
  ) throws(SQLError) -> [BoundExpression] {
    let arguments = try bindArguments(call, span: span)
    guard (least...most).contains(arguments.count) else {
      throw .wrongArgumentCount(call.name.text, expected: expected, found: arguments.count, span: span)
    }
    return arguments
  }
}
