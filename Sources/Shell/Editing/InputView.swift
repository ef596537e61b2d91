/// The input as it stands on the screen: drawn over what was drawn before, in one write.
struct InputView {
  var palette: Palette
  /// Row of the cursor within what was drawn, as far as it is visible.
  private var cursorRow = 0

  init(palette: Palette) { self.palette = palette }

  /// Draws, showing the rows around the cursor if there are more than the screen has.
  mutating func draw(_ layout: InputLayout, screenRows: Int) {
    let height = max(1, screenRows)
    let top = layout.rows.count <= height ? 0 : min(max(0, layout.cursorRow - height + 1), layout.rows.count - height)
    let visible = layout.rows[top..<min(layout.rows.count, top + height)]
    var text = home
    text += visible.joined(separator: "\u{1B}[K\r\n")
    text += "\u{1B}[K\u{1B}[J\r"
    let below = visible.count - 1 - (layout.cursorRow - top)
    if below > 0 { text += "\u{1B}[\(below)A" }
    if layout.cursorColumn > 0 { text += "\u{1B}[\(layout.cursorColumn)C" }
    cursorRow = layout.cursorRow - top
    Terminal.write(text)
  }

  /// Takes the input off the screen; the cursor stands where the prompt began.
  mutating func erase() {
    Terminal.write(home + "\u{1B}[J")
    cursorRow = 0
  }

  /// Leaves the whole input on the screen, with the cursor on the line below it.
  mutating func leave(_ layout: InputLayout) {
    Terminal.write(home + layout.rows.joined(separator: "\u{1B}[K\r\n") + "\u{1B}[K\u{1B}[J\r\n")
    cursorRow = 0
  }

  /// Something else cleared the screen or wrote below: what comes next begins at the cursor's line.
  mutating func forget() { cursorRow = 0 }

  /// The width of the screen changed, and rows with it.
  mutating func resized(cursorRow: Int) { self.cursorRow = cursorRow }

  private var home: String { cursorRow > 0 ? "\r\u{1B}[\(cursorRow)A" : "\r" }
}
