import Columnar
import Expressions

/// Sliding windows and the panes that they are made of.
package struct PaneWindows: Sendable {
  /// The ordinal, among the keys, of the pane's start.
  package let key: Int
  let sizeMicros: Int64
  let slideMicros: Int64
  let offsetMicros: Int64
  /// Panes of a window at most.
  let panesMax: Int64

  /// Nil where windows are of another kind: rows go to each of their windows then.
  package init?(key: Int, shape: WindowShape) {
    guard case .sliding(let size, let slide, let offset) = shape else { return nil }
    self.key = key
    sizeMicros = size
    slideMicros = slide
    offsetMicros = offset
    panesMax = size / Self.greatestCommonDivisor(size, slide)
  }

  private static func greatestCommonDivisor(_ a: Int64, _ b: Int64) -> Int64 {
    b == 0 ? a : greatestCommonDivisor(b, a % b)
  }

  /// The others of some things that there is one of for each key.
  func others<Element>(of all: [Element]) -> [Element] {
    var some = all
    some.remove(at: key)
    return some
  }

  /// When rows of a pane are late: when the last window that holds it is over.
  package func lateness(_ closing: GroupClosing?) -> GroupClosing? {
    guard var closing else { return nil }
    closing.key.alignment = .init(strideMicros: slideMicros, offsetMicros: offsetMicros)
    return closing
  }

  /// The start of the last window that holds a time of the calendar.
  func last(holding time: Int64) -> Int64 { TimeWindows.starting(time, slideMicros, offsetMicros).0 }

  /// The first start of a window at or after a time.
  func first(from time: Int64) -> Int64 {
    let (before, isBefore) = TimeWindows.starting(time, slideMicros, offsetMicros)
    if isBefore { return time }
    return before == time ? time : before.addingSaturated(slideMicros)
  }

  /// Whether a window that holds one of these times lies outside of the calendar.
  func outside(of times: [Int64]) -> Bool {
    let reach = sizeMicros.addingSaturated(slideMicros).addingSaturated(Int64(clamping: offsetMicros.magnitude))
    let lowest = Int64.min.addingSaturated(reach)
    let highest = Int64.max.subtractingSaturated(reach)
    var isFar = false
    for time in times { isFar = isFar || time < lowest || time > highest }
    if !isFar { return false }
    let shape = WindowShape.sliding(sizeMicros: sizeMicros, slideMicros: slideMicros, offsetMicros: offsetMicros)
    return times.contains { !shape.forEachWindow(of: $0) { _, _ in } }
  }
}

/// A window that is about to be shown.
struct PaneWindow {
  /// The earliest pane in it.
  var first: Int32
  var start: Int64
  /// Position and number of the first of its panes that was seen: its place in the output (SEM-11).
  var seen: Int64
  var made: Int64

  static func < (a: PaneWindow, b: PaneWindow) -> Bool {
    if a.seen != b.seen { return a.seen < b.seen }
    return a.made != b.made ? a.made < b.made : a.start < b.start
  }
}

/// Panes by the start of the last window that holds them. O(1) for a pane that comes in order.
struct PaneTimes {
  /// Ascending.
  private var times: [Int64] = []
  private var panes: [[Int32]] = []

  var memoryBytes: Int { times.count * 32 + panes.reduce(0) { $0 + $1.capacity * 4 } }
  /// The panes that are the first to go.
  var earliest: [Int32] { panes.first ?? [] }

  mutating func add(_ pane: Int32, _ time: Int64) {
    let place = place(of: time)
    if place == times.count || times[place] != time {
      times.insert(time, at: place)
      panes.insert([], at: place)
    }
    panes[place].append(pane)
  }

  mutating func remove(_ pane: Int32, _ time: Int64) {
    let place = place(of: time)
    if place < times.count, times[place] == time { panes[place].removeAll { $0 == pane } }
  }

  /// Panes whose time is at or before `time`.
  func upTo(_ time: Int64) -> [Int32] {
    Array(panes[..<firstBehind(time)].joined())
  }

  /// Takes those out.
  mutating func pop(upTo time: Int64) -> [Int32] {
    let end = firstBehind(time)
    if end == 0 { return [] }
    let gone = Array(panes[..<end].joined())
    times.removeFirst(end)
    panes.removeFirst(end)
    return gone
  }

  mutating func removeAll() { self = PaneTimes() }

  private func firstBehind(_ time: Int64) -> Int {
    var end = place(of: time)
    if end < times.count, times[end] == time { end += 1 }
    return end
  }

  /// The first place whose time is not before `time`.
  private func place(of time: Int64) -> Int {
    if let last = times.last, last < time { return times.count }
    var (low, high) = (0, times.count)
    while low < high {
      let middle = (low + high) / 2
      if times[middle] < time { low = middle + 1 } else { high = middle }
    }
    return low
  }
}
