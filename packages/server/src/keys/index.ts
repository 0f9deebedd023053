export { KeyRing, type KnownSensor } from './key-ring.ts';
export {
  addKey,
  isSensorId,
  KEYS_FILE,
  listBindKeys,
  listKeys,
  rotateKey,
  type StoredBindKey,
  type StoredKey,
  setBindKey,
} from './keys-file.ts';
