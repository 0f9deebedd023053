export {
  checkSignature,
  fastSha256,
  generateKeyPair,
  type KeyPair,
  keyIdentity,
  publicKeyInC,
  publicPemOf,
  SIGNING_KINDS,
  type SignatureVerdict,
  type SigningKind,
  signerOf,
} from './keys.ts';
