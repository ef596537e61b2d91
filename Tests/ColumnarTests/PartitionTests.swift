import Columnar
import Testing

/// Keys go to all partitions, about as many to each.
@Suite struct PartitionTests {
  @Test(arguments: 1...9) func keysAreSpread(partitions: Int) {
    var counts = [Int](repeating: 0, count: partitions)
    for key in UInt64(0)..<9000 { counts[Hashing.partition(Hashing.hash(word: key), of: partitions)] += 1 }
    #expect(counts.allSatisfy { abs($0 - 9000 / partitions) < 200 }, "\(counts)")
  }

  @Test func theLastHashIsInTheLastPartition() {
    #expect(Hashing.partition(.max, of: 7) == 6)
    #expect(Hashing.partition(0, of: 7) == 0)
  }
}
