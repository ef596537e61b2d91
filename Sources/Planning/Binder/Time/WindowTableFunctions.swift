internal import Columnar
internal import Diagnostics
internal import Expressions
internal import SQLSyntax

/// Flink's windowing table functions: `TABLE(TUMBLE(TABLE t, DESCRIPTOR(ts), size))`, HOP, CUMULATE and SESSION. They give the
/// rows of their table with `window_start`, `window_end` and `window_time` behind, once for each window a row lies in.
extension QueryBinder {
  static let windowTableFunctions: Set<String> = ["tumble", "hop", "cumulate", "session"]

  func bindWindowTable(_ call: AST.FunctionCall, span: SourceSpan) throws(SQLError) -> BoundRelation {
    let name = call.name.last.text.lowercased()
    let arguments = try WindowTableArguments(call, span: span)
    let input = try bind(arguments.table)
    let binder = expressionBinder(input.scope, .from)
    let time = try binder.timeArgument(
      try binder.bind(AST.Expression(.name(AST.ObjectName([arguments.column])), span: arguments.column.span)), of: name)
    if name == "session" { return try bindSessionTable(arguments, time, over: input, binder, span: span) }
    let constants = expressionBinder(Scope(), .constant)
    var lengths: [Int64] = []
    for expression in arguments.lengths {
      lengths.append(try constants.length(try constants.bind(expression), "an interval of \(name.uppercased())"))
    }
    let offset = try arguments.offset.map { (e) throws(SQLError) in try constants.duration(try constants.bind(e)) } ?? 0
    let isTumbling = name == "tumble"
    guard lengths.count == (isTumbling ? 1 : 2) else {
      throw .wrongArgumentCount(
        name, expected: isTumbling ? "a size" : "two intervals", found: lengths.count, span: span)
    }
    var plan = LogicalPlan.filter(
      .init(input: input.plan, predicate: try binder.call("isnotnull", [time], span: time.span)))
    let width = input.scope.columns.count
    let start: BoundExpression
    let end: BoundExpression
    if isTumbling {
      start = TimeWindows.start(of: time, sizeMicros: lengths[0], offsetMicros: offset, span: span)
      end = TimeWindows.shift(start, byMicros: lengths[0], span: span)
    } else {
      // The second interval is the size of the (longest) window, the first its slide or step.
      let (step, size) = (lengths[0], lengths[1])
      guard step <= size, name == "hop" || size % step == 0 else {
        throw SQLError(
          .bind, "DATATYPE_MISMATCH.PARAMETER_CONSTRAINT_VIOLATION",
          name == "hop"
            ? "the slide of HOP must not be longer than its size" : "the size of CUMULATE must be a multiple of its step",
          span: span)
      }
      let shape: WindowShape =
        name == "hop"
        ? .sliding(sizeMicros: size, slideMicros: step, offsetMicros: offset)
        : .cumulating(sizeMicros: size, stepMicros: step, offsetMicros: offset)
      try binder.check(shape, span: span)
      let assign = LogicalPlan.WindowAssign(input: plan, time: time, shape: shape)
      start = .column(width, assign.schema[width], span: span)
      end = .column(width + 1, assign.schema[width + 1], span: span)
      plan = .windowAssign(assign)
    }
    return input.withWindow(start, end, over: plan, span: span)
  }
}

extension BoundRelation {
  /// The columns of a relation, which `plan` still gives first, with those of a window behind.
  func withWindow(
    _ start: BoundExpression, _ end: BoundExpression, over plan: LogicalPlan, span: SourceSpan
  ) -> BoundRelation {
    let added = [
      NamedExpression(start, as: "window_start"), NamedExpression(end, as: "window_end"),
      NamedExpression(TimeWindows.shift(end, byMicros: -1, span: span), as: "window_time"),
    ]
    let kept = scope.columns.enumerated().map { NamedExpression(.column($0, $1.field), as: $1.field.name) }
    return BoundRelation(
      plan: .project(.init(input: plan, columns: kept + added)),
      scope: Scope((kept + added).map { Scope.Column(qualifier: [], field: $0.field) }))
  }
}

/// The arguments of a windowing table function, by position or by Flink's names.
struct WindowTableArguments {
  var table: AST.Query
  /// Of SESSION: rows with different values are in different sessions.
  var partitionBy: [AST.Expression] = []
  var column: AST.Identifier
  /// Slide or step before size, as Flink has them.
  var lengths: [AST.Expression] = []
  var offset: AST.Expression?

  init(_ call: AST.FunctionCall, span: SourceSpan) throws(SQLError) {
    var table: AST.Query?
    var column: AST.Identifier?
    var named: [String: AST.Expression] = [:]
    let isSession = call.name.last.text.lowercased() == "session"
    for argument in call.arguments {
      switch argument.value {
      case .table(let query, let keys):
        partitionBy = keys
        if !isSession, let key = keys.first {
          throw SQLError(
            .bind, "UNSUPPORTED_FEATURE", "PARTITION BY belongs to SESSION alone", span: key.span)
        }
        table = query
      case .descriptor(let columns): column = columns.first
      case .expression(let expression):
        if let name = argument.name {
          named[name.text.lowercased()] = expression
        } else {
          lengths.append(expression)
        }
      }
    }
    for name in isSession ? ["gap"] : ["slide", "step", "size"] {
      if let expression = named.removeValue(forKey: name) { lengths.append(expression) }
    }
    offset = isSession ? nil : named.removeValue(forKey: "offset")
    if offset == nil, !isSession {
      let isTumbling = call.name.last.text.lowercased() == "tumble"
      if lengths.count == (isTumbling ? 2 : 3) { offset = lengths.removeLast() }
    }
    if let unknown = named.keys.sorted().first {
      throw SQLError(
        .bind, "UNRECOGNIZED_PARAMETER_NAME", "\(call.name.text) has no argument \"\(unknown)\"", span: span,
        hint: isSession
          ? "its arguments are DATA, TIMECOL and GAP" : "its arguments are DATA, TIMECOL, SIZE, SLIDE or STEP, and OFFSET")
    }
    guard let table, let column else {
      throw SQLError(
        .bind, "WRONG_NUM_ARGS.WITHOUT_SUGGESTION", "\(call.name.text) takes a table and the descriptor of its time",
        span: span, hint: "write TABLE(\(call.name.text)(TABLE t, DESCRIPTOR(ts), INTERVAL '10' SECOND))")
    }
    self.table = table
    self.column = column
  }
}
