// Runs situations until so many kills were made, each with folders of its own, and gathers what was seen.
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createRandom } from '../../packages/sim/src/random/index.ts';
import { Backups, Imports } from './crash-commands.ts';
import { Corrections } from './crash-corrections.ts';
import { buildFaults } from './crash-faults.ts';
import { NumberedReports, type Situation } from './crash-ingest.ts';
import { BadMedium, failingMedium, fullDisk } from './crash-medium.ts';
import { PlainReports } from './crash-plain.ts';
import { Site, type SiteOptions, Tally } from './crash-site.ts';
import { Upgrades } from './crash-upgrade.ts';

/** A situation that can be run. */
export interface Kind {
  readonly name: string;
  /** What share of the kills it gets, against the others. */
  readonly share: number;
  readonly make: (site: Site) => Opened | Promise<Opened>;
}

interface Opened {
  readonly situation: Situation;
  /** Before the folder is removed. */
  readonly close?: () => void;
}

/** All of them, in the order in which they are run. */
export const KINDS: readonly Kind[] = [
  {
    name: 'reports of version 2',
    share: 4,
    make: (site) => ({ situation: new NumberedReports(site, { seals: false }) }),
  },
  {
    name: 'reports of version 1',
    share: 3,
    make: (site) => ({ situation: new PlainReports(site, { pace: 'quick' }) }),
  },
  {
    name: 'version 1, fitting time',
    share: 2,
    make: (site) => ({ situation: new PlainReports(site, { pace: 'fitting' }) }),
  },
  { name: 'sealing', share: 4, make: (site) => ({ situation: new NumberedReports(site, { seals: true }) }) },
  { name: 'import', share: 2, make: (site) => ({ situation: new Imports(site) }) },
  { name: 'corrections', share: 2, make: async (site) => ({ situation: await Corrections.open(site) }) },
  { name: 'backup', share: 2, make: (site) => ({ situation: new Backups(site) }) },
  { name: 'upgrade, first start', share: 3, make: (site) => ({ situation: new Upgrades(site) }) },
  {
    name: 'writes that fail',
    share: 2,
    make: (site) => ({ situation: new BadMedium(site, { medium: failingMedium(site), perMille: 300 }) }),
  },
  {
    name: 'a full disk',
    share: 2,
    make: (site) => {
      const medium = fullDisk(site);
      return { situation: new BadMedium(site, { medium, perMille: 0 }), close: medium.remove };
    },
  },
];

/** A folder is used for so many rounds. */
const ROUNDS_PER_FOLDER = 25;

/** Runs each kind for its share of `kills`. `onDone` is told after each. */
export async function runCrashes(
  { kills, seed, kinds }: { kills: number; seed: number; kinds: readonly Kind[] },
  onDone: (name: string, tally: Tally) => void = () => undefined,
): Promise<ReadonlyMap<string, Tally>> {
  const root = mkdtempSync(join(tmpdir(), 'kilowink-crash-'));
  try {
    const library = buildFaults(root);
    const cache = join(root, 'cache');
    mkdirSync(cache);
    const shares = kinds.reduce((sum, { share }) => sum + share, 0);
    const tallies = new Map<string, Tally>();
    for (const [index, each] of kinds.entries()) {
      const tally = new Tally();
      const wanted = Math.ceil((kills * each.share) / shares);
      await runKind(each, wanted, { root, library, cache, tally, seed: seed + 1_000 * index });
      tallies.set(each.name, tally);
      onDone(each.name, tally);
    }
    return tallies;
  } finally {
    rmSync(root, { recursive: true, force: true });
  }
}

async function runKind(kind: Kind, wanted: number, options: SiteOptions): Promise<void> {
  const { tally } = options;
  const random = createRandom(options.seed);
  const startedMs = performance.now();
  while (tally.kills < wanted) {
    const seed = Math.floor(random.between(0, 2 ** 31));
    const site = new Site({ ...options, root: mkdtempSync(join(options.root, 'site-')), seed });
    const { situation, close } = await kind.make(site);
    for (let round = 0; round < ROUNDS_PER_FOLDER && tally.kills < wanted && tally.isGood; round += 1) {
      await situation.round();
      tally.rounds += 1;
    }
    await situation.finish();
    close?.();
    site.remove();
    if (!tally.isGood) {
      tally.find(`the folder's seed was ${seed}`);
      break;
    }
  }
  tally.seconds = (performance.now() - startedMs) / 1_000;
}
