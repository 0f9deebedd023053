// The sensors of the ingest benchmark have keys, as those have that are set up with `kilowink sensor add`.
import { addKeys } from '../../packages/server/src/keys/index.ts';

/** The identity of the benchmark's sensor of that number. */
export function sensorIdOf(sensor: number): string {
  return sensor.toString(16).padStart(16, '0');
}

/** Makes a key for each sensor, in a folder for the server's data. */
export function makeKeys(folder: string, sensors: number): void {
  const all = Array.from({ length: sensors }, (_, sensor) => ({ id: sensorIdOf(sensor) }));
  addKeys(folder, all, Date.now());
}
