/// What stands behind the names of statements that are no queries.
extension Context {
  /// Nil where anything may come.
  var continuations: [String]? {
    let words = before.words.indices.map(before.upper)
    let count = words.count
    switch words.first {
    case "SET" where count == 2: return ["="]
    case "RESET" where count == 2: return []
    case "STOP" where count == 3, "PAUSE" where count == 3, "RESUME" where count == 3, "CLOSE" where count == 3: return []
    case "AWAIT" where count == 3: return ["FOR"]
    case "INSERT" where count == 3 && words[1] == "INTO": return ["SELECT", "VALUES", "OPTIONS ("]
    case "START" where count == 3 && words[1] == "QUERY": return ["INTO", "AS"]
    case "START" where count == 5 && words[3] == "INTO": return ["OPTIONS (", "AS"]
    case "DROP" where count >= 3 && Self.kinds.contains(words[count - 2]): return []
    case "CREATE" where count >= 3 && ["STREAM", "TABLE"].contains(words[count - 2]): return ["USING", "("]
    case "CREATE" where count >= 3 && words[count - 2] == "VIEW": return ["AS"]
    case "CREATE" where words.contains("USING") && words[count - 2] == "USING": return ["OPTIONS ("]
    case "DESCRIBE" where count == 3, "DESC" where count == 3: return ["FUNCTION", "QUERY"].contains(words[1]) ? [] : nil
    default: return nil
    }
  }

  private static let kinds: Set<String> = ["STREAM", "TABLE", "VIEW", "FUNCTION", "AGGREGATE", "SINK"]
}
