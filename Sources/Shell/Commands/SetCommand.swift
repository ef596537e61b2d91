import Diagnostics

extension DotCommand {
  static let set = DotCommand("set", "[KEY [=] VALUE]", "show or change settings, as SET does", argument: .setting) { (call) throws(SQLError) in
    if call.rest.isEmpty { return try call.shell.execute("SET") }
    let words = call.words.filter { $0 != "=" }
    if words.count < 2 || call.rest.contains("=") { return try call.shell.execute("SET " + call.rest) }
    try call.shell.execute("SET \(words[0]) = \(words[1...].joined(separator: " "))")
  }
}
