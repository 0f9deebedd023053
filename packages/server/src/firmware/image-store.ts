import { mkdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { type FirmwareImage, firmwareImage } from '@kilowink/api';
import { toHex } from '@kilowink/core/bytes';
import {
  compareVersions,
  formatVersion,
  type McubootImage,
  parseImage,
  parseVersion,
  TLV,
} from '@kilowink/core/image';
import type { Clock } from '@kilowink/core/time';
import { fastSha256 } from '@kilowink/link/firmware';
import { z } from 'zod';
import { serverError } from '../errors.ts';
import { writeWhole } from '../files/write-whole.ts';
import { assertSigned, readSigningKeys } from './signing-keys.ts';

/** Images, their list and the log, in the data folder. */
export const FIRMWARE_FOLDER = 'firmware';
/** More are a mistake: somebody must look which are still wanted. */
const IMAGES_MAX = 20;

const imageList = z.strictObject({ version: z.literal(1), images: z.array(firmwareImage) });

const SIGNATURES: ReadonlySet<number> = new Set([TLV.ecdsa, TLV.ed25519, TLV.rsa2048, TLV.rsa3072]);

/** An image that is kept, ready to be sent. */
export interface KeptImage {
  readonly info: FirmwareImage;
  readonly image: McubootImage;
  /** The file without its padding. */
  readonly file: Uint8Array;
}

/** The firmware images on this server: whole, and signed with a key that is known where keys are. */
export class ImageStore {
  readonly #folder: string;
  readonly #dataDir: string;
  readonly #keys: readonly string[];
  readonly #clock: Clock;

  constructor(of: { dataDir: string; keys: readonly string[]; clock: Clock }) {
    this.#dataDir = of.dataDir;
    this.#folder = join(of.dataDir, FIRMWARE_FOLDER);
    this.#keys = of.keys;
    this.#clock = of.clock;
  }

  /** Identities of the keys images must be signed with. Throws `firmware/keys`. */
  keyIds(): string[] {
    return readSigningKeys(this.#dataDir, this.#keys).map(({ identity }) => identity);
  }

  /** What is kept, the newest version first. Throws `firmware/unreadable`. */
  list(): FirmwareImage[] {
    const rank = ({ version }: FirmwareImage) => parseVersion(version);
    return this.#read().sort((a, b) => {
      const [left, right] = [rank(a), rank(b)];
      return left === null || right === null ? 0 : compareVersions(right, left) || b.addedMs - a.addedMs;
    });
  }

  /**
   * Keeps a file. The same image again is the same image. Throws `firmware/image`, `firmware/signature`, `firmware/keys`,
   * `firmware/full`.
   */
  add(name: string, file: Uint8Array): FirmwareImage {
    const image = parse(name, file);
    const keys = readSigningKeys(this.#dataDir, this.#keys);
    assertSigned(name, image, keys);
    const known = this.#read();
    const hash = toHex(image.hash);
    const others = known.filter((each) => each.hash !== hash);
    if (others.length >= IMAGES_MAX) throw serverError('firmware/full', { max: IMAGES_MAX });
    const isSigned = image.tlvs.some(({ type }) => SIGNATURES.has(type));
    const keyHash = image.tlvs.find(({ type }) => type === TLV.keyHash)?.value;
    const info: FirmwareImage = {
      ...{ hash, name, version: formatVersion(image.version), sizeBytes: image.sizeBytes },
      addedMs: this.#clock.wallMs(),
      signature: keys.length > 0 ? 'right' : isSigned ? 'unchecked' : 'none',
      keyId: keyHash === undefined ? null : toHex(keyHash),
    };
    mkdirSync(this.#folder, { recursive: true, mode: 0o700 });
    writeWhole(this.#pathOf(hash), file.subarray(0, image.sizeBytes));
    this.#write([...others, info]);
    return info;
  }

  /** Throws `firmware/no-image`. */
  remove(hash: string): void {
    const known = this.#read();
    const left = known.filter((each) => each.hash !== hash);
    if (left.length === known.length) throw serverError('firmware/no-image', { hash: hash.slice(0, 16) });
    this.#write(left);
    rmSync(this.#pathOf(hash), { force: true });
  }

  /**
   * An image for sensors, checked again: its file or the keys may have changed since it came. Throws `firmware/no-image`,
   * `firmware/image`, `firmware/signature`, `firmware/keys`.
   */
  open(hash: string): KeptImage {
    const info = this.#read().find((each) => each.hash === hash);
    if (info === undefined) throw serverError('firmware/no-image', { hash: hash.slice(0, 16) });
    const path = this.#pathOf(hash);
    const file = new Uint8Array(
      readOr(path, () => serverError('firmware/no-image', { hash: hash.slice(0, 16) })),
    );
    const image = parse(info.name, file);
    assertSigned(info.name, image, readSigningKeys(this.#dataDir, this.#keys));
    return { info, image, file };
  }

  #pathOf(hash: string): string {
    return join(this.#folder, `${hash}.bin`);
  }

  get #listPath(): string {
    return join(this.#folder, 'images.json');
  }

  #read(): FirmwareImage[] {
    const path = this.#listPath;
    try {
      return imageList.parse(JSON.parse(readFileSync(path, 'utf8'))).images;
    } catch (cause) {
      if ((cause as { code?: unknown }).code === 'ENOENT') return [];
      const reason = cause instanceof Error ? cause.message : String(cause);
      throw serverError('firmware/unreadable', { path, reason }, cause);
    }
  }

  #write(images: readonly FirmwareImage[]): void {
    writeWhole(this.#listPath, `${JSON.stringify({ version: 1, images }, null, 2)}\n`);
  }
}

function parse(name: string, file: Uint8Array): McubootImage {
  const parsed = parseImage(file, fastSha256);
  if (!parsed.ok) throw serverError('firmware/image', { name, reason: parsed.fault.message });
  return parsed.value;
}

function readOr(path: string, missing: () => Error): Buffer {
  try {
    return readFileSync(path);
  } catch (cause) {
    if ((cause as { code?: unknown }).code === 'ENOENT') throw missing();
    throw serverError('firmware/unreadable', { path, reason: String(cause) }, cause);
  }
}
