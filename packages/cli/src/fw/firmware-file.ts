import { readFileSync, writeFileSync } from 'node:fs';
import { toHex } from '@kilowink/core/bytes';
import { formatVersion, type McubootImage, parseImage } from '@kilowink/core/image';
import { checkSignature, fastSha256, keyIdentity } from '@kilowink/link/firmware';
import { cliError } from '../errors.ts';
import { formatCount } from '../term/format.ts';

/** A firmware file that is whole. */
export interface FirmwareFile {
  readonly path: string;
  readonly image: McubootImage;
  /** What is sent: the file without the padding that fills its slot. */
  readonly bytes: Uint8Array;
  /** What its signature is worth; null when no key was given to check it with. */
  readonly isSignatureChecked: boolean;
}

/** Bytes of a file. Throws `cli/file`. */
export function readBytes(path: string): Uint8Array {
  try {
    return new Uint8Array(readFileSync(path));
  } catch (error) {
    throw cliError(
      'cli/file',
      { path, reason: error instanceof Error ? error.message : String(error) },
      error,
    );
  }
}

/** Writes a file; a secret one for its owner alone. Throws `cli/output`. */
export function writeBytes(path: string, bytes: Uint8Array | string, isSecret = false): void {
  try {
    writeFileSync(path, bytes, isSecret ? { mode: 0o600, flag: 'wx' } : {});
  } catch (error) {
    throw cliError(
      'cli/output',
      { path, reason: error instanceof Error ? error.message : String(error) },
      error,
    );
  }
}

/**
 * Reads a firmware file and refuses one that is none, damaged, or signed with another key than the one given. Throws
 * `cli/file`, `fw/image`, `fw/signature`.
 */
export function readFirmware(path: string, keyPath?: string): FirmwareFile {
  const file = readBytes(path);
  const parsed = parseImage(file, fastSha256);
  if (!parsed.ok) throw cliError('fw/image', { path, reason: parsed.fault.message });
  const image = parsed.value;
  if (keyPath !== undefined) checkKey(path, image, keyPath);
  const bytes = file.subarray(0, image.sizeBytes);
  return { path, image, bytes, isSignatureChecked: keyPath !== undefined };
}

const VERDICTS = {
  wrong: 'its signature is wrong: it was changed after it was signed',
  'other-key': 'it is signed with another key',
  none: 'it is not signed',
} as const;

function checkKey(path: string, image: McubootImage, keyPath: string): void {
  const pem = Buffer.from(readBytes(keyPath)).toString('latin1');
  const verdict = checkSignature(image, pem);
  if (verdict === 'right') return;
  throw cliError('fw/signature', { path, reason: VERDICTS[verdict], key: keyIdentity(pem).slice(0, 16) });
}

const SIGNATURE_NAMES: Readonly<Record<number, string>> = {
  32: 'RSA-2048',
  34: 'ECDSA-P256',
  35: 'RSA-3072',
  36: 'Ed25519',
};

/** What a file is, label by label. */
export function describeImage({ image, isSignatureChecked }: FirmwareFile): (readonly [string, string])[] {
  const kind = image.tlvs.map(({ type }) => SIGNATURE_NAMES[type]).find((name) => name !== undefined);
  const checked = isSignatureChecked ? 'right under the key given' : 'not checked: give --key';
  const keyHash = image.tlvs.find(({ type }) => type === 1)?.value;
  const signature = kind === undefined ? 'none' : `${kind}, ${checked}`;
  const padding = image.trailer?.isConfirmed === true ? 'padded, confirmed' : 'padded, on trial';
  return [
    ['version', formatVersion(image.version)],
    [
      'size',
      `${formatCount(image.sizeBytes)} bytes (header ${image.headerBytes}, code ${formatCount(image.bodyBytes)})`,
    ],
    ['hash', toHex(image.hash)],
    ['signature', signature],
    ...(keyHash === undefined ? [] : ([['key', toHex(keyHash)]] as const)),
    ...(image.trailer === null ? [] : ([['padding', padding]] as const)),
  ];
}
