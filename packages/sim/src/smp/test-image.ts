import { assert } from '@kilowink/core/error';
import { buildImage, parseVersion } from '@kilowink/core/image';
import { createRandom } from '../random/index.ts';

/** An image of a given size in bytes whose code is noise from a seed: whole, unsigned, and different for each version. */
export function noiseImage(version: string, sizeBytes: number, seed = 1): Uint8Array {
  const parsed = parseVersion(version);
  assert(parsed !== null, `${version} is a version`);
  const overheadBytes = buildImage(new Uint8Array(0), headerOf(parsed), null).length;
  assert(sizeBytes > overheadBytes, `an image of ${sizeBytes} bytes`);
  const random = createRandom(seed + 7_919 * parsed.major + 31 * parsed.minor + parsed.revision);
  const code = Uint8Array.from({ length: sizeBytes - overheadBytes }, () => Math.floor(random.next() * 256));
  return buildImage(code, headerOf(parsed), null);
}

function headerOf(version: NonNullable<ReturnType<typeof parseVersion>>) {
  return { version, headerBytes: 512, hasHeaderRoom: false };
}
