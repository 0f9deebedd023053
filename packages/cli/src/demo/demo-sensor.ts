import type { NumberedOptions } from '@kilowink/sim/blink';
import type { Load } from '@kilowink/sim/load';
import { type RunningBlink, runBlink } from '../blink/run-blink.ts';

/**
 * Starts the optical sensor that plays a filled demo on (`fillDemo` gives the load) against the server at `url`. Several
 * may run on one machine when each sends from its own loopback address.
 */
export function demoSensor(options: {
  url: string;
  load: Load;
  /** Any whole number; the same each time unless given. */
  seed?: number;
  sensorType?: number;
  /** It speaks version 2; version 1 unless given. */
  numbered?: NumberedOptions;
  localAddress?: string;
}): RunningBlink {
  const { hostname, port } = new URL(options.url);
  return runBlink({
    load: options.load,
    startMs: Date.now(),
    seed: options.seed ?? 1,
    ...(options.numbered === undefined ? {} : { numbered: options.numbered }),
    sensorType: options.sensorType ?? 0,
    target: {
      host: hostname.replace(/^\[|\]$/g, ''),
      port: Number(port || 80),
      localAddress: options.localAddress,
    },
  });
}
