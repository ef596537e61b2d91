import ProcessTesting
import Testing

/// What the binary is linked to: starting stays cheap, and GNU readline is not part of the engine (DESIGN §8).
@Suite struct LinkTests {
  /// The C library, Swift's own libraries and what those need.
  private static let allowed = [
    "linux-vdso", "ld-linux", "/ld-", "libc.", "libm.", "libdl.", "libpthread.", "librt.", "libutil.", "libgcc_s.", "libstdc++.",
    "libswift", "libFoundation", "lib_Foundation", "libdispatch", "libBlocksRuntime",
  ]

  @Test func connectorLibrariesAreOpenedAtFirstUse() throws {
    // The dynamic loader prints what it would load, and does not run the program.
    let outcome = try streamsql(environment: ["LD_TRACE_LOADED_OBJECTS": "1"])
    let libraries = outcome.output.split(separator: "\n").map { $0.trimmingPrefix { $0 == "\t" || $0 == " " } }
    #expect(libraries.contains { $0.hasPrefix("libc.") }, "\(outcome.output)")
    let others = libraries.filter { library in
      !library.isEmpty && !Self.allowed.contains { library.hasPrefix($0) || $0.hasPrefix("/") && library.contains($0) }
    }
    #expect(others.isEmpty, "opens at every start: \(others.joined(separator: "; "))")
  }
}
