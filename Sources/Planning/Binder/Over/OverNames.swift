internal import Columnar
internal import Diagnostics
internal import SQLSyntax

/// How Spark shows windows in the names of columns: everything that was left out is written.
extension ExpressionBinder {
  /// `(PARTITION BY a ORDER BY b ASC NULLS FIRST RANGE BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW)`
  func windowName(_ reference: AST.WindowReference, of call: AST.FunctionCall) -> String {
    // A window that is not there is refused where the call is bound; here the column is only named.
    guard let window = try? overs?.specification(reference) else {
      if case .name(let name) = reference { return name.text }
      return "()"
    }
    var parts: [String] = []
    if !window.partitionBy.isEmpty { parts.append("PARTITION BY " + joined(window.partitionBy.map(outputName))) }
    if !window.orderBy.isEmpty { parts.append("ORDER BY " + joined(window.orderBy.map(sortName))) }
    parts.append(frameName(window, of: call))
    return "(\(parts.joined(separator: " ")))"
  }

  private func joined(_ names: [String]) -> String { names.joined(separator: ", ") }

  func sortName(_ item: AST.SortItem) -> String {
    let isNullsFirst = item.nulls.map { $0 == .first } ?? !item.isDescending
    return "\(outputName(of: item.expression)) \(item.isDescending ? "DESC" : "ASC") NULLS \(isNullsFirst ? "FIRST" : "LAST")"
  }

  private func frameName(_ window: AST.WindowSpecification, of call: AST.FunctionCall) -> String {
    let name = call.name.last.text.lowercased()
    if name == "lag" || name == "lead" {
      var offset = call.arguments.count > 1 ? call.arguments[1].expression.map(autoName(of:)) ?? "" : "1"
      if name == "lag" { offset = Int(offset).map { "\(-$0)" } ?? "(- \(offset))" }
      return "ROWS BETWEEN \(offset) FOLLOWING AND \(offset) FOLLOWING"
    }
    if ["row_number", "rank", "dense_rank", "percent_rank", "ntile"].contains(name) {
      return "ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW"
    }
    if let frame = window.frame {
      let exclusion: String =
        switch frame.exclusion {
        case nil: ""
        case .currentRow?: " EXCLUDE CURRENT ROW"
        case .group?: " EXCLUDE GROUP"
        case .ties?: " EXCLUDE TIES"
        case .noOthers?: " EXCLUDE NO OTHERS"
        }
      return "\(frame.unit == .rows ? "ROWS" : frame.unit == .range ? "RANGE" : "GROUPS") BETWEEN "
        + "\(boundName(frame.start)) AND \(boundName(frame.end))\(exclusion)"
    }
    return window.orderBy.isEmpty && name != "cume_dist"
      ? "ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING"
      : "RANGE BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW"
  }

  private func boundName(_ bound: AST.WindowFrame.Bound) -> String {
    switch bound {
    case .unboundedPreceding: "UNBOUNDED PRECEDING"
    case .unboundedFollowing: "UNBOUNDED FOLLOWING"
    case .currentRow: "CURRENT ROW"
    case .preceding(let distance): "\(autoName(of: distance)) PRECEDING"
    case .following(let distance): "\(autoName(of: distance)) FOLLOWING"
    }
  }
}
