import Diagnostics

extension DotCommand {
  static let nullvalue = DotCommand("nullvalue", "[TEXT]", "what stands for NULL; without a text the usual", argument: .text) { (call) throws(SQLError) in
    call.shell.settings.nullText = call.rest.isEmpty ? nil : call.rest
    call.tell(call.shell.settings.nullText.map { "\"\($0)\"" } ?? "as usual")
  }
}
