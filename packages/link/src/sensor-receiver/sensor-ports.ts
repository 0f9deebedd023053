import { readdirSync } from 'node:fs';
import { join } from 'node:path';

/** How udev writes the product that our firmware names itself by (`firmware/blink/usb-device.conf`). */
const PRODUCT = /kilowink_optical_sensor/i;

/** Paths of the optical sensors that are plugged in now, by the identity of their device; empty without udev. */
export function sensorPorts(deviceFolder = '/dev'): string[] {
  const folder = join(deviceFolder, 'serial/by-id');
  try {
    return readdirSync(folder)
      .filter((name) => PRODUCT.test(name))
      .sort()
      .map((name) => join(folder, name));
  } catch {
    return [];
  }
}
