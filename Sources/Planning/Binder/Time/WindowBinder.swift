internal import Columnar
internal import Diagnostics
internal import Expressions
internal import SQLSyntax

/// Calls that mean time windows: Spark's `window`, `session_window` and `window_time`, and the group windows of Flink
/// (`TUMBLE(ts, size)`, `HOP(ts, slide, size)`, `SESSION(ts, gap)` with their `_START`, `_END`, `_ROWTIME`, `_PROCTIME`).
extension ExpressionBinder {
  static let windowCallNames: Set<String> = ["window", "session_window", "tumble", "hop", "session", "cumulate"]

  /// Whether a call of this name is one of a window, so that no function of the user can have it.
  static func isWindowCall(_ name: String) -> Bool {
    if windowCallNames.contains(name) || name == "window_time" { return true }
    let parts = name.split(separator: "_", maxSplits: 1)
    return parts.count == 2 && ["tumble", "hop", "session"].contains(parts[0]) && isPart(parts[1])
  }

  /// Nil if `name` is no call of a window.
  func bindWindowCall(
    _ name: String, _ call: AST.FunctionCall, span: SourceSpan
  ) throws(SQLError) -> BoundExpression? {
    switch name {
    case "window": return try bindWindow(call, span: span)
    case "session_window": return try bindSession(call, span: span)
    case "window_time": return try bindWindowTime(call, span: span)
    default: break
    }
    let parts = name.split(separator: "_", maxSplits: 1)
    guard let kind = parts.first, ["tumble", "hop", "session"].contains(kind), parts.count == 1 || Self.isPart(parts[1]) else {
      return nil
    }
    let window: BoundExpression
    switch kind {
    case "tumble": window = try bindWindow(call, span: span)
    case "session": window = try bindSession(call, span: span)
    default: window = try bindHop(call, span: span)
    }
    if parts.count == 1 { return window }
    guard let (start, end) = TimeWindows.parts(of: window) else { return window }
    switch parts[1] {
    case "start": return start
    case "end": return end
    default: return TimeWindows.shift(end, byMicros: -1, span: span)
    }
  }

  private static func isPart(_ text: Substring) -> Bool { ["start", "end", "rowtime", "proctime"].contains(text) }

  /// `window(time, size[, slide[, start]])`
  private func bindWindow(_ call: AST.FunctionCall, span: SourceSpan) throws(SQLError) -> BoundExpression {
    let arguments = try windowArguments(call, 2...4, span: span)
    let time = try timeArgument(arguments[0], of: call.name.text)
    let size = try length(arguments[1], "the size of a window")
    let slide = arguments.count > 2 ? try length(arguments[2], "the slide of a window") : size
    let start = arguments.count > 3 ? try duration(arguments[3]) : 0
    return try slidingWindow(time, size: size, slide: slide, start: start, span: span)
  }

  /// `HOP(time, slide, size)`
  private func bindHop(_ call: AST.FunctionCall, span: SourceSpan) throws(SQLError) -> BoundExpression {
    let arguments = try windowArguments(call, 3...3, span: span)
    return try slidingWindow(
      try timeArgument(arguments[0], of: call.name.text), size: try length(arguments[2], "the size of a window"),
      slide: try length(arguments[1], "the slide of a window"), start: 0, span: span)
  }

  private func slidingWindow(
    _ time: BoundExpression, size: Int64, slide: Int64, start: Int64, span: SourceSpan
  ) throws(SQLError) -> BoundExpression {
    guard slide <= size, abs(start) < slide else {
      throw SQLError(
        .bind, "DATATYPE_MISMATCH.PARAMETER_CONSTRAINT_VIOLATION",
        slide > size
          ? "the slide of a window must not be longer than the window"
          : "the start of a window must be nearer to zero than its slide", span: span)
    }
    if slide == size {
      let first = TimeWindows.start(of: time, sizeMicros: size, offsetMicros: start, span: span)
      return TimeWindows.make(
        start: first, end: TimeWindows.shift(first, byMicros: size, span: span), span: span)
    }
    let shape = WindowShape.sliding(sizeMicros: size, slideMicros: slide, offsetMicros: start)
    try check(shape, span: span)
    return try collected(.init(time: time, kind: .shape(shape), span: span))
  }

