import { statSync } from 'node:fs';
import { pathToFileURL } from 'node:url';
import { AppError } from '@kilowink/core/error';
import { storeError } from '../errors.ts';
import { Connection, isDamage } from './connection.ts';

/**
 * A connection that reads, also where the folder refuses all writing, as a card does that has gone read-only: reading a file with a
 * write-ahead log needs a file beside it for locks. Throws `store/failed` where the log still holds something then.
 */
export function connectForReading(path: string): Connection {
  let connection: Connection | undefined;
  try {
    connection = new Connection(path, { readOnly: true });
    connection.row('SELECT count(*) FROM sqlite_schema');
    return connection;
  } catch (error) {
    if (isDamage(error) && connection !== undefined) return connection;
    connection?.close();
    if (!(error instanceof AppError) || error.code !== 'store/failed') throw error;
    const logBytes = sizeOf(`${path}-wal`);
    if (logBytes > 0) {
      const reason = `the folder can not be written, and ${logBytes} bytes wait in ${path}-wal: look at a copy of the folder`;
      throw storeError('store/failed', { path, reason }, error);
    }
    return new Connection(`${pathToFileURL(path).href}?immutable=1`, { readOnly: true });
  }
}

/** Bytes; 0 where there is no such file. */
export function sizeOf(path: string): number {
  try {
    return statSync(path, { throwIfNoEntry: false })?.size ?? 0;
  } catch (error) {
    throw storeError('store/failed', { path, reason: String(error) }, error);
  }
}
