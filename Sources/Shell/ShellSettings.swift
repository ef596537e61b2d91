/// What dot commands of the shell set.
struct ShellSettings {
  /// An output mode of DIALECT §5.
  var mode: String
  /// Bare SELECT over a stream is a live table.
  var isLive = true
  /// Columns of a table at most; nil: those of the screen.
  var width: Int?
  /// Rows that a live table keeps and prints at its end.
  var rowsMax = 1000
  /// What stands for NULL; nil: as is usual for the mode.
  var nullText: String?
  /// Tells how long each statement took.
  var showsTime = false
  /// Results longer than the screen go through this program.
  var pager: String?
  var prompt = "streamsql> "
  /// Charts of block characters; false: of ASCII.
  var usesUnicode = true
  /// The next result is drawn as a chart.
  var chart: ChartKind?
}
