import Diagnostics

extension Unparser {
  mutating func call(_ call: AST.FunctionCall) {
    if let semantics = call.semantics {
      write(semantics == .final ? "FINAL " : "RUNNING ")
      anyName(call.name.last)
    } else {
      function(call.name)
    }
    write("(")
    if call.isDistinct { write("DISTINCT ") }
    let quotesUnit = call.arguments.count == 3 && Parser.isUnitFunction(call.name)
    let isPosition = call.name.text.lowercased() == "position"
    for (index, argument) in call.arguments.enumerated() {
      if index > 0 { write(", ") }
      if index == 0, quotesUnit, let unit = Self.unitWord(argument) {
        write(unit)
      } else if index == 0, quotesUnit, let unit = Self.unitColumn(argument) {
        quoted(unit)
      } else if isPosition, Self.isMembership(argument) {
        write("(")
        self.argument(argument)
        write(")")
      } else {
        self.argument(argument)
      }
    }
    clause(" ORDER BY ", call.orderBy) { $0.sortItem($1) }
    write(")")
    callSuffix(call)
  }

  /// The unit that the parser made a string of.
  private static func unitWord(_ argument: AST.Argument) -> String? {
    guard argument.name == nil, case .expression(let expression) = argument.value, case .literal(.string(let text)) = expression.kind,
      AST.IntervalUnit(word: text.text) != nil || text.text == "DAYOFYEAR"
    else { return nil }
    return text.text
  }

  private mutating func callSuffix(_ call: AST.FunctionCall) {
    if !call.withinGroup.isEmpty {
      clause(" WITHIN GROUP (ORDER BY ", call.withinGroup) { $0.sortItem($1) }
      write(")")
    }
    if let filter = call.filter {
      clause(" FILTER (WHERE ", filter)
      write(")")
    }
    if let treatment = call.nullTreatment { write(treatment == .ignore ? " IGNORE NULLS" : " RESPECT NULLS") }
    switch call.over {
    case .name(let name):
      write(" OVER ")
      self.name(name)
    case .specification(let window):
      write(" OVER ")
      self.window(window)
    case nil: break
    }
  }

  /// A column whose bare name would be read as a unit: `` date_add(`day`, 1, d) ``.
  private static func unitColumn(_ argument: AST.Argument) -> String? {
    guard argument.name == nil, case .expression(let expression) = argument.value,
      case .name(let name) = expression.kind, name.parts.count == 1, AST.IntervalUnit(word: name.text) != nil
    else { return nil }
    return name.text
  }

  /// `position((a IN (b)))`: without parentheses the IN would separate the arguments.
  private static func isMembership(_ argument: AST.Argument) -> Bool {
    switch argument.expression?.kind {
    case .inList, .inSubquery: argument.name == nil
    default: false
    }
  }

  mutating func argument(_ argument: AST.Argument) {
    if let name = argument.name {
      self.name(name)
      write(" => ")
    }
    switch argument.value {
    case .expression(let expression): self.expression(expression)
    case .table(let query, let partitionBy):
      if case .table(let name) = query.body, query.isBodyAlone {
        write("TABLE ")
        objectName(name)
      } else {
        write("TABLE ")
        subquery(query)
      }
      if !partitionBy.isEmpty {
        write(" PARTITION BY ")
        parenthesised(partitionBy) { $0.expression($1) }
      }
    case .descriptor(let names):
      write("DESCRIPTOR")
      nameList(names)
    }
  }

  mutating func window(_ window: AST.WindowSpecification) {
    write("(")
    let start = bytes.count
    if let base = window.base { name(base) }
    separate(from: start)
    clause("PARTITION BY ", window.partitionBy) { $0.expression($1) }
    separate(from: start)
    clause("ORDER BY ", window.orderBy) { $0.sortItem($1) }
    separate(from: start)
    if let frame = window.frame { self.frame(frame) }
    if bytes.last == UInt8(ascii: " ") { bytes.removeLast() }
    write(")")
  }

  /// A blank, unless nothing was written since `start` or a blank is there.
  private mutating func separate(from start: Int) {
    if bytes.count > start, bytes.last != UInt8(ascii: " ") { write(" ") }
  }

  private mutating func frame(_ frame: AST.WindowFrame) {
    switch frame.unit {
    case .rows: write("ROWS BETWEEN ")
    case .range: write("RANGE BETWEEN ")
    case .groups: write("GROUPS BETWEEN ")
    }
    bound(frame.start)
    write(" AND ")
    bound(frame.end)
    switch frame.exclusion {
    case .currentRow: write(" EXCLUDE CURRENT ROW")
    case .group: write(" EXCLUDE GROUP")
    case .ties: write(" EXCLUDE TIES")
    case .noOthers: write(" EXCLUDE NO OTHERS")
    case nil: break
    }
  }

  private mutating func bound(_ bound: AST.WindowFrame.Bound) {
    switch bound {
    case .unboundedPreceding: write("UNBOUNDED PRECEDING")
    case .unboundedFollowing: write("UNBOUNDED FOLLOWING")
    case .currentRow: write("CURRENT ROW")
    case .preceding(let distance):
      value(distance)
      write(" PRECEDING")
    case .following(let distance):
      value(distance)
      write(" FOLLOWING")
    }
  }
}