  func check(_ shape: WindowShape, span: SourceSpan) throws(SQLError) {
    if shape.windowsPerRow <= WindowShape.windowsPerRowMax { return }
    throw SQLError(
      .bind, "DATATYPE_MISMATCH.VALUE_OUT_OF_RANGE",
      "a row would lie in \(shape.windowsPerRow) windows; \(WindowShape.windowsPerRowMax) is the most", span: span,
      hint: "let the window slide by more")
  }

  /// `session_window(time, gap)`: the gap may depend on the row.
  private func bindSession(_ call: AST.FunctionCall, span: SourceSpan) throws(SQLError) -> BoundExpression {
    let arguments = try windowArguments(call, 2...2, span: span)
    let time = try timeArgument(arguments[0], of: call.name.text)
    return try collected(.init(time: time, kind: .session(gap: try gap(arguments[1])), span: span))
  }

  private func collected(_ entry: WindowCollector.Entry) throws(SQLError) -> BoundExpression {
    guard let windows else {
      throw SQLError(
        .bind, "UNSUPPORTED_FEATURE",
        "a \(entry.isSession ? "session" : "sliding") window cannot stand in \(clause.rawValue)", span: entry.span,
        hint: "group by it, or compute it in the select list of a subquery")
    }
    return windows.add(entry)
  }

  /// `window_time(window)`: the last microsecond of a window, an event time again.
  private func bindWindowTime(_ call: AST.FunctionCall, span: SourceSpan) throws(SQLError) -> BoundExpression {
    let arguments = try windowArguments(call, 1...1, span: span)
    guard let end = try endOfWindow(arguments[0]) else {
      throw SQLError(
        .bind, "DATATYPE_MISMATCH.UNEXPECTED_INPUT_TYPE",
        "window_time takes a window, found \(arguments[0].type.sqlName)", span: arguments[0].span)
    }
    return TimeWindows.shift(end, byMicros: -1, span: span)
  }

  private func endOfWindow(_ window: BoundExpression) throws(SQLError) -> BoundExpression? {
    if let parts = TimeWindows.parts(of: window) { return parts.end }
    guard case .structure(let fields) = window.type, fields.map(\.name) == ["start", "end"], fields[1].type.isTimestamp
    else { return nil }
    return try self.call("get_field", [window, .literal(.string("end"), .string)], span: window.span)
  }

  // MARK: Arguments

  private func windowArguments(
    _ call: AST.FunctionCall, _ range: ClosedRange<Int>, span: SourceSpan
  ) throws(SQLError) -> [BoundExpression] {
    let arguments = try bindArguments(call, span: span)
    if range.contains(arguments.count) { return arguments }
    let expected = range.count == 1 ? "\(range.lowerBound) arguments" : "\(range.lowerBound) to \(range.upperBound) arguments"
    throw .wrongArgumentCount(call.name.text, expected: expected, found: arguments.count, span: span)
  }

  func timeArgument(_ argument: BoundExpression, of name: String) throws(SQLError) -> BoundExpression {
    switch argument.type {
    case .timestamp, .timestampNTZ: return argument
    case .date, .string, .null: return context.cast(argument, to: .timestamp)
    default:
      if let end = try endOfWindow(argument) { return TimeWindows.shift(end, byMicros: -1, span: argument.span) }
      throw SQLError(
        .bind, "DATATYPE_MISMATCH.UNEXPECTED_INPUT_TYPE",
        "\(name) takes a TIMESTAMP, found \(argument.type.sqlName)", span: argument.span)
    }
  }

