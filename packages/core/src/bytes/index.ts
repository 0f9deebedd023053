export { parseHex, toHex } from './hex.ts';
export {
  decodeLayout,
  encodeLayout,
  type Field,
  type FieldType,
  fieldPlaces,
  type Layout,
  layout,
  type ValueOf,
} from './layout.ts';
