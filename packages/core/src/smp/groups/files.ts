import { command } from '../command.ts';
import { byteString, field, namedMap, numberOrBytes, optional, struct, text, whole } from '../wire-type.ts';

/** Files of the device. Source: Zephyr, SMP group 8. */
export const FILES_GROUP = 8;

const group = FILES_GROUP;
const name = field('name', text, 'Absolute path of the file');

/** Reads a piece of a file; the device chooses how much. */
export const fileRead = command({
  name: 'fs download',
  doc: 'Reads a piece of a file; the device chooses how much.',
  ...{ group, id: 0, operation: 'read' },
  request: { offset: field('off', whole, 'Where to begin'), name },
  reply: struct({
    offset: field('off', whole, 'Where the piece begins'),
    data: field('data', byteString, 'The piece'),
    lengthBytes: optional('len', whole, 'Size of the file, with the first piece'),
  }),
});

/** Writes a piece of a file; the first one makes the file anew. */
export const fileWrite = command({
  name: 'fs upload',
  doc: 'Writes a piece of a file; the first one makes the file anew.',
  ...{ group, id: 0, operation: 'write' },
  request: {
    offset: field('off', whole, 'Where the piece belongs'),
    data: field('data', byteString, 'The piece'),
    name,
    lengthBytes: optional('len', whole, 'Size of the file, with the first piece'),
  },
  reply: struct({ offset: field('off', whole, 'What is written so far') }),
});

/** Says how large a file is. */
export const fileStatus = command({
  name: 'fs status',
  doc: 'Says how large a file is.',
  ...{ group, id: 1, operation: 'read' },
  request: { name },
  reply: struct({ lengthBytes: field('len', whole, 'Size of the file') }),
});

/** Computes a checksum or hash of a file, or of a part. */
export const fileHash = command({
  name: 'fs hash',
  doc: 'Computes a checksum or hash of a file, or of a part.',
  ...{ group, id: 2, operation: 'read', duration: 'long' },
  request: {
    name,
    type: optional('type', text, '`crc32` or `sha256`; what the device likes best without it'),
    offset: optional('off', whole, 'Where to begin; 0 without it'),
    lengthBytes: optional('len', whole, 'How much; all without it'),
  },
  reply: struct({
    type: field('type', text, 'What was computed'),
    offset: optional('off', whole, 'Where it began'),
    lengthBytes: field('len', whole, 'Of how many bytes'),
    output: field('output', numberOrBytes, 'A number for a checksum, bytes for a hash'),
  }),
});

/** Lists the checksums and hashes the device can compute. */
export const fileHashTypes = command({
  name: 'fs hash types',
  doc: 'Lists the checksums and hashes the device can compute.',
  ...{ group, id: 3, operation: 'read' },
  request: {},
  reply: struct({
    types: field(
      'types',
      namedMap(
        struct({
          format: field('format', whole, '0: a number. 1: bytes'),
          sizeBytes: field('size', whole, 'Size of the outcome'),
        }),
      ),
      'Each by its name',
    ),
  }),
});

/** Lets go of a file whose reading or writing was broken off. */
export const fileClose = command({
  name: 'fs close',
  doc: 'Lets go of a file whose reading or writing was broken off.',
  ...{ group, id: 4, operation: 'write' },
  request: {},
  reply: struct({}),
});
