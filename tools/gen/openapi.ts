import { openApiDocument } from '../../packages/api/src/index.ts';
import { VERSION } from '../../packages/cli/src/version.ts';

/** The API's own description, as the server answers it. */
export function apiDocument(): string {
  return `${JSON.stringify(openApiDocument(VERSION), null, 2)}\n`;
}
