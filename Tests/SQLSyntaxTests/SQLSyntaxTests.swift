import Testing
@testable import SQLSyntax
