export { KeyRing, type KnownSensor } from './key-ring.ts';
export {
  addKey,
  addKeys,
  isSensorId,
  KEYS_FILE,
  listBindKeys,
  listKeys,
  type NewSensor,
  removeKey,
  rotateKey,
  type StoredBindKey,
  type StoredKey,
  setBindKey,
} from './keys-file.ts';
