import Connectors
import Engine

/// What could stand on the line of a dot command.
struct CommandCompletion {
  let session: Session

  func complete(_ text: [UInt8], from start: Int, at point: Int) -> Completion? {
    let line = text[start..<point]
    guard let space = line.lastIndex(of: UInt8(ascii: " ")) else {
      let typed = String(decoding: line, as: UTF8.self)
      let names = typed.hasPrefix("\\")
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
    case .sql:
      // What follows is a statement of its own.
      guard let wordEnd = line.firstIndex(of: UInt8(ascii: " ")) else { return nil }
      let inner = Completer(session: session).complete(Array(text[(wordEnd + 1)...]), at: point - wordEnd - 1)
      return inner.map {
        Completion(
          range: ($0.range.lowerBound + wordEnd + 1)..<($0.range.upperBound + wordEnd + 1), candidates: $0.candidates)
      }
    case .words(let choices): return isFirst ? completion(choices, typed, range) : nil
    case .relation: return completion(session.relationNames, typed, range)
    case .query: return completion(session.queries.map(\.name), typed, range)
    case .function: return completion(session.functions.names, typed, range)
    case .connector: return isFirst ? completion(session.connectors.definitions.map(\.name), typed, range) : nil
    case .command: return isFirst ? completion(DotCommand.all.map(\.name), typed, range) : nil
    case .setting: return isFirst ? completion(Session.settingNames, typed, range) : nil
    case .none, .text: return nil
    }
  }

  private func completion(_ names: [String], _ typed: String, _ range: Range<Int>) -> Completion {
    Completion(range: range, candidates: Completer.matching(names.map { .init(text: $0) }, typed))
  }
}
