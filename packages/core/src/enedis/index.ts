export { type Row, splitCells } from './cells.ts';
export type { BadRow, EnedisExport, RegisterReading } from './enedis-export.ts';
export { type EnedisOptions, readEnedis } from './read-enedis.ts';
