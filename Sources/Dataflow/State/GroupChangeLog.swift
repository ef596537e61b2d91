import Columnar

/// Which groups of a table changed since its last snapshot.
struct GroupChangeLog {
  private(set) var changed: Set<Int32> = []
  /// Keys of groups that went away, one piece a step.
  private(set) var removed: [[Column]] = []

  mutating func note(_ groups: [Int32]) { changed.formUnion(groups) }

  mutating func noteRemoved(_ groups: [Int32], keys: [Column]) {
    if groups.isEmpty { return }
    changed.subtract(groups)
    removed.append(keys)
  }
}
