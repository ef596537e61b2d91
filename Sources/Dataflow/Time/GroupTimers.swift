/// When the groups of a table are over: a heap of times, and the groups of each.
///
/// Setting a group's time anew or removing the group leaves its old entry in place; it is skipped when its time comes, since
/// the group then has another time. Adding costs O(1), or O(log n) for a time that no other group has.
struct GroupTimers {
  /// No time: the group is gone, or never over.
  private static let none = Int64.max

  private(set) var heap: [Int64] = []
  private var groupsAt: [Int64: [Int32]] = [:]
  /// Time of each group by number.
  private var times: [Int64] = []

  /// The earliest time at which some group may be over.
  var next: Int64? { heap.first }

  mutating func set(_ group: Int32, _ time: Int64) {
    while times.count <= Int(group) { times.append(GroupTimers.none) }
    if times[Int(group)] == time { return }
    times[Int(group)] = time
    if time == GroupTimers.none { return }
    if groupsAt[time] == nil { push(time) }
    groupsAt[time, default: []].append(group)
  }

  /// Whether a time is set for the group.
  func isSet(_ group: Int32) -> Bool { Int(group) < times.count && times[Int(group)] != GroupTimers.none }
  /// When a group is over; `Int64.max` if it never is.
  func time(of group: Int32) -> Int64 { times.indices.contains(Int(group)) ? times[Int(group)] : GroupTimers.none }

  mutating func remove(_ groups: [Int32]) {
    for group in groups where Int(group) < times.count { times[Int(group)] = GroupTimers.none }
  }

  mutating func removeAll() { self = GroupTimers() }

  /// Takes out all groups whose time is at or before `horizon`.
  mutating func pop(upTo horizon: Int64) -> [Int32] {
    var due: [Int32] = []
    while let time = heap.first, time <= horizon {
      popFirst()
      for group in groupsAt.removeValue(forKey: time) ?? [] where times[Int(group)] == time {
        times[Int(group)] = GroupTimers.none
        due.append(group)
      }
    }
    return due
  }

  /// How many groups still have this time.
  func groups(at time: Int64) -> Int {
    (groupsAt[time] ?? []).reduce(0) { $0 + (times[Int($1)] == time ? 1 : 0) }
  }

  var memoryBytes: Int { times.count * 12 + heap.count * 64 }

  private mutating func push(_ time: Int64) {
    heap.append(time)
    var child = heap.count - 1
    while child > 0 {
      let parent = (child - 1) / 2
      if heap[parent] <= heap[child] { return }
      heap.swapAt(parent, child)
      child = parent
    }
  }

  private mutating func popFirst() {
    let last = heap.removeLast()
    if heap.isEmpty { return }
    heap[0] = last
    var parent = 0
    while true {
      var child = 2 * parent + 1
      if child >= heap.count { return }
      if child + 1 < heap.count, heap[child + 1] < heap[child] { child += 1 }
      if heap[parent] <= heap[child] { return }
      heap.swapAt(parent, child)
      parent = child
    }
  }
}
