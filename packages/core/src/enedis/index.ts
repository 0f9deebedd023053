export type { Row, TableRow } from './cells.ts';
export type { BadRow, EnedisExport, EnedisRead, RegisterReading, StampsBy } from './enedis-export.ts';
export { readEnedis, readEnedisText } from './read-enedis.ts';
export type { EnedisOptions } from './read-options.ts';
export type { ValueUnit } from './units.ts';
