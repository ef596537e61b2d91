import Connectors
import Diagnostics

extension DotCommand {
  static let mode = DotCommand("mode", "[MODE]", "how results are shown: \(RowFormat.names.joined(separator: " "))", argument: .words(RowFormat.names)) {
    (call) throws(SQLError) in
    if call.rest.isEmpty { return try call.shell.show([call.shell.settings.mode]) }
    try call.shell.setMode(call.rest, span: call.span)
  }
}
