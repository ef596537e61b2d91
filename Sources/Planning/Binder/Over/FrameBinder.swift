internal import Columnar
internal import Diagnostics
internal import Expressions
internal import SQLSyntax

extension ExpressionBinder {
  /// The frame of a call: what was written, or the default of function and window.
  func frame(
    of function: BoundWindowFunction, _ window: AST.WindowSpecification, _ orderBy: [SortKey], span: SourceSpan
  ) throws(SQLError) -> WindowFrame {
    if !function.kind.usesFrame { return try fixedFrame(of: function, window, orderBy, span: span) }
    guard let written = window.frame else { return orderBy.isEmpty ? .wholePartition : .upToPeers }
    let unit = WindowFrame.Unit(written.unit)
    if unit != .rows, orderBy.isEmpty {
      throw frameError("RANGE_FRAME_WITHOUT_ORDER", "a \(unit.rawValue) frame needs a window with an ORDER BY", written.span)
    }
    let start = try bound(written.start, unit, orderBy, written.span)
    let end = try bound(written.end, unit, orderBy, written.span)
    try check(start, end, written)
    let exclusion = written.exclusion.map(WindowFrame.Exclusion.init) ?? .noOthers
    return WindowFrame(unit, start.bound, end.bound, exclusion: exclusion)
  }

  /// Ranks count from the partition's first row to the current one, LAG and LEAD take one row; all of them need an order.
  private func fixedFrame(
    of function: BoundWindowFunction, _ window: AST.WindowSpecification, _ orderBy: [SortKey], span: SourceSpan
  ) throws(SQLError) -> WindowFrame {
    if orderBy.isEmpty {
      throw SQLError(
        .bind, "WINDOW_FUNCTION_FRAME_NOT_ORDERED", "\(function.name) needs a window with an ORDER BY", span: span,
        hint: "write \(function.name)(…) OVER (PARTITION BY … ORDER BY …)")
    }
    var fixed = WindowFrame.upToRow
    if case .cumeDist = function.kind { fixed = .upToPeers }
    if case .shift(let by, _) = function.kind { fixed = WindowFrame(.rows, .offset(by), .offset(by)) }
    guard let written = window.frame else { return fixed }
    if case .shift = function.kind {
      throw SQLError(
        .bind, "_LEGACY_ERROR_TEMP_1035", "\(function.name) looks at one row and takes no frame", span: written.span,
        hint: "leave the frame out")
    }
    let isSame =
      WindowFrame.Unit(written.unit) == fixed.unit && written.start == .unboundedPreceding && written.end == .currentRow
      && written.exclusion == nil
    if isSame { return fixed }
    throw SQLError(
      .bind, "_LEGACY_ERROR_TEMP_1036", "the frame of \(function.name) is always \(fixed.sqlText)", span: written.span,
      hint: "leave the frame out")
  }

  /// A border, and its distance where it is a number or a constant that can be compared with the other border's.
  private typealias Border = (bound: WindowFrame.Bound, distance: Double?)

  private func bound(
    _ bound: AST.WindowFrame.Bound, _ unit: WindowFrame.Unit, _ orderBy: [SortKey], _ span: SourceSpan
  ) throws(SQLError) -> Border {
    switch bound {
    case .unboundedPreceding: return (.unboundedPreceding, nil)
    case .unboundedFollowing: return (.unboundedFollowing, nil)
    // Spark compares distances alone: a frame from CURRENT ROW to 1 PRECEDING holds no row, and is no mistake.
    case .currentRow: return (.currentRow, nil)
    case .preceding(let expression): return try distance(expression, isPreceding: true, unit, orderBy, span)
    case .following(let expression): return try distance(expression, isPreceding: false, unit, orderBy, span)
    }
  }

  private func distance(
    _ expression: AST.Expression, isPreceding: Bool, _ unit: WindowFrame.Unit, _ orderBy: [SortKey], _ span: SourceSpan
  ) throws(SQLError) -> Border {
    var constants = self
    constants.scope = Scope()
    constants.aliases = .none
    constants.overs = nil
    constants.outer = []
    let bound: BoundExpression
    do throws(SQLError) { bound = try constants.bind(expression) } catch { throw unfoldable(expression.span) }
    guard bound.isConstant else { throw unfoldable(expression.span) }
    if unit == .range { return try value(bound, isPreceding: isPreceding, orderBy, span) }
    let value = try context.constantValue(bound)
    guard [.int, .smallint, .tinyint].contains(bound.type), let rows = value.integer else {
      throw frameError(
        "SPECIFIED_WINDOW_FRAME_UNACCEPTED_TYPE",
        "the distance of a \(unit.rawValue) frame is an INT, found \(bound.type.sqlName)", expression.span)
    }
    return (.offset(isPreceding ? -rows : rows), Double(isPreceding ? -rows : rows))
  }

  private func unfoldable(_ span: SourceSpan) -> SQLError {
    SQLError(
      .bind, "INVALID_SQL_SYNTAX.INVALID_WINDOW_FRAME_BOUND", "the distance of a frame must be a constant", span: span)
  }

