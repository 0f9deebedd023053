// Loaded before the program (`node --import`): what it does every minute is done twenty times a second, so that days are
// sealed within the life of a process that is soon killed. Nothing else of the program is changed.
const MINUTE_MS = 60_000;
const QUICK_MS = 50;
const plain = globalThis.setInterval;

globalThis.setInterval = ((work: (...given: unknown[]) => void, ms?: number, ...given: unknown[]) =>
  plain(work, ms === MINUTE_MS ? QUICK_MS : ms, ...given)) as typeof setInterval;
