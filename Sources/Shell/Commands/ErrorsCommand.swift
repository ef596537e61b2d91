import Diagnostics

extension DotCommand {
  static let errors = DotCommand("errors", "SOURCE", "malformed rows of a source", argument: .relation) { (call) throws(SQLError) in
    try call.shell.execute("SELECT * FROM errors('\(try call.argument())')")
  }
}
