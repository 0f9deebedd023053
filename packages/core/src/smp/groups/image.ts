import { command } from '../command.ts';
import { byteString, field, flag, listOf, optional, struct, text, truth, whole } from '../wire-type.ts';

/** Firmware images. Source: Zephyr, SMP group 1. */
export const IMAGE_GROUP = 1;

const group = IMAGE_GROUP;

const slotState = struct({
  image: { ...field('image', whole, 'Number of the image; 0 where there is only one'), fallback: 0 },
  slot: field('slot', whole, '0: what runs. 1: what is uploaded to'),
  version: field('version', text, '`major.minor.revision`, `.build` where there is one'),
  hash: optional('hash', byteString, 'The SHA-256 that the image carries, of its header and body'),
  isBootable: flag('bootable', 'The boot loader may start it'),
  isPending: flag('pending', 'It is swapped in at the next start'),
  isConfirmed: flag('confirmed', 'It stays after the next start'),
  isActive: flag('active', 'It runs'),
  isPermanent: flag('permanent', 'It is to stay once it is swapped in'),
});

const states = struct({
  images: field('images', listOf(slotState), 'The slots that hold a valid image'),
  splitStatus: optional('splitStatus', whole, 'Of no meaning with Zephyr'),
});

/** Lists the slots with what is in them. */
export const imageState = command({
  name: 'image state read',
  doc: 'Lists the slots with what is in them.',
  ...{ group, id: 0, operation: 'read' },
  request: {},
  reply: states,
});

/** Marks an image to be tried at the next start, or to stay. */
export const imageSetState = command({
  name: 'image state write',
  doc: 'Marks an image to be tried at the next start, or to stay.',
  ...{ group, id: 0, operation: 'write', duration: 'long' },
  request: {
    hash: optional(
      'hash',
      byteString,
      'Which image, by the SHA-256 it carries; without it, the one that runs',
    ),
    confirm: field(
      'confirm',
      truth,
      'True: it stays. False: it is tried once, and swapped back unless confirmed',
    ),
  },
  reply: states,
});

/**
 * Writes a piece of an image into the second slot. A piece at another place than expected changes nothing,
 * and the answer says what is expected.
 */
export const imageUpload = command({
  name: 'image upload',
  doc: 'Writes a piece of an image into the second slot. A piece at another place than expected changes nothing, and the answer says what is expected.',
  ...{ group, id: 1, operation: 'write' },
  request: {
    image: optional('image', whole, 'Number of the image, with the first piece; 0 without it'),
    lengthBytes: optional('len', whole, 'Size of the whole, with the first piece'),
    offset: field('off', whole, 'Where the piece belongs'),
    sha256: optional(
      'sha',
      byteString,
      'SHA-256 of the whole file, with the first piece: an upload of the same file goes on where it stopped',
    ),
    data: field('data', byteString, 'The piece'),
    upgradeOnly: optional(
      'upgrade',
      truth,
      'True, with the first piece: refused unless newer than what runs',
    ),
  },
  reply: struct({
    offset: optional('off', whole, 'What is written so far, and so where the next piece belongs'),
    isMatching: optional(
      'match',
      truth,
      'With the last piece: whether what was written has the SHA-256 told',
    ),
  }),
});

/** Erases a slot that does not run and is not pending. */
export const imageErase = command({
  name: 'image erase',
  doc: 'Erases a slot that does not run and is not pending.',
  ...{ group, id: 5, operation: 'write', duration: 'long' },
  request: { slot: optional('slot', whole, 'Which; 1 without it') },
  reply: struct({}),
});

const slotInfo = struct({
  slot: field('slot', whole, 'Number of the slot within the image'),
  sizeBytes: optional('size', whole, 'Size of the slot'),
  uploadImage: optional('upload_image_id', whole, 'Image number that uploads straight into this slot'),
});

/** Says how large the slots are. */
export const imageSlotInfo = command({
  name: 'image slot info',
  doc: 'Says how large the slots are.',
  ...{ group, id: 6, operation: 'read' },
  request: {},
  reply: struct({
    images: field(
      'images',
      listOf(
        struct({
          image: field('image', whole, 'Number of the image'),
          slots: field('slots', listOf(slotInfo), 'Its slots'),
          imageBytesMax: optional('max_image_size', whole, 'Largest image that can be swapped'),
        }),
      ),
      'Each image',
    ),
  }),
});
