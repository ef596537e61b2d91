import Diagnostics
import Glibc

extension DotCommand {
  static let edit = DotCommand("edit", aliases: ["e"], "[FILE]", "edit the last statement or a file in $EDITOR, then run it", argument: .path) {
    (call) throws(SQLError) in
    let path: String
    if call.rest.isEmpty {
      path = try ExternalEditor.temporaryFile(call.shell.editor?.history.entries.last { !$0.hasPrefix(".") && !$0.hasPrefix("\\") } ?? "")
    } else {
      path = PathCompletion.expanded(call.rest)
    }
    defer { if call.rest.isEmpty { unlink(path) } }
    try ExternalEditor.edit(path, call)
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

/// A command for the system's shell.
enum ExternalCommand {
  /// Runs it on the terminal and gives its exit status. It gets the signals that this process blocks.
  static func run(_ command: String) -> Int32 {
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    var attributes = posix_spawnattr_t()
    posix_spawnattr_init(&attributes)
    defer { posix_spawnattr_destroy(&attributes) }
    var none = sigset_t()
    sigemptyset(&none)
    posix_spawnattr_setsigmask(&attributes, &none)
    var defaults = sigset_t()
    sigemptyset(&defaults)
    sigaddset(&defaults, SIGPIPE)
    posix_spawnattr_setsigdefault(&attributes, &defaults)
    posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGMASK) | Int16(POSIX_SPAWN_SETSIGDEF))
    let words: [String] = ["/bin/sh", "-c", command]
    var arguments: [UnsafeMutablePointer<CChar>?] = words.map { strdup($0) } + [nil]
    defer { for argument in arguments { free(argument) } }
    var pid: pid_t = 0
    guard posix_spawn(&pid, "/bin/sh", &actions, &attributes, &arguments, environ) == 0 else { return 127 }
    var status: Int32 = 0
    while waitpid(pid, &status, 0) < 0, errno == EINTR {}
    return status & 0x7F == 0 ? status >> 8 & 0xFF : 128 + (status & 0x7F)
  }
}
