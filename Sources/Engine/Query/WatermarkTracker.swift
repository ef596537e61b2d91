import Dataflow

/// The watermarks of a query: one for each declaration, and the one of the query that is made of them (SEM-2).
///
/// A declaration's watermark is the greatest event time seen less its delay; it never goes back. The query's is the least
/// of them, or the greatest if the session says so. A declaration whose sources have all ended holds nothing back.
struct WatermarkTracker {
  /// A WATERMARK of the plan.
  struct Declaration: Sendable {
    var relation: String
    var column: String
    var delayMicros: Int64
    /// The sources it sees, by position in the query.
    var sources: [Int]

    /// The same declaration of a relation that is read more than once.
    func isSame(as other: Declaration) -> Bool {
      relation == other.relation && column == other.column && delayMicros == other.delayMicros
    }
  }

  /// How several watermarks make one (`spark.sql.streaming.multipleWatermarkPolicy`).
  enum Policy: String, Sendable { case min, max }

  let declarations: [Declaration]
  var policy = Policy.min
  private(set) var perDeclaration: [Int64?]
  private var greatest: [Int64?]
  private(set) var current: Int64?
  /// After so long without rows a declaration holds the others back no longer; nil: it always does.
  private let idleMicros: [Int64?]
  /// When the last row of each declaration came.
  private var lastRowMicros: [Int64]
  private var isIdle: [Bool]

  init(
    _ declarations: [Declaration], policy: Policy = .min, idleMicros: [Int64?] = [], startMicros: Int64 = 0
  ) {
    self.declarations = declarations
    self.policy = policy
    self.idleMicros = declarations.indices.map { $0 < idleMicros.count ? idleMicros[$0] : nil }
    perDeclaration = declarations.map { _ in nil }
    greatest = perDeclaration
    lastRowMicros = declarations.map { _ in startMicros }
    isIdle = declarations.map { _ in false }
  }

  /// When the next declaration will have been without rows for too long; nil if none can.
  var nextIdleMicros: Int64? {
    declarations.indices.compactMap { index in
      guard let timeout = idleMicros[index], !isIdle[index] else { return nil }
      let (due, overflow) = lastRowMicros[index].addingReportingOverflow(timeout)
      return overflow ? nil : due
    }.min()
  }

  /// Takes in what the gauges of the graph have seen by the end of a step at this time.
  mutating func note(_ gauges: [WatermarkGauge], nowMicros: Int64) {
    for gauge in gauges where gauge.takeHasSeenRows() { lastRowMicros[gauge.declaration] = nowMicros }
    for index in declarations.indices {
      isIdle[index] = idleMicros[index].map { nowMicros - lastRowMicros[index] >= $0 } ?? false
    }
    for gauge in gauges {
      guard let seen = gauge.maxMicros else { continue }
      let index = gauge.declaration
      greatest[index] = Swift.max(greatest[index] ?? .min, seen)
      raise(index, to: seen.subtractingSaturated(declarations[index].delayMicros))
    }
  }

  /// Sets the watermark of a relation by hand (`ADVANCE WATERMARK`); false if the query has no such declaration.
  mutating func advance(relation: String, to micros: Int64) -> Bool {
    var isKnown = false
    for (index, declaration) in declarations.enumerated()
    where declaration.relation.lowercased() == relation.lowercased() {
      raise(index, to: micros)
      isKnown = true
    }
    return isKnown
  }

  private mutating func raise(_ index: Int, to micros: Int64) {
    perDeclaration[index] = Swift.max(perDeclaration[index] ?? .min, micros)
  }

  /// Every declaration as it stands.
  func report(hasEnded: [Bool]) -> [QueryReport.Watermark] {
    var reports = declarations.indices.map { index in
      let declaration = declarations[index]
      return QueryReport.Watermark(
        relation: declaration.relation, column: declaration.column, delayMicros: declaration.delayMicros,
        micros: perDeclaration[index],
        hasEnded: !declaration.sources.isEmpty && declaration.sources.allSatisfy { hasEnded[$0] }, isIdle: isIdle[index],
        isHolding: false)
    }
    let open = reports.indices.filter { !reports[$0].hasEnded && !reports[$0].isIdle }
    guard policy == .min else {
      for index in open where reports[index].micros == open.compactMap({ reports[$0].micros }).max() { reports[index].isHolding = true }
      return reports
    }
    let least = open.contains { reports[$0].micros == nil } ? nil : open.compactMap { reports[$0].micros }.min()
    for index in open where reports[index].micros == least { reports[index].isHolding = true }
    return reports
  }

  /// The query's watermark now. `hasEnded` says which sources will give nothing any more.
  mutating func advanced(hasEnded: [Bool]) -> Int64? {
    var open: [Int64?] = []
    for (index, declaration) in declarations.enumerated()
    where declaration.sources.contains(where: { !hasEnded[$0] }) || declaration.sources.isEmpty {
      if !isIdle[index] { open.append(perDeclaration[index]) }
    }
    let combined: Int64?
    if open.isEmpty {
      // What has ended or is idle holds nothing back; but only the end of all input makes everything final.
      combined = perDeclaration.compactMap { $0 }.max()
    } else {
      switch policy {
      case .min: combined = open.contains { $0 == nil } ? nil : open.compactMap { $0 }.min()
      case .max: combined = open.compactMap { $0 }.max()
      }
    }
    if let combined { current = Swift.max(current ?? .min, combined) }
    return current
  }
}
