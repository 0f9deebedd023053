// Writes the light of a scene as a trace of 16-bit samples in mV, which the simulated sensor and `kilowink detect` read,
// and says which flashes are in it: `node tools/make-light.ts --scene night --seed 1 --seconds 3600 --out light.s16`.
import { closeSync, openSync, writeSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { createLight, SCENES } from '../packages/sim/src/light/index.ts';

const { values } = parseArgs({
  options: {
    scene: { type: 'string', default: 'night' },
    seed: { type: 'string', default: '1' },
    seconds: { type: 'string', default: '600' },
    out: { type: 'string', default: 'light.s16' },
  },
});
const light = SCENES.find(({ name }) => name === values.scene)?.light;
if (light === undefined) {
  console.error(`Scenes: ${SCENES.map(({ name }) => name).join('; ')}`);
  process.exit(2);
}
const source = createLight(light, Number(values.seed));
const chunk = new Int16Array(light.rateHz);
const file = openSync(values.out, 'w');
let flashes = 0;
for (let second = 0; second < Number(values.seconds); second += 1) {
  source.read(chunk);
  writeSync(file, new Uint8Array(chunk.buffer));
  flashes += source.takeFlashes().length;
}
closeSync(file);
const summary = { scene: values.scene, seed: Number(values.seed), rateHz: light.rateHz };
console.log(JSON.stringify({ ...summary, seconds: Number(values.seconds), flashes, out: values.out }));
