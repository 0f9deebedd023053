import { z } from 'zod';

/** Settings under `mdns`. */
export const mdnsSchema = z.strictObject({
  enabled: z
    .boolean()
    .default(true)
    .describe(
      'Announce the server in the local network (_kilowink._tcp), so that sensors and `kilowink discover` find it; not when it listens on this machine alone, and not by a read-only server or the demonstration',
    ),
});
