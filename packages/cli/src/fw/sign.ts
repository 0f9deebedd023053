import {
  buildImage,
  formatVersion,
  IMAGE_HEADER_BYTES,
  padImage,
  parseImage,
  parseVersion,
} from '@kilowink/core/image';
import {
  fastSha256,
  generateKeyPair,
  keyIdentity,
  publicKeyInC,
  publicPemOf,
  type SigningKind,
  signerOf,
} from '@kilowink/link/firmware';
import { cliError } from '../errors.ts';
import { alignLabels } from '../term/format.ts';
import { describeImage, readBytes, writeBytes } from './firmware-file.ts';

/** How an image is made out of code. */
export interface SignOptions {
  readonly key?: string;
  readonly fwVersion: string;
  readonly headerSize: number;
  readonly padHeader?: boolean;
  readonly slotSize?: number;
  readonly pad?: boolean;
  readonly confirm?: boolean;
  readonly align: number;
  readonly maxSectors: number;
}

/** `fw sign`: an image for MCUboot, signed where a key is given. Throws `cli/usage`, `firmware/key`. */
export function sign(input: string, output: string, options: SignOptions): void {
  const version = parseVersion(options.fwVersion);
  if (version === null) throw usage(`--fw-version: expected 1.2.3 or 1.2.3+4, "${options.fwVersion}" came`);
  const code = readBytes(input);
  checkCode(code, options);
  const signer =
    options.key === undefined ? null : signerOf(Buffer.from(readBytes(options.key)).toString('latin1'));
  const built = {
    ...{ version, headerBytes: options.headerSize, digest: fastSha256 },
    hasHeaderRoom: options.padHeader !== true,
  };
  const image = buildImage(code, built, signer);
  const parsed = parseImage(image, fastSha256);
  if (!parsed.ok) throw cliError('fw/image', { path: output, reason: parsed.fault.message });
  writeBytes(output, padded(image, options));
  const rows = describeImage({ path: output, image: parsed.value, bytes: image, isSignatureChecked: false });
  console.error(`${output}: ${formatVersion(version)}`);
  for (const line of alignLabels(rows.filter(([label]) => label === 'size' || label === 'hash')))
    console.error(line);
}

function usage(reason: string): Error {
  return cliError('cli/usage', { reason });
}

function checkCode(code: Uint8Array, { headerSize, padHeader }: SignOptions): void {
  if (headerSize < IMAGE_HEADER_BYTES) throw usage(`--header-size: expected at least ${IMAGE_HEADER_BYTES}`);
  if (parseImage(code).ok)
    throw usage('this is an image already, signed or not: give the code it was made of');
  if (padHeader === true) return;
  const room = code.subarray(0, headerSize);
  if (room.length < headerSize || room.some((byte) => byte !== 0)) {
    const expected = `expected ${headerSize} zero bytes at its start, where the header goes`;
    throw usage(`${expected}; --pad-header puts the header before the code instead`);
  }
}

function padded(image: Uint8Array, options: SignOptions): Uint8Array {
  const { slotSize, pad, confirm, align, maxSectors } = options;
  const isPadded = pad === true || confirm === true;
  if (slotSize === undefined) {
    if (isPadded) throw usage('--pad and --confirm need --slot-size');
    return image;
  }
  const layout = {
    slotBytes: slotSize,
    isConfirmed: confirm === true,
    alignBytes: align,
    sectorsMax: maxSectors,
  };
  const filled = padImage(image, layout);
  if (filled === null)
    throw usage(`the image of ${image.length} bytes does not fit a slot of ${slotSize} with its trailer`);
  return isPadded ? filled : image;
}

/** `fw keygen`: a pair of keys, the private one in a file that only its owner reads. */
export function keygen(path: string, { kind }: { readonly kind: SigningKind }): void {
  const { privatePem, publicPem } = generateKeyPair(kind);
  writeBytes(path, privatePem, true);
  console.error(
    `${path}: a new ${kind} key, ${keyIdentity(publicPem)}. Who has it can sign firmware: keep it.`,
  );
  process.stdout.write(publicPem);
}

/** `fw getpub`: the public key of a pair, in PEM or in C for the boot loader. */
export function printPublic(path: string, { lang }: { readonly lang: 'pem' | 'c' }): void {
  const pem = Buffer.from(readBytes(path)).toString('latin1');
  if (lang === 'c') process.stdout.write(publicKeyInC(pem));
  else process.stdout.write(publicPemOf(pem));
}
