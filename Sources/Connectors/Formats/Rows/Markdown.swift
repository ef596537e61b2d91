extension RowFormat {
  static let markdown = RowFormat("markdown", "A table for Markdown documents.") {
    GridEncoder($0, style: .markdown)
  }
}

extension GridStyle {
  static let markdown = GridStyle(
    middle: Rule(left: "|", fill: "-", cross: "|", right: "|"), vertical: "|", padding: 1, widthMin: 1,
    cell: CellText(escaped: "|"), marksAlignment: true)
}
