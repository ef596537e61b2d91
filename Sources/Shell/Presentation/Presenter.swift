import Columnar
import Connectors
import Diagnostics
import Engine

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// Shows results of foreground statements in the current output mode.
final class Presenter: ResultPresenter {
  private unowned let run: ShellRun

  init(run: ShellRun) { self.run = run }

  func sink(for result: ResultShape) throws(SQLError) -> any Sink {
    let format = try RowFormat.named(run.mode)
    let request = RowFormatRequest(
      schema: result.schema, zone: TimeZoneRules.named(result.settings.zoneName) ?? .utc,
      isOneResult: result.isBounded, isChangelog: result.mode == .changelog,
      columnsMax: run.console.isTerminal ? terminalColumns() : nil)
    return EncodedSink(format.encoder(request), output: run.console)
  }

  /// Width of the terminal, 80 if it does not say.
  private func terminalColumns() -> Int {
    var size = winsize()
    guard ioctl(1, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0 else { return 80 }
    return Int(size.ws_col)
  }
}
