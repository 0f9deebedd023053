import {
  createHash,
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  type KeyObject,
  constants as rsaConstants,
  sign,
  verify,
} from 'node:crypto';
import { toHex } from '@kilowink/core/bytes';
import { areEqualBytes } from '@kilowink/core/hash';
import { type ImageSigner, type McubootImage, TLV } from '@kilowink/core/image';
import { linkError } from '../errors.ts';

/** SHA-256 by the platform, some fifty times as fast as the pure one. */
export function fastSha256(bytes: Uint8Array): Uint8Array {
  return new Uint8Array(createHash('sha256').update(bytes).digest());
}

/** The kinds of keys that images are signed with here. */
export const SIGNING_KINDS = ['ecdsa-p256', 'ed25519'] as const;
/** One of `SIGNING_KINDS`. */
export type SigningKind = (typeof SIGNING_KINDS)[number];

/** A pair of keys in PEM. The private one signs; the public one goes into the boot loader. */
export interface KeyPair {
  readonly privatePem: string;
  readonly publicPem: string;
}

/** Makes a new pair of keys. */
export function generateKeyPair(kind: SigningKind): KeyPair {
  const pair =
    kind === 'ed25519'
      ? generateKeyPairSync('ed25519')
      : generateKeyPairSync('ec', { namedCurve: 'prime256v1' });
  return {
    privatePem: pair.privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
    publicPem: pair.publicKey.export({ type: 'spki', format: 'pem' }).toString(),
  };
}

/** Who signs with this private key. Throws `firmware/key` when it is no ECDSA-P256 or Ed25519 key. */
export function signerOf(privatePem: string): ImageSigner {
  const key = readKey(privatePem, createPrivateKey);
  const kind = kindOf(key);
  if (kind !== 'ecdsa' && kind !== 'ed25519') {
    throw linkError('firmware/key', { reason: 'expected an ECDSA-P256 or Ed25519 key to sign with' });
  }
  return {
    kind,
    keyHash: keyHashOf(createPublicKey(key)),
    sign: (part, digest) =>
      new Uint8Array(kind === 'ecdsa' ? sign('sha256', part, key) : sign(null, digest, key)),
  };
}

/** What an image's signature is worth under one key. */
export type SignatureVerdict = 'right' | 'wrong' | 'other-key' | 'none';

/**
 * Checks an image's signature with a public key (or the private one) in PEM: ECDSA-P256, Ed25519, RSA-2048 and RSA-3072.
 * `other-key`: it is signed, but not with this one. Throws `firmware/key` when the key can not be read.
 */
export function checkSignature(image: McubootImage, keyPem: string): SignatureVerdict {
  const key = readKey(keyPem, createPublicKey);
  const kind = kindOf(key);
  const signatures = image.tlvs.filter(({ type }) => SIGNATURES.has(type));
  if (signatures.length === 0) return 'none';
  const keyHash = image.tlvs.find(({ type }) => type === TLV.keyHash)?.value;
  const ours = signatures.find(({ type }) => type === TLV[kind]);
  if (ours === undefined) return 'other-key';
  if (keyHash !== undefined && !areEqualBytes(keyHash, keyHashOf(key))) return 'other-key';
  return isSignedBy(image, ours.value, key) ? 'right' : 'wrong';
}

/** The identity of a public key as an image's record tells it, in hex. */
export function keyIdentity(keyPem: string): string {
  return toHex(keyHashOf(readKey(keyPem, createPublicKey)));
}

/** The public key of a pair, or of itself, in PEM. */
export function publicPemOf(keyPem: string): string {
  return readKey(keyPem, createPublicKey).export({ type: 'spki', format: 'pem' }).toString();
}

/** The public key in C, as MCUboot for Zephyr includes it. */
export function publicKeyInC(keyPem: string): string {
  const key = readKey(keyPem, createPublicKey);
  const name = kindOf(key) === 'ed25519' ? 'ed25519_pub_key' : 'ecdsa_pub_key';
  const bytes = [...keyBytes(key)].map((byte) => `0x${byte.toString(16).padStart(2, '0')},`);
  const lines: string[] = [];
  for (let at = 0; at < bytes.length; at += 8) lines.push(`    ${bytes.slice(at, at + 8).join(' ')}`);
  return `const unsigned char ${name}[] = {\n${lines.join('\n')}\n};\nconst unsigned int ${name}_len = ${bytes.length};\n`;
}

const SIGNATURES: ReadonlySet<number> = new Set([TLV.ecdsa, TLV.ed25519, TLV.rsa2048, TLV.rsa3072]);

function isSignedBy(image: McubootImage, signature: Uint8Array, key: KeyObject): boolean {
  if (key.asymmetricKeyType === 'ed25519') return verify(null, image.hash, key, signature);
  if (key.asymmetricKeyType === 'ec') return verify('sha256', image.signedPart, key, trimDer(signature));
  const padding = rsaConstants.RSA_PKCS1_PSS_PADDING;
  return verify('sha256', image.signedPart, { key, padding, saltLength: 32 }, signature);
}

/** Old tools padded ECDSA signatures with zeros; DER says itself where it ends. */
function trimDer(signature: Uint8Array): Uint8Array {
  return signature.subarray(0, (signature[1] ?? 0) + 2);
}

function kindOf(key: KeyObject): 'ecdsa' | 'ed25519' | 'rsa2048' | 'rsa3072' {
  const { asymmetricKeyType: type, asymmetricKeyDetails: details } = key;
  if (type === 'ed25519') return 'ed25519';
  if (type === 'ec' && details?.namedCurve === 'prime256v1') return 'ecdsa';
  if (type === 'rsa' && details?.modulusLength === 2_048) return 'rsa2048';
  if (type === 'rsa' && details?.modulusLength === 3_072) return 'rsa3072';
  throw linkError('firmware/key', { reason: `MCUboot has no signatures of a key of kind ${type}` });
}

/** A public key in the form that MCUboot's key hash is made of. */
function keyBytes(key: KeyObject): Uint8Array {
  const type = key.asymmetricKeyType === 'rsa' ? 'pkcs1' : 'spki';
  return new Uint8Array(key.export({ type, format: 'der' }));
}

function keyHashOf(key: KeyObject): Uint8Array {
  return fastSha256(keyBytes(key));
}

function readKey(pem: string, read: (pem: string) => KeyObject): KeyObject {
  try {
    return read(pem);
  } catch (error) {
    const reason = 'expected a key in PEM without a password';
    throw linkError('firmware/key', { reason }, error);
  }
}
