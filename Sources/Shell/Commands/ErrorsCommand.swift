import Diagnostics

extension DotCommand {
  static let errors = DotCommand("errors", "SOURCE", "malformed rows of a source", argument: .relation) { (call) throws(SQLError) in
    var name = try call.argument()
    if name.count > 1, name.hasPrefix("'"), name.hasSuffix("'") { name = String(name.dropFirst().dropLast()) }
    try call.shell.execute("SELECT * FROM errors('\(name.replacing("\\", with: "\\\\").replacing("'", with: "\\'"))')")
  }
}
