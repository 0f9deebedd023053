export { KeyRing, type KnownSensor } from './key-ring.ts';
export { addKey, isSensorId, KEYS_FILE, listKeys, rotateKey, type StoredKey } from './keys-file.ts';
