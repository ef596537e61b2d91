/// Groups that wait for their time to be over, for whoever asks why nothing comes out.
package struct OpenGroups: Sendable, Equatable {
  package struct End: Sendable, Equatable {
    package var micros: Int64
    package var groups: Int
  }

  /// Times that are named; there may be more.
  package static let endsMax = 5

  /// The clock that says when they are over.
  package var domain: TimeDomain
  /// They are shown when they are over, and not before.
  package var isHeldBack: Bool
  /// How many there are, those without a time among them.
  package var count: Int
  /// The first times at which some are over, ascending.
  package var ends: [End]

  /// Those of several tables that split the groups of one operator between them.
  package static func + (a: OpenGroups, b: OpenGroups) -> OpenGroups {
    var sum = a
    sum.count += b.count
    for end in b.ends {
      if let known = sum.ends.firstIndex(where: { $0.micros == end.micros }) {
        sum.ends[known].groups += end.groups
      } else {
        sum.ends.append(end)
      }
    }
    sum.ends = Array(sum.ends.sorted { $0.micros < $1.micros }.prefix(endsMax))
    return sum
  }
}

extension GroupTimers {
  /// The first times that groups still have. Costs O(n log n) of the times there are: for people, not for steps.
  var firstEnds: [OpenGroups.End] {
    var ends: [OpenGroups.End] = []
    for time in heap.sorted() where ends.count < OpenGroups.endsMax {
      let open = groups(at: time)
      if open > 0 { ends.append(.init(micros: time, groups: open)) }
    }
    return ends
  }
}

extension AggregateTable {
  /// Groups that are not over; nil if none ever is.
  package var openGroups: OpenGroups? {
    closing.map {
      OpenGroups(
        domain: $0.key.domain, isHeldBack: $0.emission == .whenOver, count: rowCount, ends: timers.firstEnds)
    }
  }
}
