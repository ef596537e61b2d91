import Diagnostics
import Glibc

extension DotCommand {
  static let edit = DotCommand("edit", aliases: ["e"], "[FILE]", "edit the last statement or a file in $EDITOR, then run it", argument: .path) {
    (call) throws(SQLError) in
    let path: String
    if call.rest.isEmpty {
      path = try ExternalEditor.temporaryFile(call.shell.editor?.history.lastStatement ?? "")
    } else {
      path = PathCompletion.expanded(call.rest)
    }
    defer { if call.rest.isEmpty { unlink(path) } }
    try ExternalEditor.edit(path, call)
    // What came of it is what the next .edit begins with.
    if call.rest.isEmpty { call.shell.remember(try call.shell.load(.file(path))) }
    try call.shell.read(path, span: call.span)
  }
}

/// The user's editor.
enum ExternalEditor {
  static func temporaryFile(_ text: String) throws(SQLError) -> String {
    var template = Array("/tmp/streamsql-XXXXXX.sql".utf8CString)
    let descriptor = mkstemps(&template, 4)
    if descriptor < 0 {
      throw SQLError(.bind, "IO_ERROR", "no temporary file could be made: \(String(cString: strerror(errno)))")
    }
    Terminal.write(text + "\n", to: descriptor)
    close(descriptor)
    return String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
  }

  static func edit(_ path: String, _ call: CommandCall) throws(SQLError) {
    let names: [String] = ["VISUAL", "EDITOR"]
    let program = names.compactMap { name in getenv(name).map { String(cString: $0) } }.first { !$0.isEmpty } ?? "vi"
    let quoted = "'" + path.replacing("'", with: "'\\''") + "'"
    if ExternalCommand.run("\(program) \(quoted)") != 0 {
      throw SQLError(.bind, "COMMAND_FAILED", "the editor \(program) failed; nothing was run", span: call.span)
    }
  }
}
