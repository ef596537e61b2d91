import Connectors
import Engine

/// What could stand on the line of a dot command.
struct CommandCompletion {
  let session: Session

  func complete(_ text: [UInt8], from start: Int, at point: Int) -> Completion? {
    let line = text[start..<point]
    guard let space = line.lastIndex(of: UInt8(ascii: " ")) else {
      let typed = String(decoding: line, as: UTF8.self)
      let names =
        typed.hasPrefix("\\")
        ? DotCommand.all.flatMap { [$0.name] + $0.aliases }.map { "\\" + $0 } : DotCommand.all.map { "." + $0.name }
      return Completion(range: start..<point, candidates: Completer.matching(names.map { .init(text: $0) }, typed))
    }
    let typed = String(decoding: text[(space + 1)..<point], as: UTF8.self)
    let words = String(decoding: line, as: UTF8.self).split(separator: " ").map(String.init)
    guard let command = words.first.flatMap(DotCommand.named) else { return nil }
    let range = (space + 1)..<point
    let isFirst = words.count == (typed.isEmpty ? 1 : 2)
    switch command.argument {
    case .path: return PathCompletion.complete(typed, range: range, closing: "")
    case .folder: return PathCompletion.complete(typed, range: range, closing: "", isFolderAsked: true)
    case .sql: return statement(text, line, at: point)
    case .sqlAfter(let choices):
      guard isFirst else { return statement(text, line, at: point, isBehind: words.count > 1 && choices.contains(words[1])) }
      let own = completion(choices, typed, range)
      guard var inner = statement(text, line, at: point), inner.range == range else { return own }
      inner.candidates = own.candidates + inner.candidates
      return inner
    case .words(let choices): return isFirst ? completion(choices, typed, range) : nil
    case .relation: return isFirst ? completion(session.relationNames, typed, range) : nil
    case .query: return isFirst ? completion(session.queries.map(\.name), typed, range) : nil
    case .function: return isFirst ? completion(session.functions.names, typed, range) : nil
    case .connector: return isFirst ? completion(session.connectors.definitions.map(\.name), typed, range) : nil
    case .topic: return isFirst ? completion(HelpTopics.names(session), typed, range) : nil
    case .setting: return isFirst ? completion(Session.settingNames, typed, range) : nil
    case .none, .text: return nil
    }
  }

  /// What follows the command, or the word behind it, is a statement of its own.
  private func statement(_ text: [UInt8], _ line: ArraySlice<UInt8>, at point: Int, isBehind: Bool = false) -> Completion? {
    let blank = UInt8(ascii: " ")
    guard var start = line.firstIndex(of: blank) else { return nil }
    while start < point, line[start] == blank { start += 1 }
    if isBehind { start = line[start...].firstIndex(of: blank).map { $0 + 1 } ?? start }
    return Completer(session: session).complete(Array(text[start...]), at: point - start).map {
      Completion(range: ($0.range.lowerBound + start)..<($0.range.upperBound + start), candidates: $0.candidates)
    }
  }

  private func completion(_ names: [String], _ typed: String, _ range: Range<Int>) -> Completion {
    Completion(range: range, candidates: Completer.matching(names.map { .init(text: $0) }, typed))
  }
}
