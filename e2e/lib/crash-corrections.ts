// Kills while somebody corrects what was measured, over the API: a correction is there whole or not at all.
import { setAdminPassword } from '../../packages/server/src/admin/index.ts';
import { addSensors, endWell, QUICK_GROUPS, type Situation, talk } from './crash-ingest.ts';
import { drawKill, type Life } from './crash-life.ts';
import type { CrashSensor } from './crash-sensor.ts';
import type { Site } from './crash-site.ts';

const PASSWORD = 'correct horse battery';
const HOUR_MS = 3_600_000;

interface Made {
  readonly fromMs: number;
  readonly toMs: number;
  readonly factor: number;
  readonly note: string;
  /** Its number, once it was answered. */
  id: number | null;
  undo: 'no' | 'asked' | 'done';
}

export class Corrections implements Situation {
  readonly #site: Site;
  readonly #sensors: readonly CrashSensor[];
  readonly #made: Made[] = [];
  #asked = 0;

  static async open(site: Site): Promise<Corrections> {
    const made = new Corrections(site);
    await setAdminPassword(site.dataDir, { password: PASSWORD, nowMs: Date.now() });
    return made;
  }

  private constructor(site: Site) {
    this.#site = site;
    this.#sensors = addSensors(site, [60_000]);
  }

  async round(): Promise<void> {
    const { random, tally } = this.#site;
    const life = this.#site.serve(QUICK_GROUPS);
    const port = await life.listening();
    if (port === null) return tally.find(`no server: ${life.output.slice(0, 600)}`);
    const [sensor] = this.#sensors;
    sensor?.pass(300);
    await sensor?.drain(port);
    const cookie = await login(port);
    life.doom(drawKill(random, { msMax: 300, stepsMax: 60 }));
    await Promise.all([
      ...this.#sensors.map((each) => talk(this.#site, each, { life, port })),
      this.#correct(life, { port, cookie }),
    ]);
    await this.#site.killed(life);
    this.#look();
  }

  async finish(): Promise<void> {
    await endWell(this.#site, this.#sensors, QUICK_GROUPS);
    this.#look();
    this.#site.tally.acknowledged += this.#made.filter(({ id }) => id !== null).length;
  }

  async #correct(life: Life, { port, cookie }: { port: number; cookie: string }): Promise<void> {
    const url = `http://127.0.0.1:${port}/api/v1/series/1`;
    const headers = { cookie, 'content-type': 'application/json' };
    while (!life.isGone) {
      const undoable = this.#made.find(({ id, undo }) => id !== null && undo === 'no');
      try {
        if (undoable !== undefined && this.#site.random.chance(0.3)) {
          undoable.undo = 'asked';
          const { ok } = await fetch(`${url}/corrections/${undoable.id}`, {
            method: 'DELETE',
            headers: { cookie },
          });
          if (ok) undoable.undo = 'done';
          continue;
        }
        const firstMs = await firstOf(port);
        this.#asked += 1;
        const fromMs = firstMs + (this.#asked % 4) * HOUR_MS;
        const made: Made = {
          ...{ fromMs, toMs: fromMs + HOUR_MS, factor: 1 + this.#asked / 1_000 },
          ...{ note: `number ${this.#asked}`, id: null, undo: 'no' },
        };
        this.#made.push(made);
        const { note, factor, toMs } = made;
        const body = JSON.stringify({ from: fromMs, to: toMs, kind: 'scale', factor, note });
        const answer = await fetch(`${url}/corrections`, { method: 'POST', headers, body });
        const told = (await answer.json()) as { correction?: { id: number }; detail?: string };
        if (answer.ok) made.id = told.correction?.id ?? null;
        else
          this.#site.tally.find(
            `a correction was refused: ${JSON.stringify(told)}, ${life.output.slice(-600)}`,
          );
      } catch {
        // The server is gone: what was asked may be done or not.
        return;
      }
    }
  }

  #look(): void {
    const { tally } = this.#site;
    this.#site.lookAt(this.#sensors);
    this.#site.look((store) => {
      const stored = store.listCorrections(1);
      const byNote = new Map(stored.map((each) => [each.note, each]));
      tally.compare('corrections', { lost: 0, doubled: stored.length - byNote.size, wrong: 0 });
      for (const made of this.#made) {
        const found = byNote.get(made.note);
        const isLost = found === undefined && made.id !== null;
        const isUndoLost = made.undo === 'done' && found?.undoneMs === null;
        const isWrong = found !== undefined && !isSame(made, found);
        if (isLost || isUndoLost || isWrong)
          tally.compare(`correction ${JSON.stringify(made)}, found ${JSON.stringify(found)}`, {
            ...{ lost: Number(isLost || isUndoLost), doubled: 0, wrong: Number(isWrong) },
          });
      }
    });
  }
}

function isSame(
  made: Made,
  found: { id: number; kind: object; fromMs: number; toMs: number; undoneMs: number | null },
) {
  const isWhole =
    JSON.stringify(found.kind) === JSON.stringify({ kind: 'scale', factor: made.factor }) &&
    found.toMs - found.fromMs === made.toMs - made.fromMs;
  const isUndoneUnasked = found.undoneMs !== null && made.undo === 'no';
  return isWhole && !isUndoneUnasked && (made.id === null || made.id === found.id);
}

async function firstOf(port: number): Promise<number> {
  const answer = await fetch(`http://127.0.0.1:${port}/api/v1/series`);
  const { series } = (await answer.json()) as { series: { id: number; firstMs: number }[] };
  return series.find(({ id }) => id === 1)?.firstMs ?? Number.NaN;
}

async function login(port: number): Promise<string> {
  const answer = await fetch(`http://127.0.0.1:${port}/api/v1/session`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ password: PASSWORD }),
  });
  return (answer.headers.get('set-cookie') ?? '').split(';')[0] ?? '';
}
