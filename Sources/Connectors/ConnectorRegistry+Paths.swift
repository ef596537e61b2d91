package import Diagnostics

extension ConnectorRegistry {
  /// The connector for a string in FROM or INTO: by format if one is named, by URL scheme, else by suffix.
  package func connector(
    forPath path: String, format: String?, span: SourceSpan
  ) throws(SQLError) -> ConnectorDefinition {
    if let format {
      guard let connector = self[format] else { throw .unknownConnector(format, in: sourceNames, span: span) }
      return connector
    }
    if let scheme = path.range(of: "://") {
      let name = String(path[..<scheme])
      guard let connector = self[name] else { throw .unknownConnector(name, in: sourceNames, span: span) }
      return connector
    }
    let file = path.split(separator: "/").last.map(String.init) ?? path
    let suffix = file.split(separator: ".").dropFirst().last.map { $0.lowercased() }
    switch suffix {
    case .some(let known) where self[known] != nil && self[known]?.positional.first == "path":
      return self[known] ?? .text
    case "csv", "tsv", "parquet", "orc", "avro", "gz", "zst":
      throw SQLError(
        .bind, "UNSUPPORTED_DATA_SOURCE", "files of suffix .\(suffix ?? "") cannot be read yet", span: span,
        hint: "read the lines as text: text.`\(path)`")
    default: return .text
    }
  }
}

extension String {
  /// Where `needle` begins, as the end of what is before it.
  fileprivate func range(of needle: String) -> String.Index? {
    var at = startIndex
    while at < endIndex {
      if self[at...].hasPrefix(needle) { return at }
      at = index(after: at)
    }
    return nil
  }
}
