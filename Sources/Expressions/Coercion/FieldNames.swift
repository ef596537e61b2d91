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
}
