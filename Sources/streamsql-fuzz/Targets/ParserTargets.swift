import Diagnostics
import SQLSyntax

extension FuzzTarget {
  /// Any text parses or is refused; what parses comes back from the unparser as the same tree.
  static let parser = FuzzTarget(
    name: "parser",
    input: { random in
      if random.chance(in: 3) { return TextMutation.bytes(&random, upTo: 200) }
      var bytes = Array(TextMutation.statement(&random).utf8)
      for _ in 0..<random.below(3) where !bytes.isEmpty {
        bytes[random.below(bytes.count)] = UInt8(truncatingIfNeeded: random.next())
      }
      return bytes
    },
    run: { bytes in
      for dialect in SQLDialect.allCases {
        let source = SourceText(name: "fuzz", bytes: bytes)
        do throws(SQLError) {
          let tree = try Parser.parseStatement(source, dialect: dialect)
          let canonical = SourceText(name: "fuzz", bytes: tree.sqlBytes)
          do throws(SQLError) {
            if try Parser.parseStatement(canonical, dialect: dialect) != tree { return "unparsed to another tree: \(tree.sql)" }
          } catch {
            return "unparsed to what does not parse: \(tree.sql): \(error)"
          }
        } catch {
          _ = error.rendered(in: source)
          if error.kind == .internal { return String(describing: error) }
        }
      }
      return nil
    })

  /// The pieces of a script lie in order, and there is an end.
  static let splitter = FuzzTarget(
    name: "splitter",
    input: { random in
      var bytes: [UInt8] = []
      for _ in 0..<random.below(5) {
        bytes += random.chance(in: 2) ? TextMutation.bytes(&random, upTo: 40) : Array(TextMutation.statement(&random).utf8)
        bytes += Array(random.element(of: [";", ";\n", "\n.mode csv\n", "${A}", "-- x\n", "/*", "'", "$$"]).utf8)
      }
      return bytes
    },
    run: { bytes in
      let source = SourceText(name: "fuzz", bytes: bytes).substituting(["A": "1;2", "B": "'"])
      var splitter = StatementSplitter(source)
      var end = 0
      while let piece = splitter.next() {
        if Int(piece.span.lower) < end || piece.span.upper < piece.span.lower || Int(piece.span.upper) > source.bytes.count {
          return "piece \(piece) lies before \(end)"
        }
        end = Int(piece.span.upper)
      }
      return nil
    })
}