  /// A constant length of time, longer than zero.
  func length(_ argument: BoundExpression, _ what: String) throws(SQLError) -> Int64 {
    let micros = try duration(argument)
    if micros > 0 { return micros }
    throw SQLError(
      .bind, "DATATYPE_MISMATCH.VALUE_OUT_OF_RANGE", "\(what) must be longer than zero", span: argument.span)
  }

  /// A constant duration: `'10 seconds'` or an interval without months (SEM-14).
  func duration(_ argument: BoundExpression) throws(SQLError) -> Int64 {
    if case .string = argument.type, argument.isConstant, let text = try context.constantValue(argument).text {
      return try context.duration(text, span: argument.span)
    }
    if case .dayTimeInterval = argument.type, argument.isConstant,
      case .int64(let micros) = try context.constantValue(argument)
    {
      return micros
    }
    if case .yearMonthInterval = argument.type { throw .monthsInWindow(argument.span) }
    throw SQLError(
      .bind, "DATATYPE_MISMATCH.NON_FOLDABLE_INPUT",
      "a constant length of time is expected here, such as '10 seconds' or INTERVAL 10 SECONDS", span: argument.span)
  }

  /// A gap that may depend on the row: texts in it are read now.
  private func gap(_ argument: BoundExpression) throws(SQLError) -> BoundExpression {
    if case .dayTimeInterval = argument.type { return argument }
    if argument.isConstant { return .literal(.int64(try duration(argument)), .dayTime, span: argument.span) }
    if case .conditional(var branches, let otherwise) = argument.node {
      for index in branches.indices { branches[index].value = try gap(branches[index].value) }
      let last = try otherwise.map { (e) throws(SQLError) in try gap(e) }
      return BoundExpression(
        .conditional(branches: branches, otherwise: last), type: .dayTime, span: argument.span)
    }
    if case .cast(let inner, _) = argument.node, inner.type == .string || inner.type.isInterval { return try gap(inner) }
    throw SQLError(
      .bind, "DATATYPE_MISMATCH.UNEXPECTED_INPUT_TYPE",
      "the gap of a session is an INTERVAL, found \(argument.type.sqlName)", span: argument.span,
      hint: "write CASE WHEN … THEN INTERVAL 5 SECONDS ELSE INTERVAL 1 MINUTE END")
  }
}

extension StatementContext {
  /// A length of time written as text.
  func duration(_ text: String, span: SourceSpan) throws(SQLError) -> Int64 {
    var bytes = Array(text.utf8)
    let parsed = bytes.withUnsafeMutableBytes { IntervalText.parseUnits(UnsafeRawBufferPointer($0)) }
    guard let parsed else {
      throw SQLError(
        .bind, "CANNOT_PARSE_INTERVAL", "'\(text)' is no length of time", span: span, hint: "write it like '10 seconds'")
    }
    if parsed.months != 0 { throw .monthsInWindow(span) }
    guard let micros = parsed.dayTimeMicros else {
      throw SQLError(.bind, "CANNOT_PARSE_INTERVAL", "'\(text)' is too long", span: span)
    }
    return micros
  }
}

extension SQLError {
  static func monthsInWindow(_ span: SourceSpan) -> SQLError {
    SQLError(
      .bind, "DATATYPE_MISMATCH.UNEXPECTED_INPUT_TYPE", "months and years have no fixed length, so no window can have it",
      span: span, hint: "use days, or group by date_trunc('month', ts)")
  }
}

extension DataType {
  var isTimestamp: Bool { self == .timestamp || self == .timestampNTZ }
}

extension SelectBinder {
  /// Lets `window` and `session_window` mean the window that GROUP BY groups by.
  mutating func bindWindowNames() throws(SQLError) {
    for expression in (select.groupBy?.elements ?? []).flatMap(\.keys) {
      guard case .call(let call) = expression.kind else { continue }
      let name = call.name.last.text.lowercased()
      guard ExpressionBinder.windowCallNames.contains(name) else { continue }
      var binder = base
      binder.clause = .groupBy
      let window = try binder.bind(expression)
      aliases.add(name.hasPrefix("session") ? "session_window" : "window", window)
    }
  }
}
