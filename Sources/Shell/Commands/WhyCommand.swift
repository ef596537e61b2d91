import Diagnostics

extension DotCommand {
  static let why = DotCommand("why", "[QUERY]", "why nothing comes out of a query", argument: .query) { (call) throws(SQLError) in
    guard let session = call.shell.session else { return }
    try call.shell.show(WhyText.lines(try call.query(), in: session))
  }
}
