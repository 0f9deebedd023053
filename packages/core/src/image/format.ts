/** First word of an image, little endian. Source of this file: MCUboot, design document, "Image format" and "Image trailer". */
export const IMAGE_MAGIC = 0x96f3b83d;

/** Bytes of the header that mean something; the header's own size may be larger. */
export const IMAGE_HEADER_BYTES = 32;

/** First half-word of the records behind the image. */
export const TLV_MAGIC = 0x6907;

/** The same of those that the hash covers. */
export const PROTECTED_TLV_MAGIC = 0x6908;

/** Kinds of records. */
export const TLV = {
  keyHash: 0x01,
  publicKey: 0x02,
  sha256: 0x10,
  sha384: 0x11,
  sha512: 0x12,
  rsa2048: 0x20,
  ecdsa: 0x22,
  rsa3072: 0x23,
  ed25519: 0x24,
  pureSignature: 0x25,
  dependency: 0x40,
  securityCounter: 0x50,
  bootRecord: 0x60,
} as const;

/** Flags of the header. */
export const IMAGE_FLAG = {
  encryptedAes128: 0x04,
  encryptedAes256: 0x08,
  notBootable: 0x10,
  ramLoad: 0x20,
  romFixed: 0x100,
} as const;

/** The last 16 bytes of a slot whose image is to be swapped in, where the flash is written in units up to 8 bytes. */
export const TRAILER_MAGIC = Uint8Array.of(
  ...[0x77, 0xc2, 0x95, 0xf3, 0x60, 0xd2, 0xef, 0x7f],
  ...[0x35, 0x52, 0x50, 0x0f, 0x2c, 0xb6, 0x79, 0x80],
);

/** Units of the trailer behind the swap status: swap size, swap info, copy done, image ok, and the magic. */
export const TRAILER_ALIGN_BYTES = 8;

/** What erased flash reads as. */
export const ERASED = 0xff;
