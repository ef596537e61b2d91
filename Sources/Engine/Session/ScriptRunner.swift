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
    var splitter = StatementSplitter(text, dialect: session.dialect)
    while let piece = splitter.next() {
      do throws(SQLError) {
        switch piece {
        case .command(let span): try command(text.text(of: span), text, span)
        case .statement(let span, _):
          let statement = try Parser.parseStatement(text, span: span, dialect: session.dialect)
          if let message = try session.execute(statement, in: text) { notice(message) }
        }
      } catch {
        if !onError(error, text) { return false }
      }
      if session.wasInterrupted { return false }
      splitter.dialect = session.dialect
    }
    return true
  }
}
