// Loaded into a server before its own code (node --import): notes for how long each answer took, from the request's head
// until the whole answer was handed to the system, and writes them as JSON, ms, into $BENCH_SERVED at the end of the process.
import { subscribe } from 'node:diagnostics_channel';
import { writeFileSync } from 'node:fs';

const begun = new WeakMap<object, number>();
const servedMs: number[] = [];
const requestOf = (message: unknown) => (message as { request: object }).request;

subscribe('http.server.request.start', (message) => {
  begun.set(requestOf(message), performance.now());
});
subscribe('http.server.response.finish', (message) => {
  servedMs.push(performance.now() - (begun.get(requestOf(message)) ?? Number.NaN));
});
process.on('exit', () => writeFileSync(process.env['BENCH_SERVED'] ?? '/dev/null', JSON.stringify(servedMs)));
