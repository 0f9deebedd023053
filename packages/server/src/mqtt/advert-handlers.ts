import type { Advertisement } from '@kilowink/core/advert';
import type { AdvertGateway } from '../config/index.ts';
import { readAdvertMessage } from './advert-messages.ts';
import type { TopicHandler } from './router.ts';

/**
 * The topics of gateways that pass Bluetooth advertisements on. `take` throws when the store can not be written: the
 * advertisement is lost then, as it would be on air, and each window comes again.
 */
export function advertHandlers(
  gateways: readonly AdvertGateway[],
  of: { take: (advert: Advertisement, way: string) => void; log: (line: string) => void },
): TopicHandler[] {
  return gateways.map(({ kind, topic }) => ({
    filter: topic,
    take: (message, levels) => {
      // Nobody knows how old a kept message is, and a report of version 1 does not say it.
      if (message.isRetained) return 'done';
      const passed = readAdvertMessage(kind, message, levels);
      if (passed === null) return 'other';
      try {
        of.take(passed.advert, `mqtt/${passed.gateway}`);
      } catch (error) {
        of.log(`An advertisement could not be stored: ${error instanceof Error ? error.message : error}`);
      }
      return 'done';
    },
  }));
}
