import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describeStoreContract } from '../contract/index.ts';
import { openSqliteStore, openSqliteStoreReadOnly } from './open.ts';

describeStoreContract('sqlite', (clock, groupMs) => {
  const folder = mkdtempSync(join(tmpdir(), 'kilowink-store-'));
  return {
    open: () => openSqliteStore({ folder, clock, groupMs }),
    openForImport: () => openSqliteStore({ folder, clock, groupMs, role: 'import' }),
    openReadOnly: () => openSqliteStoreReadOnly({ folder, clock }),
    remove: () => rmSync(folder, { recursive: true }),
  };
});
