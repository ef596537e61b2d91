/// EXPLAIN: each stage of a planned query as a tree, one operator a line, inputs below and to the right.
package enum Explain {
  package static func logical(_ planned: PlannedQuery) -> [String] { lines(planned.logical) }

  package static func optimized(_ planned: PlannedQuery) -> [String] { lines(planned.optimized) }

  /// The operators as they run; `note` gives further lines about each.
  package static func physical(
    _ planned: PlannedQuery, note: (PhysicalNode) -> [String] = { _ in [] }
  ) -> [String] {
    lines(planned.physical, note)
  }

  /// A line, and what hangs below it.
  struct Tree {
    var line: String
    var details: [String] = []
    var children: [Tree]
  }

  /// Draws a tree with lines between parents and children.
  static func draw(_ tree: Tree) -> [String] {
    var lines = [tree.line]
    let stem = tree.children.isEmpty ? "   " : "│  "
    lines += tree.details.map { stem + $0 }
    for (index, child) in tree.children.enumerated() {
      let isLast = index == tree.children.count - 1
      for (row, line) in draw(child).enumerated() {
        lines.append((row == 0 ? (isLast ? "└─ " : "├─ ") : (isLast ? "   " : "│  ")) + line)
      }
    }
    return lines
  }
}
