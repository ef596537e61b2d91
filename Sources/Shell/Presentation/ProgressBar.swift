import Dataflow
import Engine
import Synchronization

/// How far a long bounded query is, on stderr of a terminal; gone before rows are printed.
// @unchecked Sendable: `region` is behind the mutex.
final class ProgressBar: OutputInterceptor {
  private let region = Mutex(ScreenRegion(descriptor: 2))
  private let usesUnicode: Bool

  /// Short queries show none.
  static let delayNanos: Int64 = 700_000_000

  init(usesUnicode: Bool) { self.usesUnicode = usesUnicode }

  func draw(_ query: StreamingQuery, elapsedNanos: Int64) {
    let columns = Terminal.size.columns
    let text = TextFitting.cut(text(query, elapsedNanos, columns), to: columns - 1)
    region.withLock { $0.draw([.init(plain: text)], columns: columns) }
  }

  private func text(_ query: StreamingQuery, _ elapsedNanos: Int64, _ columns: Int) -> String {
    let progress = query.progress
    let bytes = progress.inputBytes > 0 ? ", \(HumanText.bytes(progress.inputBytes))" : ""
    let rows = "\(HumanText.count(Double(progress.inputRows))) rows\(bytes)"
    let clock = HumanText.clock(seconds: elapsedNanos / 1_000_000_000)
    guard let share = query.readShare else { return "\(rows), \(clock)" }
    let width = max(5, min(40, columns - 50))
    let full = Int(share * Double(width))
    let bar =
      String(repeating: usesUnicode ? "█" : "#", count: full) + String(repeating: usesUnicode ? "░" : ".", count: width - full)
    let left = share > 0.01 ? Double(elapsedNanos) / share * (1 - share) : .nan
    let eta = left.isFinite ? ", \(HumanText.clock(seconds: Int64(min(left / 1e9, 1e9)))) left" : ""
    let total = query.totalBytes.map { " of \(HumanText.bytes($0))" } ?? ""
    return "\(bar) \(Int(share * 100)) %\(total), \(rows)\(eta)"
  }

  func erase() { region.withLock { $0.erase(columns: Terminal.size.columns) } }

  func intercept(_ bytes: UnsafeRawBufferPointer) -> Bool {
    erase()
    return false
  }
}
