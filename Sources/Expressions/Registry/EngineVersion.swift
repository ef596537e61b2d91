/// The version of the engine, which `version()` and `--version` show.
package enum EngineVersion {
  package static let text = "0.1.0"
}
