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
