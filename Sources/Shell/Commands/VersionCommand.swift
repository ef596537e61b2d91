import Diagnostics
import StreamSQL

extension DotCommand {
  static let version = DotCommand("version", "", "version of the program") { (call) throws(SQLError) in
    try call.shell.show(["streamsql \(streamSQLVersion)"])
  }
}
