import Diagnostics
import Glibc

extension DotCommand {
  static let cd = DotCommand("cd", "[FOLDER]", "change the working folder", argument: .folder) { (call) throws(SQLError) in
    let path = PathCompletion.expanded(call.rest.isEmpty ? "~" : call.rest)
    if chdir(path) != 0 {
      throw SQLError(.bind, "PATH_NOT_FOUND", "\(path): \(String(cString: strerror(errno)))", span: call.span)
    }
  }
}
