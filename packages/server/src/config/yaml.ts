import { createRequire } from 'node:module';

const load = createRequire(import.meta.url);

/** The YAML library, loaded when it is first needed: a server without a configuration file spares 8 MB and its start waits less. */
export function yaml(): typeof import('yaml') {
  return load('yaml');
}
