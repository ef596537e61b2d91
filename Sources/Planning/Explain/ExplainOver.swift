internal import Columnar
internal import Expressions

extension Explain {
  static func text(
    _ calls: [WindowCall], _ partitionBy: [BoundExpression], _ orderBy: [SortKey], _ names: [String]
  ) -> String {
    let texts = calls.map { call in
      let arguments = list(call.arguments.map { $0.sqlText(columns: names) })
      let filter = call.filter.map { " FILTER (WHERE \($0.sqlText(columns: names)))" } ?? ""
      let frame = call.function.kind.usesFrame ? " \(call.frame.sqlText)" : ""
      return "\(call.function.name)(\(arguments))\(filter)\(frame)"
    }
    return "Over" + text(partitionBy, orderBy, names) + ": \(list(texts))"
  }

  static func text(_ limit: LogicalPlan.RankLimit, _ names: [String]) -> String {
    "RankLimit \(limit.kind.rawValue) <= \(limit.limit)" + text(limit.partitionBy, limit.orderBy, names)
      + (limit.expiry != nil ? " within watermark" : "")
  }

  static func text(_ spec: RankLimitSpec, _ names: [String]) -> String {
    "RankLimit \(spec.kind.rawValue) <= \(spec.limit)" + text(spec.partitionBy, spec.orderBy, names)
      + (spec.rank != nil ? ", with the rank" : "")
  }

  static func text(_ partitionBy: [BoundExpression], _ orderBy: [SortKey], _ names: [String]) -> String {
    let keys = list(partitionBy.map { $0.sqlText(columns: names) })
    let order = list(orderBy.map { text($0, names) })
    return (keys.isEmpty ? "" : " by \(keys)") + (order.isEmpty ? "" : " in order of \(order)")
  }
}
