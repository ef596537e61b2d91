// swift-tools-version: 6.1
import PackageDescription

let settings: [SwiftSetting] = [
  .enableUpcomingFeature("ExistentialAny")
]

/// One target a room of the house; arrows point down only (see ARCHITECTURE.md).
func room(_ name: String, on dependencies: [Target.Dependency] = []) -> Target {
  .target(name: name, dependencies: dependencies, swiftSettings: settings)
}

/// `recorded` are folders of recorded answers, which tests read where they lie.
func tests(_ name: String, on dependencies: [Target.Dependency], recorded: [String] = []) -> Target {
  .testTarget(name: name, dependencies: dependencies, exclude: recorded, swiftSettings: settings)
}

let package = Package(
  name: "streamsql",
  products: [
    .library(name: "StreamSQL", targets: ["StreamSQL"]),
    .executable(name: "streamsql", targets: ["streamsql"]),
  ],
  dependencies: [
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.0")
  ],
  targets: [
    .target(name: "CKernels"),
    // What Linux has and Swift's Glibc module leaves out. Header only.
    .target(name: "CLinux"),
    // The first stage of simdjson: where the tokens of JSON text are.
    .target(name: "CSimdjson", linkerSettings: [.linkedLibrary("simdjson")]),
    // Compressed files, from the archives of zlib1g-dev and libzstd-dev.
    .target(name: "CZlib", linkerSettings: [.linkedLibrary(":libz.a")]),
    .target(name: "CZstd", linkerSettings: [.linkedLibrary(":libzstd.a")]),
    // GNU readline (GPL), opened at run time by the shell alone.
    .target(name: "CReadline", linkerSettings: [.linkedLibrary("dl")]),
    // Perl-compatible regular expressions, from the archive of Debian's libpcre2-dev.
    .target(name: "CPCRE2", linkerSettings: [.linkedLibrary(":libpcre2-8.a")]),
    room("Diagnostics"),
    // Random numbers of fuzzing and of tests.
    room("SeededRandom"),
    room("SQLSyntax", on: ["Diagnostics"]),
    room("Columnar", on: ["Diagnostics", "CKernels"]),
    room("Expressions", on: ["Diagnostics", "Columnar", "CKernels", "CPCRE2"]),
    room("Planning", on: ["Diagnostics", "SQLSyntax", "Columnar", "Expressions"]),
    room("Dataflow", on: ["Diagnostics", "Columnar", "Expressions", "CKernels"]),
    room("Connectors", on: ["Diagnostics", "Columnar", "CKernels", "CSimdjson", "CZlib", "CZstd"]),
    room(
      "Engine",
      on: ["Diagnostics", "SQLSyntax", "Columnar", "Expressions", "Planning", "Dataflow", "Connectors"]),
    room("StreamSQL", on: ["Engine", "Expressions"]),
    room(
      "Shell",
      on: [
        "StreamSQL", "Engine", "SQLSyntax", "Columnar", "Diagnostics", "Connectors", "Expressions", "Planning",
        "Dataflow", "CLinux", "CReadline",
      ]),
    .executableTarget(name: "streamsql-demo", dependencies: ["Shell"], swiftSettings: settings),
    .executableTarget(name: "streamsql-bench", swiftSettings: settings),
    .executableTarget(
      name: "streamsql-fuzz",
      dependencies: ["Engine", "Connectors", "SQLSyntax", "Columnar", "Diagnostics", "SeededRandom"], swiftSettings: settings),
    .executableTarget(
      name: "streamsql",
      dependencies: [
        "Shell", "StreamSQL", .product(name: "ArgumentParser", package: "swift-argument-parser"),
      ],
      swiftSettings: settings),
    .target(name: "ProcessTesting", path: "Tests/ProcessTesting", swiftSettings: settings),
    tests("ExampleTests", on: ["ProcessTesting", "streamsql", "streamsql-demo"]),
    tests("TerminalTests", on: ["ProcessTesting", "streamsql"]),
    tests("CommandLineTests", on: ["ProcessTesting", "streamsql"]),
    tests(
      "DataflowTests",
      on: ["Dataflow", "Engine", "Planning", "Connectors", "SQLSyntax", "Expressions", "Columnar", "Diagnostics"]),
    tests(
      "EngineTests", on: ["Engine", "Expressions", "Connectors", "Planning", "SQLSyntax", "Columnar", "Diagnostics"],
      recorded: ["Corpus", "Nexmark", "Scenarios", "SparkParity"]),
    tests("SQLSyntaxTests", on: ["SQLSyntax", "Diagnostics"]),
    tests("GrammarTests", on: ["SQLSyntax", "Diagnostics", "SeededRandom"]),
    tests("DiagnosticsTests", on: ["Diagnostics"]),
    tests("ColumnarTests", on: ["Columnar"]),
    tests("AggregateTests", on: ["Expressions", "Columnar", "Diagnostics"]),
    tests("PlanningTests", on: ["Planning", "SQLSyntax", "Expressions", "Columnar", "Diagnostics"]),
    tests("ConnectorsTests", on: ["Connectors", "Columnar", "Diagnostics"]),
  ],
  swiftLanguageModes: [.v6],
  cxxLanguageStandard: .cxx17
)
