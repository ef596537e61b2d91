/// What becomes due at a time, by time: a binary heap.
///
/// Adding costs O(log n), taking out what is due O(due · log n), looking at the first O(1). Of equal times no order is kept.
struct TimeHeap<Payload> {
  typealias Entry = (time: Int64, payload: Payload)

  private(set) var entries: [Entry] = []

  var count: Int { entries.count }
  /// The earliest time.
  var next: Int64? { entries.first?.time }

  mutating func push(_ payload: Payload, time: Int64) {
    entries.append((time, payload))
    var child = entries.count - 1
    while child > 0 {
      let parent = (child - 1) / 2
      if entries[parent].time <= entries[child].time { return }
      entries.swapAt(parent, child)
      child = parent
    }
  }

  /// Takes out all whose time is at or before `horizon`, by time.
  mutating func pop(upTo horizon: Int64) -> [Payload] {
    var due: [Payload] = []
    while let first = entries.first, first.time <= horizon {
      due.append(first.payload)
      removeFirst()
    }
    return due
  }

  /// Takes out everything, in no order.
  mutating func popAll() -> [Payload] {
    defer { entries.removeAll(keepingCapacity: true) }
    return entries.map(\.payload)
  }

  mutating func removeAll() { entries = [] }

  mutating func mapPayloads(_ transform: (Payload) -> Payload) {
    for index in entries.indices { entries[index].payload = transform(entries[index].payload) }
  }

  private mutating func removeFirst() {
    let last = entries.removeLast()
    if entries.isEmpty { return }
    entries[0] = last
    var parent = 0
    while true {
      var child = 2 * parent + 1
      if child >= entries.count { return }
      if child + 1 < entries.count, entries[child + 1].time < entries[child].time { child += 1 }
      if entries[parent].time <= entries[child].time { return }
      entries.swapAt(parent, child)
      parent = child
    }
  }
}
