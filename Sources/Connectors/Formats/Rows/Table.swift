extension RowFormat {
  static let table = RowFormat("table", "A table of plain ASCII; numbers stand on the right.") {
    GridEncoder($0, style: .table)
  }
}

extension GridStyle {
  private static let rule = Rule(left: "+", fill: "-", cross: "+", right: "+")

  static let table = GridStyle(top: rule, middle: rule, bottom: rule, vertical: "|", padding: 1)
}
