extension RowFormat {
  static let box = RowFormat("box", "A table drawn with lines; numbers stand on the right.") {
    GridEncoder($0, style: .box)
  }
}

extension GridStyle {
  static let box = GridStyle(
    top: Rule(left: "┌", fill: "─", cross: "┬", right: "┐"),
    middle: Rule(left: "├", fill: "─", cross: "┼", right: "┤"),
    bottom: Rule(left: "└", fill: "─", cross: "┴", right: "┘"), vertical: "│", padding: 1)
}
