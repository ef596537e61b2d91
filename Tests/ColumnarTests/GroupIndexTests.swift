import Glibc
import Testing

@testable import Columnar

/// Groups are those of a dictionary, whatever the kind of key, through removals and with NULLs.
@Suite struct GroupIndexTests {
  typealias Key = [Int64?]

  /// Rows of one or more columns of small numbers; the first `texts` columns as strings.
  private static func columns(_ rows: [Key], texts: Int) -> [Column] {
    (0..<(rows.first?.count ?? 0)).map { place in
      let values = rows.map { $0[place] }
      let validity = values.contains(nil) ? Validity(count: values.count) { values[$0] != nil } : nil
      guard place < texts else { return .int64(PrimitiveColumn(values.map { $0 ?? 0 }, validity: validity)) }
      let buffer = ByteBuffer(capacity: 24 * rows.count)
      let views = values.map { value in
        Array("text number \(value ?? 0)".utf8).withUnsafeBufferPointer { bytes in
          bytes.baseAddress.map { BytesView(buffer.append($0, count: bytes.count), count: bytes.count) } ?? BytesView()
        }
      }
      return .bytes(BytesColumn(views, owners: [buffer], validity: validity))
    }
  }

  /// Keys that come and go take no more memory than those that are there.
  @Test(arguments: [1, 2]) func memoryIsThatOfTheGroupsThatAreThere(width: Int) {
    let index = GroupIndex(keyTypes: Array(repeating: .string, count: width))
    var groups: [Int32] = []
    var early = 0
    for round in 0..<300 {
      let rows = (0..<500).map { row in Array(repeating: Int64(round * 500 + row) as Int64?, count: width) }
      let columns = Self.columns(rows, texts: width)
      var reused: [(group: Int32, row: Int32)] = []
      let before = groups
      index.findOrInsert(columns, rows: rows.count, groups: &groups, reused: &reused)
      index.remove(before)
      if round == 20 { early = index.memoryBytes }
      var found: [Int32] = []
      index.find(columns, rows: rows.count, groups: &found)
      #expect(found == groups)
    }
    #expect(index.memoryBytes <= early * 3)
  }

  /// A lookup touches no memory of keys that were taken out: the page they stood in is no more.
  @Test func keysThatWereTakenOutAreNotLookedAt() throws {
    let page = try #require(mmap(nil, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0))
    let bytes = page.assumingMemoryBound(to: UInt8.self)
    for i in 0..<4096 { bytes[i] = UInt8(ascii: "k") }
    var slots = KeySlots<BytesView>()
    var hashes: [UInt64] = []
    // All in the first block, under one tag.
    for group in 0..<16 { hashes.append(UInt64(3) << 24 | UInt64(group) << 48) }
    hashes.withUnsafeBufferPointer { hashes in
      guard let base = hashes.baseAddress else { return }
      for group in 0..<16 {
        slots.insert(BytesView(long: bytes + group, count: 100), hash: base[group], group: Int32(group), hashes: base)
      }
      for group in 0..<16 { slots.remove(group: Int32(group), hashes: base) }
    }
    munmap(page, 4096)
    let other = [UInt8](repeating: UInt8(ascii: "k"), count: 100)
    other.withUnsafeBufferPointer { other in
      guard let base = other.baseAddress else { return }
      var (group, missed) = (Int32(0), 0)
      let misses = withUnsafePointer(to: BytesView(long: base, count: 100)) { key in
        withUnsafePointer(to: UInt64(9) << 24) { slots.match(key, $0, count: 1, groups: &group, missed: &missed) }
      }
      #expect(misses == 1)
      #expect(group == -1)
    }
    slots.deallocate()
  }

  @Test(arguments: [(1, 0), (1, 1), (2, 0), (2, 1), (3, 0)]) func numbersKeysAsADictionaryDoes(width: Int, texts: Int) {
    let types = (0..<width).map { $0 < texts ? DataType.string : .bigint }
    let index = GroupIndex(keyTypes: types)
    var expected: [Key: Int32] = [:]
    for round in 0..<60 {
      let rows: [Key] = (0..<50).map { _ in (0..<width).map { _ in Int.random(in: 0..<5) == 0 ? nil : .random(in: 0..<4) } }
      let columns = Self.columns(rows, texts: texts)
      var groups: [Int32] = []
      var reused: [(group: Int32, row: Int32)] = []
      index.find(columns, rows: rows.count, groups: &groups)
      #expect(groups == rows.map { expected[$0] ?? -1 })
      index.findOrInsert(columns, rows: rows.count, groups: &groups, reused: &reused)
      for (row, group) in zip(rows, groups) {
        #expect(expected[row] == nil || expected[row] == group)
        expected[row] = group
      }
      #expect(Set(expected.values).count == expected.count)
      #expect(index.liveCount == expected.count)
      #expect(index.hashes(of: columns, rows: rows.count) == index.hashes(of: groups))
      let kept = index.keys(of: groups)
      for (place, column) in kept.enumerated() {
        for (row, key) in rows.enumerated() { #expect(column.isNull(row) == (key[place] == nil)) }
        guard case .int64(let c) = column else { continue }
        for (row, key) in rows.enumerated() where key[place] != nil { #expect(c.values[row] == key[place]) }
      }
      if round % 3 == 2 {
        let leaving = expected.filter { _ in Bool.random() }
        index.remove(leaving.values.sorted())
        for key in leaving.keys { expected[key] = nil }
      }
    }
  }
}
