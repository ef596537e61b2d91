package import Columnar

extension DataType {
  /// The type with the field names that stand at the same places in `other`, as far as the two have one shape: values of
  /// structs are compared and joined by place, whatever the names are.
  package func namedLike(_ other: DataType) -> DataType {
    switch (self, other) {
    case (.array(let element), .array(let like)): .array(element.namedLike(like))
    case (.map(let key, let value), .map(let likeKey, let likeValue)):
      .map(key: key.namedLike(likeKey), value: value.namedLike(likeValue))
    case (.structure(let fields), .structure(let like)) where fields.count == like.count:
      .structure(zip(fields, like).map { Field($1.name, $0.type.namedLike($1.type), isNullable: $0.isNullable) })
    default: self
    }
  }

  /// Whether the two are one type but for the names of fields.
  func hasShape(of other: DataType) -> Bool {
    switch (self, other) {
    case (.array(let element), .array(let like)): element.hasShape(of: like)
    case (.map(let key, let value), .map(let likeKey, let likeValue)): key.hasShape(of: likeKey) && value.hasShape(of: likeValue)
    case (.structure(let fields), .structure(let like)):
      fields.count == like.count && zip(fields, like).allSatisfy { $0.type.hasShape(of: $1.type) }
    default: self == other
    }
  }
}
