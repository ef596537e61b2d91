import Diagnostics
import Engine

extension DotCommand {
  static let top = DotCommand("top", "[SECONDS]", "started queries, shown again and again until Ctrl-C", argument: .none) { (call) throws(SQLError) in
    let seconds = call.rest.isEmpty ? 1 : try call.number(from: 1)
    guard let session = call.shell.session else { return }
    repeat {
      if session.queries.isEmpty { throw SQLError.noQuery(call.span) }
      if Terminal.isCapable(1) { Terminal.write("\u{1B}[H\u{1B}[2J") }
      try call.shell.execute("SHOW QUERIES")
      try call.shell.console.flush()
    } while session.pause(seconds: Double(seconds))
  }
}
