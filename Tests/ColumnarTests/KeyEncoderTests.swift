import Testing

@testable import Columnar

/// Keys written column by column are the keys written row by row, and order like the rows.
@Suite struct KeyEncoderTests {
  private static let parts: [KeyEncoder.Part] = [
    .init(), .init(isDescending: true), .init(nullsFirst: false), .init(isDescending: true, nullsFirst: false),
  ]

  private struct Dice {
    var generator = SystemRandomNumberGenerator()
    mutating func validity(_ rows: Int) -> Validity? {
      Bool.random(using: &generator) ? nil : Validity(count: rows) { _ in Int.random(in: 0..<4) > 0 }
    }
  }

  private static func column(_ kind: Int, _ rows: Int, _ dice: inout Dice, depth: Int = 0) -> Column {
    let validity = dice.validity(rows)
    func values<T>(_ value: () -> T) -> PrimitiveColumn<T> { PrimitiveColumn((0..<rows).map { _ in value() }, validity: validity) }
    switch kind {
    case 0: return .int64(values { .random(in: [-3...3, Int64.min...Int64.max].randomElement() ?? 0...1) })
    case 1: return .int32(values { .random(in: -3...3) })
    case 2: return .int16(values { .random(in: .min ... .max) })
    case 3: return .int8(values { .random(in: .min ... .max) })
    case 4: return .bool(values { .random() })
    case 5: return .float64(values { [0, -0.0, .nan, -.infinity, 1.5, -1.5].randomElement() ?? 0 })
    case 6: return .float32(values { [0, -0.0, .nan, .infinity, 2.5].randomElement() ?? 0 })
    case 7: return .int128(values { Int128.random(in: -5...5) &* 1_000_000_000_000_000_000_000 })
    case 8: return .null(count: rows)
    case 9:
      let texts = (0..<rows).map { _ in (0..<Int.random(in: 0...20)).map { _ in UInt8.random(in: 0...3) } }
      let buffer = ByteBuffer(capacity: 20 * rows)
      let views = texts.map { text in
        text.withUnsafeBufferPointer { bytes in bytes.baseAddress.map { BytesView(buffer.append($0, count: text.count), count: text.count) } ?? BytesView() }
      }
      return .bytes(BytesColumn(views, owners: [buffer], validity: validity))
    default:
      let fields = (0..<2).map { _ in column(.random(in: 0...(depth < 2 ? 10 : 9)), rows, &dice, depth: depth + 1) }
      return .structure(StructColumn(fields: fields, count: rows, validity: validity))
    }
  }

  private static func keys(_ column: BytesColumn) -> [[UInt8]] {
    withExtendedLifetime(column.owners) { column.views.map { $0.withBytes { Array($0) } } }
  }

  @Test(arguments: 1...40) func columnsGiveWhatRowsGive(round: Int) throws {
    var dice = Dice()
    let rows = [0, 1, 7, 200][round % 4]
    let columns = (0..<1 + round % 4).map { _ in Self.column(.random(in: 0...10), rows, &dice) }
    let encoder = KeyEncoder(columns.map { _ in Self.parts.randomElement() ?? .init() })
    let byRow = Self.keys(encoder.encodeRows(columns, rows: rows))
    #expect(Self.keys(try #require(encoder.encodeFlat(columns, rows: rows))) == byRow)
    #expect(Self.keys(encoder.encode(columns, rows: rows)) == byRow)
  }

  @Test func listsAndMapsAreWrittenRowByRow() {
    let child = Column.int32(PrimitiveColumn([1, 2, 3]))
    let list = Column.list(ListColumn(offsets: [0, 1, 3], child: child))
    #expect(KeyEncoder(columns: 1).encodeFlat([list], rows: 2) == nil)
    #expect(KeyEncoder(columns: 1).encode([list], rows: 2).views.count == 2)
  }

  /// Long values compare by their bytes, then by their length.
  @Test func longViewsCompare() {
    let texts: [[UInt8]] = [
      Array(repeating: 7, count: 13), Array(repeating: 7, count: 20), Array(repeating: 7, count: 19) + [200],
      Array(repeating: 7, count: 4) + Array(repeating: 255, count: 12), [7, 7, 7, 7], [],
    ]
    for a in texts {
      for b in texts {
        a.withUnsafeBufferPointer { x in
          b.withUnsafeBufferPointer { y in
            let views = [x, y].map { bytes in bytes.baseAddress.map { BytesView($0, count: bytes.count) } ?? BytesView() }
            #expect((views[0] < views[1]) == a.lexicographicallyPrecedes(b))
          }
        }
      }
    }
  }
}
