import { z } from 'zod';

/** Stands for every sensor of ours that is plugged in. */
export const AUTO = 'auto';

const usbSensor = z
  .strictObject({
    path: z
      .string()
      .regex(/^(auto|\/.+)$/, 'expected auto, or the path of a serial device')
      .describe(
        'Serial device, best one of /dev/serial/by-id; auto: every Kilowink sensor that is plugged in, now or later',
      ),
    name: z
      .string()
      .regex(/^[a-z0-9][a-z0-9-]{0,62}$/, 'expected lower-case letters, digits and hyphens')
      .optional()
      .describe('What the line is called in health; its device, when left out'),
  })
  .refine(({ path, name }) => path !== AUTO || name === undefined, 'expected no name beside auto')
  .describe('A sensor on USB or another serial line');

/** Settings under `usb`. */
export const usbSchema = z
  .array(usbSensor)
  .refine((all) => new Set(all.map(({ path }) => path)).size === all.length, 'expected each path once')
  .default([])
  .describe('Optical sensors on serial lines of this machine');

/** Where sensors on serial lines are. */
export type UsbConfig = z.infer<typeof usbSchema>;
