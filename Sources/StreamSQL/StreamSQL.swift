internal import Expressions

/// The version of the engine and the shell.
public let streamSQLVersion = EngineVersion.text
