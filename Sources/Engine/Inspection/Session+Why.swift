import Columnar
import Connectors
import Diagnostics

extension Session {
  /// Why nothing (more) comes out of a query, most telling first.
  package func why(_ query: StreamingQuery) -> [WhyReason] {
    guard let report = query.report() else {
      let state = query.state
      let detail = state == .ready ? "it has not begun" : "it is busy, and says nothing of itself yet"
      return [WhyReason(cause: .notStarted, subject: query.name, detail: detail, fix: "")]
    }
    var malformed: [String: Int64] = [:]
    for scan in query.plan.root.scans {
      malformed[scan.name] = catalog.relation(for: scan.id)?.description.malformed?.count
    }
    let zone = TimeZoneRules.named(settings.zoneName) ?? .utc
    return Why(query: query, report: report, progress: query.progress, malformed: malformed, zone: zone).reasons
  }

  /// The first record that could not be read as declared from one of a query's sources.
  package func firstMalformed(of source: String, in query: StreamingQuery) -> MalformedRecords.Entry? {
    let scan = query.plan.root.scans.first { $0.name == source }
    return scan.flatMap { catalog.relation(for: $0.id)?.description.malformed?.kept.first }
  }
}
