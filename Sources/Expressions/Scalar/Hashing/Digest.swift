internal import Columnar

/// A digest that can be chosen by name or by size.
enum Digest: Sendable {
  case md5, sha1, sha224, sha256, sha384, sha512

  /// By the number of bits of the SHA-2 family, 0 for 256.
  init?(bits: Int32) {
    switch bits {
    case 224: self = .sha224
    case 0, 256: self = .sha256
    case 384: self = .sha384
    case 512: self = .sha512
    default: return nil
    }
  }

  /// By the name that `hmac` takes, without regard to case.
  init?(name: String) {
    switch name.uppercased() {
    case "MD5": self = .md5
    case "SHA-1", "SHA1": self = .sha1
    case "SHA-224", "SHA224": self = .sha224
    case "SHA-256", "SHA256": self = .sha256
    case "SHA-384", "SHA384": self = .sha384
    case "SHA-512", "SHA512": self = .sha512
    default: return nil
    }
  }

  private var blockBytes: Int {
    switch self {
    case .md5, .sha1, .sha224, .sha256: 64
    case .sha384, .sha512: 128
    }
  }

  /// Appends the digest's raw bytes.
  func append(of text: UnsafeRawBufferPointer, to out: inout ByteWriter) {
    switch self {
    case .md5: Md5.append(of: text, to: &out)
    case .sha1: Sha1.append(of: text, to: &out)
    case .sha224: Sha256.append(of: text, isShort: true, to: &out)
    case .sha256: Sha256.append(of: text, isShort: false, to: &out)
    case .sha384: Sha512.append(of: text, isShort: true, to: &out)
    case .sha512: Sha512.append(of: text, isShort: false, to: &out)
    }
  }

  /// Appends the keyed hash of RFC 2104. Allocates two messages: `key` and `text` are short.
  func appendKeyed(key: UnsafeRawBufferPointer, _ text: UnsafeRawBufferPointer, to out: inout ByteWriter) {
    var shortKey = ByteWriter()
    if key.count > blockBytes { append(of: key, to: &shortKey) } else { shortKey.append(key) }
    shortKey.append(repeating: 0, times: blockBytes - shortKey.count)
    var inner = ByteWriter(capacity: blockBytes + text.count)
    var outer = ByteWriter(capacity: 2 * blockBytes)
    for byte in shortKey.bytes {
      inner.append(byte ^ 0x36)
      outer.append(byte ^ 0x5C)
    }
    inner.append(text)
    append(of: inner.bytes, to: &outer)
    append(of: outer.bytes, to: &out)
  }
}
