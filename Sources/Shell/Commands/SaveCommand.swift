import Connectors
import Diagnostics

extension DotCommand {
  static let save = DotCommand("save", "FILE", "write the statements of this session to a file", argument: .path) { (call) throws(SQLError) in
    let path = PathCompletion.expanded(try call.argument())
    let entries = call.shell.editor?.history.entries ?? []
    let output = try DescriptorOutput(path: path, span: call.span)
    let kept = entries.filter { !$0.hasPrefix(".save") }.map { $0 + "\n" }.joined()
    var failure: SQLError?
    Array(kept.utf8).withUnsafeBytes { bytes in
      do throws(SQLError) { try output.write(bytes) } catch { failure = error }
    }
    if let failure { throw failure }
    try output.flush()
  }
}
