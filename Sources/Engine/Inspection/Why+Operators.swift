import Dataflow
import Expressions
import Planning

/// Operators that let nothing pass.
extension Why {
  /// Reasons at a node and below, the lowest first: what stops there never reaches the others.
  func operators(_ node: PhysicalNode) -> [WhyReason] {
    let below = node.inputs.flatMap(operators)
    let passed = node.inputs.map { rowsOut(of: $0) }
    guard let own = reports(of: node).first else { return below }
    let names = node.inputs.first?.schema.names ?? []
    switch node.kind {
    case .filter(let predicate):
      guard own.metrics.rowsIn > 0, own.metrics.rowsOut == 0 else { break }
      return below + [
        reason(
          .allFiltered, own.id, "none of \(Why.rows(own.metrics.rowsIn)) satisfied \(predicate.sqlText(columns: names))",
          "look at WHERE, HAVING and the conditions of joins")
      ]
    case .generate(let spec):
      guard own.metrics.rowsIn > 0, own.metrics.rowsOut == 0 else { break }
      return below + [
        reason(
          .nothingGenerated, own.id, "\(spec.generator.name) made nothing of \(Why.rows(own.metrics.rowsIn))",
          "LATERAL VIEW OUTER and \(spec.generator.name)_outer keep such rows")
      ]
    case .join:
      guard passed.contains(where: { $0 > 0 }), own.metrics.rowsOut == 0 else { break }
      if let side = passed.firstIndex(of: 0) {
        return below + [
          reason(
            .joinSideEmpty, own.id, "the \(side == 0 ? "left" : "right") side has no row, the other has \(Why.rows(passed.max() ?? 0))")
        ]
      }
      return below + [
        reason(
          .noJoinMatch, own.id, "of \(passed[0]) and \(passed[passed.count - 1]) rows no two satisfied the condition",
          "compare some keys of both sides; LEFT JOIN shows the rows without a match")
      ]
    default: break
    }
    return below
  }

  private func reports(of node: PhysicalNode) -> [OperatorReport] {
    report.operators.filter { $0.id == node.id.rawValue && $0.label != "Columns" }
  }

  /// Rows that left a node: of a scan those that its source gave.
  private func rowsOut(of node: PhysicalNode) -> Int64 {
    if case .scan(let source, _) = node.kind {
      return report.sources.first { $0.name == source.name }?.rows ?? 0
    }
    if case .values(let rows) = node.kind { return Int64(rows.count) }
    return reports(of: node).last?.metrics.rowsOut ?? 0
  }

  // MARK: Time

  /// What is late, and what holds the watermark.
  var watermarks: [WhyReason] {
    var found: [WhyReason] = []
    for own in report.operators {
      guard let late = own.lateRows, late > 0 else { continue }
      let whole = own.metrics.rowsIn == late ? "all" : "\(late) of"
      found.append(
        reason(
          .lateRows, own.id, "\(whole) \(Why.rows(own.metrics.rowsIn)) came after their state was gone",
          "SELECT * FROM late('\(query.name)') shows them; a longer delay of the WATERMARK waits for them"))
    }
    let isWaiting = report.operators.contains { $0.openGroups.map { $0.domain == .event && $0.isHeldBack && $0.count > 0 } ?? false }
    guard isWaiting else { return found }
    for watermark in report.watermarks where watermark.micros == nil && !watermark.hasEnded && !watermark.isIdle {
      found.append(
        reason(
          .noWatermark, watermark.relation, "no time has come in \"\(watermark.column)\" yet, so there is no watermark",
          "look whether \"\(watermark.column)\" is NULL"))
    }
    let open = report.watermarks.filter { !$0.hasEnded && !$0.isIdle }
    if open.count > 1, let ahead = open.compactMap(\.micros).max() {
      for watermark in open where watermark.isHolding {
        guard let micros = watermark.micros, micros < ahead else { continue }
        found.append(
          reason(
            .watermarkHeld, watermark.relation, "its watermark is at \(time(micros)), others are at \(time(ahead))",
            "rows of later times from it, or ADVANCE WATERMARK ON \(watermark.relation) TO …"))
      }
    }
    return found
  }

  /// Groups that are shown when they are over, and when that is.
  var windows: [WhyReason] {
    report.operators.compactMap { own in
      guard let open = own.openGroups, open.isHeldBack, open.count > 0 else { return nil }
      let what = open.count == 1 ? "1 group is" : "\(open.count) groups are"
      var ends = open.ends.map { "\($0.groups) at \(time($0.micros))" }.joined(separator: ", ")
      if !ends.isEmpty { ends = ": \(ends)" + (open.ends.reduce(0) { $0 + $1.groups } < open.count ? ", …" : "") }
      switch open.domain {
      case .processing:
        return reason(
          .windowsOpen, own.id, "\(what) open and closed by the clock\(ends); it is \(time(report.takenMicros))")
      case .event:
        let now = report.watermarkMicros.map { "it is at \(time($0))" } ?? "there is none yet"
        return reason(
          .windowsOpen, own.id, "\(what) open and closed by the watermark\(ends); \(now)", needed(open))
      }
    }
  }

  /// Which event time closes the first of them.
  private func needed(_ open: OpenGroups) -> String {
    guard let first = open.ends.first, let delay = report.watermarks.filter({ !$0.hasEnded }).map(\.delayMicros).max() else {
      return ""
    }
    return "a row of \(time(first.micros.addingSaturated(delay))) or later closes the first; OUTPUT MODE UPDATE shows them now"
  }
}
