export {
  type EnedisChoices,
  type EnedisImport,
  readEnedisImport,
  storeEnedisImport,
  targetedOf,
} from './enedis-import.ts';
export { firstLine, formatOf, HEAD_BYTES } from './first-line.ts';
export { addImportRoutes, type ImportRoutes } from './import-routes.ts';
export { type NamedFile, TOO_LARGE } from './unpack-file.ts';
