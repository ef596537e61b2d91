import Diagnostics

extension AST {
  /// Statements about schemas, which are what a name has before its dot.
  package enum SchemaStatement: Equatable, Sendable {
    /// `CREATE SCHEMA [IF NOT EXISTS] s [COMMENT '…']`
    case create(ObjectName, ifNotExists: Bool, comment: StringLiteral?)
    /// `DROP SCHEMA [IF EXISTS] s [CASCADE]`
    case drop(ObjectName, ifExists: Bool, cascades: Bool)
    /// `USE s`
    case use(ObjectName)
  }

  /// Statements that keep Spark's caches and statistics: there are none here, so that only their names are looked at.
  package enum Upkeep: Equatable, Sendable {
    /// `CACHE [LAZY] TABLE t`, and with AS a view of that name.
    case cache(ObjectName, Query?)
    /// `UNCACHE TABLE [IF EXISTS] t`
    case uncache(ObjectName, ifExists: Bool)
    /// `CLEAR CACHE`
    case clearCache
    /// `REFRESH [TABLE] t`
    case refresh(ObjectName)
    /// `ANALYZE TABLE t COMPUTE STATISTICS [FOR ALL COLUMNS | NOSCAN]`
    case analyze(ObjectName)
  }
}
