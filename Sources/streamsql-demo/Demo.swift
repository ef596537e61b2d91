import Glibc
import Shell

/// The word counts of the document this project comes from, on a TCP source inside this process.
enum Demo {
  static func run() -> Int32 {
    let scenes = [completeMode, timeLayout, timeline]
    for scene in scenes {
      let code = scene()
      if code != 0 { return code }
    }
    return 0
  }

  private static func heading(_ text: String) {
    print("\n\u{1B}[1m\(text)\u{1B}[0m".withoutStylesUnlessTerminal)
    fflush(nil)
  }

  /// Runs a script against a feeder whose port replaces `PORT`, showing the script first.
  private static func play(_ script: String, feeding lines: [Feeder.Piece]) -> Int32 {
    guard let feeder = Feeder(lines) else {
      print("streamsql-demo: no local port could be opened")
      return 1
    }
    let sql = script.replacing("PORT", with: "\(feeder.port)")
    print(sql + "\n")
    fflush(nil)
    feeder.start()
    var options = ShellOptions()
    options.inputs = [.command(sql)]
    options.workers = 2
    let code = Shell.run(options)
    feeder.join()
    return code
  }

  /// Structured Streaming's first example: the whole result after each batch.
  private static func completeMode() -> Int32 {
    heading("1  A running word count, complete mode: each line that arrives is a batch")
    return play(
      """
      CREATE STREAM lines USING socket OPTIONS (host '127.0.0.1', port PORT);
      START QUERY word_count INTO console AS
        SELECT word, count(*) AS count
        FROM (SELECT explode(split(value, ' ')) AS word FROM lines)
        GROUP BY word
        OUTPUT MODE COMPLETE;
      """,
      feeding: [.line("cat dog dog dog"), .pause(0.4), .line("cat owl"), .pause(0.4), .line("dog owl"), .pause(0.2)])
  }

  /// The DStream example: counts of one batch a second, `pprint` layout.
  private static func timeLayout() -> Int32 {
    heading("2  A count per batch, every second: the DStream listing")
    return play(
      """
      CREATE STREAM lines USING socket OPTIONS (host '127.0.0.1', port PORT);
      START QUERY per_batch INTO console OPTIONS (format 'pprint') AS
        SELECT word, count(*) AS count
        FROM (SELECT explode(split(value, ' ')) AS word FROM lines)
        GROUP BY batch(), word
        TRIGGER EVERY 1 SECOND;
      """,
      feeding: [.untilHalfSecond, .line("green green green blue blue blue blue blue"), .pause(1)])
  }

  /// The timeline of the document: stateless and stateful counts of the same lines.
  private static func timeline() -> Int32 {
    heading("3  3 green 5 blue, 1 gohawks, nothing, 2 green: per batch, and running")
    return play(
      """
      CREATE STREAM lines USING socket OPTIONS (host '127.0.0.1', port PORT);
      CREATE TEMP VIEW words AS SELECT explode(split(value, ' ')) AS word FROM lines;
      START QUERY per_batch INTO console OPTIONS (format 'pprint') AS
        SELECT 'per batch' AS kind, word, count(*) AS count FROM words GROUP BY batch(), word
        TRIGGER EVERY 1 SECOND;
      START QUERY running INTO console OPTIONS (format 'pprint') AS
        SELECT 'running' AS kind, word, count(*) AS count FROM words GROUP BY word
        OUTPUT MODE COMPLETE TRIGGER EVERY 1 SECOND;
      """,
      feeding: [
        .untilHalfSecond, .line("green green green blue blue blue blue blue"), .pause(1), .line("gohawks"),
        .pause(2), .line("green green"), .pause(1),
      ])
  }
}

extension String {
  /// Without escape sequences if stdout is not a terminal.
  fileprivate var withoutStylesUnlessTerminal: String {
    if isatty(1) == 1 { return self }
    return replacing("\u{1B}[1m", with: "").replacing("\u{1B}[0m", with: "")
  }
}
