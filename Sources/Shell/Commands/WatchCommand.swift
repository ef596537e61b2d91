import Dataflow
import Diagnostics
import Engine
import Glibc

extension DotCommand {
  static let watch = DotCommand("watch", "[SECONDS] [SQL]", "run a statement, or the last one, again and again until Ctrl-C", argument: .sql) {
    (call) throws(SQLError) in
    var sql = call.rest
    var seconds = 2.0
    if let first = call.words.first, let given = Double(first) {
      guard given > 0, given < 1e6 else { throw call.wrongUsage("expected seconds above 0, found \(first)") }
      seconds = given
      sql = String(sql.dropFirst(first.count))
    }
    if sql.allSatisfy({ $0 == " " || $0 == "\t" }) { sql = call.shell.editor?.history.lastStatement ?? "" }
    if sql.isEmpty { throw call.wrongUsage("there is no statement yet") }
    guard let session = call.shell.session else { return }
    repeat {
      if Terminal.isCapable(1) { Terminal.write("\u{1B}[H\u{1B}[2J") }
      try call.shell.execute(sql)
      try call.shell.console.flush()
    } while session.pause(seconds: seconds)
  }
}

extension Session {
  /// Sleeps in pieces short enough for Ctrl-C; false if it came.
  func pause(seconds: Double) -> Bool {
    let end = monotonicNanos() + Int64(seconds * 1e9)
    while monotonicNanos() < end {
      if wasInterrupted { return false }
      usleep(20_000)
    }
    return !wasInterrupted
  }
}
