/**
 * The rule of the old sensor: a sample each 25 ms, windows of five; half-way between a window's lowest and highest is
 * its threshold, provided the highest is at least twice the lowest. A flash is counted where the light comes above it.
 */
export function createOldDetector(rateHz: number): {
  feed(samplesMv: Int16Array): void;
  readonly count: number;
} {
  const every = Math.max(1, Math.round(rateHz / 40));
  const window = new Int16Array(5);
  let filled = 0;
  let phase = 0;
  let count = 0;
  let isOn = false;
  const judge = () => {
    const low = Math.min(...window);
    const high = Math.max(...window);
    const threshold = high >= 2 * low ? (low + high) / 2 : Infinity;
    for (const mv of window) {
      const isAbove = mv > threshold;
      if (isAbove && !isOn) count += 1;
      isOn = isAbove;
    }
  };
  return {
    feed(samplesMv) {
      for (const mv of samplesMv) {
        phase += 1;
        if (phase < every) continue;
        phase = 0;
        window[filled] = mv;
        filled += 1;
        if (filled < 5) continue;
        filled = 0;
        judge();
      }
    },
    get count() {
      return count;
    },
  };
}
