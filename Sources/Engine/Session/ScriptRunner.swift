import Diagnostics
import SQLSyntax

/// Runs the statements of a text one after the other; each is found only after the one before it has run, so that
/// `SET dialect` counts for what follows.
package struct ScriptRunner {
  private let session: Session
  /// Gets `.mode csv` and the like, without the newline.
  private let command: (String, SourceText, SourceSpan) throws(SQLError) -> Void
  /// Told of each statement's notice.
  private let notice: (String) -> Void

  package init(
    session: Session, command: @escaping (String, SourceText, SourceSpan) throws(SQLError) -> Void,
    notice: @escaping (String) -> Void
  ) {
    self.session = session
    self.command = command
    self.notice = notice
  }

  /// Runs all of `text`. Stops at the first error unless `onError` says to go on (`--no-bail`), or when interrupted.
  package func run(_ text: SourceText, onError: (SQLError, SourceText) -> Bool) -> Bool {
    session.beginScript()
    defer { session.endScript() }
    var splitter = StatementSplitter(text, dialect: session.dialect)
    while !session.wasInterrupted, let piece = splitter.next() {
      do throws(SQLError) {
        switch piece {
        case .command(let span): try command(text.text(of: span), text, span)
        case .statement(let span, _):
          let statement = try Parser.parseStatement(
            text, span: span, dialect: session.dialect, takesBangAsNot: session.settings.takesBangAsNot)
          if let message = try session.execute(statement, in: text) { notice(message) }
        }
      } catch {
        if !onError(error, text) {
          if error.kind == .parse { reportParseErrors(after: splitter, in: text, onError) }
          return false
        }
      }
      splitter.dialect = session.dialect
    }
    return !session.wasInterrupted
  }

  /// How many errors of the rest of a script are worth reading.
  private static let laterErrorsMax = 20

  /// A script that stops at a mistake of writing is parsed to its end, so that all such mistakes are seen at once. Nothing
  /// of it is run; `SET dialect` counts as if it had been.
  private func reportParseErrors(
    after splitter: StatementSplitter, in text: SourceText, _ onError: (SQLError, SourceText) -> Bool
  ) {
    var splitter = splitter
    var count = 0
    while count < Self.laterErrorsMax, let piece = splitter.next() {
      guard case .statement(let span, _) = piece else { continue }
      do throws(SQLError) {
        let statement = try Parser.parseStatement(text, span: span, dialect: splitter.dialect)
        if case .set(.assign("dialect", let value)) = statement.kind, let dialect = SQLDialect(rawValue: value.lowercased()) {
          splitter.dialect = dialect
        }
      } catch {
        _ = onError(error, text)
        count += 1
      }
    }
  }
}
