// Serves the tests' house, to look at while working on the page:
//   node e2e/page/serve-demo.ts [empty|flashes|house] [port]
import { parseArgs } from 'node:util';
import { type DemoOptions, startDemo } from './start-demo.ts';

const { positionals } = parseArgs({ allowPositionals: true });
const data = (positionals[0] ?? 'house') as DemoOptions['data'];
const demo = await startDemo({ data, isLive: data === 'house', port: Number(positionals[1] ?? 8088) });
process.stdout.write(`${demo.url}/stats\n`);
for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.on(signal, () => void demo.stop().then(() => process.exit(0)));
}
