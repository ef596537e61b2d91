/// When rows of a state table are over: an ascending run of times for rows that come in order, a heap for the others.
///
/// An entry names its row by slot and id: of a slot that has gone or belongs to another row by now it is skipped. Adding
/// in order costs O(1), out of order O(log n); taking out what is due costs O(due), or O(due · log n) from the heap. Not a
/// scan over what stays.
struct SlotTimers {
  struct Entry {
    var time: Int64
    var id: Int64
    var slot: Int32
  }

  private var run: [Entry] = []
  /// Entries of `run` before this one have been taken out.
  private var start = 0
  private var heap = TimeHeap<Entry>()

  var count: Int { run.count - start + heap.count }
  var memoryBytes: Int { run.count * MemoryLayout<Entry>.stride + heap.count * MemoryLayout<TimeHeap<Entry>.Entry>.stride }

  mutating func add(_ slot: Int32, id: Int64, time: Int64) {
    let entry = Entry(time: time, id: id, slot: slot)
    if start == run.count || run[run.count - 1].time <= time {
      run.append(entry)
    } else {
      heap.push(entry, time: time)
    }
  }

  /// Slots that follow each other, with ids that do; `Int64.max` is no time.
  mutating func add(from first: Int32, ids: Int64, times: [Int64]) {
    for (index, time) in times.enumerated() where time < .max {
      add(first &+ Int32(truncatingIfNeeded: index), id: ids &+ Int64(index), time: time)
    }
  }

  /// Takes out all entries whose time is at or before `horizon`.
  mutating func pop(upTo horizon: Int64) -> [Entry] {
    var due: [Entry] = []
    var end = start
    while end < run.count && run[end].time <= horizon { end += 1 }
    due += run[start..<end]
    start = end
    if start == run.count {
      run.removeAll(keepingCapacity: true)
      start = 0
    } else if start > 4096 && start > run.count / 2 {
      run.removeFirst(start)
      start = 0
    }
    return due + heap.pop(upTo: horizon)
  }

  mutating func removeAll() { self = SlotTimers() }

  /// Slots have got new numbers; −1 stands for those that are gone.
  mutating func renumber(_ newSlots: [Int32]) {
    var all: [Entry] = []
    all.reserveCapacity(count)
    for var entry in Array(run[start...]) + heap.entries.map(\.payload) {
      entry.slot = newSlots[Int(entry.slot)]
      if entry.slot >= 0 { all.append(entry) }
    }
    all.sort { ($0.time, $0.id) < ($1.time, $1.id) }
    run = all
    start = 0
    heap.removeAll()
  }
}
