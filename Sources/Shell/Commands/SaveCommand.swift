import Connectors
import Diagnostics

extension DotCommand {
  static let save = DotCommand("save", "FILE", "write the SQL statements of this session to a file", argument: .path) { (call) throws(SQLError) in
    let path = PathCompletion.expanded(try call.argument())
    let entries = call.shell.editor?.history.entries ?? []
    let output = try DescriptorOutput(path: path, span: call.span)
    let statements = entries.filter { !$0.hasPrefix(".") && !$0.hasPrefix("\\") }
    let kept = statements.map { $0 + "\n" }.joined()
    var failure: SQLError?
    Array(kept.utf8).withUnsafeBytes { bytes in
      do throws(SQLError) { try output.write(bytes) } catch { failure = error }
    }
    if let failure { throw failure }
    try output.flush()
    call.tell("\(statements.count) statement\(statements.count == 1 ? "" : "s") in '\(call.rest)'")
  }
}
