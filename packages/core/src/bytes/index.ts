export { crc32 } from './crc32.ts';
export { parseHex, toHex } from './hex.ts';
export {
  decodeLayout,
  encodeLayout,
  type Field,
  type FieldType,
  fieldPlaces,
  type Layout,
  layout,
  misfit,
  type ValueOf,
} from './layout.ts';
