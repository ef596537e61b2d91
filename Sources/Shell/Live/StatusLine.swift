import Columnar
import Dataflow
import Engine

/// What the line below a live table says: how much, how fast, how far.
struct StatusLine {
  private var lastRows: Int64 = 0
  private var lastNanos: Int64 = 0
  private var rate = 0.0
  /// Rows per second of the last frames, for the sparkline.
  private(set) var rates: [Double] = []
  private let startNanos = monotonicNanos()

  private static let ratesMax = 20
  private static let sampleNanos: Int64 = 500_000_000

  mutating func sample(_ progress: QueryProgress) {
    let now = monotonicNanos()
    if lastNanos == 0 { (lastNanos, lastRows) = (now, progress.inputRows) }
    guard now - lastNanos >= Self.sampleNanos else { return }
    rate = Double(progress.inputRows - lastRows) * 1e9 / Double(now - lastNanos)
    (lastNanos, lastRows) = (now, progress.inputRows)
    rates.append(rate)
    if rates.count > Self.ratesMax { rates.removeFirst() }
  }

  func text(
    _ query: StreamingQuery, rowCount: Int, shown: Int, note: String, zone: TimeZoneRules, usesUnicode: Bool
  ) -> String {
    let progress = query.progress
    var parts = [
      rowCount == shown ? "\(rowCount) row\(rowCount == 1 ? "" : "s")" : "\(shown) of \(rowCount) rows",
      "\(HumanText.count(Double(progress.inputRows))) in", "\(HumanText.count(rate))/s",
      "lag \(HumanText.duration(nanos: progress.lastStepNanos))", "state \(HumanText.bytes(Int64(progress.stateBytes)))",
    ]
    if progress.malformedRows > 0 { parts.insert("\(HumanText.count(Double(progress.malformedRows))) malformed", at: 2) }
    if let watermark = progress.watermarkMicros {
      // The time of day is what moves.
      let words = ColumnText.string(.int64(watermark), type: .timestamp, zone: zone).split(separator: " ")
      parts.insert("watermark \(words.last.map { String($0.prefix(8)) } ?? "")", at: parts.count - 1)
    }
    if !note.isEmpty { parts.insert(note, at: 0) }
    if rates.contains(where: { $0 > 0 }) { parts.append(Sparkline.text(rates, usesUnicode: usesUnicode)) }
    return parts.joined(separator: usesUnicode ? " · " : " | ")
  }
}
