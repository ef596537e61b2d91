import Columnar
import Dataflow
import Diagnostics
import Planning

/// Stands beside the consumers of an operator and holds its output to what the plan says of it.
///
/// At any moment no row is gone that was not there, an append-only edge takes nothing back, and a key names one row at
/// most: so a `-U` comes before its `+U` (SEM-9).
final class EdgeWatch: DeltaReceiver {
  private let properties: EdgeProperties?
  private var counts: [String: Int64] = [:]
  private var countsByKey: [String: Int64] = [:]
  private var complaints: [String] = []

  init(_ properties: EdgeProperties?) { self.properties = properties }

  func receive(_ delta: Delta, port: Int, step: StepContext) throws(SQLError) {
    for row in 0..<delta.count {
      let weight = delta.weights?[row] ?? 1
      let values = delta.batch.row(row)
      let text = ReferenceOrder.text(values)
      if weight == 0 { complaints.append("weight 0 for \(text)") }
      if weight < 0, properties?.isAppendOnly == true { complaints.append("append-only, but takes back \(text)") }
      counts[text, default: 0] += weight
      if counts[text, default: 0] < 0 { complaints.append("takes back \(text), which is not there") }
      if let key = properties?.key, !key.isEmpty {
        let text = ReferenceOrder.text(key.map { values[$0] })
        countsByKey[text, default: 0] += weight
        if countsByKey[text, default: 0] > 1 { complaints.append("two rows of key \(text) at once") }
      }
    }
  }

  func endStep(_ id: String) throws {
    if let complaint = complaints.first { throw GraphRun.Failure(message: "\(id): \(complaint)") }
  }
}

extension PhysicalNode {
  func find(_ id: String) -> PhysicalNode? {
    if self.id.rawValue == id { return self }
    // Not `lazy`: its `first` would look twice at each level.
    for input in inputs {
      if let found = input.find(id) { return found }
    }
    return nil
  }
}
