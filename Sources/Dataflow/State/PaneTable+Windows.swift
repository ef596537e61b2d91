import Columnar
import Diagnostics
import Expressions

// Which windows a step shows. Each comes once: by the first seen of its panes, so that windows come in the order in which they
// were first seen where panes are gone through in that order.
extension PaneTable {
  func precedes(_ a: Int32, _ b: Int32) -> Bool {
    (firstSeen[Int(a)], made[Int(a)]) < (firstSeen[Int(b)], made[Int(b)])
  }

  /// Panes in the order in which they were first seen.
  func inOrder(_ some: [Int32]) -> [Int32] {
    for i in some.indices.dropFirst() where precedes(some[i], some[i - 1]) { return some.sorted(by: precedes) }
    return some
  }

  /// The last start of windows that are over at `time`.
  func lastOver(at time: Int64) -> Int64 {
    guard let closing, time != .min else { return .min }
    return time == .max ? .max : time.subtractingSaturated(closing.key.offsetMicros)
  }

  /// The first start of windows that have not been shown or forgotten.
  var firstOpen: Int64 { lastOver(at: shownMicros).addingSaturated(shownMicros == .min ? 0 : 1) }

  /// Adds to `found` the windows that begin in `range` and in which one of `candidates`, from place `next` on, is the first of
  /// all panes, or of those that were touched; stops when there are `enough`.
  func collect(
    _ candidates: [Int32], from next: inout Int, in range: ClosedRange<Int64>, isTouchedOnly: Bool, enough: Int,
    into found: inout [PaneWindow]
  ) {
    panes.withLists { lists in
      firstSeen.withUnsafeBufferPointer { firstSeen in
        made.withUnsafeBufferPointer { made in
          slots.withUnsafeBufferPointer { slots in
            let search = WindowSearch(
              lists: lists, firstSeen: firstSeen, made: made, slots: slots, windows: windows, range: range,
              isTouchedOnly: isTouchedOnly)
            var queue: [Int32] = []
            while next < candidates.count, found.count < enough {
              search.collect(Int(candidates[next]), into: &found, &queue)
              next += 1
            }
          }
        }
      }
    }
  }

  /// When the first window ends that has not been shown.
  package var nextProcessingTimerMicros: Int64? {
    guard let closing, closing.key.domain == .processing else { return nil }
    let earliest = times.earliest.lazy.filter { [panes] in panes.isLive($0) }.map { [panes] in panes.starts[Int($0)] }.min()
    guard let earliest else { return nil }
    let start = windows.first(from: max(firstOpen, earliest.subtractingSaturated(windows.sizeMicros - 1)))
    return start.addingSaturated(closing.key.offsetMicros)
  }

  package var openGroups: OpenGroups? {
    guard let closing else { return nil }
    panes.link()
    let all = (0..<Int32(panes.count)).filter { panes.isLive($0) }
    var found: [PaneWindow] = []
    var next = 0
    collect(all, from: &next, in: firstOpen...Int64.max, isTouchedOnly: false, enough: .max, into: &found)
    var counts: [Int64: Int] = [:]
    for window in found { counts[window.start.addingSaturated(closing.key.offsetMicros), default: 0] += 1 }
    let ends = counts.sorted { $0.key < $1.key }.prefix(OpenGroups.endsMax).map { OpenGroups.End(micros: $0.key, groups: $0.value) }
    return OpenGroups(
      domain: closing.key.domain, isHeldBack: closing.emission == .whenOver, count: found.count, ends: ends)
  }
}

/// One search for windows, over bare memory.
private struct WindowSearch {
  let lists: PaneLists
  let firstSeen: UnsafeBufferPointer<Int64>
  let made: UnsafeBufferPointer<Int64>
  let slots: UnsafeBufferPointer<Int32>
  let windows: PaneWindows
  let range: ClosedRange<Int64>
  let isTouchedOnly: Bool

  @inline(__always)
  private func precedes(_ a: Int, _ b: Int) -> Bool {
    if isTouchedOnly, slots[a] < 0 { return false }
    return firstSeen[a] != firstSeen[b] ? firstSeen[a] < firstSeen[b] : made[a] < made[b]
  }

  @inline(__always)
  func collect(_ pane: Int, into found: inout [PaneWindow], _ queue: inout [Int32]) {
    let size = windows.sizeMicros
    let start = lists.starts[pane]
    var low = start &- size &+ 1
    var high = start
    // The neighbours in reach that were seen before this pane take the windows that hold them too.
    var other = Int(lists.earlier[pane])
    while other >= 0, lists.starts[other] >= low {
      if precedes(other, pane) {
        low = lists.starts[other] &+ 1
        break
      }
      other = Int(lists.earlier[other])
    }
    other = Int(lists.later[pane])
    while other >= 0, lists.starts[other] &- size < start {
      if precedes(other, pane) {
        high = lists.starts[other] &- size
        break
      }
      other = Int(lists.later[other])
    }
    low = max(low, range.lowerBound)
    high = min(high, range.upperBound)
    if low > high { return }
    var window = windows.first(from: low)
    if window > high { return }
    var first = pane
    while true {
      let before = Int(lists.earlier[first])
      if before < 0 || lists.starts[before] < window { break }
      first = before
    }
    let begin = found.count
    while window <= high {
      while lists.starts[first] < window { first = Int(lists.later[first]) }
      found.append(
        PaneWindow(
          first: Int32(truncatingIfNeeded: first), start: window, seen: firstSeen[pane], made: made[pane]))
      window &+= windows.slideMicros
    }
    if isTouchedOnly { findFirstSeen(&found, from: begin, &queue) }
  }

  /// Where not all panes of windows were touched, the first of them may be another one: a minimum that slides along the
  /// windows, O(1) a pane. `queue` is reused.
  private func findFirstSeen(_ found: inout [PaneWindow], from begin: Int, _ queue: inout [Int32]) {
    queue.removeAll(keepingCapacity: true)
    var head = 0
    var next = Int(found[begin].first)
    for index in begin..<found.count {
      let window = found[index].start
      while next >= 0, lists.starts[next] &- windows.sizeMicros < window {
        while queue.count > head, let last = queue.last,
          (firstSeen[next], made[next]) < (firstSeen[Int(last)], made[Int(last)])
        {
          queue.removeLast()
        }
        queue.append(Int32(truncatingIfNeeded: next))
        next = Int(lists.later[next])
      }
      while lists.starts[Int(queue[head])] < window { head += 1 }
      let first = Int(queue[head])
      found[index].seen = firstSeen[first]
      found[index].made = made[first]
    }
  }
}
