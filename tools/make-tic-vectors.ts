// Writes vectors/tic/frames.jsonl anew: what the TypeScript decoder says of each file of vectors/tic/frames. What changes
// has to be looked at by hand beside the files' notes in vectors/tic/README.md; tools/tic-c.test.ts counts them
// independently.
import { globSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { readFrame, type TicFrame, TicParser } from '@kilowink/core/tic';
import { ticLines } from './lib/tic-lines.ts';
import { readTicFrames, TIC_VECTORS } from './lib/tic-vectors.ts';

const names = globSync('frames/*.bin', { cwd: TIC_VECTORS })
  .map((file) => basename(file, '.bin'))
  .sort();
const rows = names.map((name) => {
  const bytes = readTicFrames(name);
  const frames: TicFrame[] = [];
  const sink = { frame: (frame: TicFrame) => void frames.push(frame) };
  const parser = new TicParser();
  parser.feed(bytes, sink);
  parser.end(sink);
  const shown = frames.length > 1 ? [frames[0], frames.at(-1)] : frames;
  const readings = shown.flatMap((frame) => (frame === undefined ? [] : readFrame(frame)));
  const source = name.startsWith('synth-') ? 'made' : 'capture';
  return JSON.stringify({ name, source, lines: ticLines(bytes), readings });
});
writeFileSync(join(TIC_VECTORS, 'frames.jsonl'), `${rows.join('\n')}\n`);
console.log(`${rows.length} vectors`);