  /// RANGE: the border is the row's sort key, less or plus the distance.
  private func value(
    _ distance: BoundExpression, isPreceding: Bool, _ orderBy: [SortKey], _ span: SourceSpan
  ) throws(SQLError) -> Border {
    guard let key = orderBy.first, orderBy.count == 1 else {
      throw frameError(
        "RANGE_FRAME_MULTI_ORDER", "a RANGE frame with a distance needs an ORDER BY of one expression", span)
    }
    let type = key.expression.type
    guard type.isNumeric || type.isTemporal || type.isInterval else {
      throw frameError(
        type == .binary ? "RANGE_FRAME_INVALID_TYPE" : "SPECIFIED_WINDOW_FRAME_UNACCEPTED_TYPE",
        "a RANGE frame with a distance needs a number or a time to order by, found \(type.sqlName)", key.expression.span)
    }
    guard let typed = asDistance(distance, from: type) else {
      throw frameError(
        "RANGE_FRAME_INVALID_TYPE",
        "values of type \(type.sqlName) are no \(distance.type.sqlName) apart", distance.span)
    }
    let constant = try context.constantValue(typed)
    guard !constant.isNull else { throw frameError("RANGE_FRAME_INVALID_TYPE", "the distance of a frame is NULL", distance.span) }
    // In descending order PRECEDING means greater values.
    let isLess = isPreceding != key.isDescending
    var border = try call(isLess ? "try_subtract" : "try_add", [key.expression, typed], span: distance.span)
    if border.type != type { border = Coercion.cast(border, to: comparable(type, with: border.type), mode: .attempt) }
    let magnitude = constant.magnitude.map { isPreceding ? -$0 : $0 }
    var micros: Int64?
    if case .int64(let interval) = constant, case .dayTimeInterval = typed.type { micros = isPreceding ? 0 &- interval : interval }
    let text = "\(constant.sqlText(typed.type, plainStrings: true)) \(isPreceding ? "PRECEDING" : "FOLLOWING")"
    return (.value(border, isPreceding: (magnitude ?? 0) < 0, micros: micros, text: text), magnitude)
  }

  /// Sums of decimals have a digit more before the point; what orders them is the same.
  private func comparable(_ key: DataType, with border: DataType) -> DataType {
    guard case .decimal(let precision, let scale) = key, case .decimal = border else { return key }
    return .decimal(precision: min(precision + 1, DataType.decimalDigitsMax), scale: scale)
  }

  /// The distance as a type that can be added to `type`; nil if there is none.
  private func asDistance(_ distance: BoundExpression, from type: DataType) -> BoundExpression? {
    switch type {
    case .date:
      if [.int, .smallint, .tinyint].contains(distance.type) { return Coercion.cast(distance, to: .int) }
      if case .yearMonthInterval = distance.type { return distance }
      // A distance that cannot be computed is no whole number of days: the error below names the types.
      if case .dayTimeInterval = distance.type, case .int64(let micros)? = try? context.constantValue(distance),
        micros % 86_400_000_000 == 0
      {
        return .literal(.int32(Int32(truncatingIfNeeded: micros / 86_400_000_000)), .int, span: distance.span)
      }
      return nil
    case .timestamp, .timestampNTZ: return distance.type.isInterval ? distance : nil
    case .yearMonthInterval, .dayTimeInterval: return distance.type == type ? distance : nil
    case _ where type.isNumeric:
      guard distance.type.isNumeric else { return nil }
      // A decimal distance from an integer is cut, as Spark casts it.
      return context.cast(distance, to: type)
    default: return nil
    }
  }

  private func check(_ start: Border, _ end: Border, _ written: AST.WindowFrame) throws(SQLError) {
    if case .unboundedFollowing = start.bound {
      throw frameError("SPECIFIED_WINDOW_FRAME_INVALID_BOUND", "a frame cannot begin at UNBOUNDED FOLLOWING", written.span)
    }
    if case .unboundedPreceding = end.bound {
      throw frameError("SPECIFIED_WINDOW_FRAME_INVALID_BOUND", "a frame cannot end at UNBOUNDED PRECEDING", written.span)
    }
    if let first = start.distance, let last = end.distance, first > last {
      throw frameError("SPECIFIED_WINDOW_FRAME_WRONG_COMPARISON", "the frame ends before it begins", written.span)
    }
  }

  private func frameError(_ subclass: String, _ message: String, _ span: SourceSpan) -> SQLError {
    SQLError(.bind, "DATATYPE_MISMATCH.\(subclass)", message, span: span)
  }
}

extension WindowFrame.Unit {
  fileprivate init(_ unit: AST.WindowFrame.Unit) {
    switch unit {
    case .rows: self = .rows
    case .range: self = .range
    case .groups: self = .groups
    }
  }
}

extension WindowFrame.Exclusion {
  fileprivate init(_ exclusion: AST.WindowFrame.Exclusion) {
    switch exclusion {
    case .currentRow: self = .currentRow
    case .group: self = .group
    case .ties: self = .ties
    case .noOthers: self = .noOthers
    }
  }
}

extension Value {
  /// A number that compares distances of one type.
  fileprivate var magnitude: Double? {
    switch self {
    case .float32(let value): Double(value)
    case .float64(let value): value
    case .int128(let value): Double(value)
    default: integer.map(Double.init)
    }
  }
}
