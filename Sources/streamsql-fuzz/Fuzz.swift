import Glibc
import SeededRandom

/// `streamsql-fuzz [SECONDS] [--seed N] [--target NAME]`: random input for every target, a seed for every input.
///
/// Targets run in child processes, so that a trap or an endless loop is caught; its input is made again from the seed, made
/// smaller as long as it still fails, and printed. Exit code 1 if there was a finding.
enum Fuzz {
  private static let findingsMax = 5
  private static let inputsPerChild: UInt64 = 500
  private static let reductionsMax = 200

  static func main(_ arguments: [String]) -> Int32 {
    var arguments = arguments.dropFirst()
    if arguments.first == "--child" { return child(Array(arguments.dropFirst())) }
    if arguments.first == "--run" { return runFile(Array(arguments.dropFirst())) }
    var seconds: Int64 = 60
    var seed = UInt64(truncatingIfNeeded: Child.nanos())
    var targets = FuzzTarget.all
    while let argument = arguments.popFirst() {
      switch argument {
      case "--seed": seed = arguments.popFirst().flatMap { UInt64($0) } ?? seed
      case "--target":
        let name = arguments.popFirst()
        targets = targets.filter { $0.name == name }
      default:
        guard let number = Int64(argument), number > 0, number < 1 << 30 else { return usage() }
        seconds = number
      }
    }
    guard !targets.isEmpty else { return usage() }
    seed %= 1 << 40
    say("seed \(seed), \(seconds) s, targets \(targets.map(\.name).joined(separator: ", "))")
    var findings = 0
    for target in targets {
      let deadline = Child.nanos() + seconds * 1_000_000_000 / Int64(targets.count)
      findings += run(target, from: seed, deadlineNanos: deadline)
    }
    say(findings == 0 ? "nothing found" : "\(findings) findings")
    return findings == 0 ? 0 : 1
  }

  private static func usage() -> Int32 {
    say("usage: streamsql-fuzz [SECONDS] [--seed N] [--target \(FuzzTarget.all.map(\.name).joined(separator: "|"))]")
    return 2
  }

  /// The number of findings.
  private static func run(_ target: FuzzTarget, from first: UInt64, deadlineNanos: Int64) -> Int {
    var seed = first
    var findings: Set<String> = []
    var count = 0
    while Child.nanos() < deadlineNanos, findings.count < findingsMax {
      guard
        let child = Child.run(["--child", target.name, "\(seed)", "\(inputsPerChild)"], deadlineNanos: deadlineNanos)
      else {
        say("\(target.name): no child process can be started")
        return 1
      }
      let last = child.lastSeed ?? seed
      count += Int(last - seed) + 1
      if child.end != .exited(0) { report(target, last, child, &findings) }
      seed = last + 1
    }
    say("\(target.name): \(count) inputs, \(findings.count) findings")
    return findings.count
  }

  private static func report(_ target: FuzzTarget, _ seed: UInt64, _ child: Child, _ findings: inout Set<String>) {
    let reason = child.message ?? (child.complaint.isEmpty ? "\(child.end)" : child.complaint)
    // The same trap from other inputs is the same finding.
    let key = reason.split(separator: "\n").first.map { String($0.prefix(80)) } ?? reason
    guard findings.insert(key).inserted else { return }
    var random = SplitMix(seed: seed)
    let input = smallest(target.input(&random), target)
    say("\n=== \(target.name), seed \(seed), \(child.end): \(reason)")
    say(String(decoding: input, as: UTF8.self))
    if String(validating: input, as: UTF8.self) == nil { say("bytes: \(input)") }
    say("=== again: streamsql-fuzz 1 --target \(target.name) --seed \(seed)\n")
  }

  /// Takes pieces out of the input as long as it still fails.
  private static func smallest(_ input: [UInt8], _ target: FuzzTarget) -> [UInt8] {
    let path = ScratchFile.path("input")
    defer { unlink(path) }
    func fails(_ bytes: [UInt8]) -> Bool {
      ScratchFile.write(bytes, to: path)
      return Child.run(["--run", target.name, path]).map { $0.end != .exited(0) } ?? false
    }
    guard fails(input) else { return input }
    var input = input
    var attempts = 0
    var length = input.count / 2
    while length > 0, attempts < reductionsMax {
      var start = 0
      while start + length <= input.count, attempts < reductionsMax {
        var shorter = input
        shorter.removeSubrange(start..<(start + length))
        attempts += 1
        if fails(shorter) { input = shorter } else { start += length }
      }
      length /= 2
    }
    return input
  }

  // MARK: In the child

  private static func child(_ arguments: [String]) -> Int32 {
    guard arguments.count == 3, let target = FuzzTarget.all.first(where: { $0.name == arguments[0] }),
      let first = UInt64(arguments[1]), let count = UInt64(arguments[2])
    else { return 2 }
    for seed in first..<(first &+ count) {
      say("\(seed)")
      var random = SplitMix(seed: seed)
      if let finding = target.run(target.input(&random)) {
        say("finding: " + finding)
        return 9
      }
    }
    return 0
  }

  private static func runFile(_ arguments: [String]) -> Int32 {
    guard arguments.count == 2, let target = FuzzTarget.all.first(where: { $0.name == arguments[0] }),
      let bytes = ScratchFile.read(arguments[1])
    else { return 2 }
    guard let finding = target.run(bytes) else { return 0 }
    say("finding: " + finding)
    return 9
  }
}
