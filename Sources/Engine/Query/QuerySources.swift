import Connectors
import Diagnostics

/// The sources of a query, in the order of its graph's pipelines.
struct QuerySources: Sendable {
  let runs: [SourceRun]

  /// Opens them: from here on rows are the query's.
  /// - Parameter endsAtPresent: what comes later is not read.
  func open(as owner: String, endsAtPresent: Bool, ringing bell: Doorbell) throws(SQLError) {
    for run in runs {
      if endsAtPresent { try run.source.stopAtPresent() }
      run.source.attach(as: owner)
      try run.source.start(onArrival: { bell.ring() })
    }
  }

  func close() { for run in runs { run.source.stop() } }

  func setPaused(_ isPaused: Bool) { for run in runs { run.source.setPaused(isPaused) } }

  // MARK: What is to come

  var haveEnded: Bool { runs.allSatisfy(\.hasEnded) }

  /// There is always more to read: what is there has no end.
  var isNeverIdle: Bool { runs.contains { $0.source.isNeverIdle } }

  /// The static sides of joins are drained first, one after the other where one stands below another.
  func mayRead(_ run: SourceRun) -> Bool {
    guard let first = runs.lazy.filter({ !$0.hasEnded }).compactMap(\.drainRank).min() else { return true }
    return run.drainRank.map { $0 <= first } ?? false
  }

  /// When a generator has its next row, µs on the query's clock; nil if none waits for time.
  var nextDueMicros: Int64? { runs.compactMap(\.source.nextDueMicros).min() }

  /// A virtual clock stands still while a query runs in the foreground, or would wait for what only time brings: it is
  /// moved to the next row that a generator has due. False if nothing moves it.
  func moveOn(_ clock: any Clock) -> Bool {
    guard let clock = clock as? VirtualClock, let due = nextDueMicros else { return false }
    return clock.advance(toMicros: due)
  }

  /// What is at the sources when a request is first seen (SEM-5): more may come faster than it is processed.
  struct Targets {
    /// The request.
    var ticket = 0
    /// All of it has been taken; one step more looks for what comes behind, such as the end.
    var isPassed = false
    /// By source; nil: whatever polls give until it is idle.
    fileprivate var latest: [String?] = []
  }

  func targets(of ticket: Int) throws(SQLError) -> Targets {
    var targets = Targets(ticket: ticket)
    for run in runs { targets.latest.append(try run.source.latest()) }
    return targets
  }

  func haveReached(_ targets: Targets) -> Bool {
    zip(runs, targets.latest).allSatisfy { run, latest in
      run.hasEnded || (latest.map { run.source.hasPassed($0) } ?? run.isIdle)
    }
  }

  // MARK: What was read

  var rowsTaken: Int64 { runs.reduce(0) { $0 + $1.rowsTaken } }
  var bytesRead: Int64 { runs.reduce(0) { $0 + $1.bytesRead } }

  /// Records that could not be read as declared.
  var malformedCount: Int64 { runs.reduce(0) { $0 + $1.source.malformedCount } }

  var malformedCounts: [String: Int64] {
    runs.reduce(into: [:]) { $0[$1.name, default: 0] += $1.source.malformedCount }
  }

  /// Bytes of all inputs together, if every source knows.
  var totalBytes: Int64? {
    var total: Int64 = 0
    for run in runs {
      guard let bytes = run.source.totalBytes else { return nil }
      total += bytes
    }
    return runs.isEmpty ? nil : total
  }

  /// How much was read, from 0 to 1: the mean of those that can tell; nil if none can.
  var readShare: Double? {
    let shares = runs.compactMap(\.source.readShare)
    return shares.isEmpty ? nil : shares.reduce(0, +) / Double(shares.count)
  }
}
