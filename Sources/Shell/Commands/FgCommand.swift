import Diagnostics
import Engine

extension DotCommand {
  static let fg = DotCommand("fg", "[QUERY]", "bring a live table back from the background", argument: .query) { (call) throws(SQLError) in
    let query = try call.query()
    guard let session = call.shell.session, let presenter = call.shell.presenter else { return }
    if try !presenter.bringBack(query, in: session) {
      throw SQLError(
        .bind, "UNSUPPORTED_FEATURE", "query \"\(query.name)\" was not a live table", span: call.span,
        hint: ".peek shows the result of a query in mode COMPLETE")
    }
  }
}
