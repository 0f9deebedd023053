import { fileRead, fileWrite } from '@kilowink/core/smp';
import { linkError } from '../errors.ts';
import { refusalBehind, type SmpClient } from './client.ts';

/** Called with the bytes done and, where known, all there are. */
export type FileProgress = (doneBytes: number, totalBytes: number) => void;

/** The longest file that is read from a device. */
const FILE_BYTES_MAX = 64 * 1_048_576;

/** Reads a file of the device. Throws `smp/refused` when there is none, `smp/answer` when it is not what was told. */
export async function downloadFile(
  client: SmpClient,
  path: string,
  onProgress?: FileProgress,
): Promise<Uint8Array> {
  const pieces: Uint8Array[] = [];
  let doneBytes = 0;
  let totalBytes = Infinity;
  while (doneBytes < totalBytes) {
    const reply = await client.request(fileRead, { offset: doneBytes, name: path });
    if (doneBytes === 0) totalBytes = reply.lengthBytes ?? Number.NaN;
    const isRight = reply.offset === doneBytes && totalBytes <= FILE_BYTES_MAX;
    if (
      !isRight ||
      (reply.data.length === 0 && totalBytes > 0) ||
      doneBytes + reply.data.length > totalBytes
    ) {
      const came = `${reply.data.length} bytes at ${reply.offset} of ${totalBytes}`;
      const reason = `expected a piece at ${doneBytes}, ${came} came`;
      throw linkError('smp/answer', { target: client.target, reason });
    }
    pieces.push(reply.data);
    doneBytes += reply.data.length;
    onProgress?.(doneBytes, totalBytes);
  }
  return new Uint8Array(Buffer.concat(pieces));
}

/** The code of the file group by which a device says that a piece is not at the file's end. */
const OFFSET_INVALID = 11;

/** Writes a file of the device, made anew. Throws `smp/refused`, `smp/upload`. */
export async function uploadFile(
  client: SmpClient,
  path: string,
  { content, onProgress }: { readonly content: Uint8Array; readonly onProgress?: FileProgress },
): Promise<void> {
  const { frameBytes } = await client.limits();
  const lengthBytes = content.length;
  let offset = 0;
  do {
    const start = { offset, data: new Uint8Array(0), name: path, ...(offset === 0 ? { lengthBytes } : {}) };
    const room = frameBytes - client.sizeOf(fileWrite, start) - 2;
    const data = content.subarray(offset, offset + Math.max(room, 1));
    const endOffset = offset + data.length;
    try {
      const reply = await client.request(fileWrite, { ...start, data });
      if (reply.offset <= offset && endOffset > offset) {
        const reason = `it is still at byte ${reply.offset}`;
        throw linkError('smp/upload', { target: client.target, reason });
      }
      offset = reply.offset;
    } catch (error) {
      // The answer to a piece was lost and the piece sent again: the device says it is past it.
      if (refusalBehind(error)?.code !== OFFSET_INVALID || offset === 0) throw error;
      offset = endOffset;
    }
    onProgress?.(offset, lengthBytes);
  } while (offset < lengthBytes);
}
